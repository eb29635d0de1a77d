#include "cmd/system_clock.h"

#include <algorithm>
#include <string>
#include <thread>

#include "cmd/interrupt.h"
#include "engine/base/utc_time.h"

namespace tlm::cmd {
namespace {

void put_digits(char* to, unsigned value, int digits) {
    for (int i = digits - 1; i >= 0; --i, value /= 10)
        to[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::chrono::steady_clock::time_point SystemClock::now() const {
    return std::chrono::steady_clock::now();
}

void SystemClock::sleep_until(std::chrono::steady_clock::time_point until) {
    // In slices, because a signal may come just before the sleep begins.
    constexpr auto kSlice = std::chrono::milliseconds(100);
    while (!stop_requested() && now() < until)
        std::this_thread::sleep_until(std::min(until, now() + kSlice));
}

Stamp utc_stamp(std::chrono::system_clock::time_point time) {
    using namespace std::chrono;
    const auto at = floor<milliseconds>(time);
    const auto day = floor<days>(at);
    const year_month_day date(day);
    const hh_mm_ss clock(at - day);
    Stamp stamp = {'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
                   '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
    put_digits(&stamp[0], static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put_digits(&stamp[5], static_cast<unsigned>(date.month()), 2);
    put_digits(&stamp[8], static_cast<unsigned>(date.day()), 2);
    put_digits(&stamp[11], static_cast<unsigned>(clock.hours().count()), 2);
    put_digits(&stamp[14], static_cast<unsigned>(clock.minutes().count()), 2);
    put_digits(&stamp[17], static_cast<unsigned>(clock.seconds().count()), 2);
    put_digits(&stamp[20], static_cast<unsigned>(clock.subseconds().count()), 3);
    return stamp;
}

std::optional<std::chrono::system_clock::time_point> read_stamp(std::string_view text) {
    const auto instant = read_instant(text);
    if (!instant || instant->fraction.size() > 3) return std::nullopt;
    std::string milliseconds = instant->fraction;
    milliseconds.resize(3, '0');
    const std::chrono::system_clock::time_point time =
        instant->second + std::chrono::milliseconds(std::stoi(milliseconds));
    const Stamp stamp = utc_stamp(time);
    if (text != std::string_view(stamp.data(), stamp.size())) return std::nullopt;
    return time;
}

}  // namespace tlm::cmd
