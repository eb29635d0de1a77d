#include "engine/apply/repetition.h"

#include <gmock/gmock.h>

#include "tests/support/world.h"

namespace tlm::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Repeated : World {
    Repeated() {
        planned = plan().plan;
        apply(planned);
        state.finished = FinishedRun{"4f1c", "2026-11-29T13:00:00Z"};
    }
    // What the plan would do again.
    std::vector<std::string> does() {
        const auto found =
            find_repetition(planned, plan_digest(planned), fleet.read_fleet().value(), state).value();
        EXPECT_TRUE(!found || found->run == *state.finished);
        return found ? found->does : std::vector<std::string>();
    }
    LiveResource& live(const Address& address) { return *fleet.get(state.bound.at(address).id); }
    Plan planned;
};

const Address kArchitect = Address::agent("wf", "architect");

TEST(Repetition, OfAPlanThatEverythingIsAsItSays_IsNone) {
    Repeated world;
    EXPECT_THAT(world.does(), IsEmpty());
}

TEST(Repetition, NamesWhatWasUndone) {
    Repeated world;
    world.apply([&] {
        world.options.destroy = true;
        return world.plan().plan;
    }());
    EXPECT_THAT(world.does(), ElementsAre("create wf/agent/architect", "create wf/agent/builder",
                                          "create wf/team/crew", "create wf/task/crew/design"));
    world.state.finished.reset();
    EXPECT_THAT(world.does(), IsEmpty()) << "a plan that is not done goes on";
}

TEST(Repetition, OfAnUpdateThatWasTakenBack_IsFoundAndAConflictIsNot) {
    Repeated world;
    world.workflows[0].agents[0].model = "m2";
    world.planned = world.plan().plan;
    world.apply(world.planned);
    EXPECT_THAT(world.does(), IsEmpty());
    const auto set_model = [&](const char* model) {
        world.live(kArchitect).attributes.set(Attribute::program_args, StringList{"--model", model});
    };
    set_model("m9");
    EXPECT_THAT(world.does(), IsEmpty()) << "a conflict: nothing would be sent";
    set_model("m1");
    EXPECT_THAT(world.does(), ElementsAre("update wf/agent/architect"));
}

TEST(Repetition, OfAnAdoptionThatWasForgotten_IsFound) {
    Repeated world;
    world.state.bound.erase(kArchitect);
    world.planned = world.plan().plan;
    ASSERT_FALSE(world.planned.changes.empty());
    EXPECT_THAT(world.does(), ElementsAre(HasSubstr("adopt wf/agent/architect")));
}

TEST(Repetition, OfWhatTheStateWasToRemember_IsFound) {
    Repeated world;
    world.planned.protect = {{"wf", "wf/agent/*"}};
    EXPECT_THAT(world.does(), ElementsAre("protect wf/agent/*"));
    world.state.protected_ = world.planned.protect;
    EXPECT_THAT(world.does(), IsEmpty());
    world.planned.changes.clear();
    world.planned.options.destroy = true;
    world.state.down["wf"] = {"wf", true};
    EXPECT_THAT(world.does(), ElementsAre("forget that wf was taken down"));
}

}  // namespace
}  // namespace tlm::test
