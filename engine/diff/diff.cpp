#include "engine/diff/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "engine/base/parallel.h"
#include "engine/base/text.h"
#include "engine/resource/task_status.h"

namespace tlm {
namespace {

// What the provider leaves out although it has a meaning: an agent without a host is local, a team without a
// member list has none.
std::optional<Value> reported(const Attributes& live, Attribute attribute) {
    if (auto value = live.find(attribute)) return value;
    if (attribute == Attribute::runtime) return "local";
    if (attribute == Attribute::members) return StringList{};
    return std::nullopt;
}

class Differ {
  public:
    explicit Differ(const FleetIndex& fleet, Requested requested = {})
        : fleet_(fleet), requested_(std::move(requested)) {}

    void compare(const DesiredResource& desired, const Match& match) {
        if (match.chosen == nullptr && has_run(desired.address) &&
            !(requested_ && requested_(desired.address))) {
            // It is not submitted once more only because the target does not show it any more.
            ++result_.unchanged;
        } else if (match.chosen == nullptr) {
            create(desired, match.binding != nullptr ? Reason::gone : Reason::absent);
        } else if (requested_ && requested_(desired.address)) {
            make_anew(desired, match);
        } else if (desired.address.kind == Kind::task) {
            compare_task(desired, match);
        } else {
            compare_existing(desired, match);
        }
    }

    // Whether nothing is to be done, as far as no other change of the plan touches it. Of many at once by
    // several threads, before the first compare().
    [[nodiscard]] bool is_as_desired(const DesiredResource& desired, const Match& match) const {
        if (!match.bound || (requested_ && requested_(desired.address))) return false;
        const Attributes& live = match.chosen->attributes;
        if (desired.address.kind == Kind::task && !is_editable(live)) {
            return !desired.managed.has(Attribute::description) || !live.has(Attribute::description) ||
                   live.packed(Attribute::description) == desired.attributes.packed(Attribute::description);
        }
        AttributeSet same;
        return differences(desired, *match.chosen, match.binding, same).empty();
    }

    // compare(), where is_as_desired() has said yes.
    void pass(const DesiredResource& desired, const Match& match) {
        const bool touched = !pending_.empty() && refers_to_recreated(desired);
        if (touched) return compare(desired, match);
        if (desired.address.kind == Kind::task) note_unknown_status(desired.address, *match.chosen);
        ++result_.unchanged;
    }

    // What a forced diff keeps instead of making it anew. What was made may have lost a tie since, against a
    // create of ours that came late or another machine's, and where nothing was made it may have come late:
    // whatever is not left behind came after the force began.
    void keep(const std::vector<std::pair<Address, ResourceId>>& made) {
        for (const auto& [address, id] : made) {
            const LiveResource* chosen = fleet_.match(address).chosen;
            if (chosen == nullptr) continue;
            const bool survived = address.kind != Kind::task && !fleet_.was_left_behind(chosen->id);
            if (chosen->id == id || survived) kept_.insert(address);
        }
    }

    void force(const DesiredResource& desired, const Match& match) {
        if (kept_.contains(desired.address)) {
            ++result_.kept_of_force;
            return compare(desired, match);
        }
        create(desired, Reason::forced);
        Change& change = result_.changes.back();
        if (change.action != Action::create) return;
        change.precondition = MayExist{};
        // A forced team is another one, and its tasks with it.
        if (desired.address.kind != Kind::task) leave(match, change);
    }

    Diff take() { return std::move(result_); }

  private:
    static void leave(const Match& match, Change& change) {
        if (match.chosen != nullptr) change.leaves.push_back(match.chosen->id);
        for (const LiveResource* live : match.surplus)
            change.leaves.push_back(live->id);
        std::ranges::sort(change.leaves);
    }

    // A task can't be deleted, so another one takes its place.
    void make_anew(const DesiredResource& desired, const Match& match) {
        if (desired.address.kind != Kind::task) return replace(desired, *match.chosen, Reason::requested);
        if (kept_.contains(desired.address)) {
            ++result_.kept_of_force;
            return compare_task(desired, match);
        }
        create(desired, Reason::requested);
        Change& change = result_.changes.back();
        if (change.action != Action::create) return;
        change.precondition = MayExist{};
        leave(match, change);
    }

    void replace(const DesiredResource& desired, const LiveResource& live, Reason reason) {
        Change change = change_for(desired, Action::replace, reason);
        change.id = live.id;
        change.precondition = MustMatch{{}, fingerprint(live.attributes, {})};
        change.attributes = all_attributes(desired, live);
        add(std::move(change));
    }

