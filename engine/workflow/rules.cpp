#include "engine/workflow/rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "engine/base/text.h"
#include "engine/resource/address.h"

namespace tlm {
namespace {

const std::array<std::string, 2> kRules = {"tlm.protect", "tlm.ignore-changes"};

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// The items of a list with commas, without the empty ones that a comma at a line's end leaves.
std::vector<std::string> items_of(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        if (const std::string_view item = trimmed(text.substr(0, comma)); !item.empty())
            items.emplace_back(item);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return items;
}

std::optional<IgnoredChange> ignored_change(const std::string& item, const Node& node, NodeReader& reader) {
    const auto colon = item.rfind(':');
    const std::string name = colon == std::string::npos ? "" : std::string(trimmed(item.substr(colon + 1)));
    const auto attribute = parse_attribute(name);
    const std::string pattern(trimmed(item.substr(0, std::min(colon, item.size()))));
    if (attribute) return IgnoredChange{pattern, *attribute};
    std::vector<std::string> names;
    for (int i = 0; i < kAttributeCount; ++i)
        names.emplace_back(attribute_name(static_cast<Attribute>(i)));
    const auto near = nearest(name, names);
    reader.fault(node,
                 name.empty()
                     ? fmt::format("{} names no attribute: write PATTERN:ATTRIBUTE", backquoted(item))
                     : fmt::format("{} is not an attribute", backquoted(name)),
                 near ? fmt::format("Did you mean `{}`?", *near)
                      : fmt::format("It is one of {}.", fmt::join(names, ", ")));
    return std::nullopt;
}

std::vector<std::string> addresses_of(const Workflow& workflow) {
    std::vector<std::string> addresses;
    for (const AgentSpec& agent : workflow.agents)
        addresses.push_back(Address::agent(workflow.name, agent.name).text());
    for (const TeamSpec& team : workflow.teams) {
        addresses.push_back(Address::team_of(workflow.name, team.name).text());
        for (const TaskSpec& task : team.tasks)
            addresses.push_back(Address::task(workflow.name, team.name, task.subject).text());
    }
    return addresses;
}

}  // namespace

void read_rule(std::string_view name, const Node& node, NodeReader& reader, Workflow& workflow,
               WorkflowPlaces& places) {
    const std::vector<std::string> items = items_of(reader.text(node, name));
    if (name == "tlm.protect") {
        for (const std::string& item : items) {
            workflow.protect.push_back(item);
            places.protect.push_back(reader.at(node.mark));
        }
    } else if (name == "tlm.ignore-changes") {
        for (const std::string& item : items) {
            auto ignored = ignored_change(item, node, reader);
            if (!ignored) continue;
            workflow.ignore_changes.push_back(std::move(*ignored));
            places.ignore_changes.push_back(reader.at(node.mark));
        }
    } else {
        // A rule that is misspelled protects nothing, and nobody would see it.
        const auto near = nearest(name, kRules);
        reader.fault(node, fmt::format("there is no rule {}", backquoted(name)),
                     near ? fmt::format("Did you mean `{}`?", *near)
                          : fmt::format("Members of metadata that begin with `tlm.` are rules: {}.",
                                        fmt::join(kRules, ", ")));
    }
}

void check_rules(const Workflow& workflow, const WorkflowPlaces& places, Suggestions& suggestions,
                 Diagnostics& diagnostics) {
    if (workflow.protect.empty() && workflow.ignore_changes.empty()) return;
    const std::vector<std::string> addresses = addresses_of(workflow);
    const auto check = [&](const std::string& pattern, Position position, std::string_view rule) {
        if (std::ranges::any_of(addresses, [&](const auto& a) { return address_matches(pattern, a); }))
            return;
        const auto near = suggestions.nearest_to(pattern, addresses);
        diagnostics.add(position,
                        fmt::format("`{}`: {} selects nothing of this workflow", rule, backquoted(pattern)),
                        near ? fmt::format("Did you mean `{}`?", *near)
                             : "Addresses look like WORKFLOW/agent/NAME; `*` stands for anything.");
    };
    for (std::size_t i = 0; i < workflow.protect.size(); ++i)
        check(workflow.protect[i], places.protect[i], kRules[0]);
    for (std::size_t i = 0; i < workflow.ignore_changes.size(); ++i)
        check(workflow.ignore_changes[i].pattern, places.ignore_changes[i], kRules[1]);
}

}  // namespace tlm
