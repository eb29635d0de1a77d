#pragma once

#include <tsl/robin_set.h>

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/ports/state.h"
#include "engine/resource/address.h"
#include "engine/resource/desired.h"
#include "engine/snapshot/snapshot.h"

namespace tlm {

// The live resources that carry one key (or one team and subject). `chosen` is the one that the address
// means: the oldest (`created_at`, then smallest id) of those that no --force left behind, a rule that every
// machine computes alike, so that two that made the same resource at the same time end with the same one.
// Where nothing carries the key, the one that is bound is meant all the same.
struct Match {
    const LiveResource* chosen = nullptr;
    bool bound = false;                        // whether the state binds the address to `chosen`
    const Binding* binding = nullptr;          // of the address, whatever it is bound to
    std::vector<const LiveResource*> surplus;  // the others, oldest first
};

// Finds live resources by id, by key and by address. Refers into the snapshot and the bindings, which must
// outlive it. Pure: built once for each snapshot.
class FleetIndex {
  public:
    FleetIndex(const Snapshot& snapshot, const std::vector<Binding>& bindings,
               const std::vector<LeftBehind>& left_behind, const std::vector<EndedTask>& ended = {});

    // Whether the snapshot is known to hold everything: else what is not found may exist.
    [[nodiscard]] bool consistent() const { return consistent_; }
    // By a forced apply, on purpose.
    [[nodiscard]] bool was_left_behind(const ResourceId& id) const { return left_behind_.contains(id); }

    [[nodiscard]] const LiveResource* by_id(Kind kind, const ResourceId& id) const;
    [[nodiscard]] const Binding* binding(const Address& address) const;
    // The names of the workflows that something is bound for.
    [[nodiscard]] std::set<std::string> bound_workflows() const;
    // The binding that points at this resource of the snapshot, or null.
    [[nodiscard]] const Binding* bound_to(Kind kind, const ResourceId& id) const;
    [[nodiscard]] Match match(const Address& address) const;
    // Whether a live resource is one of the address, chosen or not: it carries the address's key (a task: its
    // subject in a team of the address's), is bound to the address, or was left behind there by a forced
    // apply. A plan that names the id of any other is not about what it says.
    [[nodiscard]] bool belongs_to(const LiveResource& live, const Address& address) const;
    // The match of every desired resource, in their order. For many at once, since what an address needs to
    // be found (its key, its team) is then computed once.
    [[nodiscard]] std::vector<Match> match_all(const std::vector<DesiredResource>& desired) const;
    // How a task ended, where the state remembers it. What the target shows of it says more.
    [[nodiscard]] std::optional<TaskEnd> end_of(const Address& task) const;
    // How it ended as far as the target shows or the state remembers it. `live` is its match, null where
    // there is none.
    [[nodiscard]] std::optional<TaskEnd> end_of(const Address& task, const LiveResource* live) const;
    // The bindings of the team's tasks.
    [[nodiscard]] const std::vector<const Binding*>& bound_tasks(const Address& team) const;

    // An agent's or task's id as a workflow would write it: the name (subject) where the id is what that
    // address of `workflow` means (among `candidates`, or by a binding), else `id:…`.
    [[nodiscard]] std::string reference_name(const Address& owner, Kind kind, const std::string& id,
                                             std::span<const std::string> candidates) const;
    // The attributes with references turned into names by reference_name. `candidates` are the names that the
    // desired or planned values hold for the same references.
    [[nodiscard]] Attributes named(const Address& owner, const Attributes& live,
                                   const Attributes& candidates) const;
    // The same for the live value of one attribute that is_reference. `candidates` may be null.
    [[nodiscard]] Value named(const Address& owner, Attribute attribute, const Value& live,
                              const Value* candidates) const;

