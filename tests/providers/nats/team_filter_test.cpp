#include "providers/nats/team_filter.h"

#include <gtest/gtest.h>

namespace tlm::nats {
namespace {

TEST(TeamFilter, WithoutTeams_EverythingPasses) {
    EXPECT_TRUE(TeamFilter().passes("hi.tasks.t.1.completed"));
    EXPECT_TRUE(TeamFilter(std::vector<ResourceId>()).passes("hi.tasks.t.1.completed"));
}

TEST(TeamFilter, TaskOfAnotherTeam_DoesNotPass) {
    const TeamFilter filter({{"a"}, {"b"}});
    EXPECT_TRUE(filter.passes("hi.tasks.a.1.completed"));
    EXPECT_TRUE(filter.passes("hi.tasks.b.2.updated"));
    EXPECT_FALSE(filter.passes("hi.tasks.c.3.updated"));
    EXPECT_FALSE(filter.passes("hi.tasks.ab.1.updated"));
    EXPECT_FALSE(filter.passes("hi.tasks..1.updated"));
}

TEST(TeamFilter, WhatNamesNoTeam_Passes) {
    const TeamFilter filter({{"a"}});
    for (const char* subject : {"hi.tasks.created", "hi.tasks.", "hi.tasks.x.y", "hi.tasks", "", "other"})
        EXPECT_TRUE(filter.passes(subject)) << subject;
}

TEST(TeamFilter, DotInATeamsId_BelongsToIt) {
    const TeamFilter filter({{"a.b"}});
    EXPECT_TRUE(filter.passes("hi.tasks.a.b.1.updated"));
    EXPECT_FALSE(filter.passes("hi.tasks.a.1.updated"));
}

// What becomes of such an id in a subject is up to the server.
TEST(TeamFilter, IdThatNoSubjectCanHold_LetsEverythingPass) {
    for (const char* id : {"a b", "*", "x>", "", "caf\xC3\xA9", "a\n"})
        EXPECT_TRUE(TeamFilter({{"a"}, {id}}).passes("hi.tasks.c.1.updated")) << id;
}

}  // namespace
}  // namespace tlm::nats
