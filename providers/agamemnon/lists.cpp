#include "providers/agamemnon/lists.h"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include "engine/base/sha256.h"
#include "engine/base/text.h"
#include "providers/agamemnon/requests.h"
#include "providers/agamemnon/resources.h"

namespace tlm::agamemnon {
namespace {

using rapidjson::SizeType;
using Json = rapidjson::Value;

// What a page may be made of, far beyond what a server that means well sends. Some servers give all they have
// in one page, whatever was asked for; but a body of a few dozen megabytes can hold tens of millions of empty
// values, which take a gigabyte to keep.
constexpr std::size_t kMostItemsOfPage = 100'000;  // a hundred times as many as are asked for
constexpr std::size_t kMostValues = 1'000'000;     // in all items together
constexpr std::size_t kMostDepth = 64;

// Takes a page as the parser reads it: only one item at a time is held as JSON, and a page that is wrong is
// given up where it is wrong.
class PageHandler {
  public:
    explicit PageHandler(Kind kind) : kind_(kind), list_(list_member(kind)) {}

    bool Null() { return value(Json()); }
    bool Bool(bool b) { return value(Json(b)); }
    bool Int(int i) { return value(Json(i)); }
    bool Uint(unsigned u) { return number(Json(u), u); }
    bool Int64(std::int64_t i) { return value(Json(i)); }
    bool Uint64(std::uint64_t u) { return number(Json(u), u); }
    bool Double(double d) { return value(Json(d)); }
    bool RawNumber(const char*, SizeType, bool) { return false; }
    // The texts stay in the body.
    bool String(const char* text, SizeType length, bool) {
        return value(Json(rapidjson::StringRef(text, length)));
    }
    bool Key(const char* text, SizeType length, bool) {
        if (depth_ == 1) member_.assign(text, length);
        return depth_ == 1 || !in_list_ || value(Json(rapidjson::StringRef(text, length)));
    }
    bool StartObject() { return open(false); }
    bool StartArray() { return open(true); }
    bool EndObject(SizeType members) {
        --depth_;
        if (!in_list_) return true;
        Json object(rapidjson::kObjectType);
        const std::size_t first = values_.size() - 2 * members;
        for (std::size_t i = first; i < values_.size(); i += 2)
            object.AddMember(values_[i], values_[i + 1], allocator_);
        return closed(first, std::move(object));
    }
    bool EndArray(SizeType elements) {
        --depth_;
        if (!in_list_) return true;
        if (depth_ == 1) {
            in_list_ = false;
            return true;
        }
        Json array(rapidjson::kArrayType);
        array.Reserve(elements, allocator_);
        const std::size_t first = values_.size() - elements;
        for (std::size_t i = first; i < values_.size(); ++i)
            array.PushBack(values_[i], allocator_);
        return closed(first, std::move(array));
    }

    [[nodiscard]] const std::string& fault() const { return fault_; }
    [[nodiscard]] bool found() const { return found_; }
    [[nodiscard]] Page take() { return std::move(page_); }

  private:
    bool wrong(std::string fault) {
        fault_ = std::move(fault);
        return false;
    }

    bool number(Json json, std::uint64_t value_of_it) {
        if (depth_ == 1 && member_ == "total" && !page_.total) page_.total = value_of_it;
        return value(std::move(json));
    }

    // Of several members with one name the first counts.
    bool open(bool array) {
        if (depth_ == 0 && array) return wrong(fmt::format("it has no list `{}`", list_));
        if (depth_ == 1 && array && !found_ && member_ == list_) found_ = in_list_ = true;
        if (++depth_ > kMostDepth)
            return wrong(fmt::format("it is nested deeper than {} levels", kMostDepth));
        return true;
    }

    bool closed(std::size_t first, Json json) {
        values_.resize(first);
        return value(std::move(json));
    }

    bool value(Json json) {
        if (!in_list_) return true;
        if (++count_ > kMostValues)
            return wrong(fmt::format("its items hold more than {} values", kMostValues));
        if (depth_ > 2) {
            values_.push_back(std::move(json));
            return true;
        }
        if (page_.items.size() == kMostItemsOfPage) {
            return wrong(
                fmt::format("a page of more than {} items, where 1000 were asked for", kMostItemsOfPage));
        }
        auto resource = read_resource(kind_, json);
        if (!resource)
            return wrong(fmt::format("item {}: {}", page_.items.size() + 1, resource.error().message));
        page_.items.push_back(std::move(resource.value()));
        allocator_.Clear();
        return true;
    }

    const Kind kind_;
    const std::string list_;
    std::string member_;                          // the outermost object's, which is being read
    bool found_ = false;                          // the list
    bool in_list_ = false;                        // between its brackets
    std::size_t depth_ = 0;                       // open brackets
    std::size_t count_ = 0;                       // of values in the list
    std::vector<Json> values_;                    // read, and not yet put into their object or array
    rapidjson::MemoryPoolAllocator<> allocator_;  // of the item that is being read
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
    rapidjson::InsituStringStream stream(body.data());
    rapidjson::Reader reader;
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
