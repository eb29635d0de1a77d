#include "engine/plan/plan_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <compare>
#include <functional>
#include <span>
#include <tuple>
#include <unordered_map>

#include "engine/plan/selection.h"
#include "engine/resource/desired.h"
#include "engine/resource/key.h"

namespace tlm {
namespace {

using Text = std::optional<std::string>;  // of a relation that does not hold

constexpr unsigned bit(Kind kind) {
    return 1U << static_cast<unsigned>(kind);
}
constexpr unsigned bit(Action action) {
    return 1U << static_cast<unsigned>(action);
}

constexpr unsigned kAgents = bit(Kind::agent);
constexpr unsigned kTeams = bit(Kind::team);
constexpr unsigned kTasks = bit(Kind::task);
constexpr unsigned kLasting = kAgents | kTeams;  // what can be replaced and deleted
constexpr unsigned kAny = kLasting | kTasks;

// The actions that a reason explains, and the kinds of resource that it can be about.
struct ReasonRule {
    Reason reason;
    unsigned actions;
    unsigned kinds;
};
constexpr std::array kReasonRules = {
    ReasonRule{Reason::absent, bit(Action::create), kAny},
    ReasonRule{Reason::gone, bit(Action::create), kAny},
    ReasonRule{Reason::forced, bit(Action::create), kAny},
    ReasonRule{Reason::workflow_changed, bit(Action::update), kAny},
    ReasonRule{Reason::live_changed, bit(Action::update), kAny},
    ReasonRule{Reason::differs, bit(Action::update), kAny},
    ReasonRule{Reason::stopped, bit(Action::update), kAgents},
    ReasonRule{Reason::member_recreated, bit(Action::update), kTeams | kTasks},
    ReasonRule{Reason::runtime_moved, bit(Action::replace), kAgents},
    ReasonRule{Reason::tie, bit(Action::update) | bit(Action::adopt), kAny},
    ReasonRule{Reason::unbound, bit(Action::adopt), kAny},
    ReasonRule{Reason::blocked, bit(Action::none), kTasks},
    ReasonRule{Reason::orphan, bit(Action::remove), kLasting},
    ReasonRule{Reason::duplicate, bit(Action::remove), kLasting},
    ReasonRule{Reason::left_behind, bit(Action::remove), kLasting},
    ReasonRule{Reason::destroyed, bit(Action::remove), kLasting},
    // Tasks can't be deleted: another one is submitted beside the old one.
    ReasonRule{Reason::requested, bit(Action::create), kTasks},
    ReasonRule{Reason::requested, bit(Action::replace), kLasting},
    ReasonRule{Reason::torn_down, bit(Action::remove), kLasting},
};

enum class Type : std::uint8_t { string, integer, list };

// What a value is, which kinds have the attribute, and for which of them an update or adoption may name it:
// the others are set when a resource is made and never managed.
struct AttributeRule {
    Attribute attribute;
    Type type;
    unsigned kinds;
    unsigned updated;
    unsigned adopted;
};
constexpr std::array<AttributeRule, kAttributeCount> kAttributeRules = {{
    {Attribute::label, Type::string, kAgents, kAgents, kAgents},
    {Attribute::program, Type::string, kAgents, kAgents, kAgents},
    {Attribute::program_args, Type::list, kAgents, kAgents, kAgents},
    {Attribute::working_dir, Type::string, kAgents, kAgents, kAgents},
    {Attribute::description, Type::string, kAgents | kTasks, kTasks, kTasks},
    {Attribute::runtime, Type::string, kAgents, 0, kAgents},  // moved by a replacement
    {Attribute::docker_image, Type::string, kAgents, kAgents, kAgents},
    {Attribute::cpus, Type::integer, kAgents, kAgents, kAgents},
    {Attribute::memory, Type::string, kAgents, kAgents, kAgents},
    {Attribute::host_id, Type::string, kAgents, kAgents, kAgents},
    {Attribute::members, Type::list, kTeams, kTeams, kTeams},
    {Attribute::assign_to, Type::string, kTasks, kTasks, kTasks},
    {Attribute::blocked_by, Type::list, kTasks, 0, 0},
    {Attribute::status, Type::string, kAgents | kTasks, kAgents, kAgents},
}};

constexpr const AttributeRule& rule_of(Attribute attribute) {
    return kAttributeRules[static_cast<std::size_t>(attribute)];
}

std::string_view type_name(const Value& value) {
    constexpr std::array<std::string_view, 3> kNames = {"a string", "an integer", "a list of strings"};
    return kNames[value.index()];
}

bool has_type(const Value& value, Type type) {
    if (type == Type::string) return std::holds_alternative<std::string>(value);
    if (type == Type::integer) return std::holds_alternative<std::int64_t>(value);
    return std::holds_alternative<StringList>(value);
}

std::string side_text(const std::optional<Value>& value) {
    return value ? value_to_json(*value) : "null";
}

template <typename Items>
bool is_strictly_sorted(const Items& items) {
    return std::ranges::adjacent_find(items, std::not_fn(std::ranges::less())) == std::ranges::end(items);
}

std::string names_of(const std::vector<Attribute>& attributes) {
    std::string text;
    for (const Attribute attribute : attributes)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", attribute_name(attribute));
    return "[" + text + "]";
}

const MustMatch* match_of(const Change& change) {
    return std::get_if<MustMatch>(&change.precondition);
}

// The relations within one change, and with the plan's options.
class ChangeCheck {
  public:
    ChangeCheck(const Change& change, const PlanOptions& options) : change_(change), options_(options) {}

