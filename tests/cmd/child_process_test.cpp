#include "cmd/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace tlm::cmd {
namespace {

using End = ChildOutcome::End;

TEST(ChildProcess, GetsItsInputAndGivesAllOfItsOutput) {
    const std::string input(3'000'000, 'x');
    const ChildOutcome outcome = run_child({"cat"}, input, std::chrono::seconds(60)).value();
    EXPECT_EQ(outcome.end, End::exited);
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.out, input);
}

TEST(ChildProcess, SaysHowItEnded) {
    const ChildOutcome failed =
        run_child({"sh", "-c", "echo why >&2; exit 3"}, "", std::chrono::seconds(60)).value();
    EXPECT_EQ(failed.exit_code, 3);
    EXPECT_EQ(failed.err, "why\n");
    EXPECT_EQ(run_child({"sh", "-c", "kill -9 $$"}, "", std::chrono::seconds(60)).value().end,
              End::signalled);
    EXPECT_EQ(run_child({"tlm-no-such-program"}, "", std::chrono::seconds(60)).value().end, End::not_found);
}

// It never ends by itself: only the limit lets this test come to its end.
TEST(ChildProcess, ThatDoesNotEnd_IsEnded) {
    EXPECT_EQ(run_child({"sleep", "1000"}, "", std::chrono::seconds(0)).value().end, End::timed_out);
}

TEST(ChildProcess, IsNotGivenTheKey) {
    ASSERT_EQ(setenv("AGAMEMNON_API_KEY", "secret", 1), 0);
    const ChildOutcome outcome = run_child({"env"}, "", std::chrono::seconds(60)).value();
    unsetenv("AGAMEMNON_API_KEY");
    EXPECT_THAT(outcome.out, testing::HasSubstr("PATH="));
    EXPECT_THAT(outcome.out, testing::Not(testing::HasSubstr("secret")));
}

}  // namespace
}  // namespace tlm::cmd
