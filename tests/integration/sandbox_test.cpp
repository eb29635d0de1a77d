// The real program on the embedded sandbox, without any set-up.

#include <gmock/gmock.h>
#include <unistd.h>

#include "state/state_lock.h"

#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class InProject : public testing::Test {
  protected:
    InProject() { project.write("workflows/pair.yaml", kPair); }
    Project project;
};

TEST_F(InProject, BarePlan_NeedsNoSetUpAndNamesTheSandbox) {
    const Finished finished = project.tlm({"plan"});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_THAT(finished.out, HasSubstr("+ create   pair/agent/architect"));
    EXPECT_THAT(finished.err, HasSubstr("sandbox:.tlm/sandbox.db"));
    EXPECT_FALSE(project.exists(".tlm/sandbox.db"));
}

TEST_F(InProject, PlanOut_GivesTheSameBytesTwice) {
    ASSERT_EQ(project.tlm({"plan", "--out", "a.json"}).exit_code, 0);
    ASSERT_EQ(project.tlm({"plan", "--out", "b.json"}).exit_code, 0);
    EXPECT_EQ(project.read("a.json"), project.read("b.json"));
    EXPECT_THAT(project.read("a.json"), HasSubstr("\"format\": \"tlm-plan/1\""));
}

TEST_F(InProject, PlanFileAppliedTwice_TheSecondHasNothingToDo) {
    ASSERT_EQ(project.tlm({"plan", "--out", "a.json"}).exit_code, 0);
    const Finished first = project.tlm({"apply", "a.json", "--yes"});
    ASSERT_EQ(first.exit_code, 0) << first.out << first.err;
    EXPECT_THAT(first.out, HasSubstr("4 created"));
    const Finished second = project.tlm({"apply", "a.json", "--yes"});
    EXPECT_EQ(second.exit_code, 0);
    EXPECT_THAT(second.out, HasSubstr("4 as planned already"));
    EXPECT_THAT(second.out, Not(HasSubstr("created")));
}

TEST_F(InProject, PlanFileEditedByHand_IsRefusedWith5) {
    ASSERT_EQ(project.tlm({"plan", "--out", "a.json"}).exit_code, 0);
    std::string text = project.read("a.json");
    text.replace(text.find("Draw it"), 7, "Burn it");
    project.write("a.json", text);
    const Finished finished = project.tlm({"apply", "a.json", "--yes"});
    EXPECT_EQ(finished.exit_code, 5);
    EXPECT_THAT(finished.err, HasSubstr("altered"));
}

TEST_F(InProject, PlanForAnotherTarget_IsRefused) {
    ASSERT_EQ(project.tlm({"plan", "--out", "a.json"}).exit_code, 0);
    const Finished finished = project.tlm({"apply", "a.json", "--yes", "--url", "sandbox:other.db"});
    EXPECT_EQ(finished.exit_code, 5);
    EXPECT_THAT(finished.err, HasSubstr("sandbox:other.db"));
}

TEST_F(InProject, WholeLife_ApplyUntilTheChainIsDoneThenNoChangesNoDriftThenDestroy) {
    ASSERT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
    ASSERT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
    const Finished plan = project.tlm({"plan", "--detailed-exitcode"});
    EXPECT_EQ(plan.exit_code, 0);
    EXPECT_THAT(plan.out, HasSubstr("No changes"));
    const Finished drift = project.tlm({"drift"});
    EXPECT_EQ(drift.exit_code, 0);
    EXPECT_THAT(drift.out, HasSubstr("No drift"));
    EXPECT_EQ(project.tlm({"destroy", "--yes"}).exit_code, 0);
    const Finished after = project.tlm({"state", "list", "--format", "json"});
    EXPECT_EQ(after.out, "[]\n");
}

TEST_F(InProject, ApplyWithoutATerminalAndWithoutYes_IsRefused) {
    const Finished finished = project.tlm({"apply"});
    EXPECT_EQ(finished.exit_code, 3);
    EXPECT_THAT(finished.err, HasSubstr("--yes"));
    EXPECT_FALSE(project.exists(".tlm/sandbox.db"));
}

TEST_F(InProject, ApplyOnATerminal_AsksAndTakesOnlyYes) {
    const Finished declined = project.tlm_in_terminal({"apply"}, "y\n");
    EXPECT_EQ(declined.exit_code, 8);
    EXPECT_THAT(declined.out, HasSubstr("Only `yes` is taken"));
    EXPECT_FALSE(project.exists(".tlm/sandbox.db"));
    const Finished agreed = project.tlm_in_terminal({"apply"}, "yes\n");
    EXPECT_EQ(agreed.exit_code, 0);
    EXPECT_THAT(agreed.out, HasSubstr("4/4 done"));
    EXPECT_THAT(agreed.out, HasSubstr("4 created"));
    EXPECT_THAT(agreed.out, HasSubstr("\x1b[32m"));
}

