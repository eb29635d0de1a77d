#pragma once

#include <cstddef>
#include <optional>
#include <queue>
#include <vector>

#include "engine/diff/change.h"

namespace tlm {

// Which change may be executed when. A pure value: no clock, no I/O. Changes are named by their index; those
// with the action none take no part.
class Schedule {
  public:
    explicit Schedule(const std::vector<Change>& changes);

    // Takes the next change whose dependencies are done, lowest index first; nullopt where none is ready now.
    [[nodiscard]] std::optional<std::size_t> next();
    // Whether next() would give one out.
    [[nodiscard]] bool has_ready() const;
    // The change is as planned: what depended only on it becomes ready.
    void finish(std::size_t change);
    // The change will not be as planned. Returns what depends on it, transitively, in index order: none of
    // these will be given out any more.
    [[nodiscard]] std::vector<std::size_t> abandon(std::size_t change);
    // Changes neither finished nor abandoned, whether given out or not, in index order.
    [[nodiscard]] std::vector<std::size_t> open() const;

  private:
    enum class Status : unsigned char { waiting, ready, taken, finished, abandoned };
    struct Node {
        std::vector<std::size_t> dependents;
        std::size_t missing = 0;  // dependencies that are not finished
        Status status = Status::waiting;
    };
    std::vector<Node> nodes_;
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready_;
};

}  // namespace tlm
