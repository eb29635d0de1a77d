#include "engine/resource/resource_id.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

namespace tlm {
namespace {

TEST(ResourceIdTest, RandomUuids_AreOrderedAsTheirTextsAre) {
    std::mt19937_64 dice(7);
    std::set<std::string> in_order;
    std::set<ResourceId> ids;
    for (int i = 0; i < 1000; ++i) {
        const std::string text = fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", dice() >> 32U,
                                             dice() >> 48U, dice() >> 52U, dice() >> 52U, dice() >> 16U);
        in_order.insert(text);
        ids.emplace(text);
    }
    std::vector<std::string> taken;
    for (const ResourceId& id : ids)
        taken.push_back(id.text());
    EXPECT_EQ(taken, std::vector<std::string>(in_order.begin(), in_order.end()));
}

// Tables go by the lowest bits, and servers count in different parts of a UUID.
TEST(ResourceIdTest, CountingInAnyPart_SpreadsOverTheLowestBitsOfTheHash) {
    for (const char* form : {"{:08x}-7c1b-1def-8a90-b1c2d3e4f506", "0198f2a4-{:04x}-1def-8a90-b1c2d3e4f506",
                             "0198f2a4-7c1b-7def-8a90-{:012x}", "0198f2a4-7c1b-7def-8a90-{:03x}2d3e4f506"}) {
        std::unordered_set<std::size_t> buckets;
        for (int i = 0; i < 1024; ++i)
            buckets.insert(ResourceId(fmt::format(fmt::runtime(form), i)).hash() % 1024);
        EXPECT_GT(buckets.size(), 512U) << form;  // of random ones some 647
    }
}

}  // namespace
}  // namespace tlm
