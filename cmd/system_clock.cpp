#include "cmd/system_clock.h"

#include <algorithm>
#include <charconv>
#include <thread>

#include "cmd/interrupt.h"

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
    using namespace std::chrono;
    constexpr std::string_view kForm = "0000-00-00T00:00:00.000Z";
    if (text.size() != kForm.size()) return std::nullopt;
    for (std::size_t i = 0; i < kForm.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (kForm[i] == '0' ? !digit : text[i] != kForm[i]) return std::nullopt;
    }
    const auto number = [&](std::size_t at, std::size_t digits) {
        unsigned value = 0;
        std::from_chars(text.data() + at, text.data() + at + digits, value);
        return value;
    };
    const year_month_day date(year(static_cast<int>(number(0, 4))), month(number(5, 2)), day(number(8, 2)));
    if (!date.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 59) return std::nullopt;
    return sys_days(date) + hours(number(11, 2)) + minutes(number(14, 2)) + seconds(number(17, 2)) +
           milliseconds(number(20, 3));
}

}  // namespace tlm::cmd
