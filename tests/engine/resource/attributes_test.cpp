#include "engine/resource/attributes.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace tlm {
namespace {

Attributes of_every_type() {
    Attributes attributes;
    attributes.set(Attribute::program_args, StringList{"--model", "", "m"});
    attributes.set(Attribute::cpus, std::int64_t{4});
    attributes.set(Attribute::status, "online");
    return attributes;
}

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

TEST(Attributes, AreAMapWhateverTheyAreSetToInWhichOrder) {
    std::mt19937 dice(1);
    const auto value = [&]() -> Value {
        switch (dice() % 4) {
            case 0:
                return static_cast<std::int64_t>(dice()) - 1'000'000'000;
            case 1:
                return StringList(dice() % 4, std::string(dice() % 20, 'x'));
            default:
                return std::string(dice() % 40, static_cast<char>('a' + dice() % 26));
        }
    };
    for (int round = 0; round < 300; ++round) {
        Attributes attributes;
        std::map<Attribute, Value> expected;
        for (int step = 0; step < 30; ++step) {
            const auto attribute = static_cast<Attribute>(dice() % kAttributeCount);
            if (dice() % 3 == 0) {
                attributes.erase(attribute);
                expected.erase(attribute);
            } else {
                expected[attribute] = value();
                attributes.set(attribute, expected[attribute]);
            }
            ASSERT_EQ((std::map<Attribute, Value>(attributes.begin(), attributes.end())), expected);
        }
        for (int i = 0; i < kAttributeCount; ++i) {
            const auto attribute = static_cast<Attribute>(i);
            const auto at = expected.find(attribute);
            EXPECT_EQ(attributes.has(attribute), at != expected.end());
            EXPECT_EQ(attributes.find(attribute),
                      at == expected.end() ? std::nullopt : std::optional(at->second));
            const auto* text = at == expected.end() ? nullptr : std::get_if<std::string>(&at->second);
            EXPECT_EQ(attributes.text(attribute), text == nullptr ? "" : *text);
        }
        EXPECT_EQ(attributes.size(), expected.size());
        EXPECT_EQ(Attributes::from_bytes(attributes.mask(), attributes.bytes()), attributes);
    }
}

TEST(Attributes, PackedValuesAreEqualWhereTheValuesAre) {
    Attributes one = of_every_type();
    Attributes other;
    for (const Attribute attribute : {Attribute::status, Attribute::program_args, Attribute::cpus})
        other.set(attribute, *one.find(attribute));
    EXPECT_EQ(one, other);
    for (const Attributes::Entry entry : one.entries())
        EXPECT_EQ(entry.packed, other.packed(entry.attribute));
    other.set(Attribute::program_args, StringList{"--model", "m", ""});
    EXPECT_NE(one.packed(Attribute::program_args), other.packed(Attribute::program_args));
    one.set(Attribute::cpus, "4");
    EXPECT_NE(one.packed(Attribute::cpus), other.packed(Attribute::cpus));
    EXPECT_EQ(one.packed(Attribute::label), "");
}

TEST(Attributes, ListOfViewsIsTheSameAsOfStrings) {
    for (const StringList& list : {StringList{}, StringList{""}, StringList{"a", "bcd"}}) {
        Attributes one, other;
        const std::vector<std::string_view> views(list.begin(), list.end());
        one.set_list(Attribute::members, views);
        other.set(Attribute::members, list);
        EXPECT_EQ(one, other);
        EXPECT_EQ(*one.find(Attribute::members), Value(list));
    }
}

// They come from a file that may be damaged.
TEST(Attributes, BytesThatAreCutOrChanged_AreRefusedOrReadWithinTheirBounds) {
    const Attributes attributes = of_every_type();
    const std::string bytes(attributes.bytes());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(Attributes::from_bytes(attributes.mask(), bytes.substr(0, size))) << size;
    EXPECT_FALSE(Attributes::from_bytes(attributes.mask(), bytes + "x"));
    EXPECT_FALSE(Attributes::from_bytes(0xFFFF, bytes));
    EXPECT_FALSE(Attributes::from_bytes(0, bytes));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const int change : {1, 4, 0x80, 0xFF}) {
            // Of its own length, so that AddressSanitizer sees what is read behind it.
            std::vector<char> changed(bytes.begin(), bytes.end());
            changed[at] = static_cast<char>(changed[at] ^ change);
            const auto read = Attributes::from_bytes(attributes.mask(), {changed.data(), changed.size()});
            EXPECT_FALSE(read && attributes_to_json(*read).empty());
        }
    }
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

TEST(Attributes_FromJsonNestedDeeply, AreNoneAndNeverACrash) {
    for (const std::size_t levels : {64U, 65U, 200'000U}) {
        const std::string deep = std::string(levels, '[') + std::string(levels, ']');
        EXPECT_FALSE(attributes_from_json("{\"label\":" + deep + "}"));
    }
    EXPECT_TRUE(attributes_from_json(R"({"members":["a"],"cpus":2})"));
}

}  // namespace
}  // namespace tlm
