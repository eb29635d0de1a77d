#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tlm::cmd {

enum class Stream { in, out, err };
enum class Color { automatic, always, never };

[[nodiscard]] bool is_terminal(Stream stream);
[[nodiscard]] inline bool stdin_is_terminal() {
    return is_terminal(Stream::in);
}

// Columns of the terminal: COLUMNS where it is set, else what the terminal says, else 80.
[[nodiscard]] std::size_t terminal_width();

// The same where the stream is one, else 0: then lines are as long as they are.
[[nodiscard]] std::size_t width_of(Stream stream);

// Lines of the terminal: LINES where it is set, else what the terminal says, else 24.
[[nodiscard]] std::size_t terminal_height();
// Whether what was written there can be written over: a terminal, and no dumb one.
[[nodiscard]] bool can_redraw(Stream stream);

// Colour, or none: then every function gives the text as it is. Meaning never hangs on colour alone.
class Style {
  public:
    Style() = default;
    explicit Style(bool coloured) : coloured_(coloured) {}
    // Colour on a terminal, unless NO_COLOR is set or TERM is dumb; `color` overrides.
    [[nodiscard]] static Style automatic(Color color, Stream stream);

    [[nodiscard]] std::string bold(std::string_view text) const { return wrap("1", text); }
    [[nodiscard]] std::string dim(std::string_view text) const { return wrap("2", text); }
    [[nodiscard]] std::string red(std::string_view text) const { return wrap("31", text); }
    [[nodiscard]] std::string green(std::string_view text) const { return wrap("32", text); }
    [[nodiscard]] std::string yellow(std::string_view text) const { return wrap("33", text); }

  private:
    [[nodiscard]] std::string wrap(std::string_view code, std::string_view text) const;
    bool coloured_ = false;
};

}  // namespace tlm::cmd
