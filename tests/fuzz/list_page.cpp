// Pages of lists. The first byte of an input is the kind of resource; each part is the body of a page, and
// the last one is given over and over, as by a server that does not heed the offset.

#include "providers/agamemnon/list_reader.h"

#include <set>

#include "engine/base/text.h"
#include "tests/fuzz/property.h"

namespace tlm::fuzz {
namespace {

using agamemnon::ListReader;
using agamemnon::Page;

// A server's pages until the list is complete, at most so many.
constexpr std::size_t kMostPages = 300;
constexpr std::size_t kMostAtOnce = 64;

void check_text(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) require(valid_utf8(*text), "a value is UTF-8");
    if (const auto* list = std::get_if<StringList>(&value)) {
        for (const std::string& item : *list)
            require(valid_utf8(item), "an item of a value is UTF-8");
    }
}

void check_resource(const LiveResource& resource, Kind kind) {
    require(resource.kind == kind, "a list holds one kind of resource");
    require(!resource.id.empty(), "a resource has an id");
    for (const std::string& text : {resource.id.text(), resource.name, resource.team.text()})
        require(valid_utf8(text), "what names a resource is UTF-8", text);
    for (const auto& [attribute, value] : resource.attributes)
        check_text(value);
    const auto stored = attributes_from_json(attributes_to_json(resource.attributes));
    require(stored && *stored == resource.attributes, "attributes survive being stored");
}

// The page as the client takes it; nothing where it is an error.
std::optional<Page> page_of(Kind kind, std::string body) {
    const bool has_nul = body.find('\0') != std::string::npos;
    auto page = agamemnon::read_page(kind, body);
    if (!page) {
        require(page.error().code == ErrorCode::unreachable, "an unusable page is the server's fault");
        return std::nullopt;
    }
    require(!has_nul, "nothing stands behind a page");
    for (const LiveResource& item : page.value().items)
        check_resource(item, kind);
    return std::move(page.value());
}

void check_items(ListReader& list) {
    const bool consistent = list.consistent();
    std::set<ResourceId> ids;
    for (const LiveResource& item : list.items())
        require(ids.insert(item.id).second || !consistent, "each id comes once");
}

void check_list(Kind kind, const std::vector<std::string>& bodies) {
    ListReader list(kind, "/list");
    std::set<std::size_t> asked;
    std::size_t taken = 0;
    std::size_t most_total = 0;
    while (!list.complete() && taken < kMostPages) {
        const auto offsets = list.next_pages();
        require(!offsets.empty(), "a list that is not complete has a page to ask for");
        require(offsets.size() <= kMostAtOnce, "the pages that are asked for are bounded");
        for (const std::size_t offset : offsets) {
            require(asked.insert(offset).second, "each page is asked for once", list.page_path(offset));
            if (taken >= kMostPages) continue;
            auto page = page_of(kind, bodies[std::min(taken, bodies.size() - 1)]);
            if (!page) return;
            most_total = std::max(most_total, page->total.value_or(0));
            ++taken;
            if (!list.take(offset, std::move(*page))) return;
        }
    }
    // Beyond the bodies nothing new comes, so only a total can make it go on.
    const bool long_list = most_total >= kMostPages || bodies.size() + 2 >= kMostPages;
    require(list.complete() || long_list, "a list comes to its end");
    if (list.complete()) check_items(list);
}

}  // namespace
}  // namespace tlm::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto kind = static_cast<tlm::Kind>(data[0] % 3);
    tlm::fuzz::check_list(kind, tlm::fuzz::parts_of(tlm::fuzz::text_of(data + 1, size - 1)));
    return 0;
}
