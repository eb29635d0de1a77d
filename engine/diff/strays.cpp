#include "engine/diff/strays.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "engine/resource/key.h"

namespace tlm {
namespace {

class StrayFinder {
  public:
    StrayFinder(const Snapshot& snapshot, const FleetIndex& fleet,
                const std::vector<DesiredResource>& desired, const std::vector<Match>& matches,
                const std::vector<LeftBehind>& left_behind, const std::set<std::string>& workflows)
        : snapshot_(snapshot),
          fleet_(fleet),
          workflows_(fleet.bound_workflows()),
          claimed_(snapshot.resources.size()) {
        workflows_.insert(workflows.begin(), workflows.end());
        for (const LeftBehind& left : left_behind)
            left_behind_.emplace(left.id, &left.address);
        for (std::size_t i = 0; i < desired.size(); ++i) {
            if (matches[i].chosen != nullptr) claimed_[position(*matches[i].chosen)] = true;
            for (const LiveResource* surplus : matches[i].surplus)
                surplus_.emplace(surplus, &desired[i].address);
        }
    }

    std::optional<Stray> judge(const LiveResource& live) const {
        if (claimed_[position(live)]) return std::nullopt;
        if (const auto at = surplus_.find(&live); at != surplus_.end()) {
            const bool left = left_behind_.contains(live.id);
            // A task that another was submitted in place of can't be deleted: it is history.
            if (left && live.kind == Kind::task) return std::nullopt;
            return Stray{&live, left ? StrayKind::left_behind : StrayKind::duplicate, *at->second};
        }
        // A task carries no key, so a task that nobody desires is history and not a stray.
        if (live.kind == Kind::task) return std::nullopt;
        const auto key = Key::recognise(live.name);
        if (!key) return Stray{&live, StrayKind::unowned, std::nullopt};
        if (const auto at = left_behind_.find(live.id); at != left_behind_.end()) {
            return Stray{&live, StrayKind::left_behind, *at->second};
        }
        return Stray{&live, StrayKind::orphan, owner(live, *key)};
    }

  private:
    [[nodiscard]] std::size_t position(const LiveResource& live) const {
        return static_cast<std::size_t>(&live - snapshot_.resources.data());
    }

    std::optional<Address> owner(const LiveResource& live, const Key& key) const {
        if (const Binding* binding = fleet_.bound_to(live.kind, live.id)) return binding->address;
        for (const std::string& workflow : workflows_) {
            if (key.proves_owner(workflow)) {
                return Address{workflow, live.kind, {}, std::string(key.suffix())};
            }
        }
        return std::nullopt;
    }

    const Snapshot& snapshot_;
    const FleetIndex& fleet_;
    std::set<std::string> workflows_;  // whose key may prove that something is theirs
    std::unordered_map<ResourceId, const Address*> left_behind_;
    std::vector<bool> claimed_;  // by position in the snapshot
    std::unordered_map<const LiveResource*, const Address*> surplus_;
};

}  // namespace

std::vector<Stray> find_strays(const Snapshot& snapshot, const FleetIndex& fleet,
                               const std::vector<DesiredResource>& desired, const std::vector<Match>& matches,
                               const std::vector<LeftBehind>& left_behind,
                               const std::set<std::string>& known_workflows) {
    const StrayFinder finder(snapshot, fleet, desired, matches, left_behind, known_workflows);
    std::vector<Stray> strays;
    for (const LiveResource& live : snapshot.resources) {
        if (auto stray = finder.judge(live)) strays.push_back(std::move(*stray));
    }
    std::ranges::sort(strays, [](const Stray& left, const Stray& right) {
        return std::tuple(!left.address.has_value(), left.address, left.live->kind, left.live->id) <
               std::tuple(!right.address.has_value(), right.address, right.live->kind, right.live->id);
    });
    return strays;
}

}  // namespace tlm
