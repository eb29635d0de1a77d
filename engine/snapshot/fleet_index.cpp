#include "engine/snapshot/fleet_index.h"

#include <algorithm>

#include "engine/base/parallel.h"
#include "engine/resource/age.h"
#include "engine/resource/key.h"
#include "engine/snapshot/task_end.h"

namespace tlm {
namespace {

constexpr std::size_t kForAThread = 5'000;  // resources that are worth starting one

std::size_t slot(Kind kind) {
    return static_cast<std::size_t>(kind);
}

}  // namespace

std::size_t FleetIndex::hash_of(const Subject& subject) noexcept {
    const std::size_t seed = hash_of(subject.team);
    return seed ^ (hash_of(subject.subject) + 0x9e3779b97f4a7c15ULL + (seed << 6U) + (seed >> 2U));
}

FleetIndex::FleetIndex(const Snapshot& snapshot, const std::vector<Binding>& bindings,
                       const std::vector<LeftBehind>& left_behind, const std::vector<EndedTask>& ended)
    : snapshot_(snapshot.resources), consistent_(snapshot.consistent), bound_(snapshot.resources.size()) {
    for (const LeftBehind& left : left_behind)
        left_behind_.emplace(left.id, left.address);
    bindings_.reserve(bindings.size());
    for (const Binding& binding : bindings)
        bindings_.push_back(&binding);
    const auto address_of = [](const Binding* binding) -> const Address& { return binding->address; };
    // As the state gives them.
    if (!std::ranges::is_sorted(bindings_, {}, address_of)) std::ranges::sort(bindings_, {}, address_of);
    bound_to_.resize(bindings_.size());
    // Tasks and all else know nothing of each other.
    const std::size_t parts =
        std::min<std::size_t>(2, worthwhile_parts(snapshot.resources.size(), kForAThread));
    Shared of_tasks;
    in_parallel(parts, [&](std::size_t part) {
        if (part == 0) add_all(false, shared_);
        if (part + 1 == parts) add_all(true, of_tasks);
    });
    shared_.merge(of_tasks);
    for (auto& [first, group] : shared_) {
        sort_by_age(group);
        const LiveResource* chosen = eldest(group);
        for (const LiveResource* live : group) {
            if (chosen != nullptr && live != chosen) passed_over_.insert(live);
        }
    }
    for (const EndedTask& task : ended)
        ends_.emplace(task.address, task);
}

void FleetIndex::add_all(bool tasks, Shared& shared) {
    std::size_t counts[3] = {};
    for (const LiveResource& resource : snapshot_)
        ++counts[slot(resource.kind)];
    for (const Kind kind : {Kind::agent, Kind::team, Kind::task}) {
        if ((kind == Kind::task) == tasks) by_id_[slot(kind)].reserve(counts[slot(kind)]);
    }
    if (tasks) by_subject_.reserve(counts[slot(Kind::task)]);
    for (const LiveResource& resource : snapshot_) {
        if ((resource.kind == Kind::task) != tasks) continue;
        by_id_[slot(resource.kind)].insert(&resource);
        if (tasks) {
            add_carrier(by_subject_, resource, shared);
        } else if (Key::is_key(resource.name)) {
            add_carrier(by_name_[slot(resource.kind)], resource, shared);
        }
    }
    std::vector<const Binding*>* of_team = nullptr;  // the list that the last task went to
    for (std::size_t place = 0; place < bindings_.size(); ++place) {
        const Binding* binding = bindings_[place];
        const Address& address = binding->address;
        if ((address.kind == Kind::task) != tasks) continue;
        const LiveResource* live = by_id(address.kind, binding->id);
        bound_to_[place] = live;
        if (live != nullptr && bound_[position(live)] == nullptr) bound_[position(live)] = binding;
        if (!tasks) continue;
        const bool same_team = of_team != nullptr && of_team->back()->address.team == address.team &&
                               of_team->back()->address.workflow == address.workflow;
        if (!same_team) of_team = &bound_tasks_[Address::team_of(address.workflow, address.team)];
        of_team->push_back(binding);
    }
}

template <typename By>
void FleetIndex::add_carrier(Table<By>& table, const LiveResource& live, Shared& shared) {
    const auto [first, only] = table.insert(&live);
    if (only) return;
    Carriers& all = shared[*first];
    if (all.empty()) all.push_back(*first);
    all.push_back(&live);
}

template <typename By, typename Name>
FleetIndex::CarriersView FleetIndex::carriers(const Table<By>& table, const Name& name) const {
    const auto first = table.find(name);
    if (first == table.end()) return {};
    if (!shared_.empty()) {
        if (const auto all = shared_.find(*first); all != shared_.end()) return all->second;
    }
    return {&*first, 1};
}

FleetIndex::CarriersView FleetIndex::named_by_key(Kind kind, std::string_view key) const {
    return carriers(by_name_[slot(kind)], key);
}

FleetIndex::CarriersView FleetIndex::in_team(const LiveResource* team, std::string_view subject) const {
    if (team == nullptr) return {};
    return carriers(by_subject_, Subject{team->id, subject});
}

FleetIndex::CarriersView FleetIndex::carriers_of(const Address& address) const {
    if (address.kind == Kind::task)
        return in_team(match(Address::team_of(address.workflow, address.team)).chosen, address.name);
    return named_by_key(address.kind, Key::derive(address.workflow, address.name).text());
}

const LiveResource* FleetIndex::eldest(CarriersView carriers) const {
    const auto at = std::ranges::find_if(
        carriers, [&](const LiveResource* live) { return !left_behind_.contains(live->id); });
    return at == carriers.end() ? nullptr : *at;
}

const LiveResource* FleetIndex::by_id(Kind kind, const ResourceId& id) const {
    const auto at = by_id_[slot(kind)].find(id);
    return at == by_id_[slot(kind)].end() ? nullptr : *at;
}

std::size_t FleetIndex::place_of(const Address& address, std::size_t near) const {
    if (near < bindings_.size() && bindings_[near]->address == address) return near;
    const auto address_of = [](const Binding* binding) -> const Address& { return binding->address; };
    const bool next_is_behind = near >= bindings_.size() || address < bindings_[near]->address;
    const bool last_is_before = near == 0 || bindings_[near - 1]->address < address;
    if (next_is_behind && last_is_before) return near;
    return static_cast<std::size_t>(std::ranges::lower_bound(bindings_, address, {}, address_of) -
                                    bindings_.begin());
}

const Binding* FleetIndex::at_place(std::size_t place, const Address& address) const {
    if (place == bindings_.size() || bindings_[place]->address != address) return nullptr;
    return bindings_[place];
}

const Binding* FleetIndex::binding(const Address& address) const {
    return at_place(place_of(address, bindings_.size()), address);
}

std::set<std::string> FleetIndex::bound_workflows() const {
    std::set<std::string> names;
    for (const Binding* binding : bindings_) {
        if (names.empty() || *names.rbegin() != binding->address.workflow)
            names.insert(names.end(), binding->address.workflow);
    }
    return names;
}

const Binding* FleetIndex::bound_to(Kind kind, const ResourceId& id) const {
    const LiveResource* live = by_id(kind, id);
    return live == nullptr ? nullptr : bound_[position(live)];
}

Match FleetIndex::match(const Address& address) const {
    return match(address.kind, binding(address), carriers_of(address));
}

bool FleetIndex::belongs_to(const LiveResource& live, const Address& address) const {
    const Binding* known = binding(address);
    if (known != nullptr && known->id == live.id) return true;
    if (const auto left = left_behind_.find(live.id); left != left_behind_.end() && left->second == address)
        return true;
    if (address.kind != Kind::task) return live.name == Key::derive(address.workflow, address.name).text();
    const LiveResource* team = by_id(Kind::team, live.team);
    return live.name == address.name && team != nullptr &&
           belongs_to(*team, Address::team_of(address.workflow, address.team));
}

Match FleetIndex::match(Kind kind, const Binding* known, CarriersView carriers) const {
    Match match;
    match.binding = known;
    match.chosen = eldest(carriers);
    if (match.chosen == nullptr && known != nullptr) match.chosen = by_id(kind, known->id);
    if (match.chosen == nullptr && !carriers.empty()) match.chosen = carriers.front();
    match.bound = match.chosen != nullptr && known != nullptr && known->id == match.chosen->id;
    for (const LiveResource* resource : carriers) {
        if (resource != match.chosen) match.surplus.push_back(resource);
    }
    return match;
}

std::vector<Match> FleetIndex::match_all(const std::vector<DesiredResource>& desired) const {
    std::vector<Match> matches(desired.size());
    const std::size_t parts = worthwhile_parts(desired.size(), kForAThread);
    in_parallel(parts, [&](std::size_t part) {
        const Address* task = nullptr;  // the last one
        const LiveResource* team = nullptr;
        std::size_t place = bindings_.size();
        const std::size_t end = desired.size() * (part + 1) / parts;
        for (std::size_t i = desired.size() * part / parts; i < end; ++i) {
            const Address& address = desired[i].address;
            const bool is_task = address.kind == Kind::task;
            if (is_task &&
                (task == nullptr || task->team != address.team || task->workflow != address.workflow)) {
                team = match(Address::team_of(address.workflow, address.team)).chosen;
            }
            if (is_task) task = &address;
            place = place_of(address, place);
            const Binding* known = at_place(place, address);
            const LiveResource* live = known == nullptr ? nullptr : bound_to_[place];
            if (known != nullptr) ++place;
            const auto carries_it = [&] {
                if (!is_task) return live->name == desired[i].key;
                return team != nullptr && live->team == team->id && live->name == address.name;
            };
            // Where nothing shares its key, what is bound and carries it needs no looking up.
            if (live != nullptr && shared_.empty() && carries_it()) {
                matches[i] = {live, true, known, {}};
            } else {
                matches[i] =
                    match(address.kind, known,
                          is_task ? in_team(team, address.name) : named_by_key(address.kind, desired[i].key));
            }
        }
    });
    return matches;
}

std::optional<TaskEnd> FleetIndex::end_of(const Address& task) const {
    const auto at = ends_.find(task);
    return at == ends_.end() ? std::nullopt : std::optional(at->second.end);
}

std::optional<TaskEnd> FleetIndex::end_of(const Address& task, const LiveResource* live) const {
    if (live == nullptr) return end_of(task);
    const auto at = ends_.find(task);
    // A task that was submitted again is another one.
    const bool known = at != ends_.end() && at->second.id == live->id;
    return task_end(live->attributes.text(Attribute::status),
                    known ? std::optional(at->second.end) : std::nullopt);
}

const std::vector<const Binding*>& FleetIndex::bound_tasks(const Address& team) const {
    static const std::vector<const Binding*> none;
    const auto at = bound_tasks_.find(team);
    return at == bound_tasks_.end() ? none : at->second;
}

std::string FleetIndex::reference_name(const Address& owner, Kind kind, const std::string& id,
                                       std::span<const std::string> candidates) const {
    // A plan writes the id of a resource that it is going to replace, although the name still means it.
    const auto is_id = [&](std::string_view name) { return name.starts_with("id:") && name.substr(3) == id; };
    if (std::ranges::any_of(candidates, is_id)) return "id:" + id;
    const LiveResource* const live = by_id(kind, ResourceId(id));
    if (const Binding* bound = live == nullptr ? nullptr : bound_[position(live)];
        bound != nullptr && bound->address.workflow == owner.workflow &&
        (kind != Kind::task || bound->address.team == owner.team) &&
        (passed_over_.empty() || !passed_over_.contains(live))) {
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

Value FleetIndex::named(const Address& owner, Attribute attribute, const Value& live,
                        const Value* candidates) const {
    const Kind kind = attribute == Attribute::blocked_by ? Kind::task : Kind::agent;
    std::span<const std::string> names;
    if (candidates != nullptr) {
        if (const auto* list = std::get_if<StringList>(candidates)) names = *list;
        if (const auto* text = std::get_if<std::string>(candidates)) names = {text, 1};
    }
    if (const auto* id = std::get_if<std::string>(&live)) return reference_name(owner, kind, *id, names);
    StringList result;
    result.reserve(std::get<StringList>(live).size());
    for (const std::string& id : std::get<StringList>(live))
        result.push_back(reference_name(owner, kind, id, names));
    std::ranges::sort(result);
    return result;
}

Attributes FleetIndex::named(const Address& owner, const Attributes& live,
                             const Attributes& candidates) const {
    Attributes result;
    for (const auto& [attribute, value] : live) {
        const auto wanted = candidates.find(attribute);
        result.set(attribute, is_reference(attribute)
                                  ? named(owner, attribute, value, wanted ? &*wanted : nullptr)
                                  : value);
    }
    return result;
}

}  // namespace tlm
