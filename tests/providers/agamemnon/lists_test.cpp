#include "providers/agamemnon/lists.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "providers/agamemnon/resources.h"

namespace tlm::agamemnon {
namespace {

using testing::HasSubstr;

Result<Page> read(Kind kind, std::string body) {
    return read_page(kind, body);
}

std::string fault(Kind kind, const std::string& body) {
    const auto page = read(kind, body);
    return page ? "" : page.error().message;
}

// The one item of a list of agents.
LiveResource agent(const std::string& json) {
    return read(Kind::agent, fmt::format(R"({{"agents":[{}]}})", json)).value().items.at(0);
}

LiveResource resource(Kind kind, const std::string& json) {
    rapidjson::Document document;
    document.Parse(json);
    return read_resource(kind, document).value();
}

TEST(AgamemnonPage, AnItemIsReadAsTheSameResourceInAnAnswer) {
    const std::string agent =
        R"({"id":"i\u0041","name":"n\n","owner":"o","label":"\"l\"","program":"p","workingDirectory":"/w",)"
        R"("taskDescription":"t","role":"r","host":"docker","image":"im","cpus":"4","memory":"4g",)"
        R"("hostId":"h","programArgs":["a","b"],"tags":["x"],"status":"online","createdAt":"2026"})";
    const std::string team = R"({"id":"i","name":"n","agent_ids":["b","a"],"createdAt":"2026"})";
    const std::string task =
        R"({"id":"i","teamId":"t","subject":"s","name":"n","description":"d","taskDescription":"e",)"
        R"("assigneeAgentId":"a","type":"general","blockedBy":["x"],"status":"failed","completedAt":null})";
    EXPECT_EQ(read(Kind::agent, "{\"agents\":[" + agent + "]}").value().items.at(0),
              resource(Kind::agent, agent));
    EXPECT_EQ(read(Kind::team, "{\"teams\":[" + team + "]}").value().items.at(0), resource(Kind::team, team));
    EXPECT_EQ(read(Kind::task, "{\"tasks\":[" + task + "]}").value().items.at(0), resource(Kind::task, task));
    EXPECT_EQ(resource(Kind::agent, agent).attributes.size(), 11U);
    EXPECT_EQ(resource(Kind::team, team).attributes.size(), 1U);
    EXPECT_EQ(resource(Kind::task, task).attributes.size(), 4U);
    EXPECT_EQ(resource(Kind::task, task).attributes.text(Attribute::description), "d");
    EXPECT_EQ(resource(Kind::agent, agent).id.text(), "iA");
}

TEST(AgamemnonPage, OfSeveralMembersWithOneNameTheFirstCounts) {
    const LiveResource found =
        agent(R"({"id":"1","id":"2","label":"a","label":"b","name":"n","name":5,"cpus":null,"cpus":4,)"
              R"("programArgs":["a"],"programArgs":["b"],"createdAt":"x","createdAt":"y"})");
    EXPECT_EQ(found.id.text(), "1");
    EXPECT_EQ(found.name, "n");
    EXPECT_EQ(found.created_at.text(), "x");
    EXPECT_EQ(found.attributes.text(Attribute::label), "a");
    EXPECT_FALSE(found.attributes.has(Attribute::cpus)) << "it is not reported, as its first is null";
    EXPECT_EQ(*found.attributes.find(Attribute::program_args), Value(StringList{"a"}));
    EXPECT_THAT(fault(Kind::agent, R"({"agents":[{"id":5,"id":"i","name":"n"}]})"), HasSubstr("has no id"));
    const Page page =
        read(Kind::team, R"({"teams":[{"id":"i","name":"n"}],"total":1,"teams":[{}],"total":2})").value();
    EXPECT_EQ(page.items.size(), 1U);
    EXPECT_EQ(page.total, 1U);
}

TEST(AgamemnonPage, TheOtherNameOfMembersCountsOnlyWhereTheirOwnIsAbsent) {
    const auto members = [](const std::string& json) {
        const LiveResource team =
            read(Kind::team, fmt::format(R"({{"teams":[{{"id":"i","name":"n",{}}}]}})", json))
                .value()
                .items.at(0);
        const auto value = team.attributes.find(Attribute::members);
        return value ? std::get<StringList>(*value) : StringList{"none"};
    };
    EXPECT_EQ(members(R"("agent_ids":["a"])"), StringList{"a"});
    EXPECT_EQ(members(R"("agent_ids":["a"],"agentIds":["b"])"), StringList{"b"});
    EXPECT_EQ(members(R"("agentIds":["b"],"agent_ids":["a"])"), StringList{"b"});
    EXPECT_EQ(members(R"("agent_ids":["a"],"agentIds":5)"), StringList{"none"});
}

TEST(AgamemnonPage, WhatIsNestedInAnItemIsNotTakenForTheItems) {
    const LiveResource found = agent(
        R"({"more":{"id":"x","label":"x","programArgs":["x"],"deep":[{"name":"x"},["x"]]},)"
        R"("list":["x",{"id":"x"},["label","x"]],"id":"i","name":"n","label":{"label":"x","cpus":1},)"
        R"("cpus":[5],"programArgs":["a",{"programArgs":["x"],"k":"x"},["x",["y"]],7,null,"b"],"memory":"4g"})");
    EXPECT_EQ(found.id.text(), "i");
    EXPECT_EQ(found.name, "n");
    EXPECT_FALSE(found.attributes.has(Attribute::label));
    EXPECT_FALSE(found.attributes.has(Attribute::cpus));
    EXPECT_EQ(*found.attributes.find(Attribute::program_args), Value(StringList{"a", "b"}));
    EXPECT_EQ(found.attributes.text(Attribute::memory), "4g");
    EXPECT_EQ(found.attributes.size(), 2U);
}

TEST(AgamemnonPage, NothingOfAnItemIsLeftForTheNext) {
    const Page page =
        read(Kind::agent,
             R"({"agents":[{"id":"1","name":"a","label":"l","cpus":4,"programArgs":["x"],"createdAt":"c"},)"
             R"({"id":"2","name":"b","label":null,"cpus":true,"programArgs":{}},{"id":"3","name":"c"}]})")
            .value();
    EXPECT_EQ(page.items.at(0).attributes.size(), 3U);
    EXPECT_TRUE(page.items.at(1).attributes.empty());
    EXPECT_TRUE(page.items.at(1).created_at.empty());
    EXPECT_TRUE(page.items.at(2).attributes.empty());
}

TEST(AgamemnonPage, NamesThatAreLikeKnownOnesAreUnknown) {
    const LiveResource found = agent(
        R"({"":"x","ie":"x","id\u0000":"x","ID":"x","idea-of-16-more-x":"x","nape":"x","lapel":"x","i":"x",)"
        R"("id":"i","name":"n","l\u0061bel":"escaped"})");
    EXPECT_EQ(found.id.text(), "i");
    EXPECT_EQ(found.name, "n");
    EXPECT_EQ(found.attributes.text(Attribute::label), "escaped");
    EXPECT_EQ(found.attributes.size(), 1U);
}

TEST(AgamemnonPage, CpusAreAnIntegerOrItsDigits) {
    const auto cpus = [](const std::string& json) {
        const LiveResource found = agent(fmt::format(R"({{"id":"i","name":"n","cpus":{}}})", json));
        const auto value = found.attributes.find(Attribute::cpus);
        return value ? std::get<std::int64_t>(*value) : std::int64_t{-1};
    };
    EXPECT_EQ(cpus("4"), 4);
    EXPECT_EQ(cpus("-4"), -4);
    EXPECT_EQ(cpus(R"("4")"), 4);
    EXPECT_EQ(cpus("9223372036854775807"), 9223372036854775807);
    for (const char* other : {"9223372036854775808", "4.0", "1e2", R"("4x")", R"("")", "true", "[4]"})
        EXPECT_EQ(cpus(other), -1) << other;
}

TEST(AgamemnonPage, WhatIsWrongWithAnItemSaysWhichOneItIs) {
    const std::string good = R"({"id":"i","name":"n"},)";
    const std::array<std::pair<const char*, const char*>, 8> faults{{
        {"5", "item 2: an agent is not an object"},
        {"null", "item 2: an agent is not an object"},
        {R"("id")", "item 2: an agent is not an object"},
        {R"(["id","name"])", "item 2: an agent is not an object"},
        {R"([{"id":"i","name":"n"}])", "item 2: an agent is not an object"},
        {"{}", "item 2: an agent has no id"},
        {R"({"id":"\udc00","name":"n"})", "item 2: an agent has no id"},
        {R"({"id":"i","name":["n"]})", "item 2: an agent has no name"},
    }};
    for (const auto& [item, words] : faults) {
        EXPECT_EQ(fault(Kind::agent, fmt::format(R"({{"agents":[{}{}]}})", good, item)),
                  fmt::format("the server's answer can't be used: {}", words))
            << item;
    }
    const std::string longest(1024, 'i');
    EXPECT_EQ(agent(fmt::format(R"({{"id":"{}","name":"n"}})", longest)).id.text(), longest);
    EXPECT_THAT(fault(Kind::task, fmt::format(R"({{"tasks":[{{"id":"{}i","subject":"s"}}]}})", longest)),
                HasSubstr("item 1: a task has an id that is longer than 1,024 bytes"));
}

// Members' names count as values.
TEST(AgamemnonPage, ItemsOfAMillionValuesAreTheMost) {
    const auto page = [](std::size_t values) {
        std::string nothing;
        for (std::size_t i = 0; i < values; ++i)
            nothing += i == 0 ? "0" : ",0";
        return fmt::format(R"({{"agents":[{{"id":"i","name":"n","x":[{}]}}]}})", nothing);
    };
    constexpr std::size_t kOthers = 7;  // three names, two texts, the array and the item
    EXPECT_TRUE(read(Kind::agent, page(1'000'000 - kOthers)).has_value());
    EXPECT_THAT(fault(Kind::agent, page(1'000'001 - kOthers)), HasSubstr("more than 1000000 values"));
}

TEST(AgamemnonPage, SixtyFourLevelsAreTheDeepest) {
    const auto page = [](std::size_t levels) {
        return fmt::format(R"({{"agents":[{{"id":"i","name":"n","x":{}{}}}]}})", std::string(levels - 3, '['),
                           std::string(levels - 3, ']'));
    };
    EXPECT_TRUE(read(Kind::agent, page(64)).has_value());
    EXPECT_THAT(fault(Kind::agent, page(65)), HasSubstr("nested deeper than 64 levels"));
}

// Strings are taken several bytes at a time: wherever in them something special stands, it is seen.
TEST(AgamemnonPage, SpecialCharactersAreSeenAnywhereInAString) {
    for (std::size_t length = 1; length <= 40; ++length) {
        for (std::size_t at = 0; at < length; ++at) {
            const auto with = [&](std::string_view special) {
                std::string text(length, 'x');
                text.replace(at, 1, special);
                return text;
            };
            const auto label = [&](std::string_view special) {
                return std::string(
                    agent(fmt::format(R"({{"id":"i","name":"n","label":"{}","memory":"m"}})", with(special)))
                        .attributes.text(Attribute::label));
            };
            ASSERT_EQ(label("\\n"), with("\n"));
            ASSERT_EQ(label("\\\""), with("\""));
            ASSERT_EQ(label("\\\\"), with("\\"));
            ASSERT_EQ(label("\\u00e4"), with("ä"));
            ASSERT_EQ(label("ä\\ud83d\\ude00ä"), with("ä😀ä"));
            for (const char* plain : {" ", "!", "#", "[", "]", "\x7F", "ä", "😀"})
                ASSERT_EQ(label(plain), with(plain));
            for (const char control : {'\x01', '\x1A', '\x1B', '\x1F', '\n'}) {
                const std::string body =
                    fmt::format(R"({{"agents":[{{"label":"{}"}}]}})", with({&control, 1}));
                ASSERT_THAT(fault(Kind::agent, body),
                            HasSubstr(fmt::format("Invalid escape character in string. at byte {}",
                                                  body.find(control))));
            }
        }
    }
}

TEST(AgamemnonPage, CutAnywhere_IsAnError) {
    const std::string body =
        R"({"agents":[{"id":"some-long-id","name":"n\u00e4\n","programArgs":["a","b"],"cpus":4,"x":{"y":[]}}],"total":1})";
    ASSERT_TRUE(read(Kind::agent, body).has_value());
    for (std::size_t length = 0; length < body.size(); ++length)
        EXPECT_FALSE(read(Kind::agent, body.substr(0, length)).has_value()) << length;
}

}  // namespace
}  // namespace tlm::agamemnon
