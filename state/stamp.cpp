#include "state/stamp.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <chrono>
#include <ctime>

namespace tlm::state {

std::string utc_now() {
    using namespace std::chrono;
    const auto now = floor<milliseconds>(system_clock::now());
    const std::time_t seconds = system_clock::to_time_t(floor<std::chrono::seconds>(now));
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                       utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                       now.time_since_epoch().count() % 1000);
}

std::string random_hex() {
    std::array<unsigned char, 16> bytes{};
    // Requests of up to 256 bytes are neither cut short nor refused once the kernel's pool is ready; a signal
    // can only interrupt the wait for that.
    while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    }
    std::string hex;
    for (const unsigned char byte : bytes)
        hex += fmt::format("{:02x}", byte);
    return hex;
}

}  // namespace tlm::state
