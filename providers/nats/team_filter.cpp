#include "providers/nats/team_filter.h"

#include <algorithm>

namespace tlm::nats {
namespace {

constexpr std::string_view kPrefix = "hi.tasks.";

// A subject's part holds whatever is no blank and no sign of NATS; how a server writes an id with such a
// character is not known.
bool stands_as_it_is(const std::string& id) {
    return !id.empty() &&
           std::ranges::all_of(id, [](char c) { return c > ' ' && c < '\x7F' && c != '*' && c != '>'; });
}

}  // namespace

TeamFilter::TeamFilter(const std::vector<ResourceId>& teams) {
    for (const ResourceId& team : teams) {
        if (!stands_as_it_is(team.text())) {
            teams_.clear();
            return;
        }
        teams_.insert(team.text());
    }
}

// hi.tasks.TEAM.TASK.STEP; hi.tasks.created names none. A dot may be in a team's id.
bool TeamFilter::passes(std::string_view subject) const {
    if (teams_.empty() || !subject.starts_with(kPrefix)) return true;
    subject.remove_prefix(kPrefix.size());
    for (int part = 0; part < 2; ++part) {
        const std::size_t dot = subject.rfind('.');
        if (dot == std::string_view::npos) return true;
        subject = subject.substr(0, dot);
    }
    return teams_.contains(std::string(subject));
}

}  // namespace tlm::nats
