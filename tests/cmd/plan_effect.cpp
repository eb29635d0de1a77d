#include "tests/cmd/plan_effect.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "cmd/render/plan_text.h"
#include "engine/base/text.h"
#include "engine/plan/protection.h"
#include "engine/plan/removals.h"
#include "engine/resource/key.h"
#include "tests/reliability/random_workflow.h"

namespace tlm::test {
namespace {

// ---- what is shown
// --------------------------------------------------------------------------------------------

// A change as people read it.
struct Shown {
    std::string action;
    std::string body;
};
using ShownPlan = std::map<std::string, std::vector<Shown>>;  // by address

// The text of a plan, taken apart again: nothing else of the plan is known to the oracle.
ShownPlan read_shown(const std::string& text) {
    static const std::map<std::string, std::string> kActions = {
        {"+ create ", "create"}, {"~ update ", "update"}, {"± replace", "replace"},
        {"- delete ", "delete"}, {"= adopt  ", "adopt"},  {"· waits  ", "waits"}};
    ShownPlan shown;
    Shown* last = nullptr;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("        ")) {
            if (last != nullptr) last->body += line.substr(8) + "\n";
            continue;
        }
        last = nullptr;
        const auto at = std::ranges::find_if(
            kActions, [&](const auto& action) { return line.starts_with("  " + action.first + "  "); });
        if (at == kActions.end()) continue;
        const std::size_t begin = 4 + at->first.size();
        const std::size_t end = line.find("  (", begin);
        last = &shown[line.substr(begin, end - begin)].emplace_back(Shown{at->second, {}});
    }
    return shown;
}

// Whether the body shows that the attribute gets the value, on one line or in several.
bool shows_value(const std::string& body, Attribute attribute, const Value& value) {
    const std::string name = fmt::format("{}:", attribute_name(attribute));
    const std::size_t at = body.starts_with(name) ? 0 : body.find("\n" + name);
    if (at == std::string::npos) return false;
    const std::string from = body.substr(at == 0 ? 0 : at + 1);
    const std::string line = from.substr(0, from.find('\n'));
    const std::string json = cmd::value_text(value);
    if (line == name + " " + json || line.ends_with("-> " + json)) return true;
    // Line by line: what is added, and what stays.
    const auto* list = std::get_if<StringList>(&value);
    const auto* text = std::get_if<std::string>(&value);
    const StringList parts = list != nullptr ? *list : text != nullptr ? StringList{*text} : StringList{};
    return std::ranges::all_of(
        parts, [&](const std::string& part) { return from.find(visible(part)) != std::string::npos; });
}

// ---- what there was
// -------------------------------------------------------------------------------------------

// Whose each live resource is, by the state and the keys alone.
class Owners {
  public:
    // `addresses`: others that keys may be of.
    Owners(const Snapshot& before, const FakeState& state, const std::vector<Change>& addresses) {
        for (const Change& change : addresses) {
            const Address& address = change.address;
            if (address.kind != Kind::task)
                by_key_.emplace(std::pair(address.kind, Key::derive(address.workflow, address.name).text()),
                                address);
        }
        for (const char* workflow : {"prod", "tmp", "safe"}) {
            for (int i = 0; i < 9; ++i) {
                for (const Kind kind : {Kind::agent, Kind::team}) {
                    for (const char* letter : {"a", "t"}) {
                        const Address address{workflow, kind, {}, fmt::format("{}{}", letter, i)};
                        by_key_.emplace(std::pair(kind, Key::derive(workflow, address.name).text()), address);
                    }
                }
            }
        }
        for (const auto& [address, binding] : state.bound)
            own(binding.id, address);
        for (const LeftBehind& left : state.left)
            own(left.id, left.address);
        for (const LiveResource& live : before.resources) {
            if (live.kind != Kind::task) note(live.kind, live.id, live.name, {});
        }
        for (const LiveResource& live : before.resources) {
            if (live.kind == Kind::task) note(live.kind, live.id, live.name, live.team);
            before_.emplace(live.id, live);
        }
    }

    // Of a resource that is found or has just been made.
    void note(Kind kind, const ResourceId& id, const std::string& name, const ResourceId& team) {
        if (kind != Kind::task) {
            if (const auto at = by_key_.find({kind, name}); at != by_key_.end()) own(id, at->second);
            return;
        }
        for (const Address& owner : std::set<Address>(of(team)))
            own(id, Address::task(owner.workflow, owner.name, name));
    }
    void made(const ResourceId& id) { made_.insert(id); }
    [[nodiscard]] bool was_made(const ResourceId& id) const { return made_.contains(id); }

