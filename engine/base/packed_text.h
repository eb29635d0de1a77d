#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tlm {

// A hash of two words for a Form. Every bit counts for the lowest ones, which tables go by: not all versions
// of UUIDs are random all over, and times differ in few digits.
[[nodiscard]] inline std::size_t mixed_hash(std::uint64_t first, std::uint64_t second) noexcept {
    std::uint64_t mixed = first * 0x9e3779b97f4a7c15ULL ^ second * 0xc2b2ae3d27d4eb4fULL;
    mixed = (mixed ^ mixed >> 32U) * 0x9e3779b97f4a7c15ULL;
    return static_cast<std::size_t>(mixed ^ mixed >> 32U);
}

// A text, any at all, that takes little memory where it is of one form, as nearly all of its kind are. It is
// equal, ordered and hashed as the text is. Immutable; copies of what is not of the form share it.
//
// Form has a type Packed with ==, of at most two words, and
//   static std::optional<Packed> pack(std::string_view);       nothing where the text is of another form
//   static std::string text(const Packed&);                    that was packed
//   static std::optional<std::strong_ordering> order(const Packed&, const Packed&);
//                                                              of the texts; nothing where only they tell
//   static std::size_t hash(const Packed&) noexcept;           by mixed_hash
template <typename Form>
class PackedText {
  public:
    PackedText() = default;  // empty
    // Strings become one in braces alone, and are compared with none by mistake: a name is no id.
    PackedText(std::string_view text) : held_(held(text)) {}  // NOLINT(google-explicit-constructor)
    friend bool operator==(const PackedText&, std::string_view) = delete;

    [[nodiscard]] std::string text() const {
        if (const Packed* packed = std::get_if<Packed>(&held_)) return Form::text(*packed);
        return std::string(other());
    }
    [[nodiscard]] bool empty() const { return !std::holds_alternative<Packed>(held_) && other().empty(); }
    [[nodiscard]] std::size_t hash() const noexcept {
        if (const Packed* packed = std::get_if<Packed>(&held_)) return Form::hash(*packed);
        return std::hash<std::string_view>()(other());
    }

    friend bool operator==(const PackedText& left, const PackedText& right) {
        // A text is always held in the same way.
        if (left.held_.index() != right.held_.index()) return false;
        if (const Packed* packed = std::get_if<Packed>(&left.held_))
            return *packed == std::get<Packed>(right.held_);
        return left.other() == right.other();
    }
    friend std::strong_ordering operator<=>(const PackedText& left, const PackedText& right) {
        const Packed* packed = std::get_if<Packed>(&left.held_);
        const Packed* against = std::get_if<Packed>(&right.held_);
        if (packed != nullptr && against != nullptr) {
            if (const auto order = Form::order(*packed, *against)) return *order;
        }
        if (packed == nullptr && against == nullptr) return left.other() <=> right.other();
        return left.text() <=> right.text();
    }

  private:
    using Packed = typename Form::Packed;
    using Other = std::shared_ptr<const std::string>;  // null: empty
    using Held = std::variant<Other, Packed>;

    [[nodiscard]] static Held held(std::string_view text) {
        if (text.empty()) return Other();
        if (auto packed = Form::pack(text)) return *packed;
        return std::make_shared<const std::string>(text);
    }
    // Where it is not of the form.
    [[nodiscard]] std::string_view other() const noexcept {
        const Other& text = std::get<Other>(held_);
        return text == nullptr ? std::string_view() : *text;
    }

    Held held_;
};

}  // namespace tlm

template <typename Form>
struct std::hash<tlm::PackedText<Form>> {
    std::size_t operator()(const tlm::PackedText<Form>& text) const noexcept { return text.hash(); }
};