    Change change_for(const DesiredResource& desired, Action action, Reason reason) const {
        Change change;
        change.address = desired.address;
        change.action = action;
        change.reason = reason;
        change.key = desired.key;
        for (const Address& reference : desired.references()) {
            if (pending_.contains(reference)) change.depends_on.push_back(reference);
        }
        std::ranges::sort(change.depends_on);
        const auto repeated = std::ranges::unique(change.depends_on);
        change.depends_on.erase(repeated.begin(), repeated.end());
        return change;
    }

    void add(Change change) {
        if (change.action == Action::create || change.action == Action::update ||
            change.action == Action::replace) {
            pending_.emplace(change.address, Pending{change.action, change.reason});
        }
        result_.changes.push_back(std::move(change));
    }

    void create(const DesiredResource& desired, Reason reason) {
        Change change = change_for(desired, Action::create, reason);
        change.precondition = MustBeAbsent{};
        for (const auto& [attribute, value] : desired.attributes) {
            change.attributes.push_back({attribute, std::nullopt, value});
        }
        bool stuck = false;
        for (const Address& predecessor : desired.blocked_by()) {
            // A predecessor that is made anew is going to be another one than the one that is there.
            const bool made_anew = reason == Reason::forced || (requested_ && requested_(predecessor));
            const bool known = !made_anew || kept_.contains(predecessor);
            if (!known || !completed(predecessor)) change.waits_for.push_back(predecessor);
            if (known && failed(predecessor)) {
                stuck = true;
                result_.notices.push_back(
                    {desired.address, fmt::format("it can't be submitted: `{}`, which it waits for, failed",
                                                  predecessor.name)});
            }
        }
        result_.stuck += stuck ? 1 : 0;
        if (!change.waits_for.empty()) {
            std::ranges::sort(change.waits_for);
            change.action = Action::none;
            change.reason = Reason::blocked;
            // It is not executed by this plan, so nothing of the plan need come before it.
            change.depends_on.clear();
        }
        add(std::move(change));
    }

    // How a task has ended that this plan does not submit, as far as the target shows or the state remembers
    // it.
    std::optional<TaskEnd> end_of(const Address& task) const {
        if (pending_.contains(task)) return std::nullopt;
        return fleet_.end_of(task, fleet_.match(task).chosen);
    }

    // Whether a task came to its end on the target once.
    bool has_run(const Address& task) const {
        const auto end = fleet_.end_of(task);
        return end && *end != TaskEnd::skipped;
    }

    bool completed(const Address& task) const { return end_of(task) == TaskEnd::completed; }
    bool failed(const Address& task) const { return end_of(task) == TaskEnd::failed; }

    // A reference that this plan gives a new id is out of date on the target, whatever it says there.
    bool recreated(const DesiredResource& desired, const std::string& agent) const {
        const auto at = pending_.find(Address::agent(desired.address.workflow, agent));
        if (at == pending_.end() || at->second.reason == Reason::absent)
            return false;  // nobody refers to it yet
        return at->second.action != Action::update;
    }

    // The managed attributes that are not as desired. `same` receives the others.
    // `binding` is null where what was last applied is not known.
    std::vector<AttributeChange> differences(const DesiredResource& desired, const LiveResource& live,
                                             const Binding* binding, AttributeSet& same) const {
        std::vector<AttributeChange> changes;
        std::optional<Attributes> applied;  // read for the few that are not reported
        for (const Attributes::Entry entry : desired.attributes.entries()) {
            const Attribute attribute = entry.attribute;
            if (!desired.managed.has(attribute)) continue;
            // Nearly all are as they should be.
            if (!is_reference(attribute) && live.attributes.packed(attribute) == entry.packed) {
                same.add(attribute);
                continue;
            }
            const Value want = entry.value();
            std::optional<Value> have = reported(live.attributes, attribute);
            if (have && is_reference(attribute))
                have = fleet_.named(desired.address, attribute, *have, &want);
            std::optional<Value> known = have;
            if (!known && binding != nullptr) {
                // What the target does not report back is taken to be as it was last applied.
                if (!applied) applied = binding->applied.read();
                known = applied->find(attribute);
            }
            if (known && same_meaning(attribute, *known, want) &&
                !refers_to_recreated(desired, attribute, want)) {
                same.add(attribute);
                continue;
            }
            std::optional<Value> before = std::move(known);
            if (have && refers_to_recreated(desired, attribute, want)) {
                before = with_old_ids(desired, live.attributes, attribute, *have);
            }
            changes.push_back({attribute, std::move(before), want});
        }
        return changes;
    }

