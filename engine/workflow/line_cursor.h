#pragma once

#include <cstddef>
#include <string_view>

#include "engine/workflow/document.h"

namespace tlm {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Walks once through a text and knows line and column. What is asked for must only grow: an earlier place
// gives the present one. Lines end with \n, \r\n or \r, as editors see them.
class LineCursor {
  public:
    explicit LineCursor(std::string_view text);

    Mark at_byte(std::size_t offset);
    Mark at_code_point(std::size_t index);
    // The byte at which a place stands; the end of its line where that is shorter.
    std::size_t byte_of(std::size_t line, std::size_t column);
    [[nodiscard]] std::size_t byte() const { return byte_; }
    [[nodiscard]] std::size_t code_point() const { return index_; }

  private:
    void step();
    void skip_ascii(std::size_t count);
    void begin_line(std::size_t byte);
    void go_to(std::size_t byte);  // of a plain text

    std::string_view text_;
    bool plain_;  // ASCII with lines that end with \n alone, as nearly all are: each byte is a column
    std::size_t line_begin_ = 0;  // of a plain text
    std::size_t line_end_ = 0;    // the same: where its \n is
    std::size_t byte_ = 0;
    std::size_t index_ = 0;
    Mark mark_;
};

}  // namespace tlm
