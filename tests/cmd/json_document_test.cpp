#include "cmd/render/json_document.h"

#include <gtest/gtest.h>

namespace tlm::cmd {
namespace {

TEST(JsonDocument, MembersAndElements_AreWrittenInTheirOrderByTwoSpaces) {
    JsonDocument json;
    json.begin_object();
    json.text("name", "a \"b\"");
    json.number("least", std::int64_t{-1});
    json.number("most", ~std::uint64_t{0});
    json.flag("there", true);
    json.json("value", "[1,2]");
    json.begin_array("names");
    json.text("a");
    json.text("b");
    json.end_array();
    json.begin_object("none");
    json.end_object();
    json.end_object();
    EXPECT_EQ(json.finish(), R"({
  "name": "a \"b\"",
  "least": -1,
  "most": 18446744073709551615,
  "there": true,
  "value": [1,2],
  "names": [
    "a",
    "b"
  ],
  "none": {}
}
)");
}

TEST(JsonDocument, OnOneLine_HasNoSpaces) {
    JsonDocument json(JsonDocument::Form::one_line);
    json.begin_object();
    json.texts("names", {"a", "b"});
    json.value("value", Value("c"));
    json.value("none", std::nullopt);
    json.end_object();
    EXPECT_EQ(json.finish(), "{\"names\":[\"a\",\"b\"],\"value\":\"c\",\"none\":null}\n");
}

TEST(JsonDocument, WhatATerminalWouldObeyOrIsNoUtf8_IsEscaped) {
    JsonDocument json;
    json.begin_array();
    json.text("\x1b[31m");
    json.text("\u202e");
    json.text("plan-\xff.json");
    json.end_array();
    EXPECT_EQ(json.finish(), R"([
  "\u001B[31m",
  "\u202e",
  "plan-\\xff.json"
]
)");
}

}  // namespace
}  // namespace tlm::cmd
