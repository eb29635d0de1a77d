#include "tests/support/nats_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tlm::test {
namespace {

constexpr int kStartPatience = 60'000;  // ms

// A socket and its port. It is bound, so that the port is this process's; another socket may listen there all
// the same.
std::pair<int, int> bound_socket() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        throw std::runtime_error("no port for nats-server");
    return {fd, ntohs(address.sin_port)};
}

[[noreturn]] void become(const std::vector<std::string>& command, const std::string& log) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    std::vector<char*> arguments;
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    _exit(127);
}

}  // namespace

std::string NatsServer::program() {
    for (const char* path : {"/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"}) {
        if (access(path, X_OK) == 0) return path;
    }
    return {};
}

NatsServer::NatsServer(NatsServerOptions options, std::pair<int, int> keeper)
    : options_(std::move(options)), keeper_(keeper.first), port_(keeper.second) {
    std::string directory = (std::filesystem::temp_directory_path() / "tlm-nats-XXXXXX").string();
    if (mkdtemp(directory.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    directory_ = directory;
}

// Through another constructor, so that the destructor cleans up where it can't be started.
NatsServer::NatsServer(NatsServerOptions options) : NatsServer(std::move(options), bound_socket()) {
    start();
}

NatsServer::~NatsServer() {
    stop();
    close(keeper_);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

std::string NatsServer::url() const {
    return (options_.certificate_file.empty() ? "nats" : "tls") + std::string("://127.0.0.1:") +
           std::to_string(port_);
}

void NatsServer::stop() {
    if (pid_ < 0) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
}

void NatsServer::start() {
    if (pid_ >= 0) return;
    std::vector<std::string> command = {
        program(),          "--addr",           "127.0.0.1", "--port", std::to_string(port_),
        "--ports_file_dir", directory_.string()};
    if (command[0].empty()) throw std::runtime_error("there is no nats-server");
    const auto add = [&](std::initializer_list<std::string> more) { command.insert(command.end(), more); };
    if (!options_.certificate_file.empty())
        add({"--tls", "--tlscert", options_.certificate_file, "--tlskey", options_.key_file});
    if (!options_.user.empty()) add({"--user", options_.user, "--pass", options_.password});
    if (!options_.config.empty()) {
        std::ofstream(directory_ / "config") << options_.config;
        add({"--config", directory_ / "config"});
    }

    const int changes = inotify_init1(IN_CLOEXEC);
    inotify_add_watch(changes, directory_.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO);
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ == 0) become(command, directory_ / "log");
    wait_until_ready(changes);
}

// `changes` watches the directory, and is closed. The server writes PROGRAM_PID.ports once it takes
// connections.
void NatsServer::wait_until_ready(int changes) const {
    const auto ready = directory_ / ("nats-server_" + std::to_string(pid_) + ".ports");
    const int process = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
    std::array<pollfd, 2> watched{{{changes, POLLIN, 0}, {process, POLLIN, 0}}};
    bool alive = true;
    while (alive && !std::filesystem::exists(ready)) {
        if (poll(watched.data(), watched.size(), kStartPatience) == 0) break;
        alive = watched[1].revents == 0;
        std::array<char, 4096> ignored{};
        if (watched[0].revents != 0 && read(changes, ignored.data(), ignored.size()) < 0) break;
    }
    close(process);
    close(changes);
    if (alive && std::filesystem::exists(ready)) return;
    std::ifstream log(directory_ / "log");
    throw std::runtime_error("nats-server did not start: " +
                             std::string(std::istreambuf_iterator<char>(log), {}));
}

}  // namespace tlm::test
