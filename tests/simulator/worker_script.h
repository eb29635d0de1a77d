#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tlm::simulator {

enum class Outcome {
    kCompleted,
    kFailed,
    kNever,    // it runs for ever
    kUntaken,  // no worker takes it: it stays pending
};

// What a worker does with a task. It takes it as soon as the task is there, whatever that is blocked by.
struct WorkerScript {
    std::string subject = "*";  // the task's, or a pattern of fnmatch(3) for it
    Outcome outcome = Outcome::kCompleted;
    // How it ends: after so many answers that showed it unfinished (0: at once), or after this time.
    std::variant<long, std::chrono::milliseconds> end = 0L;
};

// Of several scripts the first that matches counts; a task that none matches is left alone.
[[nodiscard]] const WorkerScript* find_script(const std::vector<WorkerScript>& scripts,
                                              const std::string& subject);

// Reads {"scripts":[{"subject":"Review*","outcome":"failed","after_reads":2},{"ms":500}]}; outcomes are
// completed (without any), failed, never and untaken. Throws std::invalid_argument with what is wrong.
[[nodiscard]] std::vector<WorkerScript> read_scripts(std::string_view json);

// The same from a short text for the command line, "ms=500,fail=Review*,never=Watch": `ms` or `reads` for
// all, and the tasks that do not complete. Throws std::invalid_argument with what is wrong.
[[nodiscard]] std::vector<WorkerScript> read_short_scripts(std::string_view text);

}  // namespace tlm::simulator
