#include "engine/workflow/line_cursor.h"

#include <algorithm>
#include <cstdint>

namespace tlm {

LineCursor::LineCursor(std::string_view text) : text_(text) {
    unsigned all = 0;
    for (const char c : text)
        all |= static_cast<unsigned char>(c);
    plain_ = (all & 0x80U) == 0 && text.find('\r') == std::string_view::npos;
    begin_line(0);
}

void LineCursor::begin_line(std::size_t byte) {
    if (!plain_) return;
    line_begin_ = byte;
    line_end_ = std::min(text_.find('\n', byte), text_.size());
}

void LineCursor::go_to(std::size_t byte) {
    byte_ = index_ = std::min(byte, text_.size());
    while (line_end_ < byte_) {
        ++mark_.line;
        begin_line(line_end_ + 1);
    }
    mark_.column = static_cast<std::uint32_t>(byte_ - line_begin_ + 1);
}

void LineCursor::step() {
    const char c = text_[byte_++];
    while (byte_ < text_.size() && (static_cast<unsigned char>(text_[byte_]) & 0xC0U) == 0x80U)
        ++byte_;
    ++index_;
    const bool half = c == '\r' && byte_ < text_.size() && text_[byte_] == '\n';
    if ((c == '\n' || c == '\r') && !half) {
        ++mark_.line;
        mark_.column = 1;
        begin_line(byte_);
    } else {
        ++mark_.column;
    }
}

// Most of what is passed over is ASCII, of which each byte is a column.
void LineCursor::skip_ascii(std::size_t count) {
    const std::string_view part = text_.substr(byte_, count);
    unsigned all = 0;
    std::uint32_t lines = 0;
    bool carriage_return = false;
    for (const char c : part) {
        all |= static_cast<unsigned char>(c);
        lines += c == '\n' ? 1 : 0;
        carriage_return |= c == '\r';
    }
    // A byte that continues a character belongs to the one before it.
    const std::size_t end = byte_ + part.size();
    const bool cut = end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80U;
    if ((all & 0x80U) != 0 || carriage_return || cut) return;
    byte_ = end;
    index_ += part.size();
    mark_.line += lines;
    if (lines > 0) mark_.column = 1;
    mark_.column += static_cast<std::uint32_t>(lines > 0 ? part.size() - part.rfind('\n') - 1 : part.size());
}

Mark LineCursor::at_byte(std::size_t offset) {
    if (offset <= byte_) return mark_;
    if (plain_) {
        go_to(offset);
        return mark_;
    }
    skip_ascii(offset - byte_);
    while (byte_ < offset && byte_ < text_.size())
        step();
    return mark_;
}

Mark LineCursor::at_code_point(std::size_t index) {
    if (index <= index_) return mark_;
    if (plain_) {
        go_to(index);
        return mark_;
    }
    skip_ascii(index - index_);
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
