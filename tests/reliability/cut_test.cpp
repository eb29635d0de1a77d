// The real program is killed before and after the server carries out its k-th request, for every k, and run
// again. One more run must leave exactly the fleet that was planned.
#include <csignal>

#include "tests/reliability/rich_fleet.h"

#include <gtest/gtest.h>

namespace tlm::test {
namespace {

class Cut : public RichFleet {
  protected:
    // Runs the scenario's command, killed at its k-th request. False: it had fewer.
    bool cut(int k, const char* fault) {
        static_cast<void>(server_.admin(
            "POST", "/faults",
            fmt::format(R"({{"path":"/v1/*","skip":{},"fault":{{"kind":"{}"}}}})", k - 1, fault)));
        const Finished killed =
            project_.tlm_meanwhile(GetParam().command, [&](int pid) { victim_.started(pid); });
        if (killed.exit_code == 128 + SIGKILL) return true;
        EXPECT_EQ(killed.exit_code, 0) << killed.out << killed.err;
        static_cast<void>(server_.admin("DELETE", "/faults"));
        return false;
    }

    void cut_everywhere(const char* fault) {
        prepare(GetParam());
        if (HasFatalFailure()) return;
        int cuts = 0;
        bool killed = true;
        for (int k = 1; killed && !HasFailure(); k += stride()) {
            restore();
            killed = cut(k, fault);
            cuts += killed ? 1 : 0;
            // Where it had fewer requests it ended well, and once more would be another --force.
            const Finished again = killed ? project_.tlm(GetParam().command) : Finished{0, {}, {}};
            EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
            expect_as_planned(GetParam(),
                              fmt::format("{} at request {}\n{}{}", fault, k, again.out, again.err));
        }
        EXPECT_GT(cuts * stride(), 10);
        RecordProperty("cuts", cuts);
    }
};

TEST_P(Cut, KilledBeforeEveryRequest_OneMoreRunLeavesTheFleetAsPlanned) {
    cut_everywhere("kill");
}

TEST_P(Cut, KilledAfterEveryRequest_OneMoreRunLeavesTheFleetAsPlanned) {
    cut_everywhere("kill_after");
}

INSTANTIATE_TEST_SUITE_P(Everywhere, Cut, testing::ValuesIn(kScenarios),
                         [](const auto& scenario) { return std::string(scenario.param.name); });

}  // namespace
}  // namespace tlm::test
