#include "cmd/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmd/error_text.h"
#include "cmd/exit_code.h"

namespace tlm::cmd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string fault(const std::vector<std::string>& arguments) {
    const auto options = parse_command_line(arguments);
    if (options) return "accepted";
    EXPECT_EQ(exit_code(options.error().code), ExitCode::bad_input);
    return error_text(options.error(), Style());
}

TEST(CommandLine, EveryFormOfAnOptionIsTaken) {
    const Options options = parse_command_line({"plan", "a.yaml", "--out=p.json", "--target", "x/*",
                                                "--target=y/*", "--detailed-exitcode", "b.yaml", "--format",
                                                "json", "--refresh=false", "--no-color"})
                                .value();
    EXPECT_EQ(options.verb, Verb::plan);
    EXPECT_THAT(options.positional, ElementsAre("a.yaml", "b.yaml"));
    EXPECT_EQ(options.out, "p.json");
    EXPECT_THAT(options.targets, ElementsAre("x/*", "y/*"));
    EXPECT_TRUE(options.detailed_exitcode);
    EXPECT_EQ(options.format, Format::json);
    EXPECT_FALSE(options.refresh);
    EXPECT_EQ(options.color, Color::never);
}

TEST(CommandLine, TimesAndCountsAreRead) {
    const auto lock_timeout = [](const char* text) {
        return parse_command_line({"apply", "--lock-timeout", text}).value().lock_timeout;
    };
    EXPECT_EQ(lock_timeout("30"), std::chrono::seconds(30));
    EXPECT_EQ(lock_timeout("250ms"), std::chrono::milliseconds(250));
    EXPECT_EQ(lock_timeout("5m"), std::chrono::minutes(5));
    EXPECT_EQ(parse_command_line({"apply", "--parallelism", "64"}).value().parallelism, 64U);
    for (const char* text : {"0", "257", "-1", "x", "1.5", "99999999999999999999"}) {
        EXPECT_THAT(fault({"apply", "--parallelism", text}), HasSubstr("whole number from 1 to 256")) << text;
    }
    for (const char* text : {"-1s", "x", "5d", ""}) {
        EXPECT_NE(fault({"apply", "--lock-timeout", text}), "accepted") << text;
    }
}

TEST(CommandLine, FaultsNameTheNearestAndTheRightVerb) {
    EXPECT_THAT(fault({"paln"}), HasSubstr("Did you mean `tlm plan`?"));
    EXPECT_THAT(fault({"plan", "--detialed-exitcode"}), HasSubstr("Did you mean --detailed-exitcode?"));
    EXPECT_THAT(fault({"drift", "--force"}), HasSubstr("It belongs to `tlm plan`, `tlm apply`, `tlm run`."));
    EXPECT_THAT(fault({"plan", "--detailed"}), HasSubstr("has no option --detailed"));
    EXPECT_THAT(fault({"plan", "--format", "xml"}), HasSubstr("one of text, json"));
    EXPECT_THAT(fault({"drift", "--ignore", "orphans"}), HasSubstr("one of orphan"));
    EXPECT_THAT(fault({"show"}), HasSubstr("tlm show PLAN"));
    EXPECT_THAT(fault({"state", "shwo"}), HasSubstr("list, show, lock"));
    EXPECT_THAT(fault({"state", "mv", "a"}), HasSubstr("tlm state mv OLD NEW"));
    EXPECT_THAT(fault({"state", "rm"}), HasSubstr("tlm state rm GLOB..."));
    EXPECT_THAT(fault({"state", "import", "a", "b", "c"}), HasSubstr("tlm state import ADDRESS ID"));
    EXPECT_THAT(fault({"state", "list", "--yes"}),
                HasSubstr("the verbs of `tlm state` that change something"));
    EXPECT_THAT(fault({"state", "rm", "a", "--workflows", "x"}), HasSubstr("`tlm state import`"));
    EXPECT_EQ(fault({"state", "mv", "a", "b", "--workflows", "x"}), "accepted");
    EXPECT_THAT(fault({"plan", "--out"}), HasSubstr("--out"));
    EXPECT_THAT(fault({"--force", "apply"}), HasSubstr("the verb comes first"));
}

TEST(CommandLine, HelpAndVersionAreFoundWhereverPeopleLook) {
    EXPECT_EQ(parse_command_line({}).value().verb, Verb::help);
    EXPECT_EQ(parse_command_line({"-h"}).value().verb, Verb::help);
    EXPECT_EQ(parse_command_line({"plan", "-h"}).value().help_topic, "plan");
    EXPECT_EQ(parse_command_line({"help", "apply"}).value().help_topic, "apply");
    EXPECT_EQ(parse_command_line({"--version"}).value().verb, Verb::version);
}

TEST(ErrorText, ShowsPlaceCauseAndNextStepAndNothingATerminalObeys) {
    EXPECT_EQ(error_text(fail(ErrorCode::bad_input, "bad\x1b[31m", "f.yaml:3", {"Do this."}), Style()),
              "error: f.yaml:3: bad\\x1b[31m\n  next: Do this.\n");
}

TEST(ExitCodes, AreThoseThatTheHelpNames) {
    EXPECT_EQ(exit_code(ErrorCode::locked), ExitCode::locked);
    EXPECT_EQ(exit_code(ErrorCode::conflict), ExitCode::conflict);
    EXPECT_EQ(exit_code(ErrorCode::denied), ExitCode::unreachable);
    EXPECT_EQ(exit_code(ErrorCode::unreachable), ExitCode::unreachable);
    EXPECT_EQ(exit_code(ErrorCode::state), ExitCode::internal);
    EXPECT_EQ(exit_code(ErrorCode::not_found), ExitCode::bad_input);
}

}  // namespace
}  // namespace tlm::cmd
