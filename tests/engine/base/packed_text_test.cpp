#include "engine/base/packed_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/resource/resource_id.h"
#include "engine/resource/timestamp.h"

namespace tlm {
namespace {

// A text of the form, where it is cut or one byte of it is another.
std::vector<std::string> nearly(const std::string& text) {
    std::vector<std::string> all{text, text.substr(1), text.substr(0, text.size() - 1), text + text.back()};
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char other : {'-', 'g', '/', ':', '.', '`', 'A', 'Z', '\0', '\xff', '5'}) {
            all.push_back(text);
            all.back()[at] = other;
        }
    }
    return all;
}

std::vector<std::string> texts_of(const ResourceId&) {
    std::vector<std::string> all = nearly("0198f2a4-7c1b-7def-8a90-b1c2d3e4f506");
    for (const char* text :
         {"0198F2A4-7C1B-7DEF-8A90-B1C2D3E4F506", "00000000-0000-0000-0000-000000000000",
          "ffffffff-ffff-ffff-ffff-ffffffffffff", "{198f2a4-7c1b-7def-8a90-b1c2d3e4f50}"}) {
        all.emplace_back(text);
    }
    return all;
}

std::vector<std::string> texts_of(const Timestamp&) {
    std::vector<std::string> all;
    for (const char* text :
         {"2026-11-23T10:15:00Z", "2026-11-23T10:15:00.5Z", "2026-11-23T10:15:00.123456789Z"}) {
        for (std::string& one : nearly(text))
            all.push_back(std::move(one));
    }
    for (const char* text :
         {"0000-00-00T00:00:00Z", "9999-99-99T99:99:99.999999999Z", "2026-11-23T10:15:00.Z",
          "2026-11-23T10:15:00.000Z", "2026-11-23T10:15:00.1234567890Z", "2026-11-23T10:15:00+01:00",
          "2026-11-23 10:15:00Z", "yesterday"}) {
        all.emplace_back(text);
    }
    return all;
}

template <typename Text>
class PackedTextTest : public testing::Test {
  protected:
    static std::vector<std::string> texts() {
        std::vector<std::string> all = texts_of(Text());
        for (const std::string& other : {std::string(), std::string("7"), std::string("a\0b", 3),
                                         std::string(36, '-'), std::string(36, '0'), std::string(300, 'x')}) {
            all.push_back(other);
        }
        return all;
    }
};
using Texts = testing::Types<ResourceId, Timestamp>;
TYPED_TEST_SUITE(PackedTextTest, Texts);

TYPED_TEST(PackedTextTest, AnyText_ComesOutAsItWentIn) {
    for (const std::string& text : this->texts()) {
        const TypeParam packed(text);
        EXPECT_EQ(packed.text(), text);
        EXPECT_EQ(packed.empty(), text.empty()) << text;
    }
    EXPECT_TRUE(TypeParam().empty());
    EXPECT_EQ(TypeParam(), TypeParam(""));
}

TYPED_TEST(PackedTextTest, EqualityOrderAndHash_AreThoseOfTheText) {
    const std::vector<std::string> all = this->texts();
    for (const std::string& left : all) {
        const TypeParam a(left);
        for (const std::string& right : all) {
            const TypeParam b(right);
            EXPECT_EQ(a == b, left == right) << left << " " << right;
            EXPECT_EQ(a < b, left < right) << left << " " << right;
            EXPECT_EQ(a > b, left > right) << left << " " << right;
            EXPECT_TRUE(left != right || a.hash() == b.hash()) << left;
        }
    }
}

TYPED_TEST(PackedTextTest, Copies_AreEqualAndOutliveWhatTheyAreCopiesOf) {
    for (const std::string& text : this->texts()) {
        auto first = std::make_unique<TypeParam>(text);
        const TypeParam copy = *first;
        EXPECT_EQ(copy, *first);
        first.reset();
        EXPECT_EQ(copy.text(), text);
    }
}

// A name or a key that gets where an id belongs must not compile.
TYPED_TEST(PackedTextTest, Strings_DoNotBecomeOneByMistake) {
    static_assert(!std::is_convertible_v<std::string, TypeParam>);
    static_assert(!std::is_convertible_v<const char*, TypeParam>);
    static_assert(!std::is_assignable_v<TypeParam&, const std::string&>);
    static_assert(!std::equality_comparable_with<TypeParam, std::string>);
    static_assert(!std::equality_comparable_with<TypeParam, std::string_view>);
}

// There are millions of them.
TYPED_TEST(PackedTextTest, TakesThreeWords) {
    EXPECT_LE(sizeof(TypeParam), 3 * sizeof(void*));
}

// Tables go by the lowest bits of a hash.
TEST(TimestampTest, TimesWithinASecond_SpreadOverTheLowestBitsOfTheHash) {
    std::unordered_set<std::size_t> buckets;
    for (int i = 0; i < 1000; ++i)
        buckets.insert(Timestamp(fmt::format("2026-11-23T10:15:00.{:03}Z", i)).hash() % 1024);
    EXPECT_GT(buckets.size(), 500U);
}

}  // namespace
}  // namespace tlm