    [[nodiscard]] const std::set<Address>& of(const ResourceId& id) const {
        static const std::set<Address> none;
        const auto at = owners_.find(id);
        return at == owners_.end() ? none : at->second;
    }
    [[nodiscard]] const LiveResource* before(const ResourceId& id) const {
        const auto at = before_.find(id);
        return at == before_.end() ? nullptr : &at->second;
    }
    // Ids as the names under which they are known.
    [[nodiscard]] StringList names(const std::string& id) const {
        StringList names;
        for (const Address& address : of(ResourceId(id)))
            names.push_back(address.name);
        return names;
    }

  private:
    void own(const ResourceId& id, const Address& address) { owners_[id].insert(address); }

    std::map<std::pair<Kind, std::string>, Address> by_key_;
    std::map<ResourceId, std::set<Address>> owners_;
    std::map<ResourceId, LiveResource> before_;
    std::set<ResourceId> made_;
};

// ---- the oracle
// -----------------------------------------------------------------------------------------------

class Oracle {
  public:
    Oracle(const ShownPlan& shown, Owners& owners) : shown_(shown), owners_(owners) {}

    // In the order in which they are sent, each after those before it were carried out.
    void check(const Call& call) {
        std::visit([&](const auto& what) { check(call.kind, what); }, call.what);
    }

    void bound(const Address& address, const ResourceId& id) {
        const bool ours = owners_.of(id).contains(address) || owners_.was_made(id);
        if (!ours) return wrong(fmt::format("{} was bound to id {}", address.text(), id.text()));
        if (find(address, {"create", "update", "replace", "adopt"}) == nullptr)
            wrong(fmt::format("{} was bound", address.text()));
    }
    void unbound(const Address& address) {
        const Address team = Address::team_of(address.workflow, address.team);
        if (find(address, {"delete"}) == nullptr &&
            (address.kind != Kind::task || find(team, {"delete", "create", "replace"}) == nullptr))
            wrong(fmt::format("{} was unbound", address.text()));
    }
    void left_behind(const Address& address, const ResourceId& id) {
        const Shown* shown = find(address, {"create"});
        if (shown == nullptr || shown->body.find(visible(id.text())) == std::string::npos)
            wrong(fmt::format("id {} was left behind at {}", id.text(), address.text()));
    }

    [[nodiscard]] const std::string& violation() const { return violation_; }

  private:
    void wrong(std::string what) {
        if (violation_.empty()) violation_ = std::move(what);
    }

    const Shown* find(const Address& address, const std::set<std::string>& actions) const {
        const auto at = shown_.find(visible(address.text()));
        if (at == shown_.end()) return nullptr;
        const auto change =
            std::ranges::find_if(at->second, [&](const Shown& one) { return actions.contains(one.action); });
        return change == at->second.end() ? nullptr : &*change;
    }
    const Shown* find(const ResourceId& id, const std::set<std::string>& actions) const {
        for (const Address& address : owners_.of(id)) {
            if (const Shown* shown = find(address, actions)) return shown;
        }
        return nullptr;
    }

    // Ids that are sent are shown by name.
    bool shows(const Shown& shown, Attribute attribute, const Value& sent) const {
        if (!is_reference(attribute)) return shows_value(shown.body, attribute, sent);
        const auto names_of = [&](const std::string& id) {
            return std::ranges::any_of(owners_.names(id), [&](const std::string& name) {
                return shows_value(shown.body, attribute, Value(StringList{name})) ||
                       shows_value(shown.body, attribute, Value(name));
            });
        };
        if (const auto* id = std::get_if<std::string>(&sent)) return names_of(*id);
        return std::ranges::all_of(std::get<StringList>(sent), [&](const std::string& id) {
            return std::ranges::any_of(owners_.names(id), [&](const std::string& name) {
                return shown.body.find(cmd::value_text(name)) != std::string::npos ||
                       shown.body.find(name) != std::string::npos;
            });
        });
    }

