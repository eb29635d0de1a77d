#include "engine/rekey/move.h"
#include "engine/base/shell_quote.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "engine/base/text.h"
#include "engine/base/unicode.h"
#include "engine/resource/key.h"

namespace tlm {
namespace {

// The workflow that `NAME` or `NAME/*` means; nothing where the text is an address.
std::optional<std::string> workflow_of(std::string_view text) {
    if (text.ends_with("/*")) text.remove_suffix(2);
    if (text.empty() || text.find('/') != std::string_view::npos) return std::nullopt;
    // So that a name is written as in an address.
    auto address = Address::parse(std::string(text) + "/agent/x");
    if (!address) return std::nullopt;
    return std::move(address.value().workflow);
}

// Agents and teams of a workflow: those that are bound, and live ones whose key alone proves it.
std::set<Address> addresses_of(const std::string& workflow, const Snapshot& snapshot, const FleetIndex& fleet,
                               const std::vector<Binding>& bindings) {
    std::set<Address> addresses;
    for (const Binding& binding : bindings) {
        if (binding.address.workflow == workflow && binding.address.kind != Kind::task)
            addresses.insert(binding.address);
    }
    for (const LiveResource& live : snapshot.resources) {
        if (live.kind == Kind::task || fleet.was_left_behind(live.id)) continue;
        const auto key = Key::recognise(live.name);
        if (key && key->proves_owner(workflow))
            addresses.insert(Address{workflow, live.kind, {}, std::string(key->suffix())});
    }
    return addresses;
}

class Mover {
  public:
    Mover(const Snapshot& snapshot, const FleetIndex& fleet, const std::vector<Binding>& bindings)
        : snapshot_(snapshot), fleet_(fleet), bindings_(bindings) {}

    Result<MovePlan> workflow(const std::string& from, const std::string& to) {
        MovePlan plan;
        const auto known = addresses_of(from, snapshot_, fleet_, bindings_);
        for (const Address& address : known) {
            Address moved = address;
            moved.workflow = to;
            BOOST_OUTCOME_TRYV(add(address, moved, plan));
        }
        // Tasks of a team that is not bound itself.
        for (const Binding& binding : bindings_) {
            const Address& task = binding.address;
            if (task.kind != Kind::task || task.workflow != from ||
                known.contains(Address::team_of(from, task.team)))
                continue;
            Address moved = task;
            moved.workflow = to;
            BOOST_OUTCOME_TRYV(check_free(task, moved, &binding.id));
            plan.items.push_back({task, moved, binding.id, {}, {}, follow(task, moved, fleet_, bindings_)});
        }
        if (!plan.items.empty()) return plan;
        plan.moved_before = !addresses_of(to, snapshot_, fleet_, bindings_).empty();
        if (plan.moved_before) return plan;
        std::set<std::string> names;
        for (const Binding& binding : bindings_)
            names.insert(binding.address.workflow);
        return unknown(from, "nothing is known of this workflow, neither here nor on the target",
                       {names.begin(), names.end()});
    }

    Result<MovePlan> one(const Address& from, const Address& to) {
        MovePlan plan;
        BOOST_OUTCOME_TRY(there, add(from, to, plan));
        if (there) return plan;
        plan.moved_before = fleet_.match(to).chosen != nullptr;
        if (plan.moved_before) return plan;
        std::vector<std::string> names;
        for (const Binding& binding : bindings_) {
            if (binding.address.kind == from.kind) names.push_back(binding.address.text());
        }
        return unknown(from.text(), "nothing is known of this address, neither here nor on the target",
                       names);
    }

  private:
    static Error unknown(const std::string& text, std::string message,
                         const std::vector<std::string>& names) {
        std::vector<std::string> hints;
        if (const auto near = nearest(text, names)) hints.push_back(fmt::format("Did you mean `{}`?", *near));
        hints.emplace_back("`tlm state list` shows what is bound, `tlm drift` what else is on the target.");
        return fail(ErrorCode::not_found, std::move(message), text, std::move(hints));
    }

