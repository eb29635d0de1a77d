#pragma once

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <concepts>
#include <string>
#include <string_view>

#include "engine/base/text.h"

namespace tlm::cmd {

using JsonWriter = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

// What a verb says with --format json: all that `write` writes, by two spaces, with a newline at the end, and
// with what a terminal would obey escaped.
template <std::invocable<JsonWriter&> Write>
[[nodiscard]] std::string json_document(const Write& write) {
    rapidjson::StringBuffer buffer;
    JsonWriter writer(buffer);
    writer.SetIndent(' ', 2);
    write(writer);
    return visible_json({buffer.GetString(), buffer.GetSize()}) + "\n";
}

inline void text_member(JsonWriter& writer, const char* name, std::string_view text) {
    writer.Key(name);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

template <std::integral Number>
void number_member(JsonWriter& writer, const char* name, Number number) {
    writer.Key(name);
    if constexpr (std::signed_integral<Number>) {
        writer.Int64(number);
    } else {
        writer.Uint64(number);
    }
}

}  // namespace tlm::cmd