    // The first that does not hold.
    [[nodiscard]] Text fault() const {
        for (const auto part : {&ChangeCheck::reason, &ChangeCheck::key_and_id, &ChangeCheck::precondition,
                                &ChangeCheck::attributes, &ChangeCheck::covered, &ChangeCheck::references}) {
            if (Text text = (this->*part)()) return text;
        }
        return std::nullopt;
    }

  private:
    [[nodiscard]] bool is(Action action) const { return change_.action == action; }
    [[nodiscard]] bool is_about(Kind kind) const { return change_.address.kind == kind; }
    // A delete, an adoption, a replacement or an update.
    [[nodiscard]] bool is_of_existing() const { return !is(Action::create) && !is(Action::none); }

    [[nodiscard]] std::string subject() const {
        const Kind kind = change_.address.kind;
        return fmt::format("the {} of {} {}", action_name(change_.action), kind == Kind::agent ? "an" : "a",
                           kind_name(kind));
    }

    [[nodiscard]] Text reason() const {
        const bool known = std::ranges::any_of(kReasonRules, [&](const ReasonRule& rule) {
            return rule.reason == change_.reason && (rule.actions & bit(change_.action)) != 0 &&
                   (rule.kinds & bit(change_.address.kind)) != 0;
        });
        if (!known) return fmt::format("`{}` is no reason for {}", reason_name(change_.reason), subject());
        if (options_.destroy && !is(Action::remove))
            return fmt::format("`destroy` deletes, and this is {}", subject());
        const auto needs = [&](bool given, std::string_view option) -> Text {
            if (given) return std::nullopt;
            return fmt::format("its reason is `{}`, and the plan was made without {}",
                               reason_name(change_.reason), option);
        };
        switch (change_.reason) {
            case Reason::forced:
                return needs(options_.force, "--force");
            case Reason::orphan:
            case Reason::left_behind:
                return needs(options_.prune || options_.destroy, "--prune");
            case Reason::destroyed:
                return needs(options_.destroy, "`destroy`");
            case Reason::requested: {
                const std::string address = change_.address.text();
                return needs(matches_any(options_.replaces, address) ||
                                 std::ranges::find(options_.replaces, address) != options_.replaces.end(),
                             "a --replace that selects it");
            }
            default:
                break;
        }
        return std::nullopt;
    }

