#include "providers/agamemnon/list_reader.h"

#include <fmt/format.h>

#include <iterator>

#include "engine/base/sha256.h"

namespace tlm::agamemnon {
namespace {

constexpr std::size_t kMostItems = 2'000'000;  // more is a broken server, not a fleet
constexpr std::size_t kMostPages = 50'000;     // the same
constexpr std::size_t kMostWaiting = 64;       // pages asked for at a time

}  // namespace

std::vector<std::size_t> ListReader::next_pages() {
    std::vector<std::size_t> offsets;
    // Until the first page has come, nobody knows how many there are, nor how large the server makes them.
    if (begun_ && page_size_ == 0) return offsets;
    while (more() && waiting_ < kMostWaiting) {
        offsets.push_back(next_offset_);
        ++waiting_;
        if (!begun_) {
            begun_ = true;
            break;
        }
        next_offset_ += page_size_ - overlap_;
        // Without a total the end shows only when it comes.
        if (!total_) {
            end_ = 0;
            break;
        }
    }
    return offsets;
}

std::string ListReader::page_path(std::size_t offset) const {
    return fmt::format("{}?limit={}&offset={}", path_, kPageItems, offset);
}

Result<void> ListReader::take(std::size_t offset, Page page) {
    --waiting_;
    const std::size_t count = page.items.size();
    if (page_size_ == 0) {
        page_size_ = std::max<std::size_t>(1, count);
        overlap_ = page_size_ > 1 ? 1 : 0;
        next_offset_ = page_size_ - overlap_;
        total_ = page.total;
    } else if (page.total != total_) {
        total_moved_ = true;
    }
    if (total_.value_or(0) > kMostItems || items_.size() + count > kMostItems ||
        total_.value_or(0) / page_size_ > kMostPages) {
        return fail(ErrorCode::unreachable,
                    fmt::format("the server's answer can't be used: a list of {} items in pages of {}",
                                total_.value_or(items_.size() + count), page_size_));
    }
    if (count == 0 && offset == 0 && total_.value_or(0) > 0) {
        return fail(ErrorCode::unreachable,
                    fmt::format("the server's answer can't be used: an empty page of a list of {}", *total_));
    }
    const bool last = count < page_size_ || count == 0;
    end_ = total_ ? *total_ : next_offset_ + overlap_ + (last ? 0 : 1);
    // Once the total is known to be within bounds, there need be no moving about.
    if (total_ && items_.empty()) {
        items_.reserve(*total_);
        ids_.reserve(*total_);
    }
    if (count > 0) pages_[offset] = {page.items.front().id, page.items.back().id, std::move(page.sha256)};
    const std::size_t known = items_.size();
    for (LiveResource& item : page.items) {
        if (ids_.insert(item.id).second) items_.push_back(std::move(item));
    }
    if (!total_ && count > overlap_ && items_.size() == known) {
        // Nothing new came, as from a server that does not heed the offset: it would go on for ever.
        end_ = 0;
        total_moved_ = true;
    }
    return success();
}

std::string ListReader::version() const {
    std::string all;
    for (const auto& [offset, page] : pages_)
        all += page.sha256;
    return sha256_hex(all);
}

bool ListReader::consistent() const {
    if (total_moved_ || (total_ && items_.size() != *total_)) return false;
    if (overlap_ == 0 || pages_.empty()) return true;
    for (auto page = pages_.begin(), next = std::next(page); next != pages_.end(); ++page, ++next) {
        const bool adjacent = next->first == page->first + page_size_ - overlap_;
        if (!adjacent || page->second.last != next->second.first) return false;
    }
    return true;
}

}  // namespace tlm::agamemnon
