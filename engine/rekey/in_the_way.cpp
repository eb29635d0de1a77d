#include "engine/rekey/in_the_way.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_map>

#include "engine/resource/key.h"

namespace tlm {
namespace {

std::string slot(Kind kind, std::string_view name) {
    return std::string(kind_name(kind)) + "/" + std::string(name);
}

}  // namespace

bool says_exists(std::string_view words) {
    constexpr std::array<std::string_view, 6> kWords = {"exist",     "already", "taken",
                                                        "duplicate", "in use",  "unique"};
    std::string lower(words);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    // "the team does not exist" is about something that is missing.
    if (lower.find("not exist") != std::string::npos || lower.find("n't exist") != std::string::npos)
        return false;
    return std::ranges::any_of(kWords,
                               [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

std::vector<InTheWay> in_the_way(const ApplyReport& report, const Snapshot& snapshot) {
    std::vector<InTheWay> found;
    std::unordered_map<std::string, std::size_t> wanted;
    for (const ChangeResult& result : report.results) {
        if (result.kind != ResultKind::failed || !result.in_the_way) continue;
        if (result.change->address.kind == Kind::task) continue;
        wanted.emplace(slot(result.change->address.kind, result.change->address.name), found.size());
        found.push_back({result.change, {}});
    }
    if (found.empty()) return found;
    for (const LiveResource& live : snapshot.resources) {
        if (live.kind == Kind::task || Key::recognise(live.name)) continue;
        auto at = wanted.find(slot(live.kind, live.name));
        if (at == wanted.end()) at = wanted.find(slot(live.kind, live.attributes.text(Attribute::label)));
        if (at != wanted.end()) found[at->second].candidates.push_back(&live);
    }
    for (InTheWay& one : found)
        std::ranges::sort(one.candidates, {}, &LiveResource::id);
    return found;
}

}  // namespace tlm
