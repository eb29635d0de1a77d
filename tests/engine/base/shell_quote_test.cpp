#include "engine/base/shell_quote.h"

#include <gtest/gtest.h>

#include "engine/base/text.h"
#include "tests/cmd/hostile.h"
#include "tests/support/process.h"

namespace tlm {
namespace {

TEST(ShellQuotedPath, IsPlainWhereItCanBe) {
    EXPECT_EQ(shell_quoted_path("plans/plan-1.json"), "plans/plan-1.json");
    EXPECT_EQ(shell_quoted_path("my plan.json"), "'my plan.json'");
    EXPECT_EQ(shell_quoted_path("it's"), "'it'\\''s'");
    EXPECT_EQ(shell_quoted_path("-rf"), "./-rf");
    EXPECT_EQ(shell_quoted_path("~/x"), "'~/x'");
    EXPECT_EQ(shell_quoted_path(""), "''");
}

TEST(ShellQuoted, IsQuotedWhereAShellWouldActOnIt) {
    EXPECT_EQ(shell_quoted("x; rm -rf ~"), "'x; rm -rf ~'");
    EXPECT_EQ(shell_quoted("$(id)"), "'$(id)'");
    EXPECT_EQ(shell_quoted("`id`"), "'`id`'");
    EXPECT_EQ(shell_quoted("=ls"), "'=ls'");
    EXPECT_EQ(shell_quoted("a\u2800b"), "$'a\\342\\240\\200b'");
    EXPECT_EQ(shell_quoted("-x"), "-x");
}

TEST(ShellArguments, AreNoOptions) {
    EXPECT_EQ(shell_arguments({"a/agent/b", "it's"}), "a/agent/b 'it'\\''s'");
    EXPECT_EQ(shell_arguments({"a", "-x/agent/b"}), "-- a -x/agent/b");
    EXPECT_EQ(shell_option("--exclude", "a b"), "--exclude 'a b'");
    EXPECT_EQ(shell_option("--exclude", "--yes"), "--exclude=--yes");
}

TEST(ShellQuotedPath, WhateverItIs_TheShellHasItBackAsOneWord) {
    std::mt19937 random(5);
    for (int i = 0; i < 60; ++i) {
        std::string path = test::hostile(random);
        std::erase(path, '\0');  // no path holds one
        const std::string quoted = shell_quoted_path(path);
        EXPECT_EQ(visible(quoted), quoted);
        const auto finished = test::run_process({"/bin/bash", "-c", "printf '<%s>' " + quoted}, {}, "/");
        const std::string word = (path.starts_with("-") ? "./" : "") + path;
        ASSERT_EQ(finished.out, "<" + word + ">") << quoted;
    }
}

}  // namespace
}  // namespace tlm
