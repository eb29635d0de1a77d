// Completion as shells do it: the scripts are sourced, and asked.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <sstream>

#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Completion : public testing::Test {
  protected:
    Completion() {
        project.environment["PATH"] =
            std::filesystem::path(tested_program()).parent_path().string() + ":/usr/bin:/bin";
        project.environment["LC_ALL"] = "C.UTF-8";
        project.write("workflows/pair.yaml", kPair);
        project.write("workflows/notes.txt", "");
        for (const char* shell : {"bash", "zsh", "fish"})
            project.write(shell, project.tlm({"completion", shell}).out);
    }
    void apply() const { ASSERT_EQ(project.tlm({"apply", "--yes", "--quiet"}).exit_code, 0); }
    Finished shell(const std::string& program, const std::vector<std::string>& arguments) const {
        std::vector<std::string> command = {program};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_process(command, project.environment, project.directory.string());
    }
    static std::vector<std::string> lines_of(const std::string& text) {
        std::vector<std::string> lines;
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);)
            lines.push_back(line);
        std::ranges::sort(lines);
        return lines;
    }
    // What bash offers for the last of the words, which are those that readline would make.
    std::vector<std::string> bash(const std::vector<std::string>& words) const {
        std::string array;
        for (const std::string& word : words)
            array += fmt::format(" '{}'", word);
        const Finished finished =
            shell("/bin/bash",
                  {"-c", fmt::format("source ./bash; COMP_WORDS=(tlm{}); COMP_CWORD={}; _tlm; "
                                     "((${{#COMPREPLY[@]}} == 0)) || printf '%s\\n' \"${{COMPREPLY[@]}}\"",
                                     array, words.size())});
        EXPECT_EQ(finished.err, "");
        return lines_of(finished.out);
    }
    // What fish offers for a command line.
    std::vector<std::string> fish(const std::string& line) const {
        const Finished finished =
            shell("/usr/bin/fish", {"--no-config", "-c", "source ./fish; complete -C '" + line + "'"});
        EXPECT_EQ(finished.err, "");
        std::vector<std::string> words;
        for (const std::string& offered : lines_of(finished.out))
            words.push_back(offered.substr(0, offered.find('\t')));
        return words;
    }

    Project project;
};

TEST_F(Completion, Bash_KnowsVerbsOptionsAndFixedValues) {
    EXPECT_THAT(bash({"pl"}), ElementsAre("plan"));
    EXPECT_THAT(bash({""}), AllOf(Contains("apply"), Contains("drift"), Contains("--help")));
    EXPECT_THAT(bash({"plan", "--det"}), ElementsAre("--detailed-exitcode"));
    EXPECT_THAT(bash({"drift", "--f"}), Not(Contains("--force")));
    EXPECT_THAT(bash({"graph", "--format", ""}),
                AllOf(Contains("text"), Contains("dot"), Not(Contains("json"))));
    EXPECT_THAT(bash({"graph", "--format", "=", "d"}), ElementsAre("dot"));
    EXPECT_THAT(bash({"graph", "--format", "="}), Contains("dot"));
    EXPECT_THAT(bash({"drift", "--ignore", "u"}), ElementsAre("unowned"));
    EXPECT_THAT(bash({"state", ""}), AllOf(Contains("list"), Contains("show")));
    EXPECT_THAT(bash({"state", "--format", "json", "sh"}), ElementsAre("show"));
    EXPECT_THAT(bash({"schema", "e"}), ElementsAre("events"));
    EXPECT_THAT(bash({"help", "dr"}), ElementsAre("drift"));
    EXPECT_THAT(bash({"apply", "--parallelism", ""}), IsEmpty());
    EXPECT_THAT(bash({"nonsense", ""}), IsEmpty());
}

TEST_F(Completion, Bash_KnowsFilesWorkflowsAndAddressesOfTheState) {
    EXPECT_THAT(bash({"state", "show", ""}), IsEmpty()) << "nothing was applied yet";
    apply();
    EXPECT_THAT(bash({"plan", ""}), AllOf(Contains("workflows/pair.yaml"), Contains("workflows")));
    EXPECT_THAT(bash({"plan", "workflows/"}),
                AllOf(Contains("workflows/pair.yaml"), Not(Contains("workflows/notes.txt"))));
    EXPECT_THAT(bash({"plan", "--workflows", "work"}), ElementsAre("workflows"));
    EXPECT_THAT(bash({"plan", "--out", "ba"}), ElementsAre("bash"));
    EXPECT_THAT(bash({"plan", "--target", "pair/agent/"}),
                ElementsAre("pair/agent/architect", "pair/agent/builder"));
    EXPECT_THAT(bash({"state", "show", "pair/te"}), ElementsAre("pair/team/crew"));
    EXPECT_THAT(bash({"state", "--state", "none.db", "show", ""}), IsEmpty()) << "another state is meant";
}

