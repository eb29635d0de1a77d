// The power goes at the k-th time that the state is made durable, for every k: with nothing, half or all of
// what was just written on the disk. One more run must leave exactly the fleet that was planned.
#include <csignal>

#include "tests/reliability/rich_fleet.h"

#include <gtest/gtest.h>

namespace tlm::test {
namespace {

class CommitCut : public RichFleet {
  protected:
    enum class Cut { none, silent, told };

    // Runs the scenario's command, cut at its k-th sync: before or after it had told the user that all is
    // done. None: it had fewer.
    Cut cut(int k, const char* how) {
        project_.program = tested_cut_program();
        project_.environment["TLM_CUT_SYNC"] = std::to_string(k);
        project_.environment["TLM_CUT_HOW"] = how;
        const Finished killed = project_.tlm(GetParam().command);
        project_.program = tested_program();
        if (killed.exit_code == 128 + SIGKILL)
            return killed.out.find(GetParam().worked ? "Tasks:" : "Applied:") == std::string::npos
                       ? Cut::silent
                       : Cut::told;
        EXPECT_EQ(killed.exit_code, 0) << killed.out << killed.err;
        return Cut::none;
    }

    void cut_everywhere(const char* how) {
        prepare(GetParam());
        if (HasFatalFailure()) return;
        int cuts = 0;
        Cut ended = Cut::silent;
        for (int k = 1; ended != Cut::none && !HasFailure(); k += stride()) {
            restore();
            ended = cut(k, how);
            cuts += ended == Cut::none ? 0 : 1;
            // Whoever was told that all is done does not do it again, and if so with a --force, means it.
            const Finished again =
                ended == Cut::silent ? project_.tlm(GetParam().command) : Finished{0, {}, {}};
            EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
            expect_as_planned(GetParam(), fmt::format("{} at sync {}\n{}{}", how, k, again.out, again.err));
        }
        EXPECT_GT(cuts * stride(), 5);
        RecordProperty("cuts", cuts);
    }
};

TEST_P(CommitCut, KilledBeforeIt_OneMoreRunLeavesTheFleetAsPlanned) {
    cut_everywhere("killed");
}

TEST_P(CommitCut, PowerLostBeforeIt_OneMoreRunLeavesTheFleetAsPlanned) {
    cut_everywhere("lost");
}

TEST_P(CommitCut, PowerLostInTheMiddleOfIt_OneMoreRunLeavesTheFleetAsPlanned) {
    cut_everywhere("torn");
}

TEST_P(CommitCut, PowerLostAfterIt_OneMoreRunLeavesTheFleetAsPlanned) {
    cut_everywhere("after");
}

INSTANTIATE_TEST_SUITE_P(Everywhere, CommitCut, testing::ValuesIn(kScenarios),
                         [](const auto& scenario) { return std::string(scenario.param.name); });

}  // namespace
}  // namespace tlm::test
