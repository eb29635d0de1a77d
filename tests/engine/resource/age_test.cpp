#include "engine/resource/age.h"

#include <gtest/gtest.h>

namespace tlm {
namespace {

LiveResource resource(const char* id, const char* created) {
    LiveResource live;
    live.id = ResourceId(id);
    live.created_at = Timestamp(created);
    return live;
}

std::string sorted(std::initializer_list<LiveResource> resources) {
    std::vector<const LiveResource*> pointers;
    for (const LiveResource& live : resources)
        pointers.push_back(&live);
    sort_by_age(pointers);
    std::string ids;
    for (const LiveResource* live : pointers)
        ids += live->id.text();
    return ids;
}

TEST(SortByAge, OldestFirst_ThenBySmallestId) {
    EXPECT_EQ(sorted({resource("a", "2026-11-29T10:00:00.4Z"), resource("c", "2026-11-29T10:00:00Z"),
                      resource("b", "2026-11-29T12:00:00+02:00")}),
              "bca");
}

TEST(SortByAge, OneTimeThatCantBeRead_LeavesItToTheIds) {
    EXPECT_EQ(sorted({resource("c", "2026-11-29T10:00:00Z"), resource("b", "soon"),
                      resource("a", "2026-11-29T11:00:00Z")}),
              "abc");
    EXPECT_EQ(sorted({resource("b", ""), resource("a", "")}), "ab");
}

}  // namespace
}  // namespace tlm
