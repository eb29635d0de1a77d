#include "cmd/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>

namespace tlm::cmd {
namespace {

int descriptor(Stream stream) {
    switch (stream) {
        case Stream::in:
            return STDIN_FILENO;
        case Stream::out:
            return STDOUT_FILENO;
        case Stream::err:
            break;
    }
    return STDERR_FILENO;
}

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

std::size_t extent(const char* name, unsigned short winsize::*member, std::size_t usual) {
    std::size_t extent = 0;
    const std::string_view text = variable(name);
    std::from_chars(text.data(), text.data() + text.size(), extent);
    winsize size = {};
    if (extent == 0 && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0) extent = size.*member;
    return extent == 0 ? usual : extent;
}

}  // namespace

bool is_terminal(Stream stream) {
    return isatty(descriptor(stream)) == 1;
}

std::size_t terminal_width() {
    constexpr std::size_t kUsual = 80;
    constexpr std::size_t kNarrowest = 20;
    const std::size_t width = extent("COLUMNS", &winsize::ws_col, kUsual);
    return width < kNarrowest ? kNarrowest : width;
}

std::size_t width_of(Stream stream) {
    return is_terminal(stream) ? terminal_width() : 0;
}

std::size_t terminal_height() {
    constexpr std::size_t kUsual = 24;
    return extent("LINES", &winsize::ws_row, kUsual);
}

bool can_redraw(Stream stream) {
    return is_terminal(stream) && variable("TERM") != "dumb";
}

Style Style::automatic(Color color, Stream stream) {
    if (color != Color::automatic) return Style(color == Color::always);
    return Style(variable("NO_COLOR").empty() && variable("TERM") != "dumb" && is_terminal(stream));
}

std::string Style::wrap(std::string_view code, std::string_view text) const {
    if (!coloured_) return std::string(text);
    return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
}

}  // namespace tlm::cmd
