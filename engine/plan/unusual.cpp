#include "engine/plan/unusual.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/resource/key.h"

namespace tlm {
namespace {

// What every workflow sets of a kind, unless `tlm.ignore-changes` takes it out.
std::vector<Attribute> usually_managed(Kind kind) {
    switch (kind) {
        case Kind::agent:
            return {Attribute::label, Attribute::runtime, Attribute::status};
        case Kind::team:
            return {Attribute::members};
        case Kind::task:
            break;
    }
    return {Attribute::description, Attribute::assign_to};
}

// The usual attributes that may have changed on the target without the change being refused.
std::string unchecked(const Change& change, const MustMatch& match) {
    std::string names;
    for (const Attribute attribute : usually_managed(change.address.kind)) {
        const bool changes = std::ranges::find(change.attributes, attribute, &AttributeChange::attribute) !=
                             change.attributes.end();
        if (changes || std::ranges::find(match.over, attribute) != match.over.end()) continue;
        names += fmt::format("{}{}", names.empty() ? "" : ", ", attribute_name(attribute));
    }
    return names;
}

}  // namespace

std::vector<std::string> unusual_about(const Change& change) {
    std::vector<std::string> lines;
    const Address& address = change.address;
    // The reader lets only deletes have another one, and none without.
    if (address.kind != Kind::task && !change.key.empty() &&
        change.key != Key::derive(address.workflow, address.name).text())
        lines.push_back(fmt::format("live name: {}, not the key of this address", change.key));
    if (change.action == Action::replace || change.action == Action::adopt)
        lines.push_back(fmt::format("id: {}", change.id.text()));
    if (std::holds_alternative<MayExist>(change.precondition) && change.reason != Reason::forced)
        lines.emplace_back("precondition: none, it is made whether or not one exists");
    const auto* match = std::get_if<MustMatch>(&change.precondition);
    // A delete covers what is reported, a replacement all that it names, and a task that has begun is as it
    // is.
    const bool begun =
        address.kind == Kind::task && change.action == Action::adopt && change.attributes.empty();
    if (match == nullptr || change.action == Action::remove || begun) return lines;
    if (const std::string names = unchecked(change, *match); !names.empty())
        lines.push_back(fmt::format("precondition: does not look at {}", names));
    return lines;
}

}  // namespace tlm
