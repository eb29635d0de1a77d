#include "cmd/render/markdown_folds.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <regex>

#include "engine/base/text.h"
#include "tests/cmd/hostile.h"
#include "tests/support/sanitized.h"

namespace tlm::cmd {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kWhere = "`tlm drift` shows everything";
constexpr std::array<std::string_view, 3> kWhats = {"updates", "creates", "adoptions"};

Fold fold_of(const std::string& title, std::size_t lines, std::mt19937& random) {
    Fold fold;
    fold.title = title;
    fold.note = "some to create";
    for (std::size_t i = 0; i < lines; ++i) {
        const std::size_t what = random() % kWhats.size();
        const std::string name = fmt::format("{}/agent/{}{}", title, std::string(random() % 80, 'n'), i);
        fold.lines.push_back({kWhats[what], static_cast<int>(what), false, name, "+ create  " + name});
    }
    fold.body = [](std::size_t i, const Detail&) {
        std::vector<FoldPart> parts;
        for (std::size_t k = 0; k < i % 7; ++k)
            parts.push_back({"value", fmt::format("+      value {}\n", k), false});
        return parts;
    };
    return fold;
}

std::string all_of(const FoldsMarkdown& folds) {
    return folds.left_out + folds.text;
}

TEST(Folds, WhateverTheBudget_FitItAndCountEveryLineThatIsNotShown) {
    std::mt19937 random(8);
    for (int i = 0; i < (test::kSanitized ? 100 : 400); ++i) {
        std::vector<Fold> folds;
        std::size_t lines = 0;
        for (std::size_t k = 0; k < 1 + random() % 30; ++k) {
            folds.push_back(fold_of(visible(test::hostile(random)), random() % 300, random));
            lines += folds.back().lines.size();
        }
        const std::size_t budget = kLeastFoldBudget + kWhere.size() + random() % 40'000;
        const std::string text = all_of(folds_markdown(folds, budget, kWhere));
        ASSERT_LE(text.size(), budget);
        std::size_t counted = 0;
        for (std::size_t at = text.find("\n+ create  "); at != std::string::npos;
             at = text.find("\n+ create  ", at + 1))
            ++counted;
        const std::size_t sentence = text.find("**Left out");
        if (sentence != std::string::npos) {
            static const std::regex count(R"((\d+) (updates|creates|adoptions)\b)");
            const std::string left = text.substr(sentence, text.find("not shown", sentence) - sentence);
            for (std::sregex_iterator it(left.begin(), left.end(), count); it != std::sregex_iterator(); ++it)
                counted += std::stoul((*it)[1]);
        }
        ASSERT_EQ(counted, lines) << text;
    }
}

TEST(Folds, WhereEverythingFits_NothingIsSaidOfLeavingOut) {
    std::mt19937 random(9);
    const std::string text =
        all_of(folds_markdown({fold_of("a", 5, random), fold_of("b", 5, random)}, 20'000, kWhere));
    EXPECT_THAT(text, Not(HasSubstr("Left out")));
    EXPECT_THAT(text, HasSubstr("value 2"));
}

}  // namespace
}  // namespace tlm::cmd
