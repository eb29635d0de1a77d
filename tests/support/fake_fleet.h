#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/ports/provider.h"

namespace tlm::test {

// A fleet in memory that behaves like a target and records what was sent. `fault`, where set, may answer a
// call in its place; it is given a function that carries the call out.
class FakeFleet final : public FleetReader, public FleetWriter {
  public:
    using Apply = std::function<CallOutcome()>;
    std::function<CallOutcome(const Call&, const Apply&)> fault;
    std::vector<Call> sent;
    // Called before anything is read or carried out, as where another machine may come first.
    std::function<void()> before_each = [] {};
    int reads = 0;
    int looked_up = 0;  // keys that `find` was asked for
    bool consistent = true;
    // Members that a create drops without a word, as the server does.
    std::vector<Attribute> dropped_on_create;

    Result<Snapshot> read_fleet() override;
    Result<Snapshot> read_tasks(const std::vector<ResourceId>& teams) override;
    Result<std::vector<std::vector<LiveResource>>> find(const std::vector<LookUp>& wanted) override;
    [[nodiscard]] std::size_t at_once(std::size_t calls) override { return calls; }
    void submit(Call call) override;
    std::vector<Completion> wait(std::chrono::steady_clock::time_point until) override;
    void give_up_unsent() override {}

    // Adds a resource by hand and returns its id.
    ResourceId add(Kind kind, const std::string& name, Attributes attributes, const ResourceId& team = {});
    // As it is; nothing where its id is taken.
    void put(LiveResource resource);
    LiveResource* get(const ResourceId& id);
    [[nodiscard]] std::size_t count(Kind kind) const;
    void erase(const ResourceId& id) { store_->resources.erase(id); }
    [[nodiscard]] Snapshot everything() const;
    // From now on both are the same fleet, seen by two machines.
    void share(const FakeFleet& other) { store_ = other.store_; }

  private:
    CallOutcome carry_out(const Call& call);
    struct Store {
        std::map<ResourceId, LiveResource> resources;
        int next = 1;
    };
    std::shared_ptr<Store> store_ = std::make_shared<Store>();
    std::deque<Completion> ended_;
};

}  // namespace tlm::test
