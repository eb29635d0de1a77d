#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/resource/address.h"

namespace tlm {

enum class Action : std::uint8_t { create, update, replace, remove, adopt, none };
[[nodiscard]] std::string_view action_name(Action action);  // remove is called "delete"
[[nodiscard]] std::optional<Action> parse_action(std::string_view name);

// Why a change is planned, recorded where it is decided.
enum class Reason : std::uint8_t {
    absent,            // nothing on the target carries the key
    gone,              // was bound, and is no longer on the target
    forced,            // --force: made anew without regard to what exists
    workflow_changed,  // the workflow's value is not the one last applied
    live_changed,      // the live value is not the one last applied
    differs,           // differs from the workflow, and was never applied from this state
    stopped,           // an agent that is not online
    member_recreated,  // a member of the team is made anew in this plan
    runtime_moved,     // between local and docker
    tie,          // another apply made it at the same time; the older one stays and is bound instead of ours
    unbound,      // carries our key and is as the workflow wants it, but this state does not know it
    blocked,      // a task that waits for others
    orphan,       // provably ours, and no longer in the workflow
    duplicate,    // surplus carrier of a key
    left_behind,  // surplus that a forced apply left, or is about to leave
    destroyed,    // `tlm destroy`
    requested,    // --replace
    torn_down,    // the workflow is at its end and says so, and a run that took it down was cut short
};
[[nodiscard]] std::string_view reason_name(Reason reason);
[[nodiscard]] std::optional<Reason> parse_reason(std::string_view name);

// References in before and after are names; a live id that no name stands for is written id:….
struct AttributeChange {
    Attribute attribute = Attribute::label;
    std::optional<Value> before;
    std::optional<Value> after;
    friend bool operator==(const AttributeChange&, const AttributeChange&) = default;
};

// What must hold on the target for the change to be executed.
struct MustBeAbsent {
    friend bool operator==(const MustBeAbsent&, const MustBeAbsent&) = default;
};
struct MayExist {  // forced creates
    friend bool operator==(const MayExist&, const MayExist&) = default;
};
// The resource exists, its changed attributes are still as `before` (or already as `after`), and the other
// managed ones, named in `over`, still hash to `sha256`.
struct MustMatch {
    std::vector<Attribute> over;
    std::string sha256;  // 64 hex digits of attributes_to_json of those attributes
    friend bool operator==(const MustMatch&, const MustMatch&) = default;
};
using Precondition = std::variant<MustBeAbsent, MayExist, MustMatch>;

struct Change {
    Address address;
    Action action = Action::none;
    Reason reason = Reason::absent;
    std::string key;  // agents and teams
    ResourceId id;    // the existing live resource; empty for a create
    Precondition precondition;
    // In attribute order; only those that change. Of an adoption those that it takes over, the same before
    // and after; of a delete all that the target reports but the status, without an after.
    std::vector<AttributeChange> attributes;
    std::vector<Address> depends_on;  // addresses whose changes in this plan come first, sorted
    std::vector<Address> waits_for;   // tasks that are not completed yet; action is none, sorted
    std::vector<ResourceId> leaves;   // forced creates: carriers of the same key left behind, sorted
    friend bool operator==(const Change&, const Change&) = default;
};

// The attributes that the change sets, for a create all of them.
[[nodiscard]] Attributes planned_attributes(const Change& change);

// Hash of the named attributes of a live resource, references as ids, unordered lists sorted.
[[nodiscard]] std::string fingerprint(const Attributes& live, const std::vector<Attribute>& over);

}  // namespace tlm