TEST_F(InProject, NoColor_IsKeptOnATerminal) {
    project.environment["NO_COLOR"] = "1";
    EXPECT_THAT(project.tlm_in_terminal({"plan"}, "").out, Not(HasSubstr("\x1b[")));
}

TEST_F(InProject, StateLockedByAnother_ExitsWith4AtOnceAndNamesTheHolder) {
    const auto lock = StateLock::acquire(OwnFile((project.directory / ".tlm/state.db").string(), true),
                                         "apply of a test", {});
    ASSERT_TRUE(lock.has_value());
    const Finished finished = project.tlm({"apply", "--yes"});
    EXPECT_EQ(finished.exit_code, 4);
    EXPECT_THAT(finished.err, HasSubstr("apply of a test"));
    EXPECT_THAT(finished.err, HasSubstr(std::to_string(getpid())));
    EXPECT_THAT(project.tlm({"state", "lock"}).out, HasSubstr("apply of a test"));
    // Looking takes no lock.
    EXPECT_EQ(project.tlm({"plan"}).exit_code, 0);
    EXPECT_EQ(project.tlm({"drift", "--ignore", "missing"}).exit_code, 0);
}

TEST_F(InProject, FaultyWorkflow_ShowsEveryFaultWithPlaceAndSuggestionAndExits3) {
    project.write("workflows/bad.yaml",
                  "metadata:\n  name: bad\nagents:\n  - nam: x\nteams: []\ntear_down: never\n");
    const Finished finished = project.tlm({"validate"});
    EXPECT_EQ(finished.exit_code, 3);
    EXPECT_THAT(finished.err + finished.out, HasSubstr("workflows/bad.yaml:4:5:"));
    EXPECT_THAT(finished.err + finished.out, HasSubstr("workflows/bad.yaml:6:1:"));
    EXPECT_THAT(finished.err + finished.out, HasSubstr("teardown"));
    EXPECT_EQ(project.tlm({"plan"}).exit_code, 3);
}

TEST_F(InProject, StateList_IsAnArrayOfAddressKeyAndId) {
    ASSERT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
    const Finished finished = project.tlm({"state", "list", "--format", "json"});
    rapidjson::Document document;
    document.Parse(finished.out);
    ASSERT_TRUE(document.IsArray()) << finished.out;
    ASSERT_EQ(document.Size(), 4U);
    EXPECT_STREQ(document[0]["address"].GetString(), "pair/agent/architect");
    EXPECT_TRUE(document[0].HasMember("key"));
    EXPECT_TRUE(document[0].HasMember("id"));
    const Finished show = project.tlm({"state", "show", "pair/agent/architect"});
    EXPECT_EQ(show.exit_code, 0);
    EXPECT_THAT(show.out, HasSubstr(document[0]["id"].GetString()));
}

TEST_F(InProject, Log_ListsRunsAndTheirCalls) {
    ASSERT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
    const Finished log = project.tlm({"log"});
    EXPECT_EQ(log.exit_code, 0);
    EXPECT_THAT(log.out, HasSubstr("apply"));
    EXPECT_THAT(log.out, HasSubstr("done"));
}

TEST_F(InProject, UnknownVerbAndOption_GetASuggestion) {
    const Finished verb = project.tlm({"aply"});
    EXPECT_EQ(verb.exit_code, 3);
    EXPECT_THAT(verb.err, HasSubstr("apply"));
    const Finished option = project.tlm({"plan", "--oot", "x"});
    EXPECT_EQ(option.exit_code, 3);
    EXPECT_THAT(option.err, HasSubstr("--out"));
}

TEST_F(InProject, Show_PrintsThePlanAsPlanDid) {
    const Finished plan = project.tlm({"plan", "--out", "a.json"});
    const Finished show = project.tlm({"show", "a.json"});
    EXPECT_EQ(show.exit_code, 0);
    EXPECT_THAT(plan.out, HasSubstr(show.out));
    EXPECT_EQ(project.tlm({"show", "a.json", "--format", "json"}).out, project.read("a.json"));
}

TEST_F(InProject, ReaderOfStdoutIsGone_IsAnErrorAndNoCrash) {
    const Finished finished =
        run_without_reader({tested_program(), "plan"}, project.environment, project.directory.string());
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, testing::Not(HasSubstr("error"))) << "whoever closed the pipe has seen enough";
}

TEST_F(InProject, StreamsClosedAtTheStart_AreAnErrorAndNothingElseIsWrittenTo) {
    const Finished finished =
        run_process({"/bin/sh", "-c", "exec " + tested_program() + " apply --yes <&- >&-"},
                    project.environment, project.directory.string());
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr("can't write to standard output"));
    EXPECT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
    EXPECT_EQ(project.tlm({"drift"}).exit_code, 0);
}

}  // namespace
}  // namespace tlm::test
