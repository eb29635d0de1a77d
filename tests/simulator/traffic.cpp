#include "tests/simulator/traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tests/simulator/json_text.h"

namespace tlm::simulator {
namespace {

constexpr std::size_t kLongestLog = 100'000;

}  // namespace

std::uint64_t Traffic::arrived(const Request& request, const std::string& route) {
    ++requests_;
    if (request.method == "GET") ++reads_;
    ++by_route_[route];
    if (log_.size() == kLongestLog) {
        log_.pop_front();
        ++first_;
    }
    log_.push_back({request.method, request.target.substr(0, request.target.find('?')), request.query,
                    request.request_id, request.user_agent, request.connection});
    return first_ + log_.size() - 1;
}

void Traffic::answered(std::uint64_t number, unsigned status) {
    if (number >= first_ && number - first_ < log_.size()) log_[number - first_].status = status;
}

std::shared_ptr<void> Traffic::in_flight() {
    most_flying_ = std::max(most_flying_, ++flying_);
    return {this, [](Traffic* self) { --self->flying_; }};
}

void Traffic::reset() {
    first_ += log_.size();
    log_.clear();
    by_route_.clear();
    requests_ = reads_ = throttled_ = 0;
    most_flying_ = flying_;
}

std::string Traffic::stats_json(const Store& store) const {
    std::string routes;
    for (const auto& [route, count] : by_route_) {
        fmt::format_to(std::back_inserter(routes), "{}{}:{}", routes.empty() ? "" : ",", quoted(route),
                       count);
    }
    return fmt::format(
        R"({{"requests":{},"reads":{},"writes":{},"throttled":{},"in_flight":{},"max_in_flight":{},"by_route":{{{}}},)"
        R"("agents":{},"teams":{},"tasks":{},"duplicates":{{"agents":{},"teams":{},"tasks":{}}},)"
        R"("dispatched_early":{}}})",
        requests_, reads_, requests_ - reads_, throttled_, flying_, most_flying_, routes,
        store.agents.all().size(), store.teams.all().size(), store.tasks.all().size(),
        store.agents.duplicates(), store.teams.duplicates(), store.tasks.duplicates(),
        store.dispatched_early);
}

std::string Traffic::log_json() const {
    std::string entries;
    for (const Entry& entry : log_) {
        fmt::format_to(std::back_inserter(entries),
                       R"({}{{"method":{},"path":{},"query":{},"status":{},"request_id":{},"user_agent":{},)"
                       R"("connection":{}}})",
                       entries.empty() ? "" : ",", quoted(entry.method), quoted(entry.path),
                       quoted(entry.query), entry.status, quoted(entry.request_id), quoted(entry.user_agent),
                       entry.connection);
    }
    return fmt::format(R"({{"requests":[{}]}})", entries);
}

}  // namespace tlm::simulator