    [[nodiscard]] Text key_and_id() const {
        const Address& address = change_.address;
        if (is_of_existing() == change_.id.empty()) {
            return change_.id.empty() ? fmt::format("{} needs an `id`", subject())
                                      : fmt::format("{} has the `id` {}, and there is none yet", subject(),
                                                    change_.id.text());
        }
        if (is_about(Kind::task)) {
            if (change_.key.empty()) return std::nullopt;
            return fmt::format("a task has no key, and the plan says {}", change_.key);
        }
        if (change_.key.empty()) return fmt::format("{} needs a `key`", subject());
        // A delete names what is there, which may have been imported under another name.
        if (is(Action::remove)) return std::nullopt;
        const Key key = Key::derive(address.workflow, address.name);
        if (key.text() == change_.key) return std::nullopt;
        return fmt::format("the key of {} is {}, and the plan says {}", address.text(), key.text(),
                           change_.key);
    }

    [[nodiscard]] Text precondition() const {
        if (is(Action::none)) return std::nullopt;
        const MustMatch* match = match_of(change_);
        const std::string_view written = match != nullptr ? "a fingerprint"
                                         : std::holds_alternative<MayExist>(change_.precondition)
                                             ? "`any`"
                                             : "`absent`";
        const bool any =
            change_.reason == Reason::forced || (change_.reason == Reason::requested && is(Action::create));
        const std::string_view right = is_of_existing() ? "a fingerprint" : any ? "`any`" : "`absent`";
        if (written != right) {
            return fmt::format("the precondition of {} for the reason `{}` is {}, and the plan says {}",
                               subject(), reason_name(change_.reason), right, written);
        }
        return match == nullptr ? std::nullopt : fingerprint_of(*match);
    }

    [[nodiscard]] Text fingerprint_of(const MustMatch& match) const {
        constexpr std::size_t kDigits = 64;
        const bool formed = match.sha256.size() == kDigits && std::ranges::all_of(match.sha256, [](char c) {
                                return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                            });
        if (!formed) return fmt::format("`sha256` is {}, and 64 hex digits are expected", match.sha256);
        if (!is_strictly_sorted(match.over))
            return fmt::format("`unchanged` {} is out of order or repeats an attribute",
                               names_of(match.over));
        for (const Attribute attribute : match.over) {
            if ((rule_of(attribute).kinds & bit(change_.address.kind)) == 0)
                return fmt::format("{} has no `{}`", kind_name(change_.address.kind),
                                   attribute_name(attribute));
        }
        const std::string nothing = fingerprint({}, {});
        if (match.over.empty() && match.sha256 != nothing)
            return fmt::format("`sha256` of no attribute is {}, and the plan says {}", nothing, match.sha256);
        return std::nullopt;
    }

    [[nodiscard]] Text attributes() const {
        if (!std::ranges::is_sorted(change_.attributes, {}, &AttributeChange::attribute))
            return "its attributes are out of order";
        for (const AttributeChange& attribute : change_.attributes) {
            if (Text text = one(attribute)) return text;
        }
        if (is(Action::update) && change_.attributes.empty())
            return "an update changes at least one attribute";
        if (is(Action::create) || is(Action::replace) || is(Action::none)) {
            if (Text text = complete()) return text;
        }
        if (change_.reason == Reason::stopped && change_.attributes.front().attribute != Attribute::status)
            return "its reason is `stopped`, and it changes more than the status";
        if (change_.reason == Reason::stopped && change_.attributes.size() != 1)
            return "its reason is `stopped`, and it changes more than the status";
        if (change_.reason != Reason::runtime_moved) return std::nullopt;
        const auto runtime =
            std::ranges::find(change_.attributes, Attribute::runtime, &AttributeChange::attribute);
        if (runtime == change_.attributes.end() || runtime->before == runtime->after)
            return "its reason is `runtime_moved`, and its runtime stays";
        return std::nullopt;
    }

    // What is made is named whole: nothing of it is left to the server.
    [[nodiscard]] Text complete() const {
        static const std::array<std::vector<Attribute>, 3> always = {{
            {Attribute::label, Attribute::program, Attribute::working_dir, Attribute::description,
             Attribute::runtime, Attribute::status},
            {Attribute::members},
            {Attribute::description, Attribute::assign_to},
        }};
        for (const Attribute attribute : always.at(static_cast<std::size_t>(change_.address.kind))) {
            const auto at = std::ranges::find(change_.attributes, attribute, &AttributeChange::attribute);
            if (at == change_.attributes.end() || !at->after)
                return fmt::format("{} says what its `{}` will be, and the plan does not", subject(),
                                   attribute_name(attribute));
        }
        return std::nullopt;
    }

