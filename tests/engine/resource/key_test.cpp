#include "engine/resource/key.h"

#include <gtest/gtest.h>

namespace tlm {
namespace {

struct KeyCase {
    const char* workflow;
    const char* resource;
    const char* key;
};

class KeyOfTheField : public testing::TestWithParam<KeyCase> {};

TEST_P(KeyOfTheField, IsDerivedByteForByte) {
    EXPECT_EQ(Key::derive(GetParam().workflow, GetParam().resource).text(), GetParam().key);
    EXPECT_TRUE(Key::recognise(GetParam().key).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Fleets, KeyOfTheField,
    testing::Values(KeyCase{"hello-world-e2e", "hello-worker", "tlm-a4445eab73909f32-hello-worker"},
                    KeyCase{"hello-world-e2e", "hello-team", "tlm-8b5815542c2ce8e4-hello-team"},
                    KeyCase{"codebase-audit", "architect", "tlm-239586dd8390f095-architect"},
                    KeyCase{"wf-a", "weird name/with spaces!",
                            "tlm-25ce8b7247d4d3b5-weird-name-with-spaces-"},
                    KeyCase{"wf", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                            "tlm-b9d0292a18a9c5e0-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
                    KeyCase{"café", "naïve agent ✓", "tlm-d3f1450619da54e8-na-ve-agent--"},
                    KeyCase{"wf", "x|y", "tlm-71923476862d2f65-x-y"}));

TEST(Key, SafeNameProvesItsOwner) {
    const auto key = Key::recognise("tlm-239586dd8390f095-architect");
    ASSERT_TRUE(key);
    EXPECT_TRUE(key->proves_owner("codebase-audit"));
    EXPECT_FALSE(key->proves_owner("another-workflow"));
}

TEST(Key, ReplacedOrCutNameProvesNothing) {
    EXPECT_FALSE(Key::derive("wf", "x|y").proves_owner("wf"));
    EXPECT_FALSE(Key::derive("wf", std::string(60, 'a')).proves_owner("wf"));
    EXPECT_TRUE(Key::derive("wf", std::string(40, 'a')).proves_owner("wf"));
}

TEST(Key, NamesMadeByHandAreNotRecognised) {
    for (const char* name :
         {"", "tlm-", "architect", "tlm-239586dd8390f09-architect", "tlm-239586DD8390f095-x",
          "tlm-239586dd8390f095", "tlm-239586dd8390f095_x", "tlm-239586dd8390f095-a b"}) {
        EXPECT_FALSE(Key::recognise(name)) << name;
    }
}

}  // namespace
}  // namespace tlm