    // The live references, those to agents that this plan makes anew as ids: their names will mean the new
    // ones.
    Value with_old_ids(const DesiredResource& desired, const Attributes& live, Attribute attribute,
                       const Value& named) const {
        const auto shown = [&](const std::string& id) {
            const std::string name = fleet_.reference_name(desired.address, Kind::agent, id, names_in(named));
            return recreated(desired, name) ? "id:" + id : name;
        };
        const std::optional<Value> ids = live.find(attribute);
        if (!ids) return named;
        if (const auto* id = std::get_if<std::string>(&*ids)) return shown(*id);
        StringList members;
        for (const std::string& id : std::get<StringList>(*ids))
            members.push_back(shown(id));
        std::ranges::sort(members);
        return members;
    }

    static StringList names_in(const Value& named) {
        if (const auto* text = std::get_if<std::string>(&named)) return {*text};
        return std::get<StringList>(named);
    }

    bool refers_to_recreated(const DesiredResource& desired, Attribute attribute, const Value& want) const {
        if (attribute == Attribute::assign_to) return recreated(desired, std::get<std::string>(want));
        if (attribute != Attribute::members) return false;
        return std::ranges::any_of(std::get<StringList>(want),
                                   [&](const std::string& name) { return recreated(desired, name); });
    }

    [[nodiscard]] bool refers_to_recreated(const DesiredResource& desired) const {
        return std::ranges::any_of(desired.attributes, [&](const auto& entry) {
            return refers_to_recreated(desired, entry.first, entry.second);
        });
    }

    Reason reason_for(const DesiredResource& desired, const Binding* binding,
                      const std::vector<AttributeChange>& changes) const {
        bool by_workflow = false;
        bool by_target = false;
        const Attributes known = last_applied(binding);
        for (const AttributeChange& change : changes) {
            if (change.attribute == Attribute::runtime) return Reason::runtime_moved;
            if (refers_to_recreated(desired, change.attribute, *change.after))
                return Reason::member_recreated;
            const std::optional<Value> applied = known.find(change.attribute);
            if (!applied) continue;
            (same_meaning(change.attribute, *applied, *change.after) ? by_target : by_workflow) = true;
        }
        if (by_workflow) return Reason::workflow_changed;
        if (changes.size() == 1 && changes.front().attribute == Attribute::status) return Reason::stopped;
        return by_target ? Reason::live_changed : Reason::differs;
    }

    void compare_existing(const DesiredResource& desired, const Match& match) {
        AttributeSet same;
        const Binding* binding = match.bound ? match.binding : nullptr;
        std::vector<AttributeChange> changes = differences(desired, *match.chosen, binding, same);
        if (changes.empty() && match.bound) {
            ++result_.unchanged;
            return;
        }
        Reason reason = changes.empty() ? Reason::unbound : reason_for(desired, binding, changes);
        if (reason == Reason::runtime_moved) return replace(desired, *match.chosen, reason);
        const Action action = changes.empty() ? Action::adopt : Action::update;
        // What is adopted is part of what is reviewed, and of what a conflict names.
        if (action == Action::adopt) changes = adopted_attributes(desired, *match.chosen);
        if (lost_a_tie(desired.address.kind, match)) reason = Reason::tie;
        Change change = change_for(desired, action, reason);
        change.id = match.chosen->id;
        MustMatch unchanged;
        for (const auto& [attribute, value] : desired.attributes) {
            if (same.has(attribute)) unchanged.over.push_back(attribute);
        }
        unchanged.sha256 = fingerprint(match.chosen->attributes, unchanged.over);
        change.precondition = std::move(unchanged);
        change.attributes = std::move(changes);
        if (action == Action::adopt) change.depends_on.clear();
        add(std::move(change));
    }

    // What the address was bound to is still there, and yet the address means another one.
    bool lost_a_tie(Kind kind, const Match& match) const {
        return match.binding != nullptr && !match.bound && fleet_.by_id(kind, match.binding->id) != nullptr;
    }

    std::vector<AttributeChange> adopted_attributes(const DesiredResource& desired,
                                                    const LiveResource& live) const {
        std::vector<AttributeChange> same;
        const Attributes named = fleet_.named(desired.address, live.attributes, desired.attributes);
        for (const auto& [attribute, want] : desired.attributes) {
            if (!desired.managed.has(attribute)) continue;
            if (const auto have = reported(named, attribute)) same.push_back({attribute, *have, *have});
        }
        return same;
    }

