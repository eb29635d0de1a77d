#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace tlm::cmd {

// One kind of row: what the filter offers, what a tile counts.
struct RowKind {
    std::string_view css;
    std::string_view sign;
    std::string_view word;
    std::string_view of_count;  // "to create"
    std::size_t count = 0;
};

// Appends a tile for each kind that occurs.
void put_tiles(std::string& out, std::span<const RowKind> kinds);

// Appends the filter: by text, and by kind where there are several. `noun` is what the rows are, in the
// plural.
void put_filter(std::string& out, std::span<const RowKind> kinds, std::string_view noun);

// Writes rows into groups, and each group into tables of a bounded length, of which the browser lays out only
// those in sight: a table of 100,000 rows it would lay out as a whole.
class Rows {
  public:
    // `columns` are the titles of the second and third column; the first one is the kind.
    Rows(std::string& out, std::string_view second, std::string_view third)
        : out_(out), second_(second), third_(third) {}
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    void group(std::string_view title, std::size_t rows);
    // A row, open for what goes into its third column. `address` is not escaped yet.
    void begin_row(const RowKind& kind, std::string_view address);
    void end_row() { out_ += "</td></tr>\n"; }
    void end();

  private:
    void end_block();

    std::string& out_;
    std::string_view second_;
    std::string_view third_;
    bool in_group_ = false;
    std::size_t in_block_ = 0;
    std::size_t left_ = 0;  // rows of the group that are still to come
};

}  // namespace tlm::cmd
