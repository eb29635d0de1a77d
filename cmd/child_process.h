#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace tlm::cmd {

struct ChildOutcome {
    enum class End { exited, not_found, timed_out, signalled };
    End end = End::exited;
    int exit_code = 0;
    std::string out;
    std::string err;
};

// Runs a program that is looked up in PATH, without a shell, gives it `input` on standard input and waits for
// its end, `limit` at most. The environment that it gets is PATH alone: ours may hold the API key. Errors:
// internal, where the system can't start or watch a process.
[[nodiscard]] Result<ChildOutcome> run_child(const std::vector<std::string>& command, std::string_view input,
                                             std::chrono::seconds limit);

}  // namespace tlm::cmd
