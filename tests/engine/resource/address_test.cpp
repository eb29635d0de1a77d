#include "engine/resource/address.h"
#include "engine/resource/address_pattern.h"

#include <gtest/gtest.h>

namespace tlm {
namespace {

TEST(Address, SlashAndPercentInPartsAreEncodedAndComeBack) {
    const Address address = Address::task("a/b", "50%", "Say: hello/world");
    EXPECT_EQ(address.text(), "a%2Fb/task/50%25/Say: hello%2Fworld");
    EXPECT_EQ(Address::parse(address.text()).value(), address);
}

TEST(Address, WrongFormsAreBadInput) {
    for (const char* text : {"", "wf", "wf/agent", "wf/robot/x", "wf/agent/a/b", "wf/task/t", "wf/agent/%",
                             "/agent/x", "wf/agent/%zz"}) {
        const auto parsed = Address::parse(text);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::bad_input);
    }
}

TEST(AddressPattern, BackslashTakesTheMeaningAway) {
    EXPECT_TRUE(address_matches(R"(wf/agent/a\*)", "wf/agent/a*"));
    EXPECT_FALSE(address_matches(R"(wf/agent/a\*)", "wf/agent/ab"));
    EXPECT_TRUE(address_matches(R"(wf/agent/a\?)", "wf/agent/a?"));
    EXPECT_FALSE(address_matches(R"(wf/agent/a\?)", "wf/agent/ab"));
    EXPECT_TRUE(address_matches(R"(wf/agent/a\\b)", R"(wf/agent/a\b)"));
    EXPECT_TRUE(address_matches(R"(wf\/agent/a*)", "wf/agent/abc"));
    EXPECT_TRUE(address_matches(R"(wf/agent/*\*)", "wf/agent/x*"));
    EXPECT_FALSE(address_matches(R"(wf/agent/*\*)", "wf/agent/xy"));
    EXPECT_TRUE(address_matches(R"(wf/agent/a\)", R"(wf/agent/a\)"));
}

TEST(AddressPattern, AddressSelectsItselfWhateverItHolds) {
    for (const char* address :
         {R"(wf/agent/a\b)", "wf/agent/renovate[bot]", "wf/task/t/Why?", R"(wf/agent/\*)", "wf/agent/*"}) {
        EXPECT_TRUE(address_matches(address, address)) << address;
        EXPECT_TRUE(address_matches(exact_pattern(address), address)) << address;
    }
    EXPECT_FALSE(address_matches(exact_pattern("wf/agent/*"), "wf/agent/x"));
}

TEST(AddressPattern, AddressThatMatchesOthersAsAPattern_IsRefusedWithBothSpellings) {
    const std::vector<std::string> existing = {"b/agent/a?", "b/agent/ab", "b/agent/c*", "b/agent/x"};
    const auto refused = check_unambiguous("b/agent/a?", existing, "--replace");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::bad_input);
    EXPECT_EQ(refused.error().hints,
              (std::vector<std::string>{R"(The one of this name: 'b/agent/a\?')",
                                        R"(All that match the pattern: 'b\/agent/a?')"}));
    EXPECT_TRUE(check_unambiguous(R"(b/agent/a\?)", existing, "--replace"));
    EXPECT_TRUE(check_unambiguous(R"(b\/agent/a?)", existing, "--replace"));
    EXPECT_TRUE(check_unambiguous("b/agent/c*", existing, "--replace")) << "it matches no other";
    EXPECT_TRUE(check_unambiguous("b/agent/*", existing, "--replace")) << "a pattern and no address";
}

TEST(AddressPattern, StarMatchesAnyRunAndQuestionMarkOneCharacter) {
    EXPECT_TRUE(address_matches("codebase-audit/agent/*", "codebase-audit/agent/architect"));
    EXPECT_TRUE(address_matches("*", "wf/task/t/s"));
    EXPECT_TRUE(address_matches("*/agent/b?", "wf/agent/b1"));
    EXPECT_FALSE(address_matches("*/agent/b?", "wf/agent/b12"));
    EXPECT_FALSE(address_matches("wf/agent", "wf/agent/x"));
    EXPECT_TRUE(address_matches("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaab"));
    EXPECT_FALSE(address_matches("*a*a*a*a*a*a*b", std::string(3000, 'a')));
}

}  // namespace
}  // namespace tlm
