#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <string_view>

#include "engine/base/text.h"
#include "engine/workflow/document.h"
#include "engine/workflow/line_cursor.h"
#include "engine/workflow/tree_builder.h"

namespace tlm {
namespace {

using Size = rapidjson::SizeType;

// Turns the parser's events into the tree. An event comes when its token has been read, so where the token
// began is found by looking back from where the stream stands.
class JsonHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, JsonHandler> {
  public:
    JsonHandler(std::string_view text, const rapidjson::MemoryStream& stream, TreeBuilder& builder)
        : text_(text), stream_(stream), cursor_(text), builder_(builder) {}

    bool Null() { return plain("null", ScalarType::null); }
    bool Bool(bool value) { return plain(value ? "true" : "false", ScalarType::boolean); }
    bool RawNumber(const char* text, Size length, bool) {
        const std::string_view number(text, length);
        const bool whole = number.find_first_of(".eE") == std::string_view::npos;
        return plain(number, whole ? ScalarType::integer : ScalarType::number);
    }
    bool String(const char* text, Size length, bool) {
        const Mark mark = at(string_begin());
        // The parser checks bytes, but takes the second half of a pair by itself as an escape.
        if (!valid_utf8({text, length})) return builder_.fail(mark, "not JSON: half of a surrogate pair");
        return builder_.scalar(std::string(text, length), ScalarType::string, mark);
    }
    bool Key(const char* text, Size length, bool copy) { return String(text, length, copy); }
    // The iterative parser tells of a bracket before it takes it.
    bool StartObject() { return builder_.begin(NodeType::mapping, at(stream_.Tell())); }
    bool StartArray() { return builder_.begin(NodeType::sequence, at(stream_.Tell())); }
    bool EndObject(Size) { return builder_.end(); }
    bool EndArray(Size) { return builder_.end(); }

    Mark at(std::size_t offset) { return cursor_.at_byte(offset); }

  private:
    bool plain(std::string_view text, ScalarType type) {
        return builder_.scalar(std::string(text), type, at(stream_.Tell() - text.size()));
    }

    // The opening quote: the last one before the closing quote that no odd number of backslashes precedes.
    std::size_t string_begin() const {
        std::size_t at = stream_.Tell() - 1;
        while (at > 0) {
            --at;
            if (text_[at] != '"') continue;
            std::size_t slashes = 0;
            while (slashes < at && text_[at - 1 - slashes] == '\\')
                ++slashes;
            if (slashes % 2 == 0) break;
        }
        return at;
    }

    std::string_view text_;
    const rapidjson::MemoryStream& stream_;
    LineCursor cursor_;
    TreeBuilder& builder_;
};

}  // namespace

Document read_json(std::string_view text, std::size_t file, Diagnostics& diagnostics) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    rapidjson::MemoryStream stream(text.data(), text.size());
    TreeBuilder builder(file, diagnostics);
    JsonHandler handler(text, stream, builder);
    rapidjson::Reader reader;
    constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                                rapidjson::kParseNumbersAsStringsFlag;
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
