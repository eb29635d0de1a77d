// bench_generate DIRECTORY AGENTS [yaml|json] [TEAMS TASKS WORKFLOWS]: sample workflow files for benchmarks.
// Without the last three, the usual mix: as many tasks as agents, a tenth as many teams, 100 agents in a
// workflow.
#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/sample.h"

namespace {

constexpr std::string_view kUsage = "bench_generate DIRECTORY AGENTS [yaml|json] [TEAMS TASKS WORKFLOWS]\n";

bool read_number(std::string_view text, std::size_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    std::size_t agents = 0;
    const bool sizes_given = words.size() == 6;
    if ((words.size() != 2 && words.size() != 3 && !sizes_given) || !read_number(words[1], agents) ||
        (words.size() > 2 && words[2] != "yaml" && words[2] != "json")) {
        fmt::print(stderr, "{}", kUsage);
        return 2;
    }
    auto size = tlm::bench::usual_mix(agents);
    if (sizes_given && !(read_number(words[3], size.teams) && read_number(words[4], size.tasks) &&
                         read_number(words[5], size.workflows) && size.workflows > 0)) {
        fmt::print(stderr, "{}", kUsage);
        return 2;
    }
    const bool json = words.size() > 2 && words[2] == "json";
    std::filesystem::create_directories(words[0]);
    for (std::size_t i = 0; i < size.workflows; ++i) {
        const std::string path = fmt::format("{}/flow-{}.{}", words[0], i, json ? "json" : "yaml");
        std::ofstream file(path, std::ios::binary);
        file << tlm::bench::sample_workflow(
            size, i, json ? tlm::bench::SampleFormat::json : tlm::bench::SampleFormat::yaml);
        file.close();
        if (!file) {
            fmt::print(stderr, "bench_generate: can't write {}: {}\n", path, std::strerror(errno));
            return 1;
        }
    }
}
