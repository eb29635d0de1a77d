#include "cmd/render/duration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tlm::cmd {

std::string duration_text(std::chrono::duration<double> time) {
    const double seconds = std::max(0.0, time.count());
    if (seconds < 0.9995) return fmt::format("{:.0f} ms", seconds * 1000);
    if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
    if (seconds < 59.5) return fmt::format("{:.0f} s", seconds);
    const auto minutes = std::llround(seconds / 60);
    if (minutes < 60) return fmt::format("{} min", minutes);
    return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

}  // namespace tlm::cmd
