#include "engine/resource/age.h"

#include <algorithm>
#include <optional>

#include "engine/base/utc_time.h"

namespace tlm {

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
