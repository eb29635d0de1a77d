// What people read of the real program: plans and drift as text and as Markdown.

#include <gmock/gmock.h>

#include <regex>
#include <sstream>

#include "engine/base/text.h"
#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Reading : public testing::Test {
  protected:
    Reading() { project.write("workflows/pair.yaml", kPair); }
    // The example with another text in it.
    void edit(const std::string& from, const std::string& to) const {
        std::string yaml = kPair;
        yaml.replace(yaml.find(from), from.size(), to);
        project.write("workflows/pair.yaml", yaml);
    }
    Project project;
};

// `count` agents from number `first` on.
std::string agents_yaml(int first, int count) {
    std::string yaml = "apiVersion: telemachy/v1\nmetadata:\n  name: many\nagents:\n";
    for (int i = first; i < first + count; ++i)
        yaml += "  - name: agent-" + std::to_string(i) + "\n    program: none\n";
    return yaml + "teams:\n  - name: crew\n    agents: [agent-" + std::to_string(first) +
           "]\n    tasks: []\n";
}

TEST_F(Reading, MarkdownOf5000Changes_FitsACommentWithAllDeletesInIt) {
    project.write("workflows/pair.yaml", agents_yaml(0, 300));
    ASSERT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
    project.write("workflows/pair.yaml", agents_yaml(300, 4'700));
    const Finished plan = project.tlm({"plan", "--prune", "--max-deletes", "300", "--format", "markdown"});
    ASSERT_EQ(plan.exit_code, 0) << plan.err;
    EXPECT_LT(plan.out.size(), 65'536U);
    EXPECT_THAT(plan.out, HasSubstr("| 4700 | 1 | 0 | 300 | 0 | 0 |"));
    for (int i = 0; i < 300; ++i)
        ASSERT_THAT(plan.out, HasSubstr("many/agent/agent-" + std::to_string(i) + "  (ours"));
    EXPECT_THAT(plan.out, HasSubstr("creates not shown"));
}

TEST_F(Reading, MarkdownOfPlanAndOfItsFile_NameFileAndDigest) {
    const Finished plan = project.tlm({"plan", "--out", "my plan.json", "--format", "markdown"});
    ASSERT_EQ(plan.exit_code, 0) << plan.err;
    EXPECT_THAT(plan.err, HasSubstr("tlm apply 'my plan.json'\n"));
    std::smatch digest;
    const std::string file = project.read("my plan.json");
    ASSERT_TRUE(std::regex_search(file, digest, std::regex("\"digest\": \"(sha256:[0-9a-f]{64})\"")));
    EXPECT_THAT(plan.out, HasSubstr("tlm apply 'my plan.json' --expect " + digest[1].str() + "\n"));
    EXPECT_EQ(project.tlm({"show", "my plan.json", "--format", "markdown"}).out, plan.out);
}

TEST_F(Reading, MarkdownOfDrift_EndsWith2) {
    ASSERT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
    EXPECT_THAT(project.tlm({"drift", "--format", "markdown"}).out, StartsWith("### No drift\n"));
    ASSERT_EQ(project.tlm({"apply", "--force", "--yes"}).exit_code, 0);
    const Finished drift = project.tlm({"drift", "--format", "markdown"});
    EXPECT_EQ(drift.exit_code, 2);
    EXPECT_THAT(drift.out, HasSubstr("! orphan     pair/agent/architect"));
}

TEST_F(Reading, Concise_HasOneLineForEachChangeAndTheSummary) {
    const Finished plan = project.tlm({"plan", "--concise", "--out", "plan.json"});
    EXPECT_EQ(plan.out,
              "+ create   pair/agent/architect\n+ create   pair/agent/builder\n+ create   pair/team/crew\n"
              "· waits    pair/task/crew/build\n+ create   pair/task/crew/design\n"
              "Plan: 4 to create, 1 task waits.\n");
    EXPECT_EQ(project.tlm({"show", "plan.json", "--concise"}).out, plan.out);
    const Finished both = project.tlm({"plan", "--concise", "--format", "json"});
    EXPECT_EQ(both.exit_code, 3);
    EXPECT_THAT(both.err, HasSubstr("--concise is for text"));
}

TEST_F(Reading, OnATerminal_AnEditedDescriptionIsALineDiffThatNothingIsCutOf) {
    const Server server;  // where nobody works on tasks, so that the edit reaches it
    server.attach(project);
    edit("Draw it", "\"Draw it\\nas it was agreed\\nand \\u202e no further\"");
    ASSERT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
    edit("Draw it",
         "\"Draw it\\nas it was agreed, with all that was said about it since and is written down\\nand "
         "\\u202e no further\"");
    const Finished plan = project.tlm_in_terminal({"plan", "--color", "never"}, "");
    EXPECT_THAT(plan.out,
                HasSubstr("            Draw it\r\n"
                          "          - as it was agreed\r\n"
                          "          + as it was agreed, with all that was said about it since and is\r\n"
                          "            written down\r\n"
                          "            and \\u202e no further\r\n"));
    EXPECT_THAT(plan.out, Not(HasSubstr("\xE2\x80\xAE")));
}

// What stands on a terminal at the end, without the line that shows progress.
std::vector<std::string> lines_on(const std::string& terminal) {
    std::vector<std::string> lines;
    std::istringstream stream(terminal);
    for (std::string line; std::getline(stream, line);) {
        if (line.ends_with('\r')) line.pop_back();
        const std::size_t shown = line.rfind("\r\x1b[J");
        lines.push_back(shown == std::string::npos ? line : line.substr(shown + 4));
    }
    return lines;
}

TEST_F(Reading, OnATerminalOf40Columns_NoLineIsWiderAndNoIdIsCut) {
    const Server server;
    server.attach(project);
    project.environment["COLUMNS"] = "40";
    project.environment["NO_COLOR"] = "1";
    const auto on_terminal = [&](const std::vector<std::string>& command, int exit_code) {
        const Finished finished = project.tlm_in_terminal(command, "yes\n");
        EXPECT_EQ(finished.exit_code, exit_code) << finished.out;
        std::string text;
        for (const std::string& line : lines_on(finished.out)) {
            EXPECT_LE(code_points(line), 40U) << line;
            text += line + "\n";
        }
        return text;
    };
    EXPECT_THAT(on_terminal({"plan", "--out", "plan.json"}, 0),
                HasSubstr("Written to plan.json. Apply exactly this\n  with:\n  tlm apply plan.json\n"));
    EXPECT_THAT(on_terminal({"show", "plan.json"}, 0),
                HasSubstr("  + create   pair/agent/architect\n    (does not exist yet)\n"));
    EXPECT_THAT(on_terminal({"apply"}, 0), HasSubstr("Applied: 4 created.\n"));
    on_terminal({"status"}, 0);
    on_terminal({"apply", "plan.json", "--force"}, 3);
    on_terminal({"state", "mv", "pair", "duo", "--yes"}, 0);
    on_terminal({"plan"}, 0);
    const std::string drift = on_terminal({"drift"}, 2);
    const auto agents = server.get("/v1/agents");
    for (const auto& agent : agents["agents"].GetArray())
        EXPECT_THAT(drift, HasSubstr(agent["id"].GetString()));
}

TEST_F(Reading, Destroy_NamesWhatItDeletesBeforeItAsks) {
    ASSERT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
    const Finished destroy = project.tlm_in_terminal({"destroy", "--color", "never"}, "no\n");
    EXPECT_THAT(destroy.out,
                HasSubstr("! 3 deletes: pair/agent/architect, pair/agent/builder, pair/team/crew\r\nPlan: "));
}

}  // namespace
}  // namespace tlm::test
