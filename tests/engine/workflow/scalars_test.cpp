#include "engine/workflow/scalars.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

namespace tlm {
namespace {

// Each as PyYAML 6 resolves it.
TEST(ScalarType_PlainTexts, AreWhatPyYamlTakesThemFor) {
    const std::vector<std::pair<ScalarType, std::vector<const char*>>> table = {
        {ScalarType::null, {"", "~", "null", "Null", "NULL"}},
        {ScalarType::boolean, {"yes", "No", "TRUE", "false", "On", "OFF"}},
        {ScalarType::integer,
         {"0", "-7", "+7", "1_000", "0b101", "0x1F", "017", "0_", "1:30", "-1:59:59",
          "99999999999999999999"}},
        {ScalarType::number,
         {"1.0", "-1.", "1_0.5", ".5", "1.5e+3", "1:30.5", ".inf", "-.INF", "+.Inf", ".nan", ".NaN"}},
        {ScalarType::date,
         {"2026-01-31", "2026-1-2 3:04:05", "2026-01-31T03:04:05Z", "2026-01-31t3:04:05.678 -1:30"}},
        {ScalarType::merge, {"<<"}},
        {ScalarType::string,
         {"y",
          "nO",
          "nULL",
          "tRUE",
          "08",
          "1e3",
          "1.5e3",
          "0o17",
          "0x",
          "0x-5",
          "0b2",
          "--1",
          "1:60",
          "0:30",
          "01:30",
          "+.5",
          "-.nan",
          "inf",
          "1.2.3",
          "4g",
          "1__x",
          "2026-1-2",
          "2026-01-3",
          "2026-01-31 3 tests",
          "2026-01-31T3",
          "2026-01-31 03:04:05 PM",
          "<<<",
          "=",
          "-",
          ".",
          "+"}},
    };
    for (const auto& [type, texts] : table) {
        for (const char* text : texts)
            EXPECT_EQ(scalar_type(text), type) << text;
    }
}

TEST(ParseInteger_FormsOfBothYamlVersions, AreRead) {
    const std::vector<std::pair<const char*, std::int64_t>> table = {
        {"8", 8},
        {"-8", -8},
        {"+8", 8},
        {"0x1f", 31},
        {"0b11", 3},
        {"017", 15},
        {"0o17", 15},
        {"1_0", 10},
        {"1:30", 90},
        {"-1:30", -90},
        {"1:00:01", 3601},
        {"0", 0},
        {"9223372036854775807", std::numeric_limits<std::int64_t>::max()}};
    for (const auto& [text, value] : table)
        EXPECT_EQ(parse_integer(text), value) << text;
    for (const char* text : {"", "-", "x", "1.0", "0x", "0x_", "0x-5", "--5", "1:60", "9223372036854775808",
                             "9999999999999999999:59", "1 "}) {
        EXPECT_EQ(parse_integer(text), std::nullopt) << text;
    }
}

TEST(ParseNumber_FiniteNumbers, AreReadAndNothingElse) {
    const std::vector<std::pair<const char*, double>> table = {
        {"90", 90},      {"1.5", 1.5}, {"-1.5", -1.5},  {"+.5", .5},      {"1e3", 1000},
        {"1.5E-1", .15}, {"08", 8},    {"1_0.5", 10.5}, {"1:30.5", 90.5}, {"99999999999999999999", 1e20}};
    for (const auto& [text, value] : table) {
        ASSERT_TRUE(parse_number(text)) << text;
        EXPECT_DOUBLE_EQ(*parse_number(text), value) << text;
    }
    for (const char* text :
         {"", ".", "-", ".inf", ".nan", "inf", "nan", "1e999", "--1", "+-1", "1.2.3", "0x1p3"}) {
        EXPECT_EQ(parse_number(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace tlm
