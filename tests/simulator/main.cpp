#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <boost/program_options.hpp>
#include <cerrno>
#include <exception>
#include <iostream>
#include <optional>

#include "tests/simulator/simulator.h"

namespace {

namespace po = boost::program_options;

struct Arguments {
    tlm::SimulatorOptions options;
    bool until_stdin_closes = false;
};

// None: only the help was asked for.
std::optional<Arguments> read_arguments(int argc, char** argv) {
    Arguments arguments;
    tlm::SimulatorOptions& options = arguments.options;
    long delay = 0;
    std::string workers;
    long missing_length_wait = options.missing_length_wait.count();
    po::options_description known("agamemnon-simulator: an Agamemnon server for tests, on 127.0.0.1");
    known.add_options()("help", "show this text")                                                 //
        ("port", po::value(&options.port), "0: the system chooses")                               //
        ("api-key", po::value(&options.api_key), "the key that clients must send")                //
        ("rate", po::value(&options.rate), "requests a second and client; 0: no limit")           //
        ("burst", po::value(&options.burst), "requests before the rate counts")                   //
        ("keep-alive", po::value(&options.keep_alive_requests), "per connection; 0: no limit")    //
        ("missing-length-wait", po::value(&missing_length_wait), "ms before 400 without length")  //
        ("delay", po::value(&delay), "ms added to every answer")                                  //
        ("workers", po::value(&workers),                                                          //
         "who do the tasks: ms=500,fail=Review*,never=Watch (or reads=3 in place of ms)")         //
        ("nats", po::value(&options.broker), "tell this broker of tasks: nats://HOST:PORT")       //
        ("nagle", "leave TCP_NODELAY off, and send head and body apart")                          //
        ("tls", "serve https")                                                                    //
        ("certificate", po::value(&options.certificate_file), "PEM file")                         //
        ("key", po::value(&options.key_file), "PEM file")                                         //
        ("until-stdin-closes", po::bool_switch(&arguments.until_stdin_closes), "end with the parent");
    po::variables_map given;
    po::store(po::parse_command_line(argc, argv, known), given);
    po::notify(given);
    if (given.count("help") != 0) {
        std::cout << known;
        return std::nullopt;
    }
    if (given.count("workers") != 0) options.workers = tlm::simulator::read_short_scripts(workers);
    options.delay = std::chrono::milliseconds(delay);
    options.missing_length_wait = std::chrono::milliseconds(missing_length_wait);
    options.tls = given.count("tls") != 0;
    options.tcp_no_delay = given.count("nagle") == 0;
    return arguments;
}

// Before the first thread starts, so that every thread inherits it.
int block_signals() {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    return signalfd(-1, &ends, SFD_CLOEXEC);
}

bool stdin_is_open() {
    std::array<char, 4096> ignored{};
    const ssize_t got = read(STDIN_FILENO, ignored.data(), ignored.size());
    return got > 0 || (got < 0 && errno == EINTR);
}

void wait_for_end(int signals, bool until_stdin_closes) {
    std::array<pollfd, 2> watched{
        {{signals, POLLIN, 0}, {until_stdin_closes ? STDIN_FILENO : -1, POLLIN, 0}}};
    while (poll(watched.data(), watched.size(), -1) >= 0 || errno == EINTR) {
        if (watched[0].revents != 0) return;
        if (watched[1].revents != 0 && !stdin_is_open()) return;
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto arguments = read_arguments(argc, argv);
        if (!arguments) return 0;
        const int signals = block_signals();
        const tlm::Simulator simulator(arguments->options);
        std::cout << "listening on " << simulator.url() << std::endl;
        wait_for_end(signals, arguments->until_stdin_closes);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "agamemnon-simulator: " << error.what() << "\n";
        return 1;
    }
}
