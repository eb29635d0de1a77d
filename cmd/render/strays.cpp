#include "cmd/render/strays.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

struct StrayAdvice {
    std::string title;
    std::string advice;
};

enum class Owner { here, not_read, unproved };

StrayAdvice advice_for(StrayKind kind, Owner owner) {
    if (kind == StrayKind::duplicate) {
        return {"Duplicates: more than one carries the same key",
                "`--prune` deletes the surplus agents and teams; tasks can't be deleted."};
    }
    if (owner == Owner::not_read) {
        return {"Orphans: of workflows that were not read here",
                "Name their files too. Where a file is gone, put it back and run `tlm destroy FILE`: nothing "
                "else deletes them."};
    }
    if (kind == StrayKind::left_behind)
        return {"Orphans: left behind by an apply with --force", "`--prune` deletes them."};
    if (owner == Owner::here)
        return {"Orphans: ours, and no workflow here wants them any more", "`--prune` deletes them."};
    return {"Orphans: nobody here can be proved to own them",
            "They may belong to another directory's workflows. tlm never deletes them."};
}

Owner owner_of(const Stray& stray, const std::vector<std::string>& workflows) {
    if (!stray.address) return Owner::unproved;
    return std::ranges::binary_search(workflows, stray.address->workflow) ? Owner::here : Owner::not_read;
}

}  // namespace

std::vector<StrayGroup> stray_groups(const Planned& planned) {
    std::set<ResourceId> removed;
    for (const Change& change : planned.plan.changes) {
        if (change.action == Action::remove) removed.insert(change.id);
    }
    std::map<std::pair<StrayKind, Owner>, std::vector<const Stray*>> groups;
    for (const Stray& stray : planned.strays) {
        // What was made by hand is none of tlm's business here; `tlm drift` counts it.
        if (stray.kind == StrayKind::unowned) continue;
        if (!removed.contains(stray.live->id))
            groups[{stray.kind, owner_of(stray, planned.plan.workflows)}].push_back(&stray);
    }
    std::vector<StrayGroup> result;
    for (auto& [group, strays] : groups) {
        StrayAdvice advice = advice_for(group.first, group.second);
        result.push_back({std::move(advice.title), std::move(advice.advice), std::move(strays)});
    }
    return result;
}

std::string stray_name(const Stray& stray) {
    return stray.address ? visible(stray.address->text())
                         : fmt::format("{} {}", kind_name(stray.live->kind), visible(stray.live->name));
}

}  // namespace tlm::cmd
