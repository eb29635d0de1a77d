#include "providers/agamemnon/list_reader.h"

#include <fmt/format.h>

namespace tlm::agamemnon {
namespace {

constexpr std::size_t kPage = 1000;             // the most that the server gives
constexpr std::size_t kMostItems = 10'000'000;  // more is a broken server, not a fleet
constexpr std::size_t kMostPages = 100'000;     // the same, of a server whose pages are tiny

}  // namespace

std::vector<std::string> ListReader::next_pages() {
    std::vector<std::string> pages;
    // Until the first page has come, nobody knows how many there are, nor how large the server makes them.
    if (begun_ && page_size_ == 0) return pages;
    while (next_offset_ < end_) {
        pages.push_back(fmt::format("{}?limit={}&offset={}", path_, kPage, next_offset_));
        ++waiting_;
        if (!begun_) {
            begun_ = true;
            break;
        }
        next_offset_ += page_size_;
        // Without a total the end shows only when it comes.
        if (!total_) break;
    }
    return pages;
}

Result<void> ListReader::take(Page page) {
    --waiting_;
    const std::size_t count = page.items.size();
    if (page_size_ == 0) {
        page_size_ = std::max<std::size_t>(1, count);
        next_offset_ = page_size_;
        total_ = page.total;
    } else if (page.total != total_) {
        shifted_ = true;
    }
    if (total_.value_or(0) > kMostItems || items_.size() + count > kMostItems) {
        return fail(
            ErrorCode::unreachable,
            fmt::format("the server's answer can't be used: a list of more than {} items", kMostItems));
    }
    if (total_.value_or(0) / page_size_ > kMostPages) {
        return fail(
            ErrorCode::unreachable,
            fmt::format("the server's answer can't be used: a list of more than {} pages", kMostPages));
    }
    if (total_) {
        end_ = *total_;
        // A page in the middle that came out short: the list shrank while it was read.
        if (count < page_size_ && items_.size() + count < *total_ && waiting_ == 0) shifted_ = true;
    } else {
        end_ = count < page_size_ || count == 0 ? next_offset_ : next_offset_ + 1;
    }
    const std::size_t known = items_.size();
    for (LiveResource& item : page.items) {
        if (ids_.insert(item.id).second) items_.push_back(std::move(item));
    }
    if (!total_ && count > 0 && items_.size() == known) {
        // Nothing new came, as from a server that does not heed the offset: it would go on for ever.
        end_ = next_offset_;
        shifted_ = true;
    }
    return success();
}

}  // namespace tlm::agamemnon
