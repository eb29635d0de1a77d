#include "engine/snapshot/fleet_index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "engine/resource/key.h"

namespace tlm {
namespace {

// A fleet in which much has happened, by chance: things are gone, doubled, renamed, left behind, bound to
// others, and not bound.
class Fleet {
  public:
    explicit Fleet(unsigned seed) : dice_(seed) {
        for (const std::string workflow : {"a", "b", "c"}) {
            for (int i = 0; i < 6; ++i)
                add({workflow, Kind::agent, "", fmt::format("agent-{}", i)}, "");
            add({workflow, Kind::team, "", "crew"}, "");
            const std::string team = snapshot.resources.empty() ? "" : snapshot.resources.back().id.text();
            for (int i = 0; i < 6; ++i)
                add({workflow, Kind::task, "crew", fmt::format("task-{}", i)}, team);
        }
        std::ranges::shuffle(snapshot.resources, dice_);
        if (chance(2)) std::ranges::shuffle(bindings, dice_);
        if (chance(4)) std::ranges::shuffle(desired, dice_);
    }

    Snapshot snapshot;
    std::vector<Binding> bindings;
    std::vector<LeftBehind> left_behind;
    std::vector<DesiredResource> desired;

  private:
    bool chance(unsigned one_in) { return dice_() % one_in == 0; }

    ResourceId make(const Address& address, const std::string& key, const std::string& team) {
        LiveResource live;
        live.kind = address.kind;
        live.id = {fmt::format("id-{}", ++ids_)};
        live.name = address.kind == Kind::task ? address.name : key;
        if (address.kind == Kind::task) live.team = {team};
        live.created_at = {fmt::format("2026-11-{:02}", 1 + dice_() % 28)};
        snapshot.resources.push_back(live);
        return live.id;
    }

    void add(const Address& address, const std::string& team) {
        DesiredResource resource;
        resource.address = address;
        if (address.kind != Kind::task) resource.key = Key::derive(address.workflow, address.name).text();
        ResourceId id{"gone"};
        if (!chance(5)) id = make(address, chance(8) ? "another name" : resource.key, team);
        while (doubled_ && chance(6)) {
            const ResourceId other = make(address, resource.key, team);
            if (chance(2)) left_behind.push_back({other, address});
            if (chance(2)) id = other;
        }
        if (!chance(4)) bindings.push_back({address, resource.key, id, {team}, {}});
        if (!chance(6)) desired.push_back(std::move(resource));
    }

    std::mt19937 dice_;
    bool doubled_ = dice_() % 2 == 0;
    int ids_ = 0;
};

TEST(FleetIndex_MatchingAllAtOnce, FindsWhatEachFindsByItself) {
    std::size_t bound = 0;
    for (unsigned seed = 0; seed < 400 && !testing::Test::HasFailure(); ++seed) {
        const Fleet fleet(seed);
        const FleetIndex index(fleet.snapshot, fleet.bindings, fleet.left_behind);
        const std::vector<Match> all = index.match_all(fleet.desired);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const Match one = index.match(fleet.desired[i].address);
            EXPECT_EQ(all[i].chosen, one.chosen) << seed << " " << fleet.desired[i].address.text();
            EXPECT_EQ(all[i].bound, one.bound) << seed << " " << fleet.desired[i].address.text();
            EXPECT_EQ(all[i].binding, one.binding) << seed << " " << fleet.desired[i].address.text();
            EXPECT_EQ(all[i].surplus, one.surplus) << seed << " " << fleet.desired[i].address.text();
            bound += one.bound ? 1 : 0;
        }
    }
    EXPECT_GT(bound, 1000);
}

TEST(FleetIndex_Bindings, AreFoundByTheirAddressWhateverTheirOrder) {
    for (unsigned seed = 0; seed < 100; ++seed) {
        const Fleet fleet(seed);
        const FleetIndex index(fleet.snapshot, fleet.bindings, fleet.left_behind);
        for (const Binding& binding : fleet.bindings)
            EXPECT_EQ(index.binding(binding.address), &binding);
        EXPECT_EQ(index.binding(Address::agent("a", "nobody")), nullptr);
        EXPECT_EQ(index.binding(Address::agent("z", "agent-1")), nullptr);
    }
}

TEST(FleetIndex_WorkflowsOfBindings, AreNamedOnce) {
    Snapshot snapshot;
    const std::vector<Binding> bindings = {{Address::agent("b", "x"), "", {"1"}, {}, {}},
                                           {Address::agent("a", "x"), "", {"2"}, {}, {}},
                                           {Address::agent("b", "y"), "", {"3"}, {}, {}}};
    EXPECT_EQ(FleetIndex(snapshot, bindings, {}).bound_workflows(), (std::set<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace tlm