    void check_values(const Shown& shown, const Attributes& sent, const ResourceId& id,
                      const std::string& what) {
        for (const auto& [attribute, value] : sent) {
            if (shows(shown, attribute, value)) continue;
            // What a replacement keeps is not said again.
            const LiveResource* before = replaced_of(id);
            const auto kept = before == nullptr ? std::nullopt : before->attributes.find(attribute);
            const bool local = attribute == Attribute::runtime && value == Value(std::string("local"));
            if (shown.action == "replace" && (local || (kept && same_meaning(attribute, *kept, value))))
                continue;
            wrong(fmt::format("{} with {} = {}", what, attribute_name(attribute), value_to_json(value)));
        }
    }
    // Any resource of the same address as it was.
    const LiveResource* replaced_of(const ResourceId& id) const { return owners_.before(id); }

    void check(Kind kind, const CreateCall& create) {
        const ResourceId probe("(new)");
        Owners owners = owners_;
        owners.note(kind, probe, create.name, create.team);
        for (const Address& address : owners.of(probe)) {
            const Shown* shown = find(address, {"create", "replace"});
            if (shown == nullptr) continue;
            ResourceId replaced;
            for (const ResourceId& id : deleted_) {
                if (owners_.of(id).contains(address)) replaced = id;
            }
            return check_values(*shown, create.attributes, replaced, "created " + address.text());
        }
        wrong(fmt::format("a {} `{}` was created", kind_name(kind), create.name));
    }
    void check(Kind, const UpdateCall& update) {
        const Shown* shown = find(update.id, {"update", "create", "replace"});
        if (shown == nullptr) return wrong(fmt::format("id {} was updated", update.id.text()));
        ResourceId replaced = update.id;
        for (const ResourceId& id : deleted_) {
            for (const Address& address : owners_.of(update.id)) {
                if (owners_.of(id).contains(address)) replaced = id;
            }
        }
        check_values(*shown, update.attributes, replaced, fmt::format("id {} was updated", update.id.text()));
    }
    void check(Kind, const RenameCall& rename) { wrong(fmt::format("id {} was renamed", rename.id.text())); }
    void check(Kind, const StartCall& start) {
        const Shown* shown = find(start.id, {"update", "create", "replace"});
        if (shown == nullptr) return wrong(fmt::format("id {} was started", start.id.text()));
        Attributes online;
        online.set(Attribute::status, std::string("online"));
        if (shown->action != "replace")
            check_values(*shown, online, start.id, fmt::format("id {} was started", start.id.text()));
    }
    void check(Kind, const StopCall& stop) {
        if (find(stop.id, {"delete", "replace"}) == nullptr && !owners_.was_made(stop.id))
            wrong(fmt::format("id {} was stopped", stop.id.text()));
    }
    void check(Kind, const DeleteCall& remove) {
        deleted_.insert(remove.id);
        if (find(remove.id, {"delete", "replace"}) == nullptr && !owners_.was_made(remove.id))
            wrong(fmt::format("id {} was deleted", remove.id.text()));
    }

    const ShownPlan& shown_;
    Owners& owners_;
    std::set<ResourceId> deleted_;
    std::string violation_;
};

// ---- the scene
// ------------------------------------------------------------------------------------------------

void disturb(World& world, Choices& choices) {
    const Snapshot now = world.fleet.everything();
    for (const LiveResource& live : now.resources) {
        LiveResource* resource = world.fleet.get(live.id);
        if (live.kind == Kind::agent && choices.one_in(6))
            resource->attributes.set(Attribute::working_dir, std::string("/elsewhere"));
        if (live.kind == Kind::agent && choices.one_in(8))
            resource->attributes.set(Attribute::status, std::string("offline"));
        if (live.kind == Kind::task && choices.one_in(3))
            resource->attributes.set(Attribute::status, std::string("completed"));
        // Imported under another name.
        if (live.kind != Kind::task && choices.one_in(12)) resource->name = "by-hand-" + live.id.text();
        if (live.kind != Kind::task && choices.one_in(14))
            world.fleet.add(live.kind, live.name, live.attributes);
        if (choices.one_in(14)) world.fleet.erase(live.id);
    }
    for (auto at = world.state.bound.begin(); at != world.state.bound.end();)
        at = choices.one_in(9) ? world.state.bound.erase(at) : std::next(at);
    for (const char* workflow : {"other", "safe"}) {
        Attributes agent;
        agent.set(Attribute::label, std::string("a1"));
        agent.set(Attribute::program, std::string("claude-code"));
        agent.set(Attribute::status, std::string("online"));
        world.fleet.add(Kind::agent, Key::derive(workflow, "a1").text(), agent);
    }
    world.fleet.add(Kind::agent, "made-by-hand", {});
}