    [[nodiscard]] Text one(const AttributeChange& attribute) const {
        const AttributeRule& rule = rule_of(attribute.attribute);
        const std::string_view name = attribute_name(attribute.attribute);
        const unsigned kind = bit(change_.address.kind);
        if ((rule.kinds & kind) == 0)
            return fmt::format("{} {} has no `{}`", is_about(Kind::agent) ? "an" : "a",
                               kind_name(change_.address.kind), name);
        if ((is(Action::update) && (rule.updated & kind) == 0) ||
            (is(Action::adopt) && (rule.adopted & kind) == 0) ||
            (attribute.attribute == Attribute::status && (is_about(Kind::task) || is(Action::remove))))
            return fmt::format("{} does not name `{}`", subject(), name);
        for (const auto* side : {&attribute.before, &attribute.after}) {
            if (*side && !has_type(**side, rule.type)) {
                constexpr std::array<std::string_view, 3> kTypes = {"a string", "an integer",
                                                                    "a list of strings"};
                return fmt::format("`{}` must be {}, and {} is {}", name,
                                   kTypes[static_cast<std::size_t>(rule.type)], side_text(*side),
                                   type_name(**side));
            }
        }
        if (Text text = sides(attribute)) return text;
        if (!attribute.after) return std::nullopt;
        const auto* text = std::get_if<std::string>(&*attribute.after);
        if (attribute.attribute == Attribute::status && *text != "online")
            return fmt::format("the `status` that is wanted of an agent is \"online\", and the plan says {}",
                               side_text(attribute.after));
        if (attribute.attribute == Attribute::runtime && *text != "local" && *text != "docker")
            return fmt::format("`runtime` is \"local\" or \"docker\", and the plan says {}",
                               side_text(attribute.after));
        return std::nullopt;
    }

    // Which of `before` and `after` there are, and whether they differ.
    [[nodiscard]] Text sides(const AttributeChange& attribute) const {
        const std::string_view name = attribute_name(attribute.attribute);
        const auto must = [&](bool holds, std::string_view what) -> Text {
            if (holds) return std::nullopt;
            return fmt::format("{}: `{}` {}, and the plan says {} -> {}", subject(), name, what,
                               side_text(attribute.before), side_text(attribute.after));
        };
        switch (change_.action) {
            case Action::create:
            case Action::none:
                return must(!attribute.before && attribute.after, "has an `after` alone");
            case Action::remove:
                return must(attribute.before && !attribute.after, "has a `before` alone");
            case Action::adopt:
                return must(attribute.before && attribute.before == attribute.after, "stays as it is");
            case Action::replace:
                return must(attribute.before || attribute.after, "has a side");
            case Action::update:
                break;
        }
        // A target that does not report a reference can't show that it is out of date.
        const bool may_be_same =
            is_reference(attribute.attribute) &&
            (change_.reason == Reason::member_recreated || change_.reason == Reason::tie);
        const bool differs =
            attribute.after &&
            (!attribute.before || !same_meaning(attribute.attribute, *attribute.before, *attribute.after));
        return must(differs || (may_be_same && attribute.after), "has an `after` that differs");
    }

