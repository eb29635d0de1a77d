#pragma once

#include <string>
#include <string_view>

namespace tlm {

// Appends the text as a JSON string, byte by byte as RapidJSON writes it, and several times as fast: a quote,
// a backslash and control characters are escaped, all else stands as it is.
void append_json_string(std::string& out, std::string_view text);

}  // namespace tlm
