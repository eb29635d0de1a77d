#pragma once

#include <string>
#include <utility>

namespace tlm::cmd {

// A text that must not be shown: it has no way into a formatter or a stream, and is taken out by name only.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}
    [[nodiscard]] const std::string& reveal() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }

  private:
    std::string text_;
};

}  // namespace tlm::cmd