    // A replacement is made anew, so it carries what a create carries, and all that goes with the old one.
    std::vector<AttributeChange> all_attributes(const DesiredResource& desired,
                                                const LiveResource& live) const {
        std::vector<AttributeChange> changes;
        const Attributes named = fleet_.named(desired.address, live.attributes, desired.attributes);
        for (const auto& [attribute, want] : desired.attributes) {
            changes.push_back({attribute, reported(named, attribute), want});
        }
        for (const auto& [attribute, value] : live.attributes) {
            if (!desired.attributes.has(attribute) && attribute != Attribute::status)
                changes.push_back({attribute, named.find(attribute), std::nullopt});
        }
        std::ranges::sort(changes, {}, &AttributeChange::attribute);
        return changes;
    }

    // Edits reach a task only while nobody works on it.
    static bool is_editable(const Attributes& live_task) {
        const std::string_view status = live_task.text(Attribute::status);
        return status.empty() || status == "pending";
    }

    // A word that is none for a task's life has to be explained: it neither runs nor is it done by that.
    void note_unknown_status(const Address& task, const LiveResource& live) {
        const std::string_view status = live.attributes.text(Attribute::status);
        if (goes_on(status) || has_completed(status) || has_failed(status)) return;
        const auto end = fleet_.end_of(task, &live);
        const std::string_view counts = !end                         ? "it counts as not finished"
                                        : *end == TaskEnd::completed ? "it completed before, and that counts"
                                                                     : "it failed before, and that counts";
        result_.notices.push_back(
            {task, fmt::format("the server shows its status as `{}`, which tlm does not know: {}",
                               visible(status), counts)});
    }

    void compare_task(const DesiredResource& desired, const Match& match) {
        note_unknown_status(desired.address, *match.chosen);
        const std::string_view status = match.chosen->attributes.text(Attribute::status);
        if (is_editable(match.chosen->attributes)) {
            compare_existing(desired, match);
            if (!result_.changes.empty() && result_.changes.back().address == desired.address) {
                auto& precondition = std::get<MustMatch>(result_.changes.back().precondition);
                precondition.over.push_back(Attribute::status);
                precondition.sha256 = fingerprint(match.chosen->attributes, precondition.over);
            }
            return;
        }
        const Attributes& live = match.chosen->attributes;
        if (desired.managed.has(Attribute::description) && live.has(Attribute::description) &&
            live.packed(Attribute::description) != desired.attributes.packed(Attribute::description)) {
            result_.notices.push_back(
                {desired.address,
                 fmt::format(
                     "its description was edited, but the task is {} already: the edit does not reach it",
                     status)});
        }
        if (match.bound) {
            ++result_.unchanged;
            return;
        }
        Change change = change_for(desired, Action::adopt, Reason::unbound);
        change.id = match.chosen->id;
        change.depends_on.clear();
        change.precondition = MustMatch{{}, fingerprint({}, {})};
        add(std::move(change));
    }

    const FleetIndex& fleet_;
    Requested requested_;
    Diff result_;
    struct Pending {
        Action action;
        Reason reason;
    };
    std::unordered_map<Address, Pending> pending_;
    std::unordered_set<Address> kept_;
};

}  // namespace

Diff diff(const std::vector<DesiredResource>& desired, const std::vector<Match>& matches,
          const FleetIndex& fleet, const Requested& requested,
          const std::vector<std::pair<Address, ResourceId>>& made) {
    Differ differ(fleet, requested);
    differ.keep(made);
    // In most plans most resources are as they should be, which can be found out in any order.
    constexpr std::size_t kWorthAThread = 5'000;
    std::vector<char> as_desired(desired.size());
    const std::size_t parts = worthwhile_parts(desired.size(), kWorthAThread);
    in_parallel(parts, [&](std::size_t part) {
        const std::size_t end = desired.size() * (part + 1) / parts;
        for (std::size_t i = desired.size() * part / parts; i < end; ++i)
            as_desired[i] = differ.is_as_desired(desired[i], matches[i]) ? 1 : 0;
    });
    for (std::size_t i = 0; i < desired.size(); ++i) {
        if (as_desired[i] != 0) {
            differ.pass(desired[i], matches[i]);
        } else {
            differ.compare(desired[i], matches[i]);
        }
    }
    return differ.take();
}

Diff forced_diff(const std::vector<DesiredResource>& desired, const std::vector<Match>& matches,
                 const FleetIndex& fleet, const std::vector<std::pair<Address, ResourceId>>& made) {
    Differ differ(fleet);
    differ.keep(made);
    for (std::size_t i = 0; i < desired.size(); ++i)
        differ.force(desired[i], matches[i]);
    return differ.take();
}

}  // namespace tlm