TEST_F(Completion, Bash_OffersWorkflowsOfTheStateWhereTheyCanBeNamed) {
    apply();
    for (const char* option : {"--target", "--exclude", "--replace"})
        EXPECT_EQ(project.tlm({"plan", option, "pair/*", "--max-deletes", "9"}).exit_code, 0)
            << "what is offered is taken";
    // Their files are gone, and the state knows them still.
    std::filesystem::remove_all(project.directory / "workflows");
    for (const char* option : {"--target", "--exclude", "--replace"}) {
        EXPECT_THAT(bash({"plan", option, "pa"}), AllOf(Contains("pair/*"), Contains("pair/agent/builder")));
    }
    EXPECT_THAT(bash({"destroy", "--target", "pair/\\*"}), ElementsAre("pair/*"));
    EXPECT_THAT(bash({"state", "mv", "pa"}), AllOf(Contains("pair"), Contains("pair/team/crew")));
    EXPECT_THAT(bash({"state", "rm", "pa"}), AllOf(Contains("pair/*"), Contains("pair/team/crew")));
    EXPECT_THAT(bash({"state", "show", "pa"}), AllOf(Not(Contains("pair")), Not(Contains("pair/*"))));
    EXPECT_THAT(bash({"cancel", ""}), ElementsAre("pair"));
    EXPECT_THAT(bash({"status", "pa"}), IsEmpty()) << "it takes files";
    EXPECT_THAT(bash({"log", ""}), IsEmpty()) << "it takes runs";
}

TEST_F(Completion, Bash_OffersTheProtectionsThatCanBeLifted) {
    project.write("workflows/pair.yaml",
                  std::string(kPair).replace(std::string(kPair).find("agents:"), 0,
                                             "  tlm.protect: pair/agent/*, pair/team/crew\n"));
    apply();
    EXPECT_THAT(bash({"state", "unprotect", ""}), ElementsAre("pair/agent/*", "pair/team/crew"));
}

TEST_F(Completion, WorkflowWithAnOddName_IsOfferedAsAnAddressHasIt) {
    project.write("workflows/pair.yaml",
                  std::string(kPair).replace(std::string(kPair).find("name: pair"), 10, "name: a/b c"));
    apply();
    EXPECT_THAT(bash({"plan", "--target", "a"}), Contains("a%2Fb c/*"));
    EXPECT_EQ(project.tlm({"plan", "--target", "a%2Fb c/*"}).exit_code, 0);
    EXPECT_THAT(bash({"state", "mv", "a"}), Contains("a%2Fb c"));
    EXPECT_THAT(bash({"cancel", "a"}), ElementsAre("a/b c")) << "it is the name in the metadata";
    EXPECT_EQ(project.tlm({"state", "mv", "a%2Fb c", "pair", "--yes"}).exit_code, 0);
}

TEST_F(Completion, Words_AreSilentWhateverIsWrongAndTouchNothing) {
    const auto words = [&](const std::vector<std::string>& more) {
        std::vector<std::string> arguments = {"completion", "words", "addresses"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Finished finished = project.tlm(arguments);
        EXPECT_EQ(finished.exit_code, 0) << finished.err;
        return finished.out + finished.err;
    };
    EXPECT_EQ(words({}), "");
    EXPECT_FALSE(project.exists(".tlm")) << "a key press made something";
    project.write("broken.db", "no database");
    EXPECT_EQ(words({"--state", "broken.db"}), "");
    EXPECT_EQ(words({"--url", "nonsense://"}), "");
    // An address that nothing answers: asked, it would be an error, and take its time.
    EXPECT_EQ(words({"--url", "http://127.0.0.1:1"}), "");
    EXPECT_EQ(project.tlm({"completion", "words", "workflows", "--workflows", "none"}).out, "");
    EXPECT_EQ(project.tlm({"completion", "tcsh"}).exit_code, 3);
    EXPECT_EQ(project.tlm({"completion", "words", "secrets"}).exit_code, 3);
    EXPECT_EQ(project.tlm({"completion", "bash", "addresses"}).exit_code, 3);
}

TEST_F(Completion, Fish_OffersTheSame) {
    if (!std::filesystem::exists("/usr/bin/fish")) GTEST_SKIP() << "fish is not installed";
    apply();
    EXPECT_THAT(fish("tlm pl"), ElementsAre("plan"));
    EXPECT_THAT(fish("tlm plan --det"), ElementsAre("--detailed-exitcode"));
    EXPECT_THAT(fish("tlm graph --format "), ElementsAre("dot", "svg", "text"));
    EXPECT_THAT(fish("tlm state "), AllOf(Contains("list"), Contains("show")));
    EXPECT_THAT(fish("tlm state show pair/te"), ElementsAre("pair/team/crew"));
    EXPECT_THAT(fish("tlm plan --target pair/agent/b"), ElementsAre("pair/agent/builder"));
    EXPECT_THAT(fish("tlm plan --target pa"), Contains("pair/*"));
    EXPECT_THAT(fish("tlm state mv pa"), AllOf(Contains("pair"), Contains("pair/team/crew")));
    EXPECT_THAT(fish("tlm plan w"), Contains("workflows/pair.yaml"));
}

TEST_F(Completion, Zsh_ReadsTheScriptAndRegistersIt) {
    if (!std::filesystem::exists("/usr/bin/zsh")) GTEST_SKIP() << "zsh is not installed";
    EXPECT_EQ(shell("/usr/bin/zsh", {"-f", "-n", "./zsh"}).err, "");
    const Finished finished =
        shell("/usr/bin/zsh",
              {"-f", "-c", "autoload -Uz compinit; compinit -D -u; source ./zsh; print $_comps[tlm]"});
    EXPECT_EQ(finished.out, "_tlm\n") << finished.err;
    const std::string script = project.read("zsh");
    EXPECT_THAT(script, HasSubstr("_tlm_globs() {"));
    EXPECT_THAT(script, HasSubstr(":GLOB:_tlm_globs"));
    EXPECT_THAT(script, HasSubstr("after:mv) _tlm_movables"));
}

}  // namespace
}  // namespace tlm::test
