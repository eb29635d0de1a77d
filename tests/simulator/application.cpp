#include "tests/simulator/application.h"

#include <fmt/format.h>

#include <stdexcept>

namespace tlm::simulator {
namespace {

bool is_exempt(const std::string& path) {
    return path == "/v1/health" || path == "/v1/version";
}

Reply too_many(long seconds) {
    return {429,
            fmt::format(R"({{"error":"rate limit exceeded","retry_after_seconds":{}}})", seconds),
            {{"Retry-After", std::to_string(seconds)}}};
}

unsigned visible_status(const Reply& reply) {
    const bool comes = reply.delivery == Delivery::kWhole || reply.delivery == Delivery::kHalf;
    return comes ? reply.status : 0;
}

}  // namespace

Application::Application(const SimulatorOptions& options, std::function<void(std::uint64_t)> drop_connections)
    : api_key_(options.api_key),
      delay_(options.delay),
      kill_(options.kill),
      drop_connections_(std::move(drop_connections)),
      limit_(options.rate, options.burst) {
    if (api_key_.empty()) throw std::invalid_argument("the server does not start without an API key");
    progress_.employ(options.workers);
    progress_.connect(options.broker, options.broker_ca_file);
}

Reply Application::handle(Request request) {
    if (request.path.starts_with("/admin/")) {
        const Admin admin{store_, faults_, traffic_, progress_, [&](bool memory) {
                              restart(memory);
                              drop_connections_(request.connection);
                          }};
        Reply reply = admin.handle(request);
        progress_.settle();
        return reply;
    }
    const auto shared = std::make_shared<const Request>(std::move(request));
    const Match match = find_route(shared->method, shared->path);
    if (!shared->path.starts_with("/v1/")) {
        return match.route ? match.route->answer(store_, {*shared, {}}) : Reply{404, ""};
    }
    const auto number = traffic_.arrived(*shared, route_name(shared->method, match));
    Reply reply = serve(shared, match);
    reply.in_flight = traffic_.in_flight();
    reply.delay += delay_;
    if (!reply.after_delay) {
        traffic_.answered(number, visible_status(reply));
        return reply;
    }
    reply.after_delay = [this, number, in_flight = reply.in_flight, work = std::move(reply.after_delay)] {
        Reply late = work();
        traffic_.answered(number, visible_status(late));
        late.in_flight = in_flight;
        return late;
    };
    return reply;
}

Reply Application::serve(const Shared& request, const Match& match) {
    if (!has_key(*request)) return error_reply(401, "unauthorized");
    if (!is_exempt(request->path)) {
        if (const auto seconds = limit_.refuse(request->client, std::chrono::steady_clock::now())) {
            traffic_.throttled();
            return too_many(*seconds);
        }
    }
    if (request->refused != 0) return {request->refused, ""};
    const auto work = [this, request, match]() -> Reply {
        Reply reply = match.route ? match.route->answer(store_, {*request, match.arguments}) : Reply{404, ""};
        progress_.settle();
        return reply;
    };
    auto fault = faults_.take(*request);
    if (!fault) return work();
    fault->kill = kill_;
    return with_fault(*fault, work);
}

void Application::restart(bool memory) {
    if (!memory) progress_.forget();
}

bool Application::has_key(const Request& request) const {
    return request.api_key == api_key_ || request.authorization == "Bearer " + api_key_;
}

}  // namespace tlm::simulator
