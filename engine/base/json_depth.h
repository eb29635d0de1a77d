#pragma once

#include <cstddef>
#include <cstdint>

namespace tlm {

// The most objects and lists within each other, in any JSON that is read. What tlm reads nests five deep; and
// whatever walks a value afterwards may do so recursively.
inline constexpr std::size_t kMostJsonDepth = 64;

// Passes what a RapidJSON reader finds on to a handler, and ends the parsing where it nests too deep. The
// handler must outlive it.
template <typename Handler>
class JsonDepthLimit {
  public:
    explicit JsonDepthLimit(Handler& handler) : handler_(handler) {}

    bool Null() { return handler_.Null(); }
    bool Bool(bool b) { return handler_.Bool(b); }
    bool Int(int i) { return handler_.Int(i); }
    bool Uint(unsigned i) { return handler_.Uint(i); }
    bool Int64(std::int64_t i) { return handler_.Int64(i); }
    bool Uint64(std::uint64_t i) { return handler_.Uint64(i); }
    bool Double(double d) { return handler_.Double(d); }
    bool RawNumber(const char* text, unsigned size, bool copy) {
        return handler_.RawNumber(text, size, copy);
    }
    bool String(const char* text, unsigned size, bool copy) { return handler_.String(text, size, copy); }
    bool Key(const char* text, unsigned size, bool copy) { return handler_.Key(text, size, copy); }
    bool StartObject() { return ++depth_ <= kMostJsonDepth && handler_.StartObject(); }
    bool StartArray() { return ++depth_ <= kMostJsonDepth && handler_.StartArray(); }
    bool EndObject(unsigned members) {
        --depth_;
        return handler_.EndObject(members);
    }
    bool EndArray(unsigned elements) {
        --depth_;
        return handler_.EndArray(elements);
    }

  private:
    Handler& handler_;
    std::size_t depth_ = 0;
};

// Reads a stream into a RapidJSON document, as its Parse() does but for the limit. False where it is no JSON
// or nests too deep; the document is null then.
template <unsigned kFlags, typename Document, typename Reader, typename Stream>
[[nodiscard]] bool parse_json(Document& document, Reader& reader, Stream& stream) {
    bool read = false;
    const auto generate = [&](Document& handler) {
        JsonDepthLimit<Document> limited(handler);
        read = !reader.template Parse<kFlags>(stream, limited).IsError();
        return read;
    };
    document.Populate(generate);
    return read;
}

}  // namespace tlm
