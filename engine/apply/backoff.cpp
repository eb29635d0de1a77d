#include "engine/apply/backoff.h"

#include <algorithm>

namespace tlm {

std::chrono::milliseconds Backoff::after(int attempt) {
    constexpr int kFirst = 200;
    constexpr int kMost = 10'000;
    const int full = std::min(kMost, kFirst << std::clamp(attempt - 1, 0, 6));
    return std::chrono::milliseconds(std::uniform_int_distribution<int>(full / 2, full)(random_));
}

std::chrono::milliseconds Backoff::jitter(std::chrono::milliseconds wait) {
    return std::chrono::milliseconds(
        std::uniform_int_distribution<std::int64_t>(0, wait.count() / 10)(random_));
}

}  // namespace tlm
