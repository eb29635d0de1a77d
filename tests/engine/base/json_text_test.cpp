#include "engine/base/json_text.h"

#include <gtest/gtest.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace tlm {
namespace {

std::string by_rapidjson(const std::string& text) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer>(buffer).String(text);
    return buffer.GetString();
}

// Digests and stored fingerprints are over these bytes.
TEST(JsonString, IsWrittenAsRapidJsonWritesIt_WhateverItHolds) {
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string text = {'a', static_cast<char>(first), static_cast<char>(second)};
            std::string ours = "before ";
            append_json_string(ours, text);
            ASSERT_EQ(ours, "before " + by_rapidjson(text)) << first << " " << second;
        }
    }
    std::string empty;
    append_json_string(empty, "");
    EXPECT_EQ(empty, "\"\"");
}

}  // namespace
}  // namespace tlm
