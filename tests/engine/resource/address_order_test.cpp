#include "engine/resource/address_order.h"

#include <gmock/gmock.h>

namespace tlm {
namespace {

struct Item {
    Address address;
};

Item agent(const char* workflow, const char* name) {
    return {Address::agent(workflow, name)};
}

std::vector<std::string> sorted(std::vector<Item> items) {
    sort_by_address(items);
    EXPECT_TRUE(std::ranges::is_sorted(items, {}, &Item::address));
    std::vector<std::string> addresses;
    for (const Item& item : items)
        addresses.push_back(item.address.text());
    return addresses;
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(AddressOrder, Nothing) {
    EXPECT_THAT(sorted({}), IsEmpty());
}

TEST(AddressOrder, WithinAWorkflow_KindsAndNames) {
    EXPECT_THAT(
        sorted(
            {{Address::task("w", "t", "s")}, agent("w", "b"), {Address::team_of("w", "a")}, agent("w", "a")}),
        ElementsAre("w/agent/a", "w/agent/b", "w/team/a", "w/task/t/s"));
}

// As text `a-b/` comes before `a/`.
TEST(AddressOrder, WorkflowsInTheOrderOfTheirText_AreSortedByTheirNames) {
    EXPECT_THAT(sorted({agent("a-b", "y"), agent("a-b", "x"), agent("a", "z")}),
                ElementsAre("a/agent/z", "a-b/agent/x", "a-b/agent/y"));
}

TEST(AddressOrder, AWorkflowInSeveralPieces_IsPutTogether) {
    EXPECT_THAT(sorted({agent("b", "1"), agent("a", "3"), agent("b", "0"), agent("a", "2")}),
                ElementsAre("a/agent/2", "a/agent/3", "b/agent/0", "b/agent/1"));
}

}  // namespace
}  // namespace tlm
