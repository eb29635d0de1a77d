#include "engine/plan/look_alikes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tlm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Plan plan_of(const std::vector<Address>& addresses) {
    Plan plan;
    for (const Address& address : addresses)
        plan.changes.emplace_back().address = address;
    return plan;
}

// What is found, as "agent: coder|Coder" or "agent: coder mixed".
std::vector<std::string> found_in(const Plan& plan) {
    std::vector<std::string> lines;
    for (const LookAlike& group : look_alikes(plan)) {
        std::string line = group.what + ": ";
        for (std::size_t i = 0; i < group.names.size(); ++i)
            line += (i == 0 ? "" : "|") + group.names[i];
        lines.push_back(line + (group.mixed ? " mixed" : ""));
    }
    return lines;
}

TEST(LookAlikes, AreFoundWithinOneKindOfOneWorkflow) {
    struct Case {
        std::vector<Address> addresses;
        std::vector<std::string> found;
    };
    const Case cases[] = {
        {{Address::agent("w", "coder"), Address::agent("w", "Coder")}, {"agent: coder|Coder"}},
        {{Address::agent("w", "coder"), Address::agent("w", "\uff43oder")}, {"agent: coder|\uff43oder"}},
        {{Address::agent("w", "a b"), Address::agent("w", "a  b")}, {"agent: a b|a  b"}},
        {{Address::agent("w", "ab"), Address::agent("w", "a\u200bb")}, {"agent: ab|a\u200bb"}},
        {{Address::team_of("w", "A"), Address::team_of("w", "a")}, {"team: A|a"}},
        {{Address::task("w", "t", "Test"), Address::task("w", "t", "test")}, {"task: Test|test"}},
        {{Address::agent("w", "a"), Address::agent("W", "b")}, {"workflow: w|W"}},
        {{Address::agent("w", "a"), Address::agent("W", "A")}, {"workflow: w|W", "agent: a|A"}},
        {{Address::agent("w", "c\u043eder")}, {"agent: c\u043eder mixed"}},
        // Not in the same place, of another kind, the same name, or just different ones.
        {{Address::agent("w", "a"), Address::agent("v", "A")}, {}},
        {{Address::agent("w", "a"), Address::team_of("w", "A")}, {}},
        {{Address::task("w", "t", "a"), Address::task("w", "u", "A")}, {}},
        {{Address::agent("w", "a"), Address::agent("v", "a"), Address::agent("w", "b")}, {}},
        {{Address::agent("w", "a1"), Address::agent("w", "a2")}, {}},
    };
    for (const Case& one : cases)
        EXPECT_EQ(found_in(plan_of(one.addresses)), one.found) << one.addresses.front().text();
}

TEST(LookAlikes, OfWorkflowsThatOnlyWereReadAndOfTasksThatAreOnlyWaitedForAreFoundToo) {
    Plan plan = plan_of({Address::task("w", "t", "test")});
    plan.workflows = {"W", "w"};
    plan.changes[0].waits_for = {Address::task("w", "t", "Test")};
    EXPECT_THAT(found_in(plan), ElementsAre("workflow: W|w", "task: test|Test"));
}

TEST(LookAlikes, OfManyNamesThatAllLookAlikeAreOneGroup) {
    std::vector<Address> addresses;
    for (unsigned i = 0; i < 4096; ++i) {
        std::string name = "abcdefghijkl";
        for (unsigned bit = 0; bit < 12; ++bit) {
            if ((i >> bit & 1U) != 0) name[bit] = static_cast<char>(name[bit] - 'a' + 'A');
        }
        addresses.push_back(Address::agent("w", name));
    }
    const auto found = look_alikes(plan_of(addresses));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_THAT(found[0].names, SizeIs(4096));
    EXPECT_THAT(look_alikes(Plan()), IsEmpty());
}

}  // namespace
}  // namespace tlm
