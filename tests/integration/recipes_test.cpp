// The scripts of docs/pull-requests.md are what people copy. Here they are read out of the page and run,
// where they need no GitHub, in a checkout that is a branch's: with links, settings and allowances that
// somebody put there.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/integration/fixture.h"
#include "tests/support/paths.h"

namespace tlm::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

struct Script {
    std::string name;  // of the step; for GitLab's, which have none, empty
    std::string text;
};

// Every block that a shell is given: `run: |` of GitHub's steps, `- |` in GitLab's scripts.
std::vector<Script> scripts_of_the_page() {
    std::ifstream page(source_dir() + "/docs/pull-requests.md");
    std::vector<Script> scripts;
    std::string name;
    std::size_t indent = std::string::npos;  // of the line that begins the block that is read
    for (std::string line; std::getline(page, line);) {
        const std::size_t column = line.find_first_not_of(' ');
        if (indent != std::string::npos && (column == std::string::npos || column > indent)) {
            scripts.back().text += (column == std::string::npos ? "" : line.substr(indent + 2)) + "\n";
            continue;
        }
        indent = std::string::npos;
        std::smatch match;
        if (std::regex_match(line, match, std::regex(R"(\s*(- )?name: (.*))"))) name = match[2];
        if (std::regex_match(line, std::regex(R"(\s*(run:|-) \|)"))) {
            indent = column;
            scripts.push_back({line.ends_with("run: |") ? name : "", ""});
        }
    }
    return scripts;
}

std::string script_of(const std::string& step) {
    for (const Script& script : scripts_of_the_page()) {
        if (script.name == step) return script.text;
    }
    ADD_FAILURE() << "the page has no step " << step;
    return {};
}

TEST(Recipes, AreScriptsOfBash) {
    const Project project;
    const std::vector<Script> scripts = scripts_of_the_page();
    EXPECT_EQ(scripts.size(), 10U) << "was one overlooked?";
    for (const Script& script : scripts) {
        project.write("script", script.text);
        const Finished checked =
            run_process({"/bin/bash", "-n", "script"}, project.environment, project.directory.string());
        EXPECT_EQ(checked.exit_code, 0) << script.name << checked.err << script.text;
    }
}

// What a branch could make use of, in any of them.
TEST(Recipes, FollowNoRedirectWithATokenAndReadNoSettingsOfTheCheckout) {
    std::string all;
    for (const Script& script : scripts_of_the_page())
        all += script.text;
    EXPECT_THAT(all, Not(HasSubstr("--location")));
    EXPECT_FALSE(std::regex_search(all, std::regex("curl[^\\n]* -[A-Za-z]")))
        << "short options would hide it";
    const std::regex command(R"(tlm (plan|apply|drift|show|state|run|destroy)\b[^\n]*)");
    for (std::sregex_iterator at(all.begin(), all.end(), command), end; at != end; ++at)
        EXPECT_THAT(at->str(), HasSubstr("--no-local-config"));
    EXPECT_THAT(all, Not(HasSubstr("${{"))) << "what a branch says would become part of a script";
}

