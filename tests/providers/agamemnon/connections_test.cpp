#include "providers/agamemnon/connections.h"

#include <gtest/gtest.h>

namespace tlm::agamemnon {
namespace {

using std::chrono::seconds;

constexpr Connections::TimePoint kNow{};

// As a server does that takes so many requests on a connection. Whether the last one was known to be the
// last.
bool use_up(Connections& connections, int port, int requests, seconds rest = seconds(0)) {
    bool last = false;
    for (int i = 0; i < requests && !last; ++i) {
        last = connections.is_last_request(port);
        connections.answered(port, kNow);
    }
    connections.closed(port, kNow + rest);
    return last;
}

TEST(AgamemnonConnections, ClosedTwiceAfterSoManyRequests_NoOneIsUsedForMore) {
    Connections connections;
    EXPECT_FALSE(use_up(connections, 1, 5));
    EXPECT_FALSE(use_up(connections, 2, 5));
    EXPECT_TRUE(use_up(connections, 3, 5));
    // One that we closed teaches nothing.
    EXPECT_TRUE(use_up(connections, 4, 5));
    EXPECT_FALSE(use_up(connections, 5, 4));
}

TEST(AgamemnonConnections, ClosedAfterARestOrAfterAnyNumber_AreUsedOn) {
    Connections connections;
    for (int port = 1; port < 5; ++port)
        EXPECT_FALSE(use_up(connections, port, 5, seconds(30)));
    for (int port = 5; port < 10; ++port)
        EXPECT_FALSE(use_up(connections, port, port));
    EXPECT_FALSE(use_up(connections, 10, 99));
}

TEST(AgamemnonConnections, BeforeAnythingIsKnown_NoOneIsUsedForMoreThanAHundred) {
    Connections connections;
    EXPECT_TRUE(use_up(connections, 1, 100));
    EXPECT_FALSE(use_up(connections, 2, 99));
}

TEST(AgamemnonConnections, AnAddressThatComesBack_BeginsAnew) {
    Connections connections;
    EXPECT_FALSE(use_up(connections, 1, 5));
    EXPECT_FALSE(use_up(connections, 1, 5));
    for (int i = 0; i < 4; ++i) {
        EXPECT_FALSE(connections.is_last_request(1));
        connections.answered(1, kNow);
    }
    EXPECT_TRUE(connections.is_last_request(1));
}

}  // namespace
}  // namespace tlm::agamemnon