PlanOptions options_for(const World& world, Choices& choices) {
    PlanOptions options;
    options.force = choices.one_in(5);
    options.prune = choices.one_in(2);
    options.destroy = !options.force && !options.prune && choices.one_in(4);
    if (choices.one_in(6)) options.targets = {"prod/*"};
    if (choices.one_in(8)) options.excludes = {"tmp/agent/*"};
    if (!options.destroy && choices.one_in(4)) {
        const Workflow& workflow = world.workflows.front();
        options.replaces = {"prod/agent/" + workflow.agents.front().name};
        for (const TeamSpec& team : workflow.teams) {
            if (!team.tasks.empty()) options.replaces.push_back(fmt::format("prod/task/{}/s0", team.name));
        }
    }
    return options;
}

// ---- mutations
// ------------------------------------------------------------------------------------------------

class Mutator {
  public:
    Mutator(Plan& plan, const World& world, Choices& choices)
        : plan_(plan), world_(world), choices_(choices), fleet_(world.fleet.everything()) {}

    void run() {
        const std::size_t times = 1 + choices_.pick(6);
        for (std::size_t i = 0; i < times && !plan_.changes.empty(); ++i)
            once();
        // Whoever forges a plan may as well make it fit.
        if (!choices_.one_in(4)) {
            for (Change& change : plan_.changes) {
                if (change.address.kind != Kind::task && change.action != Action::remove)
                    change.key = Key::derive(change.address.workflow, change.address.name).text();
            }
        }
        if (choices_.one_in(4)) return;
        std::ranges::stable_sort(plan_.changes, [](const Change& left, const Change& right) {
            const bool left_removes = left.action == Action::remove;
            const bool right_removes = right.action == Action::remove;
            return std::tie(left.address, left_removes, left.id) <
                   std::tie(right.address, right_removes, right.id);
        });
    }

  private:
    Change& any() { return plan_.changes[choices_.pick(plan_.changes.size())]; }
    const LiveResource& any_live() { return fleet_.resources[choices_.pick(fleet_.resources.size())]; }
    // Of the kind, where there is one.
    const LiveResource& any_live(Kind kind) {
        const std::size_t first = choices_.pick(fleet_.resources.size());
        for (std::size_t i = 0; i < fleet_.resources.size(); ++i) {
            const LiveResource& live = fleet_.resources[(first + i) % fleet_.resources.size()];
            if (live.kind == kind) return live;
        }
        return fleet_.resources[first];
    }
    std::string any_workflow() {
        constexpr std::array<const char*, 4> kNames = {"prod", "tmp", "safe", "other"};
        return kNames.at(choices_.pick(kNames.size()));
    }
    Address any_address(Kind kind) {
        const std::string workflow = any_workflow();
        const std::string name = fmt::format("{}{}", kind == Kind::team ? "t" : "a", choices_.pick(4));
        if (kind == Kind::task) return Address::task(workflow, "t0", fmt::format("s{}", choices_.pick(3)));
        return {workflow, kind, {}, name};
    }
    Value any_value(Attribute attribute) {
        const std::size_t which = choices_.pick(8);
        if (which == 0) return std::int64_t{7};
        if (which == 1) return StringList{"a0", "a1"};
        if (attribute == Attribute::status) return "online";
        if (attribute == Attribute::runtime) return which < 5 ? "docker" : "local";
        if (attribute == Attribute::members || attribute == Attribute::program_args ||
            attribute == Attribute::blocked_by)
            return StringList{fmt::format("a{}", which)};
        if (attribute == Attribute::cpus) return static_cast<std::int64_t>(which);
        return attribute == Attribute::assign_to ? fmt::format("a{}", which)
                                                 : fmt::format("/forged/{}", which);
    }

    // All that is to be known of a live resource, as one who has read the fleet would write it.
    void fit_precondition(Change& change) {
        const LiveResource* live = nullptr;
        for (const LiveResource& one : fleet_.resources) {
            if (one.id == change.id && one.kind == change.address.kind) live = &one;
        }
        if (live == nullptr) return;
        std::vector<Attribute> over;
        for (const auto& [attribute, value] : live->attributes) {
            const bool changed = std::ranges::find(change.attributes, attribute,
                                                   &AttributeChange::attribute) != change.attributes.end();
            if (change.action == Action::remove ? attribute != Attribute::status
                                                : !changed && attribute != Attribute::description)
                over.push_back(attribute);
        }
        if (change.action == Action::replace) over.clear();
        change.precondition = MustMatch{over, fingerprint(live->attributes, over)};
    }

