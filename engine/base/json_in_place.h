#pragma once

#include <rapidjson/encodings.h>
#include <rapidjson/reader.h>
#include <rapidjson/stream.h>

#include <bit>
#include <cstddef>
#include <cstring>
#include <span>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tlm {

// JSON that RapidJSON's readers parse in place, as from its InsituStringStream, but with the plain stretches
// of strings taken sixteen bytes at a time. RapidJSON's own way to do so (RAPIDJSON_SSE2) lets some control
// characters pass. The text must outlive the stream, and its characters change. Made for
// kParseInsituFlag.
class InPlaceJson {
  public:
    using Ch = char;
    // UTF-8 that nobody checks on the way; its Transcoder, below, takes the stretches.
    struct Encoding : rapidjson::UTF8<> {};
    using Reader = rapidjson::GenericReader<Encoding, Encoding>;

    // Behind the text is a NUL, as behind every std::string.
    explicit InPlaceJson(std::span<char> text)
        : head_(text.data()), end_(head_ + text.size()), from_(head_), to_(head_) {}

    [[nodiscard]] Ch Peek() const { return *from_; }
    Ch Take() { return *from_++; }
    [[nodiscard]] std::size_t Tell() const { return static_cast<std::size_t>(from_ - head_); }

    Ch* PutBegin() { return to_ = from_; }
    void Put(Ch c) { *to_++ = c; }
    [[nodiscard]] std::size_t PutEnd(const Ch* begin) const { return static_cast<std::size_t>(to_ - begin); }

    // Takes and puts what stands before the next quote, backslash or control character, but one byte at
    // least.
    void copy_plain() {
        const auto count = static_cast<std::size_t>(plain_end() - from_);
        // Nothing moves until the first escape of a string.
        if (to_ != from_) std::memmove(to_, from_, count);
        from_ += count;
        to_ += count;
    }

  private:
    // The next special character behind the first, which is none.
    [[nodiscard]] char* plain_end() const {
        char* at = from_ + 1;
#ifdef __SSE2__
        const __m128i quote = _mm_set1_epi8('"');
        const __m128i backslash = _mm_set1_epi8('\\');
        const __m128i last_control = _mm_set1_epi8(0x1F);
        for (; end_ - at >= std::ptrdiff_t{sizeof(__m128i)}; at += sizeof(__m128i)) {
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
            const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control);
            const __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
            const auto special = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, ends)));
            if (special != 0) return at + std::countr_zero(special);
        }
#endif
        // The NUL at the end is a control character, too.
        while (*at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20)
            ++at;
        return at;
    }

    char* head_;
    char* end_;
    char* from_;
    char* to_;
};

}  // namespace tlm

namespace rapidjson {

// A reader may hold it in registers.
template <>
struct StreamTraits<tlm::InPlaceJson> {
    static constexpr int copyOptimization = 1;  // NOLINT(*-naming): RapidJSON's name
};

template <>
struct Transcoder<tlm::InPlaceJson::Encoding, tlm::InPlaceJson::Encoding> : Transcoder<UTF8<>, UTF8<>> {
    using Transcoder<UTF8<>, UTF8<>>::Transcode;
    static bool Transcode(tlm::InPlaceJson& from, tlm::InPlaceJson&) {
        from.copy_plain();
        return true;
    }
};

}  // namespace rapidjson
