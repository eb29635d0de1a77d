#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tlm::test {

struct Finished {
    int exit_code = -1;  // 128 + signal where a signal ended it
    std::string out;
    std::string err;
    long peak_kib = 0;  // of its memory; at least what this process has, which starts it
};

// Runs a program to its end. The environment is exactly `environment`; `directory` is where it runs. Its
// standard input is empty. Throws std::runtime_error where it can't be started.
[[nodiscard]] Finished run_process(const std::vector<std::string>& command,
                                   const std::map<std::string, std::string>& environment,
                                   const std::string& directory);

// The same, and `meanwhile` is called with the process's id once it runs.
[[nodiscard]] Finished run_process(const std::vector<std::string>& command,
                                   const std::map<std::string, std::string>& environment,
                                   const std::string& directory,
                                   const std::function<void(int pid)>& meanwhile);

// The same with nobody at the other end of its standard output: every write there fails (EPIPE).
[[nodiscard]] Finished run_without_reader(const std::vector<std::string>& command,
                                          const std::map<std::string, std::string>& environment,
                                          const std::string& directory);

// The same on a terminal of its own, 80 columns wide, into which `input` is typed. `out` is everything that
// the terminal shows, `err` is empty.
[[nodiscard]] Finished run_in_terminal(const std::vector<std::string>& command,
                                       const std::map<std::string, std::string>& environment,
                                       const std::string& directory, const std::string& input);

// As run_process; once `until` returns, nobody reads its standard output and error any more.
[[nodiscard]] Finished run_losing_readers(const std::vector<std::string>& command,
                                          const std::map<std::string, std::string>& environment,
                                          const std::string& directory,
                                          const std::function<void(int pid)>& until);

// As run_in_terminal; once `until` returns, the terminal is gone.
[[nodiscard]] Finished run_losing_terminal(const std::vector<std::string>& command,
                                           const std::map<std::string, std::string>& environment,
                                           const std::string& directory,
                                           const std::function<void(int pid)>& until);

}  // namespace tlm::test
