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

// Requests that run side by side. The one file that knows libcurl.
class Transfers {
  public:
    // The redactor must outlive it.
    Transfers(const AgamemnonOptions& options, const Redactor& redact);
    ~Transfers();
    Transfers(const Transfers&) = delete;
    Transfers& operator=(const Transfers&) = delete;

    [[nodiscard]] bool usable() const;
    using TimePoint = std::chrono::steady_clock::time_point;

    // Starts a request and returns its ticket. It is sent at `not_before` at the earliest, and once the rate
    // limit, the gate and the number of connections let it.
    std::uint64_t start(Request request, TimePoint not_before = {});
    // The gate: no request is begun before. The target asked for it, whichever request it answered so.
    void hold_until(TimePoint until);
    // Waits until at least one has ended, or until `until`; empty also where none is under way. Each ends
    // within the options' time-outs.
    [[nodiscard]] std::vector<Ended> wait(TimePoint until = TimePoint::max());
    // What was not begun yet ends as not sent.
    void give_up_unsent();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// The text as one path segment, percent-encoded; nothing where it can't be one: empty, `.` or `..`.
[[nodiscard]] std::optional<std::string> path_segment(const std::string& text);

}  // namespace tlm::agamemnon
