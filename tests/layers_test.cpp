// The layers, held by reading every include: engine includes nothing of the others; storage includes the
// engine only; state and providers include the engine and, where they keep files, storage; cmd puts them
// together. Third-party headers stay out of our headers.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;

struct Include {
    fs::path file;
    std::string what;  // with its quotes or brackets
};

std::vector<Include> includes_of(const std::string& folder) {
    static const std::regex pattern(R"(^\s*#\s*include\s*([<"][^>"]+[>"]).*)");
    std::vector<Include> includes;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(tlm::test::source_dir()) / folder)) {
        if (entry.path().extension() != ".cpp" && entry.path().extension() != ".h") continue;
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);) {
            std::smatch match;
            if (std::regex_match(line, match, pattern)) includes.push_back({entry.path(), match[1]});
        }
    }
    return includes;
}

// The layer that a quoted include names: the top-level directory, for providers the provider, and
// state/storage, which the sandbox keeps its file by as well.
std::string layer_of(const std::string& include) {
    static const std::regex pattern(R"x("((providers/[^/]+)|(state/storage)|([^/]+))/.*)x");
    std::smatch match;
    if (!std::regex_match(include, match, pattern)) return {};
    return match[1];
}

void expect_only(const std::string& folder, const std::set<std::string>& allowed) {
    const auto includes = includes_of(folder);
    ASSERT_FALSE(includes.empty()) << folder;
    for (const Include& include : includes) {
        if (include.what.front() != '"') continue;
        EXPECT_TRUE(allowed.contains(layer_of(include.what))) << include.file << " includes " << include.what;
    }
}

TEST(Layers, EngineIncludesNothingOfTheOthers) {
    expect_only("engine", {"engine"});
}
TEST(Layers, StorageIncludesTheEngineOnly) {
    expect_only("state/storage", {"state/storage", "engine"});
}
TEST(Layers, StateIncludesEngineAndStorageOnly) {
    expect_only("state", {"state", "state/storage", "engine"});
}
TEST(Layers, AgamemnonIncludesTheEngineOnly) {
    expect_only("providers/agamemnon", {"providers/agamemnon", "engine"});
}
TEST(Layers, NatsIncludesTheEngineOnly) {
    expect_only("providers/nats", {"providers/nats", "engine"});
}
TEST(Layers, SandboxIncludesEngineAndStorageOnly) {
    expect_only("providers/sandbox", {"providers/sandbox", "state/storage", "engine"});
}
TEST(Layers, CommandLineIncludesNoTests) {
    expect_only("cmd", {"cmd", "engine", "state/storage", "state", "providers/agamemnon", "providers/nats",
                        "providers/sandbox"});
}

TEST(Layers, EngineKnowsNoHttpSqlTerminalOrEnvironment) {
    static const std::regex forbidden(
        R"(<(curl/|sqlite3|sys/|unistd|termios|poll|fcntl|iostream|fstream|filesystem|thread).*)");
    for (const Include& include : includes_of("engine")) {
        // The one place that shares work among threads, whose result is that of a single one. Nothing waits
        // there.
        if (include.what == "<thread>" && include.file.filename() == "parallel.h") continue;
        EXPECT_FALSE(std::regex_match(include.what, forbidden))
            << include.file << " includes " << include.what;
    }
}

TEST(Layers, ThirdPartyHeadersStayInSources) {
    static const std::regex third_party(
        R"(<(curl/|nats/|seccomp|sqlite3|yaml|rapidjson/|openssl/|fmt/|dtl/|uni(str|lbrk|width)|boost/program_options).*)");
    for (const char* folder : {"engine", "state", "providers", "cmd"}) {
        for (const Include& include : includes_of(folder)) {
            // fwd.h only declares names, so that a header need not bring the library in.
            if (include.file.extension() != ".h" || include.what == "<rapidjson/fwd.h>") continue;
            // A stream that RapidJSON's templates read, for two sources and for no header.
            if (include.file.filename() == "json_in_place.h") continue;
            EXPECT_EQ(include.what.find("json_in_place.h"), std::string::npos)
                << include.file << " brings RapidJSON in";
            EXPECT_FALSE(std::regex_match(include.what, third_party))
                << include.file << " includes " << include.what;
        }
    }
}

}  // namespace
