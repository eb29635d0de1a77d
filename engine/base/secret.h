#pragma once

#include <string.h>

#include <string>
#include <utility>

namespace tlm {

// A text that must not be shown: it has no way into a formatter or a stream, and is taken out by name only.
// Its memory is overwritten before it is given back.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}
    // Copied instead of moved: a short text lies in the string itself, where moving would leave it.
    Secret(const Secret&) = default;
    Secret& operator=(const Secret& other) {
        if (this == &other) return *this;
        wipe();
        text_ = other.text_;
        return *this;
    }
    ~Secret() { wipe(); }

    [[nodiscard]] const std::string& reveal() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }

  private:
    void wipe() {
        explicit_bzero(text_.data(), text_.size());
        text_.clear();
    }

    std::string text_;
};

}  // namespace tlm
