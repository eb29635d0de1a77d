#include "providers/agamemnon/lists.h"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include "providers/agamemnon/requests.h"
#include "providers/agamemnon/resources.h"

namespace tlm::agamemnon {

Result<Page> read_page(Kind kind, std::string& body) {
    const auto unusable = [](std::string why) {
        return fail(ErrorCode::unreachable, "the server's answer can't be used: " + std::move(why));
    };
    // The parser would take it for the end.
    if (const std::size_t nul = body.find('\0'); nul != std::string::npos) {
        return unusable(fmt::format("it holds a NUL character at byte {}", nul));
    }
    // The parser's check of UTF-8 looks up to three bytes beyond a character that the end cuts off.
    body.append(3, '\0');
    rapidjson::Document document;
    // In place: the strings stay in the body, which is why it is not const.
    document.ParseInsitu<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(body.data());
    if (document.HasParseError()) {
        return unusable(fmt::format("{} at byte {}", rapidjson::GetParseError_En(document.GetParseError()),
                                    document.GetErrorOffset()));
    }
    const char* const member = list_member(kind);
    if (!document.IsObject() || !document.HasMember(member) || !document[member].IsArray()) {
        return unusable(fmt::format("it has no list `{}`", member));
    }
    Page page;
    if (const auto at = document.FindMember("total"); at != document.MemberEnd() && at->value.IsUint64()) {
        page.total = at->value.GetUint64();
    }
    page.items.reserve(document[member].Size());
    for (const auto& item : document[member].GetArray()) {
        auto resource = read_resource(kind, item);
        if (!resource)
            return unusable(fmt::format("item {}: {}", page.items.size() + 1, resource.error().message));
        page.items.push_back(std::move(resource.value()));
    }
    return page;
}

}  // namespace tlm::agamemnon
