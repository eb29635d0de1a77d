#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace tlm::test {
namespace {

class Pipe {
  public:
    Pipe() {
        if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        close_read();
        close_write();
    }
    [[nodiscard]] int read_end() const { return ends_[0]; }
    [[nodiscard]] int write_end() const { return ends_[1]; }
    void close_read() {
        if (ends_[0] >= 0) close(ends_[0]);
        ends_[0] = -1;
    }
    void close_write() {
        if (ends_[1] >= 0) close(ends_[1]);
        ends_[1] = -1;
    }

  private:
    std::array<int, 2> ends_{};
};

// Reads both to their ends, whichever has something first; -1 is at its end.
void drain(int out, int err, Finished& finished) {
    std::array<pollfd, 2> polled = {pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
    const std::array<std::string*, 2> texts = {&finished.out, &finished.err};
    std::array<char, 65536> buffer{};
    while (polled[0].fd >= 0 || polled[1].fd >= 0) {
        if (poll(polled.data(), polled.size(), -1) < 0) continue;
        for (std::size_t i = 0; i < 2; ++i) {
            if (polled[i].revents == 0) continue;
            const ssize_t n = read(polled[i].fd, buffer.data(), buffer.size());
            if (n > 0) texts[i]->append(buffer.data(), static_cast<std::size_t>(n));
            if (n == 0) polled[i].fd = -1;
        }
    }
}

// Pointers into `texts`, which must outlive them, ended by a null.
std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

pid_t start(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment,
            const std::string& directory, int out, int err) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
    posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
    std::vector<std::string> words = command;
    std::vector<std::string> settings;
    for (const auto& [name, value] : environment)
        settings.push_back(name + "=" + value);
    const std::vector<char*> arguments = pointers(words);
    const std::vector<char*> variables = pointers(settings);
    // Whoever runs the tests in the background has a shell that ignores SIGINT, and so would all that they
    // start.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    pid_t pid = 0;
    const int failed =
        posix_spawn(&pid, arguments[0], &actions, &attributes, arguments.data(), variables.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error("can't start " + command[0]);
    return pid;
}

void wait_for(pid_t pid, Finished& finished) {
    int status = 0;
    rusage usage = {};
    while (wait4(pid, &status, 0, &usage) < 0) {
    }
    finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    finished.peak_kib = usage.ru_maxrss;
}

// Returns the process; `terminal` is the other side of its terminal.
pid_t start_in_terminal(const std::vector<std::string>& command,
                        const std::map<std::string, std::string>& environment, const std::string& directory,
                        int& terminal) {
    std::vector<std::string> words = command;
    std::vector<std::string> settings;
    for (const auto& [name, value] : environment)
        settings.push_back(name + "=" + value);
    const std::vector<char*> arguments = pointers(words);
    const std::vector<char*> variables = pointers(settings);
    winsize size = {};
    size.ws_col = 80;
    size.ws_row = 24;
    terminal = -1;
    const pid_t pid = forkpty(&terminal, nullptr, nullptr, &size);
    if (pid < 0) throw std::runtime_error("forkpty failed");
    if (pid == 0) {
        if (chdir(directory.c_str()) == 0) execve(arguments[0], arguments.data(), variables.data());
        _exit(127);
    }
    return pid;
}

}  // namespace

Finished run_in_terminal(const std::vector<std::string>& command,
                         const std::map<std::string, std::string>& environment, const std::string& directory,
                         const std::string& input) {
    int terminal = -1;
    const pid_t pid = start_in_terminal(command, environment, directory, terminal);
    Finished finished;
    if (write(terminal, input.data(), input.size()) < 0) throw std::runtime_error("can't type");
    std::array<char, 65536> buffer{};
    // The terminal answers with an error once the other side is gone.
    for (ssize_t n = 0; (n = read(terminal, buffer.data(), buffer.size())) > 0;) {
        finished.out.append(buffer.data(), static_cast<std::size_t>(n));
    }
    wait_for(pid, finished);
    close(terminal);
    return finished;
}

Finished run_process(const std::vector<std::string>& command,
                     const std::map<std::string, std::string>& environment, const std::string& directory) {
    return run_process(command, environment, directory, [](int) {});
}

Finished run_process(const std::vector<std::string>& command,
                     const std::map<std::string, std::string>& environment, const std::string& directory,
                     const std::function<void(int pid)>& meanwhile) {
    Pipe out;
    Pipe err;
    const pid_t pid = start(command, environment, directory, out.write_end(), err.write_end());
    out.close_write();
    err.close_write();
    meanwhile(pid);
    Finished finished;
    drain(out.read_end(), err.read_end(), finished);
    wait_for(pid, finished);
    return finished;
}

Finished run_without_reader(const std::vector<std::string>& command,
                            const std::map<std::string, std::string>& environment,
                            const std::string& directory) {
    Pipe out;
    Pipe err;
    out.close_read();
    const pid_t pid = start(command, environment, directory, out.write_end(), err.write_end());
    err.close_write();
    Finished finished;
    drain(-1, err.read_end(), finished);
    wait_for(pid, finished);
    return finished;
}

Finished run_losing_readers(const std::vector<std::string>& command,
                            const std::map<std::string, std::string>& environment,
                            const std::string& directory, const std::function<void(int pid)>& until) {
    Pipe out;
    const pid_t pid = start(command, environment, directory, out.write_end(), out.write_end());
    out.close_write();
    until(pid);
    out.close_read();
    Finished finished;
    wait_for(pid, finished);
    return finished;
}

Finished run_losing_terminal(const std::vector<std::string>& command,
                             const std::map<std::string, std::string>& environment,
                             const std::string& directory, const std::function<void(int pid)>& until) {
    int terminal = -1;
    const pid_t pid = start_in_terminal(command, environment, directory, terminal);
    until(pid);
    close(terminal);
    Finished finished;
    wait_for(pid, finished);
    return finished;
}

}  // namespace tlm::test
