// What the YAML and JSON readers say of texts that are broken, hostile or merely odd.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/engine/workflow/read_text.h"

namespace tlm {
namespace {

using testing::HasSubstr;

constexpr const char* kRest = "agents: []\nteams: []\n";

TEST(Yaml_BrokenTexts, GetAMessageWithPlaceCauseAndNextStep) {
    EXPECT_EQ(faults("metadata:\n\tname: w\n"),
              "w.yaml:2:1: a tab can't stand here\n"
              "    2 |  name: w\n"
              "      | ^\n"
              "  next: YAML indents with blanks, never with tabs.\n");
    EXPECT_EQ(faults("metadata: {name: w}\nagents: @x\n"),
              "w.yaml:2:9: not YAML: found character that cannot start any token\n"
              "    2 | agents: @x\n"
              "      |         ^\n"
              "  next: A text that begins with @, ` or % needs quotes.\n");
    EXPECT_EQ(faults("metadata: {name: w}\nnote: one: two\n"),
              "w.yaml:2:10: not YAML: mapping values are not allowed in this context\n"
              "    2 | note: one: two\n"
              "      |          ^\n"
              "  next: A text that holds `: ` needs quotes; else look at the indentation.\n");
    EXPECT_EQ(faults("metadata:\n  name: \"w\nagents: []\n"),
              "w.yaml:4:1: not YAML: found unexpected end of stream\n"
              "  next: A quote is never closed.\n"
              "  w.yaml:2:9: while scanning a quoted scalar\n");
}

TEST(Yaml_ControlCharacterAndInvalidUtf8, AreFaultsAtTheirPlace) {
    EXPECT_EQ(faults("metadata:\n  name: \"é \x01\"\n"),
              "w.yaml:2:12: a control character (byte 0x01) can't stand here\n"
              "    2 |   name: \"é \\x01\"\n"
              "      |            ^\n"
              "  next: Between double quotes it can be written as an escape such as \\e or \\x07.\n");
    EXPECT_EQ(faults("metadata:\n  name: a\xFFz\n"),
              "w.yaml:2:10: byte 0xff is not UTF-8: invalid leading UTF-8 octet\n"
              "    2 |   name: a\\xffz\n"
              "      |          ^\n"
              "  next: Save the file as UTF-8.\n");
}

TEST(Yaml_MemberTwice, NamesBothPlacesAndReadsOn) {
    EXPECT_EQ(faults("metadata: {name: w}\nagents:\n  - name: a\n    name: b\n    modle: x\nteams: []\n"),
              "w.yaml:4:5: the member `name` is there twice\n"
              "    4 |     name: b\n"
              "      |     ^\n"
              "  w.yaml:3:5: the first is here\n"
              "w.yaml:5:5: an agent has no member `modle`\n"
              "    5 |     modle: x\n"
              "      |     ^\n"
              "  next: Did you mean `model`?\n");
}

TEST(Yaml_MemberTwiceInALargeMapping, IsFound) {
    std::string text = "metadata:\n  name: w\n";
    for (int i = 0; i < 100; ++i)
        text += fmt::format("  n{}: x\n", i);
    EXPECT_EQ(faults(text + kRest), "");
    EXPECT_THAT(faults(text + "  n3: x\n" + kRest), HasSubstr("`n3` is there twice"));
    EXPECT_THAT(faults(text + "  n99: x\n" + kRest), HasSubstr("`n99` is there twice"));
}

TEST(Yaml_MergeKeys, KeepOwnMembersAndEarlierSources) {
    const Workflow workflow = read(
        "metadata: {name: w}\nagents:\n  - &base {name: a, model: m, program: p}\n"
        "  - {<<: *base, name: b, program: own}\n  - {<<: [{model: first}, *base], name: c}\nteams: []\n");
    EXPECT_EQ(workflow.agents[1].program, "own");
    EXPECT_EQ(workflow.agents[1].model, "m");
    EXPECT_EQ(workflow.agents[2].model, "first");
    EXPECT_EQ(workflow.agents[2].program, "p");
}

TEST(Yaml_MergeKeyOutOfPlace, IsAFault) {
    const std::string head = "metadata: {name: w}\nteams: []\nagents:\n";
    EXPECT_THAT(faults(head + "  - {name: a, <<: 1}\n"),
                HasSubstr("w.yaml:4:15: a merge key `<<` needs a mapping"));
    EXPECT_THAT(faults(head + "  - {name: a, <<: [{}, x]}\n"),
                HasSubstr("needs a mapping, or a list of them"));
    EXPECT_THAT(faults(head + "  - {name: a, <<: {}, <<: {}}\n"), HasSubstr("Give one `<<` a list"));
    EXPECT_THAT(faults(head + "  - {name: a, '<<': {}}\n"), HasSubstr("an agent has no member `<<`"));
}

TEST(Yaml_Alias, HasItsOwnPlace) {
    EXPECT_EQ(faults("metadata: {name: w}\nagents:\n  - &a {name: a}\n  - {name: &n b}\n"
                     "teams: [{name: t, tasks: [], agents: [\n    *n, &x nobody, *x]}]\n"),
              "w.yaml:6:9: there is no agent `nobody` in this workflow\n"
              "    6 |     *n, &x nobody, *x]}]\n"
              "      |         ^\n"
              "w.yaml:6:20: there is no agent `nobody` in this workflow\n"
              "    6 |     *n, &x nobody, *x]}]\n"
              "      |                    ^\n");
}

TEST(Yaml_BillionLaughs, EndsAtTheBound) {
    std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 20; ++i) {
        text += fmt::format("a{}: &a{} [", i, i);
        for (int j = 0; j < 9; ++j)
            text += fmt::format("*a{},", i - 1);
        text += "]\n";
    }
    EXPECT_THAT(faults(text), HasSubstr("too large once its aliases are expanded"));
}

TEST(Yaml_AliasesOfALongText, EndAtTheBound) {
    std::string text = "x: &x '" + std::string(1'000'000, 'x') + "'\nlist:\n";
    for (int i = 0; i < 1000; ++i)
        text += "  - *x\n";
    EXPECT_THAT(faults(text), HasSubstr("too large once its aliases are expanded"));
}

TEST(Yaml_ManySmallAliasesOfALargeFleet, AreRead) {
    std::string text =
        "metadata: {name: w}\nteams: []\nagents:\n  - &b {name: b, program: p, model: m, cpus: 2}\n";
    for (int i = 0; i < 60'000; ++i)
        text += fmt::format("  - {{<<: *b, name: a{}}}\n", i);
    EXPECT_EQ(read(text).agents.size(), 60'001U);
}

TEST(Yaml_DeepNesting, EndsAtTheBound) {
    EXPECT_THAT(faults(std::string(100'000, '[')), HasSubstr("w.yaml:1:65: nested more than 64 levels"));
    EXPECT_THAT(faults(std::string(200, '{')), HasSubstr("w.yaml:1:2: the name of a member must be a text"));
}

TEST(Yaml_UnicodeSeparators, AreNoLineEnds) {
    EXPECT_THAT(faults("metadata: {name: w, note: \"a\xE2\x80\xA8"
                       "b\xC2\x85\"}\nagents: []\r\nteams: []\rzz: 1\n"),
                HasSubstr("w.yaml:4:1: a workflow has no member `zz`\n    4 | zz: 1\n"));
}

TEST(Yaml_ColumnsBehindOtherScripts, CountCodePoints) {
    EXPECT_EQ(faults("\xEF\xBB\xBFmetadata: {name: 日本✓, é: 1}\nagents: []\nteams: []\n"),
              "w.yaml:1:26: `é` is a text, and `1` is read as a number\n"
              "    1 | metadata: {name: 日本✓, é: 1}\n"
              "      |                          ^\n"
              "  next: Write \"1\".\n");
}

TEST(Yaml_Tags, DecideTheTypeWherePyYamlKnowsThem) {
    EXPECT_EQ(read(std::string("metadata: {name: !!str 12, note: ! yes}\n") + kRest).name, "12");
    EXPECT_THAT(faults(std::string("metadata: {name: !!int \"12\"}\n") + kRest),
                HasSubstr("is read as a number"));
    EXPECT_THAT(faults(std::string("metadata: {name: !own x}\n") + kRest), HasSubstr("the tag `!own`"));
}

TEST(Json_BrokenTexts, GetAMessageWithPlace) {
    EXPECT_EQ(json_faults("{\"metadata\": {\n  \"é\": 1,}\n}"),
              "w.json:2:10: not JSON: Missing a name for object member.\n"
              "    2 |   \"é\": 1,}\n"
              "      |          ^\n");
    EXPECT_THAT(json_faults(""), HasSubstr("w.json:1:1: not JSON: The document is empty."));
    EXPECT_THAT(json_faults("{} {}"), HasSubstr("w.json:1:4: not JSON"));
    EXPECT_THAT(json_faults(std::string("{}\0{}", 5)), HasSubstr("w.json:1:3: not JSON: there is more"));
    EXPECT_THAT(json_faults("{\"a\": \"\xFF\"}"), HasSubstr("Invalid encoding"));
    EXPECT_THAT(json_faults("{\"a\": \"\\ud800\"}"), HasSubstr("not JSON"));
    EXPECT_THAT(json_faults(std::string(100'000, '[')), HasSubstr("w.json:1:65: nested more than 64 levels"));
}

TEST(Json_MembersAndValues, HaveTheirPlaces) {
    EXPECT_EQ(json_faults("\xEF\xBB\xBF{\n \"metadata\": {\"name\": \"w\", \"a\\\\\\\"b\": 1e3},\r\n"
                          " \"agents\": [], \"teams\": [], \"teams\": null, \"<<\": {}\n}"),
              "w.json:2:38: `a\\\"b` is a text, and `1e3` is read as a number\n"
              "    2 |  \"metadata\": {\"name\": \"w\", \"a\\\\\\\"b\": 1e3},\n"
              "      |                                      ^\n"
              "  next: Write \"1e3\".\n"
              "w.json:3:29: the member `teams` is there twice\n"
              "    3 |  \"agents\": [], \"teams\": [], \"teams\": null, \"<<\": {}\n"
              "      |                             ^\n"
              "  w.json:3:16: the first is here\n"
              "w.json:3:44: a workflow has no member `<<`\n"
              "    3 |  \"agents\": [], \"teams\": [], \"teams\": null, \"<<\": {}\n"
              "      |                                            ^\n"
              "  next: It may have apiVersion, metadata, agents, teams, teardown, timeout_seconds.\n");
}

TEST(Json_StringWithEscapedQuotes, BeginsAtItsOpeningQuote) {
    EXPECT_THAT(json_faults(R"({"metadata":{"name":"w"},"agents":[],"teams":[],"a\\\"b\"\\":1})"),
                HasSubstr("w.json:1:49: a workflow has no member"));
}

TEST(Json_HalfOfASurrogatePair, IsAFaultAtItsString) {
    EXPECT_THAT(json_faults(R"({"metadata": {"name": "\udc00"}, "agents": [], "teams": []})"),
                HasSubstr("w.json:1:23: not JSON: half of a surrogate pair"));
    EXPECT_THAT(json_faults(R"({"\udfff": 1})"), HasSubstr("w.json:1:2: not JSON: half of"));
    EXPECT_EQ(read(R"({"metadata": {"name": "\ud83d\ude00"}, "agents": [], "teams": []})", "w.json").name,
              "\xF0\x9F\x98\x80");
}

}  // namespace
}  // namespace tlm
