#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "providers/agamemnon/agamemnon.h"
#include "providers/agamemnon/http.h"
#include "providers/agamemnon/redactor.h"

namespace tlm::agamemnon {

struct Ended {
    std::uint64_t ticket = 0;
    Response response;
};

// What holds requests back that are not begun yet.
struct Rules {
    std::size_t at_once = SIZE_MAX;                // requests side by side, at most
    std::chrono::steady_clock::time_point gate{};  // none is begun before
    bool paused = false;                           // none is begun at all
};

// Requests that run side by side. The one file that knows libcurl. One thread uses an instance, but for
// wake().
class CurlRequests {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // The redactor must outlive it.
    CurlRequests(const AgamemnonOptions& options, const Redactor& redact);
    ~CurlRequests();
    CurlRequests(const CurlRequests&) = delete;
    CurlRequests& operator=(const CurlRequests&) = delete;

    [[nodiscard]] bool usable() const;

    // A request that is begun at `not_before` at the earliest, and once the rules, the rate limits and the
    // number of connections let it.
    void start(std::uint64_t ticket, Request request, TimePoint not_before);
    void set(const Rules& rules);
    // What was not begun yet ends as not sent.
    void give_up_unsent();
    // Waits until there is something to do, does it, and returns what has ended, which may be nothing. Each
    // request ends within the options' time-outs.
    [[nodiscard]] std::vector<Ended> go_on();
    // From any thread: go_on, now or the next time, does not wait.
    void wake();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// The text as one path segment, percent-encoded; nothing where it can't be one: empty, `.` or `..`.
[[nodiscard]] std::optional<std::string> path_segment(const std::string& text);

}  // namespace tlm::agamemnon
