#pragma once

#include <tsl/robin_set.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/resource/resource.h"
#include "providers/agamemnon/lists.h"

namespace tlm::agamemnon {

inline constexpr std::size_t kPageItems = 1000;  // the most that the server gives

// One list as it is read: which pages are still to be asked for, and whether what came fits together. Pure,
// so that lists that shift can be tested without a server.
//
// The server orders a list by id and cuts it at every request, so an item that somebody adds or removes
// between two requests shifts the later pages. A page therefore begins with the last item of the one before
// it: where it does not, something may have been missed.
class ListReader {
  public:
    ListReader(Kind kind, std::string path) : kind_(kind), path_(std::move(path)) {}

    // The offsets of the pages that can be asked for now. Each is given out once.
    [[nodiscard]] std::vector<std::size_t> next_pages();
    // The path of a page, with its query.
    [[nodiscard]] std::string page_path(std::size_t offset) const;
    // Takes the page at that offset. Errors: unreachable, where the total is out of all proportion.
    [[nodiscard]] Result<void> take(std::size_t offset, Page page);
    // No page is missing any more.
    [[nodiscard]] bool complete() const { return begun_ && waiting_ == 0 && !more(); }
    // Nothing was missed: the total stayed the same, that many distinct ids came, and the pages fit together.
    [[nodiscard]] bool consistent() const;
    // Of what the server sent, byte by byte: another one where anything has changed.
    [[nodiscard]] std::string version() const;
    [[nodiscard]] std::vector<LiveResource> items() { return std::move(items_); }
    [[nodiscard]] Kind kind() const { return kind_; }

  private:
    struct Ends {
        ResourceId first;
        ResourceId last;
        std::string sha256;  // of the body
    };

    [[nodiscard]] bool more() const { return next_offset_ + overlap_ < end_; }

    Kind kind_;
    std::string path_;
    std::vector<LiveResource> items_;
    tsl::robin_set<ResourceId, std::hash<ResourceId>, std::equal_to<>, std::allocator<ResourceId>, true> ids_;
    std::map<std::size_t, Ends> pages_;  // those that hold something, by offset
    std::optional<std::size_t> total_;
    std::size_t page_size_ = 0;    // what the server really gives
    std::size_t overlap_ = 0;      // items that a page has in common with the one before it
    std::size_t next_offset_ = 0;  // of the next page to ask for
    std::size_t end_ = 1;          // where there is nothing more
    std::size_t waiting_ = 0;      // pages asked for that did not come yet
    bool begun_ = false;
    bool total_moved_ = false;
};

}  // namespace tlm::agamemnon
