#include "cmd/man_page.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

#include "cmd/option_table.h"
#include "cmd/setting_table.h"
#include "tests/support/process.h"

namespace tlm::cmd {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

class ManPage : public testing::Test {
  protected:
    ManPage() {
        std::string pattern = (fs::temp_directory_path() / "tlm-man-XXXXXX").string();
        directory = mkdtemp(pattern.data());
        write("tlm", man_page(""));
        for (const VerbInfo& verb : verb_table())
            write("tlm-" + std::string(verb.name), man_page(std::string(verb.name)));
    }
    ~ManPage() override { fs::remove_all(directory); }
    void write(const std::string& name, const std::string& text) {
        names.push_back(name + ".1");
        std::ofstream(directory / names.back()) << text;
    }
    test::Finished run(const std::vector<std::string>& command) const {
        return test::run_process(command,
                                 {{"PATH", "/usr/bin:/bin"}, {"MANWIDTH", "200"}, {"LC_ALL", "C.UTF-8"}},
                                 directory.string());
    }
    fs::path directory;
    std::vector<std::string> names;
};

TEST_F(ManPage, OfEveryVerb_RendersWithoutAWarningAndHoldsEachOption) {
    if (!fs::exists("/usr/bin/man")) GTEST_SKIP() << "man is not installed";
    for (const VerbInfo& verb : verb_table()) {
        const auto shown = run(
            {"/usr/bin/man", "--warnings=w", "-P", "cat", "-l", "./tlm-" + std::string(verb.name) + ".1"});
        EXPECT_EQ(shown.exit_code, 0) << verb.name;
        EXPECT_EQ(shown.err, "") << verb.name;
        const std::string text = std::regex_replace(shown.out, std::regex(".\b"), "");
        for (const OptionInfo& option : option_table()) {
            if ((option.verbs & bit(verb.verb)) == 0) continue;
            EXPECT_THAT(text, HasSubstr("--" + std::string(option.name)));
        }
        EXPECT_THAT(text, HasSubstr("AGAMEMNON_URL"));
        EXPECT_THAT(text, HasSubstr("EXIT STATUS"));
        // The first line of the examples, as it can be typed.
        const std::string_view example = verb.examples.substr(2, verb.examples.find('\n') - 2);
        EXPECT_THAT(text, HasSubstr(example));
    }
}

TEST_F(ManPage, OfTheProgram_HoldsEachVerbSettingAndExitCode) {
    if (!fs::exists("/usr/bin/man")) GTEST_SKIP() << "man is not installed";
    const auto shown = run({"/usr/bin/man", "--warnings=w", "-P", "cat", "-l", "./tlm.1"});
    EXPECT_EQ(shown.err, "");
    const std::string text = std::regex_replace(shown.out, std::regex(".\b"), "");
    for (const VerbInfo& verb : verb_table())
        EXPECT_THAT(text, HasSubstr("tlm " + std::string(verb.name)));
    for (const SettingInfo& setting : setting_table())
        EXPECT_THAT(text, HasSubstr(fmt::format("{} ({})", setting.name, class_name(setting.kind))));
    for (const ExitInfo& exit : exit_table())
        EXPECT_THAT(text, HasSubstr(exit.text.substr(0, 20)));
}

TEST_F(ManPage, PassesMandocsChecks) {
    if (!fs::exists("/usr/bin/mandoc")) GTEST_SKIP() << "mandoc is not installed";
    for (const std::string& name : names) {
        const auto checked = run({"/usr/bin/mandoc", "-T", "lint", "-W", "warning", name});
        EXPECT_EQ(checked.out + checked.err, "");
    }
}

TEST(ManPageText, WhatRoffWouldObeyIsEscaped) {
    for (const VerbInfo& verb : verb_table()) {
        std::istringstream page(man_page(std::string(verb.name)));
        for (std::string line; std::getline(page, line);) {
            if (!line.starts_with(".") && !line.starts_with("'")) continue;
            EXPECT_TRUE(std::regex_match(line, std::regex(R"(\.(\\"|TH|SH|TP|B|BR|I|nf|fi)( .*)?)"))) << line;
        }
    }
}

}  // namespace
}  // namespace tlm::cmd
