#include "cmd/render/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "cmd/render/columns.h"
#include "engine/base/shell_quote.h"
#include "engine/base/text.h"
#include "tests/cmd/hostile.h"
#include "tests/support/process.h"

namespace tlm::cmd {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

std::string without_colours(const std::string& text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\x1b') {
            at = text.find('m', at);
        } else {
            plain += text[at];
        }
    }
    return plain;
}

std::string without_gaps(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    return text;
}

TEST(Fit, Prose_GoesOnBelowWithAnIndent) {
    EXPECT_EQ(fit("next: mend the cause and run it again.\n", 20),
              "next: mend the cause\n  and run it again.\n");
    EXPECT_EQ(fit("  ! a b c d e f\n", 8), "  ! a b\n    c d\n    e f\n");
    EXPECT_EQ(fit("as it is", 8), "as it is");
    EXPECT_EQ(fit("whatever it is\n\n", 0), "whatever it is\n\n");
    EXPECT_EQ(fit("one\n\ntwo\n", 20), "one\n\ntwo\n");
}

TEST(Fit, Columns_ArePartedBeforeWords) {
    EXPECT_EQ(fit("  + create   hello/task/hello-team/Say hello  (does not exist yet)\n", 40),
              "  + create\n    hello/task/hello-team/Say hello\n    (does not exist yet)\n");
}

TEST(Fit, AWordThatHasALine_IsMovedToTheLeftAndNotBroken) {
    EXPECT_EQ(fit("        id: 46b06d08-dafe-4c17-91f5-d8343a93fcae\n", 40),
              "        id:\n    46b06d08-dafe-4c17-91f5-d8343a93fcae\n");
    EXPECT_EQ(fit("id abcdefghijklmnop\n", 10), "id\n  abcdefgh\n  ijklmnop\n") << "it has no line";
}

TEST(Fit, Colours_TakeNoColumnsAndStay) {
    EXPECT_EQ(fit("\x1b[1mPlan:\x1b[0m 3 to create, 2 to update.\n", 24),
              "\x1b[1mPlan:\x1b[0m 3 to create, 2 to\n  update.\n");
    EXPECT_EQ(fit("\x1b[2m(a long reason)\x1b[0m\n", 8), "\x1b[2m(a long\n reason)\x1b[0m\n");
}

TEST(Fit, OfAnything_LosesNothingButSpacesAndFits) {
    std::mt19937 random(17);
    for (int i = 0; i < 3000 && !testing::Test::HasFailure(); ++i) {
        std::string text(random() % 12, ' ');
        for (std::size_t k = random() % 8; k > 0; --k) {
            std::string part = visible(test::hostile(random));
            if (random() % 3 == 0) part = "\x1b[31m" + part + "\x1b[0m";
            text += part + std::string(random() % 3, ' ');
        }
        const std::size_t width = 20 + random() % 60;
        const std::string fitted = fit(text + "\n", width);
        for (const std::string& line : lines_of(fitted)) {
            EXPECT_LE(columns(without_colours(line)), width) << line;
            EXPECT_TRUE(valid_utf8(line));
        }
        EXPECT_EQ(without_gaps(fitted), without_gaps(text));
        static_cast<void>(fit(text, 1 + random() % 19));
    }
}

TEST(CommandText, GoesOnWithABackslashAndNeverInAWord) {
    EXPECT_EQ(command_text("tlm state mv hello/agent/greeter hello/agent/host", 2, 40),
              "  tlm state mv hello/agent/greeter \\\n    hello/agent/host\n");
    EXPECT_EQ(command_text("tlm apply", 2, 0), "  tlm apply\n");
    EXPECT_EQ(command_text("tlm 'a b c d e f g h i j k l'", 2, 12),
              "  tlm \\\n    'a b c d e f g h i j k l'\n");
}

TEST(CommandText, IsOneCommandForTheShellWhateverTheWordsAre) {
    std::mt19937 random(19);
    for (int i = 0; i < 40; ++i) {
        std::string command = "printf '<%s>'";
        std::string meant;
        for (std::size_t k = random() % 6; k > 0; --k) {
            const std::string word = visible(test::hostile(random)) + (random() % 2 == 0 ? "'" : "");
            command += " " + shell_quoted_path(word);
            meant += std::string("<") + (word.starts_with("-") ? "./" : "") + word + ">";
        }
        const auto finished =
            test::run_process({"/bin/bash", "-c", command_text(command, 2, 20 + random() % 30)}, {}, "/");
        EXPECT_EQ(finished.out, meant.empty() ? "<>" : meant) << command;
    }
}

TEST(SentenceWithCommand, ThatDoesNotFitOnALine_HasTheCommandBelow) {
    EXPECT_EQ(sentence_with_command("Apply this with:", "tlm apply plan.json", 80),
              "Apply this with: tlm apply plan.json\n");
    EXPECT_EQ(sentence_with_command("Apply this with:", "tlm apply plan.json", 30),
              "Apply this with:\n  tlm apply plan.json\n");
}

}  // namespace
}  // namespace tlm::cmd
