#include "engine/base/utc_time.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>

namespace tlm {
namespace {

constexpr std::string_view kDigits = "0123456789";

// Takes the decimals off the front. False where there is a point without any.
bool take_fraction(std::string_view& rest, std::string& fraction) {
    if (rest.empty() || (rest.front() != '.' && rest.front() != ',')) return true;
    rest.remove_prefix(1);
    const std::size_t size = std::min(rest.find_first_not_of(kDigits), rest.size());
    fraction = rest.substr(0, size);
    rest.remove_prefix(size);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return size > 0;
}

// Seconds east of UTC.
std::optional<std::chrono::seconds> read_offset(const std::string& text) {
    if (text.empty() || text == "Z" || text == "z") return std::chrono::seconds(0);
    std::tm time{};
    const char* end = strptime(text.c_str(), "%z", &time);
    if (end == nullptr || *end != '\0') return std::nullopt;
    return std::chrono::seconds(time.tm_gmtoff);
}

}  // namespace

std::string utc_text(std::chrono::sys_seconds time) {
    using namespace std::chrono;
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<Instant> read_instant(std::string_view text) {
    using namespace std::chrono;
    constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
    if (text.size() < kShape.size()) return std::nullopt;
    std::string head(text.substr(0, kShape.size()));
    if (head[10] == 't' || head[10] == ' ') head[10] = 'T';
    // strptime alone takes blanks and missing zeros too.
    const bool shaped = std::ranges::equal(head, kShape, [](char have, char want) {
        return want == 'd' ? kDigits.find(have) != std::string_view::npos : have == want;
    });
    std::tm time{};
    if (!shaped || strptime(head.c_str(), "%Y-%m-%dT%H:%M:%S", &time) == nullptr) return std::nullopt;
    const year_month_day day(year(time.tm_year + 1900), month(static_cast<unsigned>(time.tm_mon + 1)),
                             std::chrono::day(static_cast<unsigned>(time.tm_mday)));
    if (!day.ok()) return std::nullopt;
    std::string_view rest = text.substr(kShape.size());
    Instant instant;
    if (!take_fraction(rest, instant.fraction)) return std::nullopt;
    const auto offset = read_offset(std::string(rest));
    if (!offset) return std::nullopt;
    instant.second =
        sys_days(day) + hours(time.tm_hour) + minutes(time.tm_min) + seconds(time.tm_sec) - *offset;
    return instant;
}

std::optional<std::chrono::sys_seconds> read_utc_text(std::string_view text) {
    const auto instant = read_instant(text);
    if (!instant || utc_text(instant->second) != text) return std::nullopt;
    return instant->second;
}

std::string span_text(std::chrono::seconds span) {
    struct Unit {
        std::int64_t seconds;
        const char* name;
    };
    for (const Unit& unit : {Unit{86'400, "days"}, Unit{3'600, "hours"}, Unit{60, "minutes"}}) {
        if (span.count() >= 2 * unit.seconds)
            return fmt::format("{} {}", span.count() / unit.seconds, unit.name);
    }
    return fmt::format("{} second{}", span.count(), span.count() == 1 ? "" : "s");
}

}  // namespace tlm
