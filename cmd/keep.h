#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace tlm::cmd {

// Keeps what may be large until the process has ended. Taken apart piece by piece just before, a fleet of
// 100,000 agents would take half a second to go.
template <typename T>
[[nodiscard]] const T& keep_to_the_end(T value) {
    static auto* const kept = new std::vector<std::shared_ptr<const void>>;
    auto held = std::make_shared<const T>(std::move(value));
    kept->push_back(held);
    return *held;
}

}  // namespace tlm::cmd
