#include "engine/snapshot/fleet_index.h"

#include <algorithm>
#include <tuple>

#include "engine/resource/key.h"

namespace tlm {
namespace {

std::size_t slot(Kind kind) {
    return static_cast<std::size_t>(kind);
}

std::string subject_slot(const ResourceId& team, std::string_view subject) {
    std::string text = team.value;
    text += '\0';
    text += subject;
    return text;
}

bool older(const LiveResource* left, const LiveResource* right) {
    return std::tie(left->created_at, left->id) < std::tie(right->created_at, right->id);
}

}  // namespace

FleetIndex::FleetIndex(const Snapshot& snapshot, const std::vector<Binding>& bindings,
                       const std::vector<LeftBehind>& left_behind, const std::vector<EndedTask>& ended)
    : consistent_(snapshot.consistent) {
    for (const LeftBehind& left : left_behind)
        left_behind_.insert(left.id);
    for (const LiveResource& resource : snapshot.resources) {
        by_id_[slot(resource.kind)].emplace(resource.id, &resource);
        if (resource.kind == Kind::task) {
            by_subject_[subject_slot(resource.team, resource.name)].push_back(&resource);
        } else if (Key::recognise(resource.name)) {
            by_name_[slot(resource.kind)][resource.name].push_back(&resource);
        }
    }
    for (auto& by_name : by_name_) {
        for (auto& [name, group] : by_name) {
            std::ranges::sort(group, older);
            find_passed_over(group);
        }
    }
    for (auto& [subject, group] : by_subject_) {
        std::ranges::sort(group, older);
        find_passed_over(group);
    }
    for (const Binding& binding : bindings) {
        bindings_.emplace(binding.address, &binding);
        bound_ids_[slot(binding.address.kind)].emplace(binding.id, &binding);
        if (binding.address.kind == Kind::task) {
            bound_tasks_[Address::team_of(binding.address.workflow, binding.address.team)].push_back(
                binding.address);
        }
    }
    for (const EndedTask& task : ended)
        ends_.emplace(task.address, task.end);
}

const LiveResource* FleetIndex::eldest(const Group& carriers) const {
    const auto at = std::ranges::find_if(
        carriers, [&](const LiveResource* live) { return !left_behind_.contains(live->id); });
    return at == carriers.end() ? nullptr : *at;
}

void FleetIndex::find_passed_over(const Group& carriers) {
    if (carriers.size() < 2) return;
    const LiveResource* chosen = eldest(carriers);
    if (chosen == nullptr) return;
    for (const LiveResource* live : carriers) {
        if (live != chosen) passed_over_.insert(live);
    }
}

const LiveResource* FleetIndex::by_id(Kind kind, const ResourceId& id) const {
    const auto at = by_id_[slot(kind)].find(id);
    return at == by_id_[slot(kind)].end() ? nullptr : at->second;
}

const Binding* FleetIndex::binding(const Address& address) const {
    const auto at = bindings_.find(address);
    return at == bindings_.end() ? nullptr : at->second;
}

const Binding* FleetIndex::bound_to(Kind kind, const ResourceId& id) const {
    const auto at = bound_ids_[slot(kind)].find(id);
    return at == bound_ids_[slot(kind)].end() ? nullptr : at->second;
}

const FleetIndex::Group* FleetIndex::group(const Address& address) const {
    if (address.kind == Kind::task) {
        const Match team = match(Address::team_of(address.workflow, address.team));
        if (team.chosen == nullptr) return nullptr;
        const auto at = by_subject_.find(subject_slot(team.chosen->id, address.name));
        return at == by_subject_.end() ? nullptr : &at->second;
    }
    const auto& by_name = by_name_[slot(address.kind)];
    const auto at = by_name.find(Key::derive(address.workflow, address.name).text());
    return at == by_name.end() ? nullptr : &at->second;
}

Match FleetIndex::match(const Address& address) const {
    Match match;
    const Binding* known = binding(address);
    const Group* carriers = group(address);
    if (carriers != nullptr) match.chosen = eldest(*carriers);
    if (match.chosen == nullptr && known != nullptr) match.chosen = by_id(address.kind, known->id);
    if (match.chosen == nullptr && carriers != nullptr) match.chosen = carriers->front();
    match.bound = match.chosen != nullptr && known != nullptr && known->id == match.chosen->id;
    if (carriers == nullptr) return match;
    for (const LiveResource* resource : *carriers) {
        if (resource != match.chosen) match.surplus.push_back(resource);
    }
    return match;
}

std::optional<TaskEnd> FleetIndex::end_of(const Address& task) const {
    const auto at = ends_.find(task);
    return at == ends_.end() ? std::nullopt : std::optional(at->second);
}

const std::vector<Address>& FleetIndex::bound_tasks(const Address& team) const {
    static const std::vector<Address> none;
    const auto at = bound_tasks_.find(team);
    return at == bound_tasks_.end() ? none : at->second;
}

std::string FleetIndex::reference_name(const Address& owner, Kind kind, const std::string& id,
                                       const StringList& candidates) const {
    // A plan writes the id of a resource that it is going to replace, although the name still means it.
    if (std::ranges::find(candidates, "id:" + id) != candidates.end()) return "id:" + id;
    const LiveResource* const live = by_id(kind, {id});
    if (const Binding* bound = bound_to(kind, {id});
        bound != nullptr && bound->address.workflow == owner.workflow &&
        (kind != Kind::task || bound->address.team == owner.team) && live != nullptr &&
        !passed_over_.contains(live)) {
        return bound->address.name;
    }
    if (live != nullptr) {
        for (const std::string& name : candidates) {
            const Address address{owner.workflow, kind, kind == Kind::task ? owner.team : std::string(),
                                  name};
            // Comparing the name first spares a hash for each member of a large team.
            if (kind == Kind::task ? live->name != name
                                   : !live->name.ends_with(Key::derive("", name).suffix())) {
                continue;
            }
            if (match(address).chosen == live) return name;
        }
    }
    return "id:" + id;
}

Attributes FleetIndex::named(const Address& owner, const Attributes& live,
                             const Attributes& candidates) const {
    Attributes result;
    const auto names_of = [&](Attribute attribute) {
        const Value* value = candidates.find(attribute);
        if (value == nullptr) return StringList{};
        if (const auto* list = std::get_if<StringList>(value)) return *list;
        if (const auto* text = std::get_if<std::string>(value)) return StringList{*text};
        return StringList{};
    };
    for (const auto& [attribute, value] : live) {
        const bool members = attribute == Attribute::members;
        if (members || attribute == Attribute::blocked_by) {
            StringList names;
            const StringList candidate_names = names_of(attribute);
            for (const std::string& id : std::get<StringList>(value)) {
                names.push_back(
                    reference_name(owner, members ? Kind::agent : Kind::task, id, candidate_names));
            }
            std::ranges::sort(names);
            result.set(attribute, std::move(names));
        } else if (attribute == Attribute::assign_to) {
            result.set(attribute,
                       reference_name(owner, Kind::agent, std::get<std::string>(value), names_of(attribute)));
        } else {
            result.set(attribute, value);
        }
    }
    return result;
}

}  // namespace tlm
