#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/simulator/documents.h"
#include "tests/simulator/stamps.h"

namespace tlm::simulator {

// Records in the order of their ids, without owning them: any position is reached at once.
class IdOrder {
  public:
    void insert(const Record* record);
    void insert(std::span<const Record* const> records);
    void erase(const Record* record);
    [[nodiscard]] std::span<const Record* const> all() const { return records_; }

  private:
    std::vector<const Record*> records_;
};

// All resources of one kind. Names need not be unique.
class Collection {
  public:
    // A record whose id is there already replaces it.
    const Record& put(Record record);
    void put(std::vector<Record> records);
    bool erase(const std::string& id);
    void clear();

    [[nodiscard]] const Record* find(const std::string& id) const;
    [[nodiscard]] const Record* find_named(const std::string& name) const;  // any one
    [[nodiscard]] std::span<const Record* const> all() const { return order_.all(); }
    [[nodiscard]] std::span<const Record* const> of_team(const std::string& team) const;
    // How many share their name (and team) with one that was counted already.
    [[nodiscard]] std::size_t duplicates() const;

  private:
    static std::string name_key(const Record& record);

    std::unordered_map<std::string, Record> records_;
    IdOrder order_;
    std::unordered_map<std::string, IdOrder> by_team_;
    std::unordered_map<std::string, IdOrder> by_name_;
};

// Something that happened to a task, or that an answer showed it.
struct TaskNote {
    enum class What { kCreated, kUpdated, kShown, kWorked };

    What what;
    std::string id;
    std::string status{};  // that it has since; of an update or a worker's step
};

// Neither completed nor failed.
[[nodiscard]] bool is_open(const Record& task);

struct Store {
    Collection agents, teams, tasks;
    Stamps stamps;
    // Tasks that were sent, and so given to a worker, while one they are blocked by was not completed.
    std::size_t dispatched_early = 0;

    std::vector<TaskNote> notes;  // of what nobody has reacted to yet
    // Whether a worker counts the answers that show a task. Only then are they noted: a large list shows
    // thousands.
    bool answers_count = false;

    // The task is noted as created, and comes back.
    const Record& add_task(Record task);
    const Record& update_task(Record task);
    // An answer shows these tasks.
    void show(std::span<const Record* const> shown);
    // `task` is one of the store's, and gone or another afterwards.
    void set_task_status(const Record& task, const std::string& status, TaskNote::What what);
    void forget();
};

}  // namespace tlm::simulator
