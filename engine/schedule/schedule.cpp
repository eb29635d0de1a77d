#include "engine/schedule/schedule.h"

#include <algorithm>
#include <unordered_map>

namespace tlm {

Schedule::Schedule(const std::vector<Change>& changes) : nodes_(changes.size()) {
    std::unordered_multimap<Address, std::size_t> at;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (changes[i].action == Action::none) {
            nodes_[i].status = Status::finished;
        } else {
            at.emplace(changes[i].address, i);
        }
    }
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const bool removes = changes[i].action == Action::remove;
        for (const Address& address : changes[i].depends_on) {
            const auto [first, last] = at.equal_range(address);
            for (auto it = first; it != last; ++it) {
                const std::size_t other = it->second;
                // A making never waits for a delete: with --force --prune the old one goes after the new one
                // stands.
                if (other == i || (!removes && changes[other].action == Action::remove)) continue;
                // Deletes at one address (surplus carriers of one key) don't wait for each other.
                if (removes && changes[other].action == Action::remove &&
                    changes[other].address == changes[i].address) {
                    continue;
                }
                nodes_[other].dependents.push_back(i);
                ++nodes_[i].missing;
            }
        }
    }
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (nodes_[i].status == Status::waiting && nodes_[i].missing == 0) {
            nodes_[i].status = Status::ready;
            ready_.push(i);
        }
    }
}

std::optional<std::size_t> Schedule::next() {
    if (ready_.empty()) return std::nullopt;
    const std::size_t change = ready_.top();
    ready_.pop();
    nodes_[change].status = Status::taken;
    return change;
}

bool Schedule::has_ready() const {
    // Abandoned changes were never ready: what they depend on is not finished.
    return !ready_.empty();
}

void Schedule::finish(std::size_t change) {
    nodes_[change].status = Status::finished;
    for (const std::size_t dependent : nodes_[change].dependents) {
        Node& node = nodes_[dependent];
        if (--node.missing == 0 && node.status == Status::waiting) {
            node.status = Status::ready;
            ready_.push(dependent);
        }
    }
}

std::vector<std::size_t> Schedule::abandon(std::size_t change) {
    nodes_[change].status = Status::abandoned;
    std::vector<std::size_t> open = {change};
    std::vector<std::size_t> skipped;
    while (!open.empty()) {
        const std::size_t node = open.back();
        open.pop_back();
        for (const std::size_t dependent : nodes_[node].dependents) {
            // A task that only waits (action none) is nothing that could be skipped.
            if (nodes_[dependent].status == Status::abandoned || nodes_[dependent].status == Status::finished)
                continue;
            nodes_[dependent].status = Status::abandoned;
            skipped.push_back(dependent);
            open.push_back(dependent);
        }
    }
    std::ranges::sort(skipped);
    return skipped;
}

std::vector<std::size_t> Schedule::open() const {
    std::vector<std::size_t> changes;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (nodes_[i].status != Status::finished && nodes_[i].status != Status::abandoned)
            changes.push_back(i);
    }
    return changes;
}

}  // namespace tlm
