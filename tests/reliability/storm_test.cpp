// A short storm; TLM_STORM_SECONDS makes it longer and TLM_STORM_SEED repeats one (see scripts/storm).
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>

#include "tests/reliability/storm.h"

namespace tlm::test {
namespace {

constexpr int kRounds = 12;  // of the short one
constexpr unsigned kSeed = 1;

TEST(StormTest, AppliesInAStorm_LeaveExactlyTheFleetThatWasPlanned) {
    const char* seconds = std::getenv("TLM_STORM_SECONDS");
    const char* chosen = std::getenv("TLM_STORM_SEED");
    const unsigned seed = chosen == nullptr ? kSeed : static_cast<unsigned>(std::atoi(chosen));
    RecordProperty("seed", static_cast<int>(seed));
    const auto end =
        std::chrono::steady_clock::now() + std::chrono::seconds(seconds == nullptr ? 0 : std::atoi(seconds));
    Storm storm(seed);
    for (int round = 0; seconds == nullptr ? round < kRounds : std::chrono::steady_clock::now() < end;
         ++round) {
        EXPECT_THAT(storm.round(), testing::IsEmpty()) << "TLM_STORM_SEED=" << seed << " repeats it";
        if (HasFailure()) break;
    }
    fmt::print("storm of seed {}: {}\n", seed, storm.figures());
}

}  // namespace
}  // namespace tlm::test
