#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/simulator/documents.h"

namespace tlm::simulator {

// In which order tasks were created, started and finished. It outlives a restart without memory.
class TaskLog {
  public:
    // Whether it came early: before every task that it is blocked by was completed.
    bool created(const Record& task);
    void has_status(const std::string& id, const std::string& status);
    [[nodiscard]] std::string to_json() const;

  private:
    struct Entry {
        std::string id, team, subject, status;
        std::vector<std::string> blocked_by;
        bool early = false;
        std::uint64_t created = 0;
        std::optional<std::uint64_t> started{}, finished{};
    };

    [[nodiscard]] bool is_completed(const std::string& id) const;

    std::vector<Entry> entries_;
    std::unordered_map<std::string, std::size_t> places_;  // of the entries, by id
    std::uint64_t last_ = 0;                               // one count for all that happens
};

}  // namespace tlm::simulator
