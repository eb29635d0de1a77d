#include "engine/resource/attributes.h"

#include <gtest/gtest.h>

namespace tlm {
namespace {

TEST(Attributes, JsonRoundTripKeepsEveryType) {
    Attributes attributes;
    attributes.set(Attribute::status, std::string("online"));
    attributes.set(Attribute::label, std::string("quote \" and \n and ✓"));
    attributes.set(Attribute::cpus, std::int64_t{4});
    attributes.set(Attribute::program_args, StringList{"--model", "m"});
    const std::string json = attributes_to_json(attributes);
    EXPECT_EQ(json,
              "{\"label\":\"quote \\\" and \\n and ✓\",\"program_args\":[\"--model\",\"m\"],\"cpus\":4,"
              "\"status\":\"online\"}");
    EXPECT_EQ(attributes_from_json(json), attributes);
}

TEST(Attributes, ForeignJsonIsRefused) {
    for (const char* json :
         {"", "[]", "{\"nope\":1}", "{\"cpus\":1.5}", "{\"members\":[1]}", "{\"label\":null}"}) {
        EXPECT_FALSE(attributes_from_json(json)) << json;
    }
}

TEST(SameMeaning, MembersInAnyOrderAreEqualAndArgumentsAreNot) {
    const Value one = StringList{"a", "b"};
    const Value other = StringList{"b", "a"};
    EXPECT_TRUE(same_meaning(Attribute::members, one, other));
    EXPECT_FALSE(same_meaning(Attribute::program_args, one, other));
    EXPECT_FALSE(same_meaning(Attribute::members, one, StringList{"a"}));
}

}  // namespace
}  // namespace tlm
