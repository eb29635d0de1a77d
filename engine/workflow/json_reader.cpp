#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <span>
#include <string_view>

#include "engine/base/json_in_place.h"
#include "engine/base/text.h"
#include "engine/workflow/document.h"
#include "engine/workflow/line_cursor.h"
#include "engine/workflow/tree_builder.h"

namespace tlm {
namespace {

using Size = rapidjson::SizeType;

// Turns the parser's events into the tree. The parser decodes texts in place, so that where they are is where
// they stand in the file.
class JsonHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, JsonHandler> {
  public:
    // `text` is the file's, `stream` reads a copy of it that begins at `in_place`.
    JsonHandler(std::string_view text, const char* in_place, InPlaceJson& stream, TreeBuilder& builder)
        : text_(text), in_place_(in_place), stream_(stream), cursor_(text), builder_(builder) {}

    bool Null() { return word("null", ScalarType::null); }
    bool Bool(bool value) { return word(value ? "true" : "false", ScalarType::boolean); }
    bool RawNumber(const char* text, Size length, bool) {
        const std::string_view number(text, length);
        const bool whole = number.find_first_of(".eE") == std::string_view::npos;
        return builder_.scalar(number, whole ? ScalarType::integer : ScalarType::number, at(offset_of(text)));
    }
    bool String(const char* text, Size length, bool) {
        const std::size_t begin = offset_of(text) - 1;
        const Mark mark = at(begin);
        if (!valid_utf8({text, length})) return builder_.fail(mark, why_invalid(begin));
        return builder_.scalar({text, length}, ScalarType::string, mark);
    }
    bool Key(const char* text, Size length, bool copy) { return String(text, length, copy); }
    // The iterative parser tells of a bracket before it takes it.
    bool StartObject() { return builder_.begin(NodeType::mapping, at(stream_.Tell())); }
    bool StartArray() { return builder_.begin(NodeType::sequence, at(stream_.Tell())); }
    bool EndObject(Size) { return builder_.end(); }
    bool EndArray(Size) { return builder_.end(); }

    Mark at(std::size_t offset) { return cursor_.at_byte(offset); }

  private:
    [[nodiscard]] std::size_t offset_of(const char* text) const {
        return static_cast<std::size_t>(text - in_place_);
    }

    // Comes when it has been read.
    bool word(std::string_view text, ScalarType type) {
        return builder_.scalar(text, type, at(stream_.Tell() - text.size()));
    }

    // The parser checks no bytes, and takes the second half of a pair by itself as an escape.
    [[nodiscard]] std::string why_invalid(std::size_t quote) const {
        std::size_t end = quote + 1;
        while (end < text_.size() && text_[end] != '"')
            end += text_[end] == '\\' ? 2 : 1;
        return valid_utf8(text_.substr(quote, end - quote)) ? "not JSON: half of a surrogate pair"
                                                            : "not JSON: Invalid encoding in string.";
    }

    std::string_view text_;
    const char* in_place_;
    InPlaceJson& stream_;
    LineCursor cursor_;
    TreeBuilder& builder_;
};

}  // namespace

Document read_json(std::string_view text, std::size_t file, Diagnostics& diagnostics) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    TreeBuilder builder(file, text.size(), diagnostics);
    const std::span<char> in_place = builder.keep(text);
    InPlaceJson stream(in_place);
    JsonHandler handler(text, in_place.data(), stream, builder);
    InPlaceJson::Reader reader;
    constexpr unsigned kFlags =
        rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    const auto result = reader.Parse<kFlags>(stream, handler);
    if (result.Code() == rapidjson::kParseErrorTermination) return builder.take();  // after a fault
    if (result.IsError()) {
        builder.fail(handler.at(result.Offset()),
                     fmt::format("not JSON: {}", rapidjson::GetParseError_En(result.Code())));
    } else if (stream.Tell() < text.size()) {
        // The parser takes a NUL byte for the end.
        builder.fail(handler.at(stream.Tell()), "not JSON: there is more behind its end");
    }
    return builder.take();
}

}  // namespace tlm
