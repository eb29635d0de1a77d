#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
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

// A program that runs beside this one and waits for its input. It is looked up in PATH and started without a
// shell; the environment that it gets is PATH alone: ours may hold the API key.
class Child {
  public:
    // Starts it; `limit` is for the whole of finish(). Errors come from there.
    Child(std::vector<std::string> command, std::chrono::seconds limit);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    // Ends it, where it has not come to its end.
    ~Child();

    // Gives it `input` on standard input and waits for its end, once. Errors: internal, where the system
    // can't start or watch a process.
    [[nodiscard]] Result<ChildOutcome> finish(std::string_view input);

  private:
    class MemoryFile;
    bool feed(std::string_view input);
    int reap();

    std::string program_;
    std::chrono::seconds limit_;
    std::unique_ptr<MemoryFile> out_;
    std::unique_ptr<MemoryFile> err_;
    int in_ = -1;  // our end of the pipe to its standard input
    int pidfd_ = -1;
    pid_t pid_ = -1;  // -1: none is running
    int fault_ = 0;   // errno of the start
};

// Starts a program and finishes it at once.
[[nodiscard]] Result<ChildOutcome> run_child(const std::vector<std::string>& command, std::string_view input,
                                             std::chrono::seconds limit);

}  // namespace tlm::cmd