    // What the precondition covers beside the attributes that change.
    [[nodiscard]] Text covered() const {
        const MustMatch* match = match_of(change_);
        if (match == nullptr || is(Action::none)) return std::nullopt;
        std::vector<Attribute> named;
        for (const AttributeChange& attribute : change_.attributes)
            named.push_back(attribute.attribute);
        std::vector<Attribute> over = match->over;
        // Edits reach a task only while it is pending.
        if (is_about(Kind::task)) {
            const bool pending = !over.empty() && over.back() == Attribute::status;
            if (!pending && (is(Action::update) || !named.empty()))
                return fmt::format("{} rests on its `status`, and `unchanged` is {}", subject(),
                                   names_of(over));
            if (pending) over.pop_back();
        }
        switch (change_.action) {
            case Action::replace:
                // All attributes are named with what they are now.
                if (over.empty()) return std::nullopt;
                return fmt::format("`unchanged` of a replacement is empty, and the plan says {}",
                                   names_of(over));
            case Action::update: {
                std::vector<Attribute> both;
                std::ranges::set_intersection(named, over, std::back_inserter(both));
                if (both.empty()) return managed(over);
                return fmt::format("`unchanged` names what the update changes: {}", names_of(both));
            }
            case Action::adopt:
                if (Text text = managed(over)) return text;
                [[fallthrough]];
            case Action::remove:
                if (over != named)
                    return fmt::format("{} rests on {}, and `unchanged` is {}", subject(), names_of(named),
                                       names_of(over));
                break;
            default:
                break;
        }
        return is(Action::remove) ? hash_of_shown(*match) : std::nullopt;
    }

    // Attributes that an update or adoption leaves as they are.
    [[nodiscard]] Text managed(const std::vector<Attribute>& over) const {
        for (const Attribute attribute : over) {
            if ((rule_of(attribute).adopted & bit(change_.address.kind)) == 0)
                return fmt::format("`unchanged` names `{}`, which is never managed",
                                   attribute_name(attribute));
        }
        return std::nullopt;
    }

    // What is shown of an agent that is deleted is what the precondition is over. Members of a team are
    // hashed as ids and shown as names.
    [[nodiscard]] Text hash_of_shown(const MustMatch& match) const {
        if (!is_about(Kind::agent)) return std::nullopt;
        Attributes before;
        for (const AttributeChange& attribute : change_.attributes)
            before.set(attribute.attribute, *attribute.before);
        const std::string right = fingerprint(before, match.over);
        if (right == match.sha256) return std::nullopt;
        return fmt::format("`sha256` of the values to be deleted is {}, and the plan says {}", right,
                           match.sha256);
    }

    [[nodiscard]] Text references() const {
        if (!is_strictly_sorted(change_.depends_on))
            return "`depends_on` is out of order or repeats an address";
        if (!is_strictly_sorted(change_.waits_for))
            return "`waits_for` is out of order or repeats an address";
        if (!is_strictly_sorted(change_.leaves)) return "`leaves` is out of order or repeats an id";
        if (!change_.leaves.empty() &&
            (!is(Action::create) || !std::holds_alternative<MayExist>(change_.precondition) ||
             (is_about(Kind::task) && change_.reason != Reason::requested)))
            return fmt::format("{} for the reason `{}` leaves nothing behind, and `leaves` is not empty",
                               subject(), reason_name(change_.reason));
        if (std::ranges::any_of(change_.leaves, &ResourceId::empty)) return "`leaves` holds an empty id";
        if (is(Action::none) == change_.waits_for.empty())
            return is(Action::none) ? "it waits, and `waits_for` names no task"
                                    : "only a task that waits has `waits_for`";
        if (!change_.depends_on.empty() && (is(Action::none) || is(Action::adopt)))
            return fmt::format("{} depends on nothing, and `depends_on` is not empty", subject());
        const auto blocked =
            std::ranges::find(change_.attributes, Attribute::blocked_by, &AttributeChange::attribute);
        for (const Address& task : change_.waits_for) {
            const bool same_team = task.kind == Kind::task && task.team == change_.address.team &&
                                   task.workflow == change_.address.workflow;
            if (same_team && blocked != change_.attributes.end()) {
                const auto& subjects = std::get<StringList>(*blocked->after);
                if (std::ranges::find(subjects, task.name) != subjects.end()) continue;
            }
            return fmt::format("it waits for {}, which its `blocked_by` does not name", task.text());
        }
        return std::nullopt;
    }

