// Commands are printed to be copied into a shell: whatever a name is, the command means that name and nothing
// else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "cmd/protection.h"
#include "cmd/render/apply_command.h"
#include "cmd/render/plan_html.h"
#include "cmd/render/plan_markdown.h"
#include "cmd/render/plan_text.h"
#include "cmd/render/rekey_text.h"
#include "cmd/render/wait_text.h"
#include "engine/base/text.h"
#include "tests/cmd/markdown_reader.h"
#include "tests/support/process.h"

namespace tlm::cmd {
namespace {

using testing::Contains;
using testing::Not;
using testing::SizeIs;

const std::array<std::string, 15> kNames = {
    "plain", "x; rm -rf ~", "$(id)", "a'b",    "`id`", "-x",     "--yes",   "two\nlines",
    "a\\",   "\"quoted\"",  "!bang", "a b  c", "*",    "\u2800", "a|b&c>d",
};

// The words that a shell makes of a command; fails where it does anything beside calling tlm once.
std::vector<std::string> words_of(const std::string& command) {
    const std::string script = "tlm() { printf '%s\\0' CALLED \"$@\"; }; " + command;
    // What can't be seen is quoted in a way that bash knows and dash does not.
    const bool ansi = command.find("$'") != std::string::npos;
    const auto finished =
        test::run_process({ansi ? "/bin/bash" : "/bin/sh", "-c", script}, {{"PATH", "/nowhere"}}, "/");
    EXPECT_EQ(finished.exit_code, 0) << command;
    EXPECT_EQ(finished.err, "") << command;
    std::vector<std::string> words;
    std::string_view out = finished.out;
    while (!out.empty()) {
        words.emplace_back(out.substr(0, out.find('\0')));
        out.remove_prefix(std::min(words.back().size() + 1, out.size()));
    }
    EXPECT_FALSE(words.empty()) << command;
    EXPECT_EQ(std::ranges::count(words, "CALLED"), 1) << command;
    if (!words.empty()) words.erase(words.begin());
    return words;
}

// Every command of a text that does not stand in backquotes: those have no names in them.
std::vector<std::string> commands_in(const std::string& text) {
    static const std::regex pattern("(^|: |\n +)(tlm [^\n]*)");
    std::vector<std::string> commands;
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at)
        commands.push_back((*at)[2]);
    return commands;
}

// The words without options' names: `--x=y` is y.
std::vector<std::string> values_of(const std::string& command) {
    std::vector<std::string> values = words_of(command);
    const bool all = std::ranges::find(values, "--") != values.end();
    for (std::string& value : values) {
        static const std::regex option("--(replace|exclude|target)=[^]*");
        if (!all && std::regex_match(value, option)) value.erase(0, value.find('=') + 1);
    }
    return values;
}

// That no word is taken for an option that nobody printed.
void expect_no_other_options(const std::string& command) {
    for (const std::string& word : words_of(command)) {
        if (word == "--") return;
        static const std::regex known("--(replace|exclude|target|expect|force|out|max-deletes)(=[^]*)?");
        EXPECT_TRUE(!word.starts_with("-") || std::regex_match(word, known)) << command;
    }
}

void expect_value(const std::string& command, const std::string& value) {
    EXPECT_EQ(visible(command), command);
    EXPECT_THAT(values_of(command), Contains(value)) << command;
    expect_no_other_options(command);
}

class PrintedCommands : public testing::TestWithParam<std::string> {
  protected:
    const std::string& name = GetParam();
    const Address agent = Address::agent(name, name);
    const Address task = Address::task(name, name, name);
    const std::string again = Address::task(name, "TEAM", "SUBJECT").text();
};

TEST_P(PrintedCommands, OfAPlansAdviceMeanTheName) {
    Planned planned;
    planned.set_aside = {{name, true}};
    planned.renames = {{agent.text(), Address::agent(name, "new").text()}};
    const auto text = commands_in(advice_text(planned, {}));
    ASSERT_THAT(text, SizeIs(2));
    expect_value(text[0], again);
    expect_value(text[1], agent.text());
    std::vector<std::string> spans;
    for (const std::string& code : test::read_markdown(plan_markdown(planned, {}, {})).code) {
        if (code.starts_with("tlm state mv") || code.starts_with("tlm run --replace")) spans.push_back(code);
    }
    EXPECT_EQ(spans, text);
}

TEST_P(PrintedCommands, OfAPlansFileMeanTheFile) {
    Plan plan;
    const std::string file = (name.starts_with("-") ? "./" : "") + name;
    EXPECT_EQ(words_of(apply_command(plan, name)), (std::vector<std::string>{"apply", file}));
    EXPECT_THAT(words_of(apply_command_with_digest(plan, "sha256:0", name)), Contains(file));
}

TEST_P(PrintedCommands, OfAStoppedPlanMeanTheAddressAndThePattern) {
    const auto stopped = enforce_protection({{agent, Action::remove, {name, name}, true}});
    ASSERT_FALSE(stopped.has_value());
    std::vector<std::string> commands;
    for (const std::string& hint : stopped.error().hints)
        std::ranges::copy(commands_in(hint), std::back_inserter(commands));
    ASSERT_THAT(commands, SizeIs(1));
    expect_value(commands[0], name);
    const std::string& excludes = stopped.error().hints[0];
    expect_value("tlm plan" + excludes.substr(excludes.find(": ") + 1), agent.text());
}

TEST_P(PrintedCommands, OfAFailedTaskMeanItsAddress) {
    WaitReport report;
    report.tasks.emplace_back();
    report.tasks[0].address = task;
    report.tasks[0].stage = TaskStage::failed;
    const auto commands = commands_in(wait_text(report, {}));
    ASSERT_THAT(commands, SizeIs(1));
    expect_value(commands[0], task.text());
}

TEST_P(PrintedCommands, OfSomethingInTheWayMeanAddressAndId) {
    Change change;
    change.address = agent;
    LiveResource live;
    live.id = ResourceId(name);
    const auto commands = commands_in(in_the_way_text({{&change, {&live}}}, {}));
    ASSERT_THAT(commands, SizeIs(1));
    expect_value(commands[0], agent.text());
    expect_value(commands[0], name);
}

INSTANTIATE_TEST_SUITE_P(Names, PrintedCommands, testing::ValuesIn(kNames));

}  // namespace
}  // namespace tlm::cmd