// A runner, with the page's /var/lib below the project's directory.
class Runner : public testing::Test {
  protected:
    void SetUp() override {
        for (const char* name : {"bin", "temp", "lib/tlm", "lib/tlm-copy", "checkout/workflows"})
            fs::create_directories(project.directory / name);
        fs::create_symlink(tested_program(), project.directory / "bin/tlm");
        project.write("precious", "Somebody's letter\n");
        project.environment = {{"PATH", (project.directory / "bin").string() + ":/usr/bin:/bin"},
                               {"RUNNER_TEMP", (project.directory / "temp").string()},
                               {"GITHUB_STEP_SUMMARY", (project.directory / "summary").string()},
                               {"TLM_NO_LOCAL_CONFIG", "1"},
                               {"AGAMEMNON_URL", "sandbox:" + (project.directory / "fleet.db").string()}};
        agents(12);
    }
    void agents(int n) const {
        std::string text = "metadata: {name: w}\nteams: []\nagents:\n";
        for (int i = 0; i < n; ++i)
            text += fmt::format("  - name: a{}\n", i);
        project.write("checkout/workflows/w.yaml", text);
    }
    Finished run(const std::string& step) const {
        const std::string lib = (project.directory / "lib/").string();
        project.write("script", std::regex_replace(script_of(step), std::regex("/var/lib/"), lib));
        return run_process({"/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "../script"},
                           project.environment, (project.directory / "checkout").string());
    }
    // The apply's job: `gh run download` gives it what the plan's job left, and a file that a branch put
    // beside it.
    Finished apply(const std::string& allowance) {
        project.write("bin/gh", fmt::format("#!/bin/sh\nmkdir artifact && cp {0}/temp/plan.json artifact/ && "
                                            "echo AGAMEMNON_URL=sandbox:{0}/elsewhere.db > artifact/.env\n",
                                            project.directory.string()));
        fs::permissions(project.directory / "bin/gh", fs::perms::owner_all);
        project.environment["DIGEST"] = digest_in("temp/plan.json");
        project.environment["RUN"] = "1";
        project.environment["ALLOW"] = allowance;
        project.environment["TLM_STATE"] = (project.directory / "lib/tlm/fleet.db").string();
        Finished applied = run("Apply");
        project.environment.erase("TLM_STATE");
        return applied;
    }
    std::string digest_in(const std::string& file) const {
        const std::string text = project.read(file);
        return text.substr(text.find("sha256:"), 71);
    }
    Project project;
};

TEST_F(Runner, PlansAndAppliesAndPlansFromTheCopyOfTheState) {
    ASSERT_EQ(run("Plan").exit_code, 0);
    EXPECT_THAT(project.read("summary"), HasSubstr("12 to create"));
    const Finished applied = apply("");
    ASSERT_EQ(applied.exit_code, 0) << applied.out << applied.err;
    EXPECT_FALSE(project.exists("elsewhere.db"));
    project.environment["TLM_STATE"] = (project.directory / "lib/tlm/fleet.db").string();
    for (int i = 0; i < 2; ++i) {
        const Finished copied = run("Leave a copy of the state");
        ASSERT_EQ(copied.exit_code, 0) << copied.err;
    }
    project.environment.erase("TLM_STATE");
    struct stat status {};
    ASSERT_EQ(stat((project.directory / "lib/tlm-copy/fleet.db").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0640U);
    const Finished again = run("Plan");
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_THAT(project.read("temp/plan.md"), HasSubstr("No changes"));
}

TEST_F(Runner, CheckoutWithLinksAndSettings_ChangesNothingElsewhere) {
    for (const char* name : {"plan.json", "plan.md", "plan.json.sig", "comment.md", "body.md", "fleet.db"})
        fs::create_symlink("../precious", project.directory / "checkout" / name);
    for (const char* name : {".env", "tlm.conf"})
        project.write(std::string("checkout/") + name,
                      fmt::format("WORKFLOWS_DIR=nowhere\nTLM_STATE={0}/precious\nAGAMEMNON_TIMEOUT=never\n",
                                  project.directory.string()));
    const Finished planned = run("Plan");
    EXPECT_EQ(planned.exit_code, 0) << planned.err;
    EXPECT_EQ(project.read("precious"), "Somebody's letter\n");
    EXPECT_FALSE(project.exists("elsewhere.db"));
    EXPECT_TRUE(project.exists("temp/plan.json"));
}

TEST_F(Runner, Allowance_IsOneLineOfAFileForOnePlan) {
    ASSERT_EQ(run("Plan").exit_code, 0);
    ASSERT_EQ(apply("").exit_code, 0);
    agents(8);
    EXPECT_EQ(run("Plan").exit_code, 7);
    const std::string digest = digest_in("temp/plan.md");
    EXPECT_THAT(project.read("temp/plan.md"), HasSubstr("4 " + digest)) << "the comment says what to write";
    const std::string line = "4 " + digest;
    for (const std::string& text :
         {std::string("100%\n"), std::string("4\n"), "4  " + digest + "\n", line + "; id\n",
          line + "\n" + line + "\n", line + std::string(40, '\n'), line + " --force\n"}) {
        project.write("checkout/max-deletes", text);
        const Finished refused = run("Plan");
        EXPECT_EQ(refused.exit_code, 1) << text;
        EXPECT_THAT(refused.out, HasSubstr("max-deletes must be one line")) << text;
    }
    fs::remove(project.directory / "checkout/max-deletes");
    project.write("line", line + "\n");
    fs::create_symlink("../line", project.directory / "checkout/max-deletes");
    EXPECT_EQ(run("Plan").exit_code, 1) << "a link is none";
    fs::remove(project.directory / "checkout/max-deletes");
    project.write("checkout/max-deletes", "4 sha256:" + std::string(64, 'a') + "\n");
    EXPECT_EQ(run("Plan").exit_code, 7) << "it is for another plan";
    project.write("checkout/max-deletes", line + "\n");
    EXPECT_EQ(run("Plan").exit_code, 0);
    EXPECT_EQ(apply("").exit_code, 7) << "who applies needs the allowance that was merged";
    const Finished applied = apply(line);
    EXPECT_EQ(applied.exit_code, 0) << applied.out << applied.err;
}

}  // namespace
}  // namespace tlm::test
