#include "engine/apply/settle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/resource/key.h"

namespace tlm {
namespace {

std::string shown(const std::optional<Value>& value) {
    return value ? value_to_json(*value) : "(not set)";
}

// Attributes by name, of the live resource, as far as the change speaks of them.
Attributes live_named(const Change& change, const FleetIndex& fleet, const LiveResource& live) {
    Attributes candidates;
    for (const AttributeChange& attribute : change.attributes) {
        StringList names;
        for (const auto* side : {&attribute.before, &attribute.after}) {
            if (!*side) continue;
            if (const auto* list = std::get_if<StringList>(&**side)) {
                names.insert(names.end(), list->begin(), list->end());
            } else if (const auto* text = std::get_if<std::string>(&**side)) {
                names.push_back(*text);
            }
        }
        candidates.set(attribute.attribute, std::move(names));
    }
    return fleet.named(change.address, live.attributes, candidates);
}

// What the live resource has: as reported, or as last applied where the target does not report it. An agent
// without a host is local, a team without a member list has none.
std::optional<Value> seen(Attribute attribute, const Attributes& named, const Attributes& applied) {
    if (auto value = named.find(attribute)) return value;
    if (auto value = applied.find(attribute)) return value;
    if (attribute == Attribute::runtime) return "local";
    return attribute == Attribute::members ? std::optional<Value>(StringList{}) : std::nullopt;
}

bool is(Attribute attribute, const std::optional<Value>& live, const std::optional<Value>& wanted) {
    if (!live || !wanted) return live.has_value() == wanted.has_value();
    return same_meaning(attribute, *live, *wanted);
}

std::string planned_text(const AttributeChange& attribute) {
    if (attribute.before == attribute.after) return fmt::format("planned to stay {}", shown(attribute.after));
    if (!attribute.after) return fmt::format("planned to be deleted as {}", shown(attribute.before));
    return fmt::format("planned {} -> {}", shown(attribute.before), shown(attribute.after));
}

// With a line for each attribute that is neither as it was nor as it should be. `live` is null where the
// resource is gone, or another one that is there in its stead.
Settlement conflict(const Change& change, const FleetIndex& fleet, const LiveResource* live,
                    std::string reason) {
    Settlement result;
    result.live = live;
    result.reason = std::move(reason);
    const bool existed = std::holds_alternative<MustMatch>(change.precondition);
    const Attributes named = live == nullptr ? Attributes{} : live_named(change, fleet, *live);
    const Attributes applied = last_applied(live == nullptr ? nullptr : fleet.bound_to(live->kind, live->id));
    for (const AttributeChange& attribute : change.attributes) {
        const std::string_view name = attribute_name(attribute.attribute);
        if (live == nullptr) {
            if (existed && attribute.before != attribute.after)
                result.details.push_back(
                    fmt::format("{}: {}, live nothing (gone)", name, planned_text(attribute)));
            continue;
        }
        const std::optional<Value> have = seen(attribute.attribute, named, applied);
        if (is(attribute.attribute, have, attribute.after)) continue;
        // Of another resource than the reviewed one everything is said.
        if (existed && live->id == change.id && is(attribute.attribute, have, attribute.before)) continue;
        result.details.push_back(fmt::format("{}: {}, live {}", name, planned_text(attribute), shown(have)));
    }
    return result;
}

// The managed attributes that should not have moved, with what was last applied where that is known.
Settlement moved_elsewhere(const Change& change, const FleetIndex& fleet, const LiveResource& live,
                           const MustMatch& match) {
    Settlement result = conflict(change, fleet, &live, "it changed since the plan was made");
    const Attributes last = last_applied(fleet.bound_to(live.kind, live.id));
    const Attributes named = fleet.named(change.address, live.attributes, last);
    for (const Attribute attribute : match.over) {
        if (std::ranges::find(change.attributes, attribute, &AttributeChange::attribute) !=
            change.attributes.end()) {
            continue;  // adoptions and deletes hold the values themselves
        }
        const std::optional<Value> have = named.find(attribute);
        const std::optional<Value> applied = last.find(attribute);
        if (applied && is(attribute, have, applied)) continue;
        result.details.push_back(fmt::format("{}: planned to stay {}, live {}", attribute_name(attribute),
                                             applied ? value_to_json(*applied) : "as it was", shown(have)));
    }
    return result;
}

// A resource is bound as soon as it is made, and what is planned for it is remembered as applied once it is.
bool unfinished(const Change& change, const FleetIndex& fleet, const ResourceId& id) {
    const Binding* binding = fleet.bound_to(change.address.kind, id);
    if (binding == nullptr) return true;
    const Attributes applied = binding->applied.read();
    return std::ranges::any_of(change.attributes, [&](const AttributeChange& attribute) {
        return attribute.after && !applied.has(attribute.attribute);
    });
}

// The live resource that an earlier apply of this plan made for the address. A task under a team that is gone
// is none: nobody finds it there.
const LiveResource* made_earlier(const Change& change, const FleetIndex& fleet, const Earlier& earlier) {
    const LiveResource* live = earlier.made ? fleet.by_id(change.address.kind, *earlier.made) : nullptr;
    if (live != nullptr && live->kind == Kind::task && fleet.by_id(Kind::team, live->team) == nullptr)
        return nullptr;
    return live;
}

// Whether the live resource lacks nothing but what comes with the calls after a create: the start, and the
// members that the server drops from a create (release 0.1.0). Then somebody, perhaps the same plan on
// another machine, is in the middle of it.
bool only_begun(const Settlement& settlement) {
    constexpr std::array kLater = {Attribute::status, Attribute::docker_image, Attribute::cpus,
                                   Attribute::memory, Attribute::host_id};
    return std::ranges::all_of(settlement.remaining, [&](const auto& entry) {
        return std::ranges::find(kLater, entry.first) != kLater.end() &&
               (entry.first == Attribute::status || !settlement.live->attributes.has(entry.first));
    });
}

// A reference with the ids that the plan knows read as the names they stood for. Such an id has no name any
// more once its agent was replaced, or has lost a tie, and yet the reference is as the plan saw or wrote it.
Value as_once_named(const Change& change, const Earlier& earlier, const Value& reference) {
    constexpr std::string_view kId = "id:";
    const auto name = [&](const std::string& shown) {
        if (!shown.starts_with(kId)) return shown;
        const auto known = earlier.stood_for->find(ResourceId{shown.substr(kId.size())});
        return known != earlier.stood_for->end() && known->second.kind == Kind::agent &&
                       known->second.workflow == change.address.workflow
                   ? known->second.name
                   : shown;
    };
    if (const auto* text = std::get_if<std::string>(&reference)) return name(*text);
    StringList names;
    for (const std::string& shown : std::get<StringList>(reference))
        names.push_back(name(shown));
    std::ranges::sort(names);
    return names;
}

bool seen_or_written_by_plan(const Change& change, const Earlier& earlier, const AttributeChange& attribute,
                             const std::optional<Value>& have) {
    const bool reference =
        attribute.attribute == Attribute::members || attribute.attribute == Attribute::assign_to;
    if (!reference || !have || earlier.stood_for == nullptr) return false;
    const Value once = as_once_named(change, earlier, *have);
    return is(attribute.attribute, once, attribute.before) || is(attribute.attribute, once, attribute.after);
}

// Each changed attribute is as it was, already as it should be, or as this plan itself has left it.
bool changes_still_fit(const Change& change, const FleetIndex& fleet, const LiveResource& live,
                       const Earlier& earlier) {
    const Attributes named = live_named(change, fleet, live);
    const Attributes applied = last_applied(fleet.bound_to(live.kind, live.id));
    return std::ranges::all_of(change.attributes, [&](const AttributeChange& attribute) {
        // An agent is stopped on the way to its replacement.
        if (change.action == Action::replace && attribute.attribute == Attribute::status) return true;
        const std::optional<Value> have = seen(attribute.attribute, named, applied);
        return is(attribute.attribute, have, attribute.before) ||
               is(attribute.attribute, have, attribute.after) ||
               seen_or_written_by_plan(change, earlier, attribute, have);
    });
}

// What there is of a resource that the plan names by its id and that is not the address's.
std::string owner_text(const LiveResource& live, const FleetIndex& fleet) {
    const Binding* bound = fleet.bound_to(live.kind, live.id);
    return fmt::format("{} {}{}{}", live.kind == Kind::task ? "is the task" : "has the name", live.name,
                       live.kind == Kind::task ? " of the team " + live.team.text() : "",
                       bound == nullptr ? "" : " and is bound to " + bound->address.text());
}

// The plan names a live resource that is not its address's, so it was not reviewed as what it is.
Settlement foreign(const Change& change, const FleetIndex& fleet, const ResourceId& id,
                   const LiveResource& live) {
    const Address& address = change.address;
    Settlement result;
    result.live = &live;
    result.reason = fmt::format(
        "the plan names id {}, which {}: it neither {} nor is bound to this address", id.text(),
        owner_text(live, fleet),
        address.kind == Kind::task ? std::string("is a task of this team and subject")
                                   : "carries the key " + Key::derive(address.workflow, address.name).text());
    return result;
}

Settlement settle_create(const Change& change, const FleetIndex& fleet, const Earlier& earlier) {
    // What it leaves behind may be deleted by a later plan.
    for (const ResourceId& id : change.leaves) {
        const LiveResource* left = fleet.by_id(change.address.kind, id);
        if (left != nullptr && !fleet.belongs_to(*left, change.address))
            return foreign(change, fleet, id, *left);
    }
    Settlement result;
    result.live = made_earlier(change, fleet, earlier);
    const bool forced = std::holds_alternative<MayExist>(change.precondition);
    if (earlier.made && result.live == nullptr && forced) {
        return conflict(
            change, fleet, nullptr,
            "an earlier apply of this plan made it, and it was deleted since; a forced plan makes each "
            "resource once");
    }
    const bool ours = result.live != nullptr;
    if (!ours && !forced) result.live = fleet.match(change.address).chosen;
    if (result.live == nullptr) {
        result.fit = Fit::execute;
        result.remaining = planned_attributes(change);
        return result;
    }
    result.remaining = still_missing(change, fleet, *result.live);
    if (result.remaining.empty()) {
        result.fit = Fit::already;
        return result;
    }
    // What this very plan made and did not finish is finished, and a reference that it wrote is written anew
    // where what it refers to has given way to another.
    if (ours ? unfinished(change, fleet, result.live->id) ||
                   changes_still_fit(change, fleet, *result.live, earlier)
             : only_begun(result)) {
        result.fit = Fit::execute;
        return result;
    }
    return conflict(
        change, fleet, result.live,
        fmt::format("it was absent when the plan was made and exists now (id {})", result.live->id.text()));
}

// Whether a carrier of a key is none that its address could mean: a --force left it behind, or the plan
// deletes it.
bool is_passing(const ResourceId& id, const FleetIndex& fleet, const Earlier& earlier) {
    return fleet.was_left_behind(id) ||
           (earlier.removed_by_plan != nullptr && earlier.removed_by_plan->contains(id));
}

// A resource that the plan deletes and that is not in the fleet as it was read.
Settlement settle_unseen(const Change& change, const FleetIndex& fleet) {
    Settlement result;
    result.fit = Fit::already;
    if (fleet.consistent()) return result;
    // It may be there all the same. Only of what this state knows by its id is known whose it is.
    const Binding* bound = fleet.binding(change.address);
    if (bound != nullptr && bound->id == change.id) {
        result.fit = Fit::execute;
        return result;
    }
    return conflict(
        change, fleet, nullptr,
        fmt::format("the fleet could not be read as a whole, and what there was of it has no id {}",
                    change.id.text()));
}

// The resource that the change is about is not there.
Settlement settle_gone(const Change& change, const FleetIndex& fleet, const Earlier& earlier) {
    if (change.action == Action::remove) return settle_unseen(change, fleet);
    Settlement result;
    // A replacement that was carried out, or begun, has another id.
    if (change.action == Action::replace) {
        result.live = made_earlier(change, fleet, earlier);
        const bool ours = result.live != nullptr;
        if (!ours) result.live = fleet.match(change.address).chosen;
        // What is left of a --force, or is about to be deleted itself, is not in the new one's way.
        if (!ours && result.live != nullptr && is_passing(result.live->id, fleet, earlier))
            result.live = nullptr;
        if (result.live != nullptr) {
            result.remaining = still_missing(change, fleet, *result.live);
            result.stands_already = true;
            result.fit = result.remaining.empty()                             ? Fit::already
                         : ours && unfinished(change, fleet, result.live->id) ? Fit::execute
                                                                              : Fit::conflict;
            if (result.fit != Fit::conflict) return result;
            return conflict(change, fleet, result.live,
                            fmt::format("it no longer exists (id {}), and another one that is not as planned "
                                        "has its key (id {})",
                                        change.id.text(), result.live->id.text()));
        } else if (earlier.taken_down) {
            result.fit = Fit::execute;
            return result;
        }
    }
    return conflict(change, fleet, nullptr, fmt::format("it no longer exists (id {})", change.id.text()));
}

// Where a resource goes, all that the target reports of it goes too. What the plan does not name was not
// reviewed: it was set since, or the plan left it out.
std::optional<Settlement> loses_unnamed(const Change& change, const FleetIndex& fleet,
                                        const LiveResource& live) {
    Settlement result;
    for (const auto& [attribute, value] : fleet.named(change.address, live.attributes, {})) {
        const bool named = std::ranges::find(change.attributes, attribute, &AttributeChange::attribute) !=
                           change.attributes.end();
        if (named || attribute == Attribute::status) continue;
        result.details.push_back(fmt::format("{}: not named by the plan, live {}", attribute_name(attribute),
                                             value_to_json(value)));
    }
    if (result.details.empty()) return std::nullopt;
    result.live = &live;
    result.reason = "it has what the plan does not name, and would lose it";
    return result;
}

Settlement settle_removal(const Change& change, const FleetIndex& fleet, const LiveResource& live,
                          bool untouched) {
    const auto& precondition = std::get<MustMatch>(change.precondition);
    if (!untouched) return moved_elsewhere(change, fleet, live, precondition);
    if (auto lost = loses_unnamed(change, fleet, live)) return std::move(*lost);
    // Of two carriers of a key one has to stay, whatever became of the other since the plan was made.
    const auto is_surplus = [&] {
        const Match match = fleet.match(change.address);
        return std::ranges::find(match.surplus, change.id, &LiveResource::id) != match.surplus.end();
    };
    if (change.reason == Reason::duplicate && !is_surplus()) {
        return conflict(change, fleet, &live,
                        fmt::format("it is no duplicate any more: nothing else carries its key (id {})",
                                    change.id.text()));
    }
    Settlement result;
    result.live = &live;
    result.fit = Fit::execute;
    return result;
}

// Another carrier of the key that stays where this one is replaced: it would be older than the new one, and
// so the one that stays.
const LiveResource* rival(const Change& change, const Match& match, const FleetIndex& fleet,
                          const Earlier& earlier) {
    if (change.action != Action::replace) return nullptr;
    const auto at = std::ranges::find_if(
        match.surplus, [&](const LiveResource* live) { return !is_passing(live->id, fleet, earlier); });
    return at == match.surplus.end() ? nullptr : *at;
}

Settlement settle_existing(const Change& change, const FleetIndex& fleet, const Earlier& earlier) {
    const auto& precondition = std::get<MustMatch>(change.precondition);
    Settlement result;
    result.live = fleet.by_id(change.address.kind, change.id);
    if (result.live == nullptr) return settle_gone(change, fleet, earlier);
    if (!fleet.belongs_to(*result.live, change.address))
        return foreign(change, fleet, change.id, *result.live);
    const bool untouched = fingerprint(result.live->attributes, precondition.over) == precondition.sha256;
    if (change.action == Action::remove) return settle_removal(change, fleet, *result.live, untouched);
    // An older carrier of the key has come, or a forced apply has made a new one: the address means that.
    const Match match = fleet.match(change.address);
    const LiveResource* meant = match.chosen;
    if (meant != nullptr && meant != result.live) {
        return conflict(change, fleet, meant,
                        fmt::format("the plan is about id {}, and its address means another one now (id {})",
                                    change.id.text(), meant->id.text()));
    }
    result.remaining = still_missing(change, fleet, *result.live);
    const bool bound = fleet.bound_to(change.address.kind, change.id) != nullptr;
    // What was asked to be made anew is not as planned as long as the old one is there.
    const bool as_planned = result.remaining.empty() && change.reason != Reason::requested;
    if (change.action == Action::adopt ? bound : as_planned) {
        result.fit = Fit::already;
        return result;
    }
    if (!changes_still_fit(change, fleet, *result.live, earlier)) {
        return conflict(change, fleet, result.live, "it changed since the plan was made");
    }
    if (!untouched) return moved_elsewhere(change, fleet, *result.live, precondition);
    if (change.action == Action::replace) {
        if (auto lost = loses_unnamed(change, fleet, *result.live)) return std::move(*lost);
    }
    if (const LiveResource* other = rival(change, match, fleet, earlier)) {
        return conflict(change, fleet, other,
                        fmt::format("another one carries its key too (id {}) and would stay instead of the "
                                    "new one; `tlm plan --prune` deletes it",
                                    other->id.text()));
    }
    result.fit = Fit::execute;
    return result;
}

}  // namespace

Attributes still_missing(const Change& change, const FleetIndex& fleet, const LiveResource& live) {
    const Attributes named = live_named(change, fleet, live);
    const Attributes applied = last_applied(fleet.bound_to(live.kind, live.id));
    Attributes missing;
    for (const AttributeChange& attribute : change.attributes) {
        // The order of tasks is kept by submitting them in order; what the target stores of it is for the
        // record.
        if (!attribute.after || attribute.attribute == Attribute::blocked_by) continue;
        const std::optional<Value> have = seen(attribute.attribute, named, applied);
        if (!is(attribute.attribute, have, attribute.after)) {
            missing.set(attribute.attribute, *attribute.after);
        }
    }
    return missing;
}

Settlement settle(const Change& change, const FleetIndex& fleet, const Earlier& earlier) {
    if (std::holds_alternative<MustMatch>(change.precondition))
        return settle_existing(change, fleet, earlier);
    return settle_create(change, fleet, earlier);
}

}  // namespace tlm
