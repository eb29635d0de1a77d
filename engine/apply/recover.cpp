#include "engine/apply/recover.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "engine/rekey/rekeying.h"
#include "engine/resource/age.h"
#include "engine/snapshot/fleet_index.h"

namespace tlm {
namespace {

// The resource that an open create has made: a carrier of its key that nothing else accounts for. The newest,
// since older ones were there before.
const LiveResource* find_made(const Intent& intent, const std::vector<LiveResource>& live_resources,
                              const FleetIndex& fleet, const std::unordered_set<ResourceId>& accounted) {
    std::vector<const LiveResource*> candidates;
    for (const LiveResource& live : live_resources) {
        if (live.kind != intent.address.kind || live.name != intent.key || live.team != intent.team ||
            accounted.contains(live.id) || fleet.bound_to(live.kind, live.id) != nullptr) {
            continue;
        }
        candidates.push_back(&live);
    }
    sort_by_age(candidates);
    return candidates.empty() ? nullptr : candidates.back();
}

// What of the intended attributes the live resource has: an apply that was cut short may owe it the others.
Attributes arrived(const Intent& intent, const LiveResource& live, const FleetIndex& fleet) {
    const Attributes named = fleet.named(intent.address, live.attributes, intent.attributes);
    Attributes result;
    for (const auto& [attribute, value] : intent.attributes) {
        const std::optional<Value> have = named.find(attribute);
        if (have && same_meaning(attribute, *have, value)) result.set(attribute, value);
    }
    return result;
}

// A rename that did reach the target moves its binding, as its outcome would have. Says so in a sentence.
std::string settle_rename(const Intent& intent, const LiveResource* live, const FleetIndex& fleet,
                          const std::vector<Binding>& bindings, JournalBatch& batch) {
    if (live == nullptr || live->name != intent.key) {
        batch.outcomes.push_back({intent.id, "settled_not_done", "interrupted", intent.target});
        return fmt::format("{}: an interrupted rename did not reach the target; it has its old name",
                           intent.address.text());
    }
    batch.outcomes.push_back({intent.id, "settled_done", "interrupted", intent.target});
    const Binding* bound = fleet.bound_to(live->kind, live->id);
    if (bound == nullptr) {
        batch.bind.push_back({intent.address, intent.key, live->id, live->team, intent.attributes});
    } else if (bound->address != intent.address) {
        StateEdit edit = follow(bound->address, intent.address, fleet, bindings);
        std::ranges::move(edit.unbind, std::back_inserter(batch.unbind));
        std::ranges::move(edit.bind, std::back_inserter(batch.bind));
    }
    return fmt::format("{}: an interrupted rename did reach the target (id {}); it is kept",
                       intent.address.text(), live->id.text());
}

}  // namespace

Result<std::vector<std::string>> settle_open_intents(const Snapshot& snapshot, FleetReader& reader,
                                                     const StateReader& state, Journal& journal) {
    std::vector<std::string> told;
    BOOST_OUTCOME_TRY(intents, state.open_intents());
    if (intents.empty()) return told;
    BOOST_OUTCOME_TRY(bindings, state.bindings());
    BOOST_OUTCOME_TRY(left_behind, state.left_behind());
    const FleetIndex fleet(snapshot, bindings, left_behind);
    std::unordered_set<ResourceId> accounted;
    for (const LeftBehind& left : left_behind)
        accounted.insert(left.id);
    JournalBatch batch;
    const auto tell = [&](std::string text) { told.push_back(std::move(text)); };
    for (const Intent& intent : intents) {
        const std::string address = intent.address.text();
        if (intent.verb == "rename") {
            const LiveResource* live = fleet.by_id(intent.address.kind, intent.target);
            std::vector<std::vector<LiveResource>> asked;
            if (live == nullptr && !snapshot.consistent) {
                BOOST_OUTCOME_TRY(found, reader.find({{intent.address.kind, intent.key, {}}}));
                asked = std::move(found);
                const auto at = std::ranges::find(asked.at(0), intent.target, &LiveResource::id);
                if (at != asked.at(0).end()) live = &*at;
            }
            tell(settle_rename(intent, live, fleet, bindings, batch));
            continue;
        }
        if (intent.verb != "create") {
            batch.outcomes.push_back({intent.id, "settled_not_done", "interrupted", intent.target});
            tell(fmt::format("{}: the {} was interrupted; it is planned again where it is still needed",
                             address, intent.verb));
            continue;
        }
        const LiveResource* made = find_made(intent, snapshot.resources, fleet, accounted);
        std::vector<std::vector<LiveResource>> found;
        if (made == nullptr && !snapshot.consistent) {
            BOOST_OUTCOME_TRY(asked, reader.find({{intent.address.kind, intent.key, intent.team}}));
            found = std::move(asked);
            made = find_made(intent, found.at(0), fleet, accounted);
        }
        if (made == nullptr) {
            batch.outcomes.push_back({intent.id, "settled_not_done", "interrupted", {}});
            tell(fmt::format("{}: an interrupted create did not reach the target", address));
            continue;
        }
        accounted.insert(made->id);
        batch.outcomes.push_back({intent.id, "settled_done", "interrupted", made->id});
        const std::string key = intent.address.kind == Kind::task ? std::string() : intent.key;
        batch.bind.push_back({intent.address, key, made->id, made->team, arrived(intent, *made, fleet)});
        tell(fmt::format("{}: an interrupted create did reach the target (id {}); it is kept", address,
                         made->id.text()));
    }
    BOOST_OUTCOME_TRYV(journal.commit(batch));
    return told;
}

}  // namespace tlm
