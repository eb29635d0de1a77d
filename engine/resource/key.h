#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace tlm {

// The idempotency key of an agent or team: tlm-<16 hex>-<name>, which is its live name on the target. The hex
// digits are the first sixteen of SHA-256 over `workflow|resource` in UTF-8; the name has every character
// outside A-Z a-z 0-9 _ . - replaced by `-` and is cut at 40 characters (code points). The format is that of
// the fleets that the Python program made, so that they are recognised.
class Key {
  public:
    [[nodiscard]] static Key derive(std::string_view workflow, std::string_view resource);
    // Recognises a live name that has the form of a key. Says nothing of whose it is.
    [[nodiscard]] static std::optional<Key> recognise(std::string_view live_name);

    // Whether recognise would.
    [[nodiscard]] static bool is_key(std::string_view live_name);

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::string_view suffix() const;

    // Whether the key alone proves that `workflow` owns it: where the resource's name was at most 40 safe
    // characters, the suffix is that name, and hashing it again must give the key. False means "can't be
    // proved".
    [[nodiscard]] bool proves_owner(std::string_view workflow) const;
    friend auto operator<=>(const Key&, const Key&) = default;

  private:
    explicit Key(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace tlm
