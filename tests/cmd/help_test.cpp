#include "cmd/help.h"

#include <gtest/gtest.h>

#include "cmd/option_table.h"
#include "engine/base/text.h"
#include "tests/support/golden.h"

namespace tlm::cmd {
namespace {

TEST(Help, IsAsReviewed) {
    test::expect_golden("help.txt", help_text(""));
    for (const VerbInfo& verb : verb_table()) {
        test::expect_golden("help-" + std::string(verb.name) + ".txt", help_text(std::string(verb.name)));
    }
}

TEST(Help, FitsEightyColumnsAndHasExamples) {
    for (const VerbInfo& verb : verb_table()) {
        const std::string text = help_text(std::string(verb.name));
        EXPECT_NE(text.find("Examples:\n  tlm "), std::string::npos) << verb.name;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = text.find('\n', at);
            EXPECT_LE(code_points(text.substr(at, end - at)), 80U) << text.substr(at, end - at);
            at = end + 1;
        }
    }
}

}  // namespace
}  // namespace tlm::cmd
