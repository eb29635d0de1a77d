#pragma once

#include <algorithm>
#include <cstddef>
#include <future>
#include <thread>
#include <vector>

namespace tlm {

// How many parts work on `count` things is worth splitting into, of which a thread should have `least` at
// least, since starting it costs some 50 µs: no more than the machine has processors.
[[nodiscard]] inline std::size_t worthwhile_parts(std::size_t count, std::size_t least) {
    const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    return std::clamp<std::size_t>(count / std::max<std::size_t>(1, least), 1, processors);
}

// Calls work(part) for every part below `parts`, each on a thread of its own, the first on this one, and
// returns when all are done. What a part throws comes out here.
template <typename Work>
void in_parallel(std::size_t parts, const Work& work) {
    std::vector<std::future<void>> others;
    for (std::size_t part = 1; part < parts; ++part)
        others.push_back(std::async(std::launch::async, [&work, part] { work(part); }));
    work(0);
    for (auto& other : others)
        other.get();
}

}  // namespace tlm
