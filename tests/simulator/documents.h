#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tests/simulator/stamps.h"

// The server's rules for the members of a resource: which it keeps, which it refuses, what it fills in.
// Body texts go in, resource texts come out.
namespace tlm::simulator {

enum class Kind { kAgent, kTeam, kTask };

struct Record {
    std::string id;
    std::string name;    // a task's subject
    std::string team;    // of a task
    std::string status;  // of an agent or task
    std::string json;    // the whole resource
};

struct Refusal {
    unsigned status = 400;
    std::string error;  // empty: the answer has no body
};

template <typename T>
using Accepted = std::variant<T, Refusal>;

[[nodiscard]] Accepted<Record> new_agent(std::string_view body, const Stamp& stamp);
[[nodiscard]] Accepted<Record> new_team(std::string_view body, const Stamp& stamp);
[[nodiscard]] Accepted<Record> new_task(std::string_view body, const std::string& team, const Stamp& stamp);

// The record with the body's members merged in; `now` is for members that the server sets itself.
[[nodiscard]] Accepted<Record> merged_agent(const Record& record, std::string_view body);
[[nodiscard]] Accepted<Record> merged_team(const Record& record, std::string_view body);
[[nodiscard]] Accepted<Record> merged_task(const Record& record, std::string_view body,
                                           const std::string& now);

[[nodiscard]] Record with_status(const Record& record, Kind kind, const std::string& status,
                                 const std::string& now);

// The objects of {"items":[...]} as they are; only a missing id or createdAt is added.
[[nodiscard]] Accepted<std::vector<Record>> raw_records(Kind kind, std::string_view body, Stamps& stamps);

// Ids of the tasks that a task names in blockedBy.
[[nodiscard]] std::vector<std::string> blockers(const Record& task);

}  // namespace tlm::simulator
