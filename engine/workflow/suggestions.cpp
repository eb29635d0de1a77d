#include "engine/workflow/suggestions.h"

#include "engine/base/text.h"

namespace tlm {

std::optional<std::string> Suggestions::nearest_to(std::string_view word,
                                                   std::span<const std::string> candidates) {
    std::uint64_t cost = 0;
    for (const std::string& candidate : candidates)
        cost += candidate.size();
    cost *= word.size();
    if (cost > left_) return std::nullopt;
    left_ -= cost;
    return nearest(word, candidates);
}

}  // namespace tlm
