// Two machines, each with a state of its own, apply the same workflow to one fleet at the same time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "tests/support/world.h"

namespace tlm::test {
namespace {

// Lets one machine at a time do something to the fleet, in an order that a seed decides.
class Turns {
  public:
    explicit Turns(unsigned seed) : random_(seed) {}

    void take(int machine) {
        std::unique_lock lock(mutex_);
        waiting_[machine] = true;
        choose();
        changed_.wait(lock, [&] { return chosen_ == machine; });
        waiting_[machine] = false;
        chosen_ = kNobody;
        choose();
    }

    void leave(int machine) {
        const std::scoped_lock lock(mutex_);
        gone_[machine] = true;
        choose();
    }

  private:
    static constexpr int kNobody = -1;

    // As soon as both wait, or the other one has left.
    void choose() {
        if (chosen_ != kNobody) return;
        const bool ready[2] = {waiting_[0] || gone_[0], waiting_[1] || gone_[1]};
        if (!ready[0] || !ready[1] || (!waiting_[0] && !waiting_[1])) return;
        chosen_ = waiting_[0] && waiting_[1] ? static_cast<int>(random_() & 1U) : waiting_[0] ? 0 : 1;
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::minstd_rand random_;
    bool waiting_[2] = {false, false};
    bool gone_[2] = {false, false};
    int chosen_ = kNobody;
};

struct TwoMachines {
    World worlds[2];
    TwoMachines() { worlds[1].fleet.share(worlds[0].fleet); }

    void apply_at_once(unsigned seed) {
        Turns turns(seed);
        std::thread threads[2];
        for (int i = 0; i < 2; ++i) {
            threads[i] = std::thread([&, i] {
                World& world = worlds[i];
                world.fleet.before_each = [&turns, i] { turns.take(i); };
                world.apply(world.plan().plan);
                world.fleet.before_each = [] {};
                turns.leave(i);
            });
        }
        for (std::thread& thread : threads)
            thread.join();
    }

    // One after the other, until neither has anything to do.
    void settle() {
        for (int round = 0; round < 3; ++round) {
            for (World& world : worlds)
                world.apply(world.plan().plan);
        }
    }
};

// What is wrong once both have ended; `name` is that of an agent or team.
void expect_one(TwoMachines& machines, const Address& address) {
    const ResourceId first = machines.worlds[0].state.bound.at(address).id;
    EXPECT_EQ(machines.worlds[1].state.bound.at(address).id, first) << address.text();
    EXPECT_NE(machines.worlds[0].fleet.get(first), nullptr) << address.text();
}

class SimultaneousApplies : public testing::TestWithParam<unsigned> {};

TEST_P(SimultaneousApplies, EndWithOneLiveResourceAKeyToWhichBothAreBound) {
    TwoMachines machines;
    machines.apply_at_once(GetParam());
    machines.settle();
    const FakeFleet& fleet = machines.worlds[0].fleet;
    EXPECT_EQ(fleet.count(Kind::agent), 2U);
    EXPECT_EQ(fleet.count(Kind::team), 1U);
    // A task carries no key and can't be taken back: where one machine submits it between the other's look-up
    // and its own call, there are two, of which both are bound to the older one.
    EXPECT_THAT(fleet.count(Kind::task), testing::AnyOf(1U, 2U));
    for (const Address& address : {Address::agent("wf", "architect"), Address::agent("wf", "builder"),
                                   Address::team_of("wf", "crew"), Address::task("wf", "crew", "design")}) {
        expect_one(machines, address);
    }
    for (World& world : machines.worlds)
        EXPECT_FALSE(has_changes(world.plan().plan));
    for (const LiveResource& live : fleet.everything().resources) {
        if (live.kind == Kind::agent) {
            EXPECT_EQ(live.attributes.text(Attribute::status), "online");
        }
    }
}

// What the runs themselves settle, without another: both begin at the same moment, and both see it.
TEST_P(SimultaneousApplies, ThatBeganTogetherNeedNoOther) {
    TwoMachines machines;
    machines.apply_at_once(GetParam());
    const FakeFleet& fleet = machines.worlds[0].fleet;
    // Whoever ended before the other made its own had no chance to see it, and the other one settled it.
    EXPECT_EQ(fleet.count(Kind::agent), 2U);
    EXPECT_EQ(fleet.count(Kind::team), 1U);
}

INSTANTIATE_TEST_SUITE_P(EveryOrder, SimultaneousApplies, testing::Range(1U, 101U));

// A replacement takes the old one away; both make a new one.
TEST(SimultaneousReplacements, EndWithOneToo) {
    for (unsigned seed = 1; seed <= 50; ++seed) {
        TwoMachines machines;
        machines.worlds[0].apply(machines.worlds[0].plan().plan);
        machines.worlds[1].apply(machines.worlds[1].plan().plan);
        for (World& world : machines.worlds) {
            world.workflows[0].agents[1].runtime = Runtime::docker;
            world.workflows[0].agents[1].docker_image = "img";
        }
        machines.apply_at_once(seed);
        machines.settle();
        EXPECT_EQ(machines.worlds[0].fleet.count(Kind::agent), 2U) << seed;
        expect_one(machines, Address::agent("wf", "builder"));
    }
}

// Both prune a tie that neither settled: the older one stays, whoever comes first.
TEST(SimultaneousPrunes, LeaveTheOlderOne) {
    TwoMachines machines;
    World& one = machines.worlds[0];
    World& other = machines.worlds[1];
    one.apply(one.plan().plan);
    // The other one made its own at the same time and was killed.
    const Address address = Address::agent("wf", "builder");
    const Binding first = one.state.bound.at(address);
    const ResourceId second = one.fleet.add(Kind::agent, first.key, one.fleet.get(first.id)->attributes);
    other.state.bound.emplace(address, Binding{address, first.key, second, {}, first.applied});
    for (World* world : {&one, &other}) {
        world->options.prune = true;
        const Plan plan = world->plan().plan;
        for (const Change& change : plan.changes) {
            if (change.action == Action::remove) {
                EXPECT_EQ(change.id, second);
            }
        }
    }
    const Plan reviewed = one.plan().plan;
    other.apply(other.plan().plan);
    one.apply(reviewed);
    EXPECT_NE(one.fleet.get(first.id), nullptr);
    EXPECT_EQ(one.fleet.count(Kind::agent), 2U);
    expect_one(machines, address);
}

}  // namespace
}  // namespace tlm::test
