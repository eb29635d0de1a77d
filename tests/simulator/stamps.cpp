#include "tests/simulator/stamps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <ctime>

namespace tlm::simulator {

std::string Stamps::next_id() {
    const std::uint64_t high = (random_() & ~0xF000ULL) | 0x4000ULL;
    const std::uint64_t low = (random_() & ~(0b11ULL << 62)) | (0b10ULL << 62);
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                       high & 0xFFFF, low >> 48, low & 0xFFFF'FFFF'FFFFULL);
}

std::string Stamps::next_time() {
    using std::chrono::microseconds;
    const auto now =
        std::chrono::duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch());
    last_ = std::max(now, last_ + microseconds{1});
    const std::time_t seconds = static_cast<std::time_t>(last_.count() / 1'000'000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, last_.count() % 1'000'000);
}

}  // namespace tlm::simulator