    void forge_removal(const LiveResource& live, const Address& address) {
        if (live.kind == Kind::task) return;
        const auto bindings = world_.state.bindings().value();
        const FleetIndex index(fleet_, bindings, world_.state.left);
        constexpr std::array kReasons = {Reason::orphan, Reason::duplicate, Reason::left_behind,
                                         Reason::destroyed, Reason::torn_down};
        Change change = removal_of(address, live, index, kReasons.at(choices_.pick(kReasons.size())));
        if (choices_.one_in(2)) change.key = Key::derive(address.workflow, address.name).text();
        plan_.changes.push_back(std::move(change));
        if (choices_.one_in(2)) plan_.options.prune = true;
    }

    void forge_update(const LiveResource& live, const Address& address) {
        Change change;
        change.address = address;
        change.action = Action::update;
        change.reason = Reason::workflow_changed;
        change.id = live.id;
        if (live.kind == Kind::agent) {
            change.attributes = {
                {Attribute::program, live.attributes.find(Attribute::program), "/forged/bash"}};
            if (choices_.one_in(2)) change.action = Action::replace;
        } else if (live.kind == Kind::task) {
            change.attributes = {
                {Attribute::description, live.attributes.find(Attribute::description), "/forged/do"}};
        } else {
            return;
        }
        fit_precondition(change);
        plan_.changes.push_back(std::move(change));
    }

    void once() {
        Change& change = any();
        Change& other = any();
        switch (choices_.pick(24)) {
            case 0:
                return std::swap(change.id, other.id);
            case 1:
                change.id = any_live(change.address.kind).id;
                if (!choices_.one_in(3)) fit_precondition(change);
                return;
            case 2:
                return std::swap(change.key, other.key);
            case 3:
                return std::swap(change.address, other.address);
            case 4:
                change.address = any_address(choices_.one_in(4) ? Kind::task : change.address.kind);
                return;
            case 5:
                change.action = static_cast<Action>(choices_.pick(6));
                return;
            case 6:
                change.reason = static_cast<Reason>(choices_.pick(18));
                return;
            case 7: {
                const std::size_t which = choices_.pick(4);
                if (which == 0) change.precondition = MayExist{};
                if (which == 1) change.precondition = MustBeAbsent{};
                if (which == 2) change.precondition = MustMatch{{}, fingerprint({}, {})};
                if (which == 3) fit_precondition(change);
                return;
            }
            case 8:
            case 9:
                if (change.attributes.empty()) return;
                {
                    AttributeChange& one = change.attributes[choices_.pick(change.attributes.size())];
                    (choices_.one_in(3) ? one.before : one.after) = any_value(one.attribute);
                }
                return;
            case 10: {
                if (change.attributes.empty()) return;
                const std::size_t at = choices_.pick(change.attributes.size());
                change.attributes.erase(change.attributes.begin() + static_cast<std::ptrdiff_t>(at));
                return;
            }
            case 11: {
                const auto attribute = static_cast<Attribute>(choices_.pick(kAttributeCount));
                std::erase_if(change.attributes,
                              [&](const AttributeChange& one) { return one.attribute == attribute; });
                AttributeChange one{attribute, std::nullopt, any_value(attribute)};
                if (choices_.one_in(3)) one.before = one.after;
                change.attributes.push_back(one);
                std::ranges::sort(change.attributes, {}, &AttributeChange::attribute);
                return;
            }
            case 12:
                return std::swap(change.attributes, other.attributes);
            case 13:
                change.depends_on = {any().address};
                return;
            case 14:
                change.depends_on.clear();
                return;
            case 15:
                change.waits_for = choices_.one_in(2) ? std::vector<Address>() : std::vector{any().address};
                return;
            case 16:
                change.leaves.push_back(any_live(change.address.kind).id);
                std::ranges::sort(change.leaves);
                return;
            case 17:
                plan_.changes.push_back(Change(change));
                return;
            case 18: {
                const std::size_t at = choices_.pick(plan_.changes.size());
                plan_.changes.erase(plan_.changes.begin() + static_cast<std::ptrdiff_t>(at));
                return;
            }
            case 19: {
                bool* const flags[] = {&plan_.options.force, &plan_.options.prune, &plan_.options.destroy};
                bool& flag = *flags[choices_.pick(3)];
                flag = !flag;
                return;
            }
            case 20:
                plan_.workflows.push_back(any_workflow());
                std::ranges::sort(plan_.workflows);
                return;
            case 21: {
                const LiveResource& live = any_live();
                return forge_removal(live, any_address(live.kind));
            }
            case 22: {
                const LiveResource& live = any_live();
                return forge_update(live, any_address(live.kind));
            }
            default:
                return std::swap(change.precondition, other.precondition);
        }
    }

