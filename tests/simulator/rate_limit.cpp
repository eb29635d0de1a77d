#include "tests/simulator/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace tlm::simulator {

std::optional<long> RateLimit::refuse(const std::string& client, Time now) {
    if (rate_ <= 0) return std::nullopt;
    Bucket& bucket = buckets_.try_emplace(client, Bucket{burst_, now}).first->second;
    const double elapsed = std::chrono::duration<double>(now - bucket.filled).count();
    bucket.tokens = std::min(burst_, bucket.tokens + elapsed * rate_);
    bucket.filled = now;
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return std::nullopt;
    }
    return std::max(1L, std::lround(std::ceil((1 - bucket.tokens) / rate_)));
}

}  // namespace tlm::simulator
