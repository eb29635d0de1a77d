#include "engine/resource/address.h"

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
