#include "engine/resource/age.h"

#include <time.h>

#include <algorithm>
#include <tuple>

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

void sort_by_age(std::vector<const LiveResource*>& resources) {
    struct Aged {
        std::optional<Instant> created;
        const LiveResource* live;
    };
    std::vector<Aged> aged;
    aged.reserve(resources.size());
    for (const LiveResource* live : resources)
        aged.push_back({read_instant(live->created_at.text()), live});
    // Compared pair by pair, a time that can't be read would put three resources into a circle.
    const bool known = std::ranges::all_of(aged, [](const Aged& one) { return one.created.has_value(); });
    std::ranges::sort(aged, [&](const Aged& left, const Aged& right) {
        if (known && left.created != right.created) return left.created < right.created;
        return left.live->id < right.live->id;
    });
    std::ranges::transform(aged, resources.begin(), &Aged::live);
}

}  // namespace tlm
