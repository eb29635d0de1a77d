// Verbs that read files of others and talk to nobody do so confined: see cmd/confinement.h, and tests/cmd for
// what that takes.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

std::string status_of(int pid) {
    std::ostringstream text;
    text << std::ifstream(fmt::format("/proc/{}/status", pid)).rdbuf();
    return text.str();
}

// The process's status while it waits for somebody to write into the pipe that it reads. A pipe can be opened
// for writing without blocking only where it is being read.
std::string status_while_it_reads(int pid, const std::string& pipe) {
    siginfo_t ended = {};
    int fd = -1;
    // Bounded by the run itself: it reads, or it ends.
    while (waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == 0) {
        fd = open(pipe.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0) break;
    }
    std::string status = status_of(pid);
    if (fd >= 0) close(fd);
    return status;
}

class ReadingVerbs : public testing::TestWithParam<std::vector<std::string>> {
  protected:
    Project project;
};

TEST_P(ReadingVerbs, AreConfinedBeforeTheyReadTheFile) {
    if (status_of(getpid()).find("Seccomp:") == std::string::npos)
        GTEST_SKIP() << "this kernel has no seccomp";
    const std::string pipe = project.directory / "pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    std::string status;
    const Finished finished = project.tlm_meanwhile(GetParam(), [&](int pid) {
        status = status_while_it_reads(pid, pipe);
        kill(pid, SIGKILL);
    });
    EXPECT_THAT(status, HasSubstr("Seccomp:\t2")) << finished.err;
    EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
}

INSTANTIATE_TEST_SUITE_P(Of, ReadingVerbs,
                         testing::Values(std::vector<std::string>{"validate", "pipe"},
                                         std::vector<std::string>{"show", "pipe"},
                                         std::vector<std::string>{"verify", "pipe"},
                                         std::vector<std::string>{"diff", "pipe", "pipe"},
                                         std::vector<std::string>{"graph", "pipe"}),
                         [](const auto& verb) { return verb.param.front(); });

TEST(ConfinedVerbs, DoWhatTheyAlwaysDo) {
    Project project;
    project.write("workflows/pair.yaml", kPair);
    const auto run = [&](const std::vector<std::string>& command, int exit_code = 0) {
        Finished finished = project.tlm(command);
        EXPECT_EQ(finished.exit_code, exit_code) << command[0] << finished.out << finished.err;
        return finished.out + finished.err;
    };
    std::filesystem::create_directory(project.directory / "keys");
    run({"keygen", "--out", "keys/ops"});
    // As Kubernetes mounts a ConfigMap: links within the directory.
    std::filesystem::create_directories(project.directory / "trusted/..data");
    project.write("trusted/..data/ops.pub", project.read("keys/ops.pub"));
    std::filesystem::create_symlink("..data/ops.pub", project.directory / "trusted/ops.pub");
    run({"plan", "--out", "p.json", "--sign", "keys/ops.key"});
    EXPECT_THAT(run({"validate"}), HasSubstr("Valid: 1 workflow"));
    EXPECT_THAT(run({"validate", "workflows/pair.yaml"}), HasSubstr("Valid: 1 workflow"));
    EXPECT_THAT(run({"show", "p.json"}), HasSubstr("pair/agent/architect"));
    EXPECT_THAT(run({"verify", "p.json", "--trusted-key", "keys/ops.pub"}),
                ContainsRegex("signed by .*ops.pub"));
    project.environment["TLM_TRUSTED_KEYS"] = (project.directory / "trusted").string();
    EXPECT_THAT(run({"verify", "p.json"}), ContainsRegex("signed by .*ops.pub"));
    EXPECT_THAT(run({"diff", "p.json", "./p.json"}), HasSubstr("the same"));
    EXPECT_THAT(run({"graph"}), HasSubstr("pair/agent/architect"));
    EXPECT_THAT(run({"graph", "p.json", "--format", "dot"}), HasSubstr("digraph"));
    EXPECT_THAT(run({"show", "nowhere.json"}, 3),
                HasSubstr("nowhere.json: can't open the plan file: No such file"));
    EXPECT_THAT(run({"validate", "nowhere.yaml"}, 3), HasSubstr("No such file"));
    EXPECT_THAT(run({"validate", "--workflows", "nowhere"}, 3), HasSubstr("No such file"));
    EXPECT_THAT(run({"show", "workflows"}, 3), HasSubstr("this is a directory"));
}

}  // namespace
}  // namespace tlm::test