    const Change& change_;
    const PlanOptions& options_;
};

// The actions that stand at an address.
using Actions = std::unordered_map<Address, unsigned>;

constexpr unsigned kMaking = bit(Action::create) | bit(Action::update) | bit(Action::replace);

// A change comes after those that make what it refers to, and a delete after those that let go of it.
bool may_depend(const Change& change, const Address& on, unsigned actions) {
    const Address& address = change.address;
    if (on.workflow != address.workflow) return false;
    if (change.action == Action::remove) {
        if (on == address) return (actions & (kMaking | bit(Action::adopt))) != 0;
        return address.kind == Kind::agent && on.kind == Kind::team &&
               (actions & (bit(Action::remove) | bit(Action::update))) != 0;
    }
    if ((actions & kMaking) == 0) return false;
    if (on.kind == Kind::agent) return address.kind != Kind::agent;
    return on == Address::team_of(address.workflow, address.team) && address.kind == Kind::task;
}

Text check_dependencies(const Change& change, const Actions& at) {
    for (const Address& on : change.depends_on) {
        const auto actions = at.find(on);
        if (actions == at.end())
            return fmt::format("it depends on {}, which the plan does not change", on.text());
        if (!may_depend(change, on, actions->second))
            return fmt::format("{} does not depend on {}", change.address.text(), on.text());
    }
    return std::nullopt;
}

// Changes stand in the order of their addresses, one that makes or keeps something at each; deletes come
// last, in the order of their ids.
Text check_order(const Change& before, const Change& change) {
    const bool removed_before = before.action == Action::remove;
    const bool removes = change.action == Action::remove;
    const auto order =
        std::tie(before.address, removed_before, before.id) <=> std::tie(change.address, removes, change.id);
    if (std::is_gt(order))
        return fmt::format("it stands after {}, and changes are sorted by address", before.address.text());
    if (before.address != change.address || removes) {
        // Two reasons may ask for the same delete.
        if (std::is_neq(order) || before.reason != change.reason) return std::nullopt;
    }
    return fmt::format("{} is changed twice", change.address.text());
}

Text check_workflows(const Plan& plan) {
    if (!is_strictly_sorted(plan.workflows)) return "`workflows` is out of order or repeats a name";
    if (std::ranges::find(plan.workflows, std::string()) != plan.workflows.end())
        return "`workflows` holds an empty name";
    if (!is_strictly_sorted(plan.protect)) return "`protect` is out of order or repeats a pattern";
    const auto known = [&](const std::string& name) {
        return std::ranges::binary_search(plan.workflows, name);
    };
    for (const Protection& protection : plan.protect) {
        if (!known(protection.workflow))
            return fmt::format("`protect` names the workflow {}, which the plan was not made of",
                               protection.workflow);
    }
    for (std::size_t i = 0; i < plan.teardown.size(); ++i) {
        const std::string& name = plan.teardown[i].workflow;
        if (!known(name))
            return fmt::format("`teardown` names the workflow {}, which the plan was not made of", name);
        if (i > 0 && plan.teardown[i - 1].workflow >= name)
            return "`teardown` is out of order or repeats a workflow";
    }
    const PlanOptions& options = plan.options;
    if (options.destroy && !plan.protect.empty())
        return "`destroy` protects nothing, and `protect` is not empty";
    if (!plan.teardown.empty() && (options.destroy || !options.targets.empty() || !options.excludes.empty()))
        return "a plan of a part of its workflows takes none of them down, and `teardown` is not empty";
    return std::nullopt;
}

}  // namespace

std::optional<Contradiction> find_contradiction(const Plan& plan) {
    if (Text text = check_workflows(plan)) return Contradiction{std::nullopt, std::move(*text)};
    Actions at;
    at.reserve(plan.changes.size());
    for (const Change& change : plan.changes)
        at[change.address] |= bit(change.action);
    for (std::size_t i = 0; i < plan.changes.size(); ++i) {
        const Change& change = plan.changes[i];
        Text text;
        if (!std::ranges::binary_search(plan.workflows, change.address.workflow))
            text = fmt::format("its workflow {} is none that the plan was made of", change.address.workflow);
        if (!text && i > 0) text = check_order(plan.changes[i - 1], change);
        if (!text) text = ChangeCheck(change, plan.options).fault();
        if (!text) text = check_dependencies(change, at);
        if (text) return Contradiction{i, std::move(*text)};
    }
    return std::nullopt;
}

}  // namespace tlm
