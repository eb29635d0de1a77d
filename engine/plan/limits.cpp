#include "engine/plan/limits.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace tlm {
namespace {

constexpr std::size_t kLeastExisting = 10;
constexpr double kMostPercent = 30;

struct Count {
    std::size_t existing = 0;
    std::size_t deleted = 0;
    std::size_t replaced = 0;
    [[nodiscard]] std::size_t taken_down() const { return deleted + replaced; }
    [[nodiscard]] bool above(double percent) const {
        return static_cast<double>(taken_down()) * 100 > static_cast<double>(existing) * percent;
    }
    [[nodiscard]] bool all() const {
        return existing > 0 && taken_down() == existing && (deleted > 0 || existing > 1);
    }
    Count& operator+=(const Count& other) {
        existing += other.existing;
        deleted += other.deleted;
        replaced += other.replaced;
        return *this;
    }
};

constexpr std::array kKinds = {Kind::agent, Kind::team};  // tasks are never deleted
using Counts = std::array<Count, kKinds.size()>;

// By kind, since ids are ids of a kind.
template <typename T>
using ById = std::array<std::unordered_map<ResourceId, T>, 3>;

template <typename T>
std::unordered_map<ResourceId, T>& of_kind(ById<T>& all, Kind kind) {
    return all.at(static_cast<std::size_t>(kind));
}

using TakenDown = ById<const Change*>;

// Whose a live resource is: by the state, and where that knows nothing of it by the change that takes it down
// or, where it carries that change's key, by any other. What a plan says of others' resources must not make
// its share look smaller.
ById<Address> owners(const Plan& plan, const Snapshot& snapshot, TakenDown& taken_down,
                     const std::vector<Binding>& bindings) {
    ById<Address> owner;
    for (const Binding& binding : bindings)
        of_kind(owner, binding.address.kind).emplace(binding.id, binding.address);
    for (const Kind kind : kKinds) {
        for (const auto& [id, change] : of_kind(taken_down, kind))
            of_kind(owner, kind).emplace(id, change->address);
    }
    std::unordered_map<ResourceId, const LiveResource*> live;
    for (const LiveResource& resource : snapshot.resources) {
        if (resource.kind != Kind::task) live.emplace(resource.id, &resource);
    }
    for (const Change& change : plan.changes) {
        const auto at = change.id.empty() ? live.end() : live.find(change.id);
        if (at != live.end() && at->second->kind == change.address.kind && at->second->name == change.key)
            of_kind(owner, change.address.kind).emplace(change.id, change.address);
    }
    return owner;
}

std::map<std::string, Counts> count(const Plan& plan, const Snapshot& snapshot,
                                    const std::vector<Binding>& bindings) {
    TakenDown taken_down;
    for (const Change& change : plan.changes) {
        const bool counts = change.reason != Reason::duplicate && change.reason != Reason::torn_down;
        const bool removes = change.action == Action::remove && counts;
        if (removes || change.action == Action::replace)
            of_kind(taken_down, change.address.kind).emplace(change.id, &change);
    }
    std::map<std::string, Counts> counts;
    // Nothing breaks a limit, and whose everything is need not be found out.
    if (std::ranges::all_of(taken_down, [](const auto& one) { return one.empty(); })) return counts;
    auto owner = owners(plan, snapshot, taken_down, bindings);
    for (const LiveResource& live : snapshot.resources) {
        const auto& known = of_kind(owner, live.kind);
        const auto at = known.find(live.id);
        if (live.kind == Kind::task || at == known.end()) continue;
        Count& one = counts[at->second.workflow][static_cast<std::size_t>(live.kind)];
        ++one.existing;
        const auto change = of_kind(taken_down, live.kind).find(live.id);
        if (change == of_kind(taken_down, live.kind).end()) continue;
        ++(change->second->action == Action::remove ? one.deleted : one.replaced);
    }
    return counts;
}

void check_workflow(const std::string& workflow, const Counts& counts, const DeleteLimit& limit,
                    std::vector<LimitBreach>& breaches) {
    Count both;
    for (const Count& one : counts)
        both += one;
    const LimitBreach share{workflow, std::nullopt, both.taken_down(), both.existing};
    if (limit.percent) {
        if (both.above(*limit.percent)) breaches.push_back(share);
        return;
    }
    if (both.existing >= kLeastExisting && both.above(kMostPercent)) breaches.push_back(share);
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        if (counts[i].all())
            breaches.push_back({workflow, kKinds[i], counts[i].taken_down(), counts[i].existing});
    }
}

}  // namespace

DeleteLimit limit_for_plan(const DeleteLimit& limit, std::string_view digest) {
    return limit.digest.empty() || limit.digest == digest ? limit : DeleteLimit{};
}

LimitCheck check_limit(const Plan& plan, const Snapshot& snapshot, const std::vector<Binding>& bindings,
                       const DeleteLimit& limit) {
    LimitCheck check;
    if (plan.options.destroy) return check;
    const auto counts = count(plan, snapshot, bindings);
    for (const auto& [workflow, kinds] : counts) {
        for (const Count& one : kinds)
            check.taken_down += one.taken_down();
    }
    if (limit.count && check.taken_down <= *limit.count) return check;
    for (const auto& [workflow, kinds] : counts) {
        Count both;
        for (const Count& one : kinds)
            both += one;
        if (!limit.count) {
            check_workflow(workflow, kinds, limit, check.breaches);
        } else if (both.taken_down() > 0) {
            check.breaches.push_back({workflow, std::nullopt, both.taken_down(), both.existing});
        }
    }
    return check;
}

}  // namespace tlm
