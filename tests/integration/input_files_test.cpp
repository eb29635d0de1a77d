// What is read: the files that are meant, each once, and nothing that a link in a checkout leads to.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class InputFiles : public testing::Test {
  protected:
    InputFiles() { project.write("pair.yaml", kPair); }
    // The command in a shell, where $TLM is the program.
    [[nodiscard]] Finished shell(const std::string& command) {
        project.environment["TLM"] = tested_program();
        return run_process({"/bin/bash", "-c", command}, project.environment, project.directory.string());
    }
    Project project;
};

TEST_F(InputFiles, WorkflowsThroughPipes_AreReadOnceAndWhole) {
    std::string padded;
    for (int i = 0; i < 1000; ++i)
        padded += "# a line that makes the file longer than any buffer\n";
    project.write("long.yaml", padded + kPair);
    for (const char* command : {"$TLM validate <(cat long.yaml)", "cat long.yaml | $TLM validate /dev/stdin",
                                "cat long.yaml | $TLM validate -", "$TLM validate /dev/stdin < long.yaml",
                                "cat long.yaml | $TLM plan -", "$TLM plan <(cat long.yaml)",
                                "mkfifo fifo; cat long.yaml > fifo & $TLM validate fifo",
                                "cat long.yaml | $TLM graph -", "cat long.yaml | $TLM apply - --yes"}) {
        const Finished finished = shell(command);
        EXPECT_EQ(finished.exit_code, 0) << command << finished.out << finished.err;
    }
}

TEST_F(InputFiles, PlansThroughPipes_AreReadOnceAndWhole) {
    ASSERT_EQ(project.tlm({"plan", "pair.yaml", "--out", "plan.json"}).exit_code, 0);
    for (const char* command :
         {"$TLM verify <(cat plan.json)", "$TLM show <(cat plan.json)",
          "cat plan.json | $TLM show /dev/stdin", "cat plan.json | $TLM show -",
          "$TLM diff <(cat plan.json) plan.json", "$TLM graph <(cat plan.json)",
          "$TLM apply <(cat plan.json) --yes", "cat plan.json | $TLM apply /dev/stdin --yes",
          "mkfifo fifo; cat plan.json > fifo & $TLM apply fifo --yes"}) {
        const Finished finished = shell(command);
        EXPECT_EQ(finished.exit_code, 0) << command << finished.out << finished.err;
    }
}

TEST_F(InputFiles, LinkInTheDirectoryOfWorkflows_IsRefusedAndNothingOfItIsShown) {
    project.write("secret", "root:hush4711:1:2\n");
    project.environment["OTHER"] = "hush4711";
    const std::vector<std::string> places = {"../secret", "/proc/self/environ", "/dev/zero", "../nowhere"};
    for (const std::string& place : places) {
        fs::remove_all(project.directory / "workflows");
        fs::create_directory(project.directory / "workflows");
        project.write("workflows/pair.yaml", kPair);
        fs::create_symlink(place, project.directory / "workflows/a.yaml");
        for (const std::vector<std::string>& command : {std::vector<std::string>{"plan"},
                                                        {"validate"},
                                                        {"apply", "--yes"},
                                                        {"validate", "workflows"},
                                                        {"drift"}}) {
            const Finished finished = project.tlm(command);
            EXPECT_EQ(finished.exit_code, 3) << place << command.front();
            EXPECT_THAT(finished.err, AllOf(HasSubstr("workflows/a.yaml: this is a link that leads "),
                                            Not(HasSubstr("4711"))));
            EXPECT_THAT(finished.out, Not(HasSubstr("4711")));
        }
    }
}

TEST_F(InputFiles, DirectoryOfWorkflowsIsALinkOut_IsRefusedUnlessItIsNamedByTheUser) {
    project.write("elsewhere/a.yaml", "hush4711: 1\n");
    project.write("work/.keep", "");
    fs::create_directory_symlink("../elsewhere", project.directory / "work/workflows");
    project.directory /= "work";
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"plan"}, {"validate", "workflows"}}) {
        const Finished finished = project.tlm(command);
        EXPECT_EQ(finished.exit_code, 3);
        EXPECT_THAT(finished.err,
                    AllOf(HasSubstr("leads out of the working directory"), Not(HasSubstr("4711"))));
    }
    EXPECT_THAT(project.tlm({"plan", "--workflows", "../elsewhere"}).err, HasSubstr("4711"));
    project.directory = project.directory.parent_path();
}

TEST_F(InputFiles, DevicesAndEndlessFiles_AreRefusedUnread) {
    for (const char* command :
         {"$TLM validate /dev/zero", "$TLM show /dev/zero", "$TLM apply /dev/zero --yes",
          "$TLM validate - < /dev/zero", "ln -s /dev/zero z; $TLM validate z",
          "truncate -s 8T large.yaml; $TLM validate large.yaml; code=$?; rm large.yaml; exit $code"}) {
        // AddressSanitizer reserves terabytes of addresses.
        const Finished finished =
            shell(fmt::format("{}{}", tested_program_is_sanitized() ? "" : "ulimit -v 4000000; ", command));
        EXPECT_EQ(finished.exit_code, 3) << command << finished.err;
    }
}

// Whoever may write to a checkout may put a link there: it is replaced or refused.
TEST_F(InputFiles, OutputsThroughLinksOfTheCheckout_StayInIt) {
    fs::create_directory(project.directory / "home");
    fs::create_directory(project.directory / "work");
    project.write("work/pair.yaml", kPair);
    project.directory /= "work";
    fs::create_directory_symlink("../home", project.directory / "out");
    fs::create_symlink("/dev/full", project.directory / "plan.json");
    fs::create_symlink("/dev/full", project.directory / "events");
    EXPECT_EQ(project.tlm({"plan", "pair.yaml", "--out", "plan.json", "--events", "events"}).exit_code, 0);
    EXPECT_TRUE(fs::symlink_status(project.directory / "plan.json").type() == fs::file_type::regular);
    EXPECT_TRUE(fs::symlink_status(project.directory / "events").type() == fs::file_type::regular);
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"plan", "pair.yaml", "--out", "out/plan.json"},
          {"plan", "pair.yaml", "--events", "out/events"},
          {"keygen", "--out", "out/ops"},
          {"state", "backup", "out/copy.db"}}) {
        ASSERT_NE(project.tlm(command).exit_code, 0) << command.back();
        EXPECT_TRUE(fs::is_empty(project.directory / "../home")) << command.back();
    }
    EXPECT_EQ(project.tlm({"plan", "pair.yaml", "--out", "../home/plan.json"}).exit_code, 0);
    project.directory = project.directory.parent_path();
}

}  // namespace
}  // namespace tlm::test
