#include "engine/workflow/line_cursor.h"

namespace tlm {

void LineCursor::step() {
    const char c = text_[byte_++];
    while (byte_ < text_.size() && (static_cast<unsigned char>(text_[byte_]) & 0xC0U) == 0x80U)
        ++byte_;
    ++index_;
    const bool half = c == '\r' && byte_ < text_.size() && text_[byte_] == '\n';
    if ((c == '\n' || c == '\r') && !half) {
        ++mark_.line;
        mark_.column = 1;
    } else {
        ++mark_.column;
    }
}

Mark LineCursor::at_byte(std::size_t offset) {
    while (byte_ < offset && byte_ < text_.size())
        step();
    return mark_;
}

Mark LineCursor::at_code_point(std::size_t index) {
    while (index_ < index && byte_ < text_.size())
        step();
    return mark_;
}

std::size_t LineCursor::byte_of(std::size_t line, std::size_t column) {
    while (byte_ < text_.size() && mark_.line < line)
        step();
    while (byte_ < text_.size() && mark_.line == line && mark_.column < column) {
        if (text_[byte_] == '\n' || text_[byte_] == '\r') break;
        step();
    }
    return byte_;
}

}  // namespace tlm
