#include "engine/rekey/rekeying.h"

#include <algorithm>

#include "engine/plan/protection.h"
#include "engine/resource/key.h"

namespace tlm {
namespace {

void move_binding(const Binding& binding, Address to, StateEdit& edit) {
    if (binding.address == to) return;
    Binding moved = binding;
    moved.key = to.kind == Kind::task ? std::string() : Key::derive(to.workflow, to.name).text();
    moved.address = std::move(to);
    edit.unbind.push_back(binding.address);
    edit.bind.push_back(std::move(moved));
}

// The same attributes with another name for an agent that they refer to. False: they do not.
bool rename_agent(Attributes& attributes, const std::string& from, const std::string& to) {
    bool changed = false;
    if (const auto value = attributes.find(Attribute::members)) {
        StringList members = std::get<StringList>(*value);
        const auto at = std::ranges::find(members, from);
        if (at != members.end()) {
            *at = to;
            std::ranges::sort(members);
            attributes.set(Attribute::members, std::move(members));
            changed = true;
        }
    }
    if (attributes.text(Attribute::assign_to) == from) {
        attributes.set(Attribute::assign_to, to);
        changed = true;
    }
    return changed;
}

void follow_agent(const Address& from, const Address& to, const std::vector<Binding>& bindings,
                  StateEdit& edit) {
    // In another workflow a name means another agent, and who names this one there is for that workflow to
    // say.
    if (from.workflow != to.workflow || from.name == to.name) return;
    for (const Binding& binding : bindings) {
        if (binding.address.kind == Kind::agent || binding.address.workflow != from.workflow) continue;
        Attributes applied = binding.applied.read();
        if (!rename_agent(applied, from.name, to.name)) continue;
        edit.bind.push_back(binding);
        edit.bind.back().applied = applied;
    }
}

// `WORKFLOW/` as addresses begin.
std::string workflow_prefix(const Address& address) {
    const std::string text = address.text();
    return text.substr(0, text.find('/') + 1);
}

}  // namespace

StateEdit follow(const Address& from, const Address& to, const FleetIndex& fleet,
                 const std::vector<Binding>& bindings) {
    StateEdit edit;
    if (const Binding* binding = fleet.binding(from)) move_binding(*binding, to, edit);
    if (from.kind == Kind::agent) follow_agent(from, to, bindings, edit);
    if (from.kind == Kind::team) {
        for (const Binding* task : fleet.bound_tasks(from))
            move_binding(*task, Address::task(to.workflow, to.name, task->address.name), edit);
    }
    return edit;
}

std::vector<Protection> followed_protections(const std::vector<Protection>& known,
                                             const std::vector<Rekeying>& items) {
    std::vector<Protection> all = known;
    std::vector<Protection> followed;
    for (const Rekeying& item : items) {
        const Protection* before = find_protection(known, item.from, item.from.text());
        const std::string text = item.to.text();
        if (before == nullptr || find_protection(all, item.to, text) != nullptr) continue;
        // With a whole workflow its patterns go over, so that there are no more of them than before.
        const std::string prefix = workflow_prefix(item.from);
        std::string pattern = before->pattern;
        if (pattern.starts_with(prefix)) pattern.replace(0, prefix.size(), workflow_prefix(item.to));
        if (!address_matches(pattern, text)) pattern = text;
        followed.push_back({item.to.workflow, pattern});
        all.push_back(followed.back());
    }
    std::ranges::sort(followed);
    return followed;
}

}  // namespace tlm
