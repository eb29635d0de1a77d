#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "engine/base/result.h"
#include "engine/resource/resource.h"
#include "providers/agamemnon/http.h"
#include "providers/agamemnon/lists.h"

namespace tlm::agamemnon {

// One list as it is read: which pages are still to be asked for, and whether what came fits together. Pure,
// so that lists that shift can be tested without a server.
class ListReader {
  public:
    ListReader(Kind kind, std::string path) : kind_(kind), path_(std::move(path)) {}

    // The pages that can be asked for now, as paths. Each is given out once.
    [[nodiscard]] std::vector<std::string> next_pages();
    // Takes a page that came. Errors: unreachable, where the total is out of all proportion.
    [[nodiscard]] Result<void> take(Page page);
    // No page is missing any more.
    [[nodiscard]] bool complete() const { return begun_ && next_offset_ >= end_ && waiting_ == 0; }
    // The total was the same on every page, and that many distinct ids came.
    [[nodiscard]] bool consistent() const { return !shifted_ && (!total_ || items_.size() == *total_); }
    [[nodiscard]] std::vector<LiveResource> items() { return std::move(items_); }
    [[nodiscard]] Kind kind() const { return kind_; }

  private:
    Kind kind_;
    std::string path_;
    std::vector<LiveResource> items_;
    std::unordered_set<ResourceId> ids_;
    std::optional<std::size_t> total_;
    std::size_t page_size_ = 0;    // what the server really gives
    std::size_t next_offset_ = 0;  // of the next page to ask for
    std::size_t end_ = 1;          // where there is nothing more
    std::size_t waiting_ = 0;      // pages asked for that did not come yet
    bool begun_ = false;
    bool shifted_ = false;
};

}  // namespace tlm::agamemnon