  private:
    struct Subject {  // what finds a task: the team's id, and the task's subject
        const ResourceId& team;
        std::string_view subject;
        friend bool operator==(const Subject& left, const Subject& right) {
            return left.team == right.team && left.subject == right.subject;
        }
    };
    // What the tables find their entries by.
    struct ById {
        static const ResourceId& of(const ResourceId& id) { return id; }
        static const ResourceId& of(const LiveResource* live) { return live->id; }
    };
    struct ByName {
        static std::string_view of(std::string_view name) { return name; }
        static std::string_view of(const LiveResource* live) { return live->name; }
    };
    struct BySubject {
        static Subject of(const Subject& subject) { return subject; }
        static Subject of(const LiveResource* task) { return {task->team, task->name}; }
    };
    static std::size_t hash_of(std::string_view text) noexcept { return std::hash<std::string_view>()(text); }
    static std::size_t hash_of(const ResourceId& id) noexcept { return id.hash(); }
    static std::size_t hash_of(const Subject& subject) noexcept;
    template <typename By>
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(const auto& item) const noexcept { return hash_of(By::of(item)); }
    };
    template <typename By>
    struct Equal {
        using is_transparent = void;
        bool operator()(const auto& left, const auto& right) const { return By::of(left) == By::of(right); }
    };
    // Without a node for each entry, and no more in it than the pointer and a part of its hash: with 100,000
    // resources it is the memory that is waited for.
    template <typename By>
    using Table =
        tsl::robin_set<const LiveResource*, Hash<By>, Equal<By>, std::allocator<const LiveResource*>, true>;
    using Carriers = std::vector<const LiveResource*>;  // of one key, or one team and subject; oldest first
    using CarriersView = std::span<const LiveResource* const>;

    // The few that share their key, by the one of them that the tables hold.
    using Shared = std::unordered_map<const LiveResource*, Carriers>;

    // Fills the tables of tasks, or those of agents and teams. Neither touches the other's.
    void add_all(bool tasks, Shared& shared);
    template <typename By>
    void add_carrier(Table<By>& table, const LiveResource& live, Shared& shared);
    template <typename By, typename Name>
    [[nodiscard]] CarriersView carriers(const Table<By>& table, const Name& name) const;
    // Where the binding of the address stands in bindings_, or would. `near` is where it is looked for first,
    // as behind the one before: both are mostly asked for in order.
    [[nodiscard]] std::size_t place_of(const Address& address, std::size_t near) const;
    [[nodiscard]] const Binding* at_place(std::size_t place, const Address& address) const;
    [[nodiscard]] CarriersView named_by_key(Kind kind, std::string_view key) const;
    [[nodiscard]] CarriersView in_team(const LiveResource* team, std::string_view subject) const;
    [[nodiscard]] CarriersView carriers_of(const Address& address) const;
    [[nodiscard]] Match match(Kind kind, const Binding* known, CarriersView carriers) const;
    [[nodiscard]] const LiveResource* eldest(CarriersView carriers) const;

    [[nodiscard]] std::size_t position(const LiveResource* live) const {
        return static_cast<std::size_t>(live - snapshot_.data());
    }

    std::span<const LiveResource> snapshot_;
    bool consistent_;
    std::unordered_map<ResourceId, Address> left_behind_;  // and the address whose key it carries
    // Carriers of a key that another carrier is preferred to: what is bound to them has lost a tie.
    std::unordered_set<const LiveResource*> passed_over_;

    Table<ById> by_id_[3];
    Table<ByName> by_name_[2];  // agents and teams that carry a key
    Table<BySubject> by_subject_;
    Shared shared_;
    std::vector<const Binding*> bindings_;       // sorted by address
    std::vector<const LiveResource*> bound_to_;  // by the place of the binding in bindings_; null: it is gone
    std::vector<const Binding*> bound_;  // by the position of the resource in the snapshot; null: none
    std::unordered_map<Address, std::vector<const Binding*>> bound_tasks_;  // by team
    std::unordered_map<Address, EndedTask> ends_;
};

}  // namespace tlm