    // Whether nothing but the resource itself stands at the new address.
    Result<void> check_free(const Address& from, const Address& to, const ResourceId* own) const {
        const Binding* bound = fleet_.binding(to);
        const Match match = fleet_.match(to);
        const LiveResource* other = match.chosen;
        for (const LiveResource* surplus : match.surplus) {
            if (other == nullptr || (own != nullptr && other->id == *own)) other = surplus;
        }
        const bool live_is_other = other != nullptr && (own == nullptr || other->id != *own);
        const bool bound_to_other = bound != nullptr && (own == nullptr || bound->id != *own);
        if (!live_is_other && !bound_to_other) return success();
        const std::string hint =
            live_is_other ? fmt::format("Where that one is not wanted, delete it: tlm destroy {}",
                                        shell_option("--target", to.text()))
                          : fmt::format("It is gone from the target; to forget it: tlm state rm {}",
                                        shell_arguments({to.text()}));
        return fail(ErrorCode::conflict,
                    fmt::format("{} can't be moved there: {} (id {})", from.text(),
                                live_is_other ? "another one stands there already"
                                              : "another one is bound there already",
                                (live_is_other ? other->id : bound->id).text()),
                    to.text(), {hint});
    }

    // False: nothing is known of `from`.
    Result<bool> add(const Address& from, const Address& to, MovePlan& plan) const {
        const Binding* binding = fleet_.binding(from);
        const LiveResource* live = fleet_.match(from).chosen;
        if (binding == nullptr && live == nullptr) return false;
        BOOST_OUTCOME_TRYV(check_free(from, to, live != nullptr ? &live->id : nullptr));
        Rekeying item{from, to, {}, {}, Key::derive(to.workflow, to.name).text(), {}};
        if (live != nullptr) {
            item.id = live->id;
            item.name_before = live->name;
        }
        if (from.kind == Kind::team) {
            for (const Binding* task : fleet_.bound_tasks(from)) {
                BOOST_OUTCOME_TRYV(check_free(
                    task->address, Address::task(to.workflow, to.name, task->address.name), &task->id));
            }
        }
        item.edit = follow(from, to, fleet_, bindings_);
        // What was never bound is from now on, and what lost a tie while it was bound is not any more.
        if (live != nullptr && (binding == nullptr || binding->id != live->id)) {
            std::erase_if(item.edit.bind, [&](const Binding& bound) { return bound.address == to; });
            item.edit.bind.push_back({to, item.key, live->id, {}, {}});
        }
        plan.items.push_back(std::move(item));
        return true;
    }

    const Snapshot& snapshot_;
    const FleetIndex& fleet_;
    const std::vector<Binding>& bindings_;
};

}  // namespace

Result<MovePlan> plan_move(std::string_view from, std::string_view to, const Snapshot& snapshot,
                           const FleetIndex& fleet, const std::vector<Binding>& bindings) {
    Mover mover(snapshot, fleet, bindings);
    const auto bad = [](std::string message, std::vector<std::string> hints) {
        return fail(ErrorCode::bad_input, std::move(message), {}, std::move(hints));
    };
    const auto unseen = [&](std::string_view name) -> Result<void> {
        const auto found = first_unseen(name);
        if (!found) return success();
        return bad(fmt::format("the new name holds {}, which can't be seen", code_point_name(found->value)),
                   {"Give a name without it."});
    };
    if (from == to) return bad("both addresses are the same", {"Give the old one, then the new one."});
    const auto old_workflow = workflow_of(from);
    const auto new_workflow = workflow_of(to);
    if (old_workflow && new_workflow) {
        if (*old_workflow == *new_workflow)
            return bad("both are the same workflow", {"Give the old one, then the new one."});
        BOOST_OUTCOME_TRYV(unseen(*new_workflow));
        return mover.workflow(*old_workflow, *new_workflow);
    }
    if (old_workflow || new_workflow) {
        return bad(fmt::format("`{}` is a workflow and `{}` is not", old_workflow ? from : to,
                               old_workflow ? to : from),
                   {"Give two workflows, two agents or two teams."});
    }
    BOOST_OUTCOME_TRY(old_address, Address::parse(from));
    BOOST_OUTCOME_TRY(new_address, Address::parse(to));
    if (new_address.workflow != old_address.workflow) {
        BOOST_OUTCOME_TRYV(unseen(new_address.workflow));
    }
    BOOST_OUTCOME_TRYV(unseen(new_address.name));
    if (old_address.kind == Kind::task || new_address.kind == Kind::task) {
        return bad("a task can't be moved by itself: it is known by its team and its subject",
                   {"Move its team, and its tasks follow."});
    }
    if (old_address.kind != new_address.kind) {
        return bad(fmt::format("{} is {} {}, and {} is {} {}", old_address.text(),
                               old_address.kind == Kind::agent ? "an" : "a", kind_name(old_address.kind),
                               new_address.text(), new_address.kind == Kind::agent ? "an" : "a",
                               kind_name(new_address.kind)),
                   {"Give two agents or two teams."});
    }
    return mover.one(old_address, new_address);
}

}  // namespace tlm