    Plan& plan_;
    const World& world_;
    Choices& choices_;
    const Snapshot fleet_;
};

}  // namespace

std::size_t Choices::pick(std::size_t count) {
    if (count < 2) return 0;
    if (seeded_) return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
    std::size_t value = 0;
    for (std::size_t most = count - 1; most > 0 && !bytes_.empty(); most >>= 8U) {
        value = value << 8U | bytes_.front();
        bytes_ = bytes_.subspan(1);
    }
    return value % count;
}

std::unique_ptr<EffectScene> effect_scene(std::uint32_t seed) {
    Dice dice(seed + 1);
    Choices choices(seed + 1);
    auto scene = std::make_unique<EffectScene>();
    World& world = scene->world;
    world.workflows = {random_workflow("prod", dice), random_workflow("tmp", dice),
                       random_workflow("safe", dice)};
    world.workflows.front().protect = {"prod/agent/a0", "prod/team/*"};
    world.apply(world.plan().plan);
    world.state.protected_ = {{"prod", "prod/agent/a0"}, {"prod", "prod/agent/a3"}};
    if (choices.one_in(2)) {
        world.complete_tasks();
        world.apply(world.plan().plan);
    }
    world.workflows.pop_back();
    if (choices.one_in(4)) {
        world.options.force = true;
        world.apply(world.plan().plan);
    }
    disturb(world, choices);
    for (Workflow& workflow : world.workflows)
        mutate(workflow, dice);
    world.options = options_for(world, choices);
    scene->planned = world.plan();
    world.fleet.sent.clear();
    return scene;
}

void mutate_plan(Plan& plan, const World& world, Choices& choices) {
    Mutator(plan, world, choices).run();
}

Effect check_effect(World& world, const std::string& plan_file) {
    Effect effect;
    const auto read = plan_from_text(plan_file, "plan.json");
    if (!read) return effect;
    const Plan& plan = read.value();
    const Snapshot before = world.fleet.everything();
    const std::vector<Binding> bindings = world.state.bindings().value();
    const FleetIndex index(before, bindings, world.state.left);
    if (!find_protected_losses(plan.changes, index, world.state.protected_, plan.protect).empty())
        return effect;
    effect.kind = EffectKind::kept;

    const ShownPlan shown = read_shown(cmd::plan_text(plan, {}));
    Owners owners(before, world.state, plan.changes);
    Oracle oracle(shown, owners);
    const auto bound_before = world.state.bound;
    const std::size_t left_before = world.state.left.size();
    world.fleet.fault = [&](const Call& call, const FakeFleet::Apply& apply) {
        ++effect.calls;
        oracle.check(call);
        CallOutcome outcome = apply();
        if (const auto* create = std::get_if<CreateCall>(&call.what)) {
            const ResourceId& id = std::get<CallDone>(outcome).resource->id;
            owners.note(call.kind, id, create->name, create->team);
            owners.made(id);
        }
        return outcome;
    };
    world.apply(plan);
    world.fleet.fault = nullptr;
    for (const auto& [address, binding] : world.state.bound) {
        const auto at = bound_before.find(address);
        if (at == bound_before.end() || at->second != binding) oracle.bound(address, binding.id);
    }
    for (const auto& [address, binding] : bound_before) {
        if (!world.state.bound.contains(address)) oracle.unbound(address);
    }
    for (std::size_t i = left_before; i < world.state.left.size(); ++i)
        oracle.left_behind(world.state.left[i].address, world.state.left[i].id);
    effect.violation = oracle.violation();
    return effect;
}

}  // namespace tlm::test
