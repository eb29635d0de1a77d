#include "providers/agamemnon/lists.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <limits>

#include "engine/base/json_depth.h"
#include "engine/base/json_in_place.h"
#include "engine/base/sha256.h"
#include "engine/base/text.h"
#include "providers/agamemnon/requests.h"
#include "providers/agamemnon/resources.h"

namespace tlm::agamemnon {
namespace {

using rapidjson::SizeType;

// What a page may be made of, far beyond what a server that means well sends. Some servers give all they have
// in one page, whatever was asked for; but a body of a few dozen megabytes can hold tens of millions of empty
// values, which take a gigabyte to keep.
constexpr std::size_t kMostItemsOfPage = 100'000;  // a hundred times as many as are asked for
constexpr std::size_t kMostValues = 1'000'000;     // in all items together

// Takes a page as the parser reads it: nothing is held as JSON, and a page that is wrong is given up where it
// is wrong.
class PageHandler {
  public:
    explicit PageHandler(Kind kind) : list_(list_member(kind)), item_(kind) {}

    bool Null() { return value(); }
    bool Bool(bool) { return value(); }
    bool Int(int i) { return integer(i); }
    bool Uint(unsigned u) { return number(u); }
    bool Int64(std::int64_t i) { return integer(i); }
    bool Uint64(std::uint64_t u) { return number(u); }
    bool Double(double) { return value(); }
    bool RawNumber(const char*, SizeType, bool) { return false; }
    // The texts stay in the body.
    bool String(const char* text, SizeType length, bool) {
        if (in_list_ && depth_ == kInItem) item_.text({text, length});
        if (in_list_ && depth_ == kInItem + 1) item_.list_text({text, length});
        return value();
    }
    bool Key(const char* text, SizeType length, bool) {
        if (depth_ == 1) member_.assign(text, length);
        if (!in_list_) return true;
        if (depth_ == kInItem) item_.member({text, length});
        return count();
    }
    bool StartObject() {
        if (in_list_ && depth_ == kInList) item_.begin(true);
        return open();
    }
    bool StartArray() {
        if (depth_ == 0) return wrong(fmt::format("it has no list `{}`", list_));
        // Of several members with one name the first counts.
        if (depth_ == 1 && !found_ && member_ == list_) found_ = in_list_ = true;
        if (in_list_ && depth_ == kInList) item_.begin(false);
        if (in_list_ && depth_ == kInItem) item_.list();
        return open();
    }
    bool EndObject(SizeType) { return close(); }
    bool EndArray(SizeType) {
        if (depth_ == kInList) in_list_ = false;
        return close();
    }

    [[nodiscard]] const std::string& fault() const { return fault_; }
    [[nodiscard]] bool found() const { return found_; }
    [[nodiscard]] Page take() { return std::move(page_); }

  private:
    // Open brackets between the list's items, and between an item's members.
    static constexpr std::size_t kInList = 2;
    static constexpr std::size_t kInItem = 3;

    bool wrong(std::string fault) {
        fault_ = std::move(fault);
        return false;
    }

    bool number(std::uint64_t number) {
        if (depth_ == 1 && member_ == "total" && !page_.total) page_.total = number;
        if (number > std::numeric_limits<std::int64_t>::max()) return value();
        return integer(static_cast<std::int64_t>(number));
    }

    bool integer(std::int64_t number) {
        if (in_list_ && depth_ == kInItem) item_.integer(number);
        return value();
    }

    bool open() {
        if (++depth_ > kMostJsonDepth)
            return wrong(fmt::format("it is nested deeper than {} levels", kMostJsonDepth));
        return true;
    }

    bool close() {
        --depth_;
        if (!in_list_) return true;
        return count() && (depth_ != kInList || end_item());
    }

    // Of one without brackets.
    bool value() {
        if (!in_list_) return true;
        if (depth_ == kInList) item_.begin(false);
        return count() && (depth_ != kInList || end_item());
    }

    bool count() {
        if (++count_ > kMostValues)
            return wrong(fmt::format("its items hold more than {} values", kMostValues));
        return true;
    }

    bool end_item() {
        if (page_.items.size() == kMostItemsOfPage) {
            return wrong(
                fmt::format("a page of more than {} items, where 1000 were asked for", kMostItemsOfPage));
        }
        auto resource = item_.resource();
        if (!resource)
            return wrong(fmt::format("item {}: {}", page_.items.size() + 1, resource.error().message));
        page_.items.push_back(std::move(resource.value()));
        return true;
    }

    const std::string list_;
    std::string member_;     // the outermost object's, which is being read
    bool found_ = false;     // the list
    bool in_list_ = false;   // between its brackets
    std::size_t depth_ = 0;  // open brackets
    std::size_t count_ = 0;  // of values in the list
    ResourceReader item_;    // the one that is being read
    Page page_;
    std::string fault_;
};

}  // namespace

Result<Page> read_page(Kind kind, std::string& body) {
    const auto unusable = [](std::string why) {
        return fail(ErrorCode::unreachable, "the server's answer can't be used: " + std::move(why));
    };
    // The parser would take it for the end.
    if (const std::size_t nul = body.find('\0'); nul != std::string::npos) {
        return unusable(fmt::format("it holds a NUL character at byte {}", nul));
    }
    // The parser could do this too, but then reads character by character.
    if (const std::size_t valid = well_formed_bytes(body); valid != body.size()) {
        return unusable(fmt::format("it is not UTF-8 at byte {}", valid));
    }
    std::string sha256 = sha256_hex(body);
    // In place: the strings stay in the body, which is why it is not const.
    InPlaceJson stream(body);
    InPlaceJson::Reader reader;
    PageHandler handler(kind);
    constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag;
    const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
    if (!handler.fault().empty()) return unusable(handler.fault());
    if (result.IsError()) {
        return unusable(
            fmt::format("{} at byte {}", rapidjson::GetParseError_En(result.Code()), result.Offset()));
    }
    if (!handler.found()) return unusable(fmt::format("it has no list `{}`", list_member(kind)));
    Page page = handler.take();
    page.sha256 = std::move(sha256);
    return page;
}

}  // namespace tlm::agamemnon
