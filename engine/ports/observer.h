#pragma once

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "engine/diff/change.h"
#include "engine/wait/tracked_task.h"

namespace tlm {

class TaskBoard;

enum class ResultKind {
    done,         // executed
    already,      // was as planned before anything was sent
    conflict,     // the live resource moved since the plan was made; nothing was sent
    failed,       // sent, and it did not work
    skipped,      // something that it depends on conflicted or failed
    not_started,  // the run was stopped first
};

// What became of one change.
struct ChangeResult {
    const Change* change = nullptr;  // in the plan
    ResultKind kind = ResultKind::not_started;
    std::string reason;                // in the target's words where it refused; empty for done
    std::vector<std::string> details;  // conflicts: a line for each attribute, with planned and live value
    bool in_the_way = false;           // of a create: the target said that something like it exists already
};

// What happens during an apply, for those who show it.
struct ApplyBegins {
    std::size_t changes = 0;
};
struct ChangeStarted {
    const Change* change = nullptr;
};
struct ChangeEnded {
    const ChangeResult* result = nullptr;
};
struct Retrying {
    const Change* change = nullptr;
    std::string reason;
    int attempt = 0;  // the coming one; the first was 1
};
struct Throttled {  // the target wants to wait; everything does
    std::chrono::milliseconds wait{};
    std::string reason;
};
// What happens while tasks are waited for.
struct TaskMoved {  // to another stage, or to another status on the target
    const TrackedTask* task = nullptr;
};
struct WaitProgress {  // after each read of the tasks
    const TaskBoard* board = nullptr;
};
struct NotRead {  // the target did not answer; it is asked again
    std::string reason;
    int failures = 0;  // in a row, of so many
    int patience = 0;
    std::chrono::milliseconds pause{};
};
struct TeardownBegins {  // of a workflow whose tasks are at an end
    TornDown what;
    std::size_t changes = 0;  // agents and teams that go
};
struct WaitCancelled {  // of a workflow, by another process
    std::string workflow;
};
struct Listening {  // hints come that tasks may have moved
    std::string broker;
    bool again = false;
};
struct NotListening {  // they don't, or not any more; tasks are polled instead
    std::string broker;
    std::string reason;
    bool tried_again = false;  // the broker is, until it is back
};
using ApplyEvent =
    std::variant<ApplyBegins, ChangeStarted, ChangeEnded, Retrying, Throttled, TaskMoved, WaitProgress,
                 NotRead, TeardownBegins, WaitCancelled, Listening, NotListening>;

// Told of events as they happen, on the thread that applies. Must not block for long and must not fail.
class Observer {
  public:
    virtual ~Observer() = default;
    virtual void on(const ApplyEvent& event) = 0;
};

}  // namespace tlm
