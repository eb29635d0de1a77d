#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <string_view>

#include "engine/workflow/document.h"
#include "engine/workflow/tree_builder.h"

namespace tlm {
namespace {

using Size = rapidjson::SizeType;

// Line and column of offsets that only grow.
class Cursor {
  public:
    Cursor(std::string_view text, std::size_t file) : text_(text), position_{file, 1, 1} {}
    Position at(std::size_t offset) {
        for (; offset_ < offset && offset_ < text_.size(); ++offset_) {
            const auto byte = static_cast<unsigned char>(text_[offset_]);
            if (byte == '\n') {
                ++position_.line;
                position_.column = 1;
            } else if ((byte & 0xC0U) != 0x80U) {
                ++position_.column;
            }
        }
        return position_;
    }

  private:
    std::string_view text_;
    std::size_t offset_ = 0;
    Position position_;
};

// Turns the parser's events into the tree. An event comes when its token has been read, so where the token
// began is found by looking back from where the stream stands.
class JsonHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, JsonHandler> {
  public:
    JsonHandler(std::string_view text, const rapidjson::MemoryStream& stream, std::size_t file)
        : text_(text), stream_(stream), cursor_(text, file) {}

    bool Null() { return plain("null"); }
    bool Bool(bool value) { return plain(value ? "true" : "false"); }
    bool RawNumber(const char* text, Size length, bool) { return plain(std::string(text, length)); }
    bool String(const char* text, Size length, bool) {
        return builder_.scalar(std::string(text, length), false, cursor_.at(string_begin()));
    }
    bool Key(const char* text, Size length, bool copy) {
        // `<<` is a merge key in YAML only.
        if (std::string_view(text, length) == "<<") {
            return builder_.fail(cursor_.at(string_begin()), "unknown member `<<`");
        }
        return String(text, length, copy);
    }
    // The iterative parser tells of a bracket before it takes it.
    bool StartObject() { return builder_.begin(NodeType::mapping, cursor_.at(stream_.Tell())); }
    bool StartArray() { return builder_.begin(NodeType::sequence, cursor_.at(stream_.Tell())); }
    bool EndObject(Size) { return builder_.end(); }
    bool EndArray(Size) { return builder_.end(); }

    TreeBuilder& builder() { return builder_; }
    Position at(std::size_t offset) { return cursor_.at(offset); }

  private:
    bool plain(std::string text) {
        const std::size_t begin = stream_.Tell() - text.size();
        return builder_.scalar(std::move(text), true, cursor_.at(begin));
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
    Cursor cursor_;
    TreeBuilder builder_;
};

}  // namespace

DocumentResult read_json(const std::string& text, std::size_t file) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    std::string_view json = text;
    if (json.starts_with(kMark)) json.remove_prefix(kMark.size());
    rapidjson::MemoryStream stream(json.data(), json.size());
    JsonHandler handler(json, stream, file);
    rapidjson::Reader reader;
    constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                                rapidjson::kParseNumbersAsStringsFlag;
    const auto result = reader.Parse<kFlags>(stream, handler);
    if (result.IsError() && handler.builder().faults().empty()) {
        return {nullptr,
                {{handler.at(result.Offset()),
                  fmt::format("not JSON: {}", rapidjson::GetParseError_En(result.Code())), ""}}};
    }
    if (!handler.builder().faults().empty()) return {nullptr, handler.builder().faults()};
    return {handler.builder().root(), {}};
}

}  // namespace tlm
