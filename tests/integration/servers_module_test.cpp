// What needs no server starts without the libraries that talk to one; see cmd/servers/servers.h.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/integration/fixture.h"
#include "tests/support/paths.h"

namespace tlm::test {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr int kInternal = 1;

// A program of its own, without the module.
struct ServersModule : testing::Test {
    void SetUp() override {
        if (tests_another_build()) GTEST_SKIP() << "the module would be of this build";
        project.write("workflows/pair.yaml", kPair);
        const fs::path copy = project.directory / "bin" / "tlm";
        fs::create_directory(copy.parent_path());
        fs::copy_file(project.program, copy);
        const fs::path built = fs::path(project.program).parent_path();
        module = copy.parent_path() / fs::relative(servers_module(), built);
        project.program = copy;
    }
    void install_as_the_module(const fs::path& file) const {
        fs::create_directories(module.parent_path());
        fs::copy_file(file, module);
    }
    Finished plan_on_a_server() {
        Server server;
        server.attach(project);
        return project.tlm({"plan"});
    }
    Project project;
    fs::path module;  // where the program looks for it
};

TEST_F(ServersModule, IsNotPartOfTheProgramItself) {
    project.environment["LD_TRACE_LOADED_OBJECTS"] = "1";  // as ldd does
    const std::string libraries = project.tlm({"version"}).out;
    EXPECT_THAT(libraries, HasSubstr("libsqlite3"));
    EXPECT_THAT(libraries, Not(AnyOf(HasSubstr("libcurl"), HasSubstr("libnats"), HasSubstr("libssl"))));
}

TEST_F(ServersModule, IsMissing_ServersCanNotBeUsedAndAllElseCan) {
    EXPECT_EQ(project.tlm({"version"}).exit_code, 0);
    EXPECT_EQ(project.tlm({"plan"}).exit_code, 0);
    const Finished finished = plan_on_a_server();
    EXPECT_EQ(finished.exit_code, kInternal);
    EXPECT_THAT(finished.err, AllOf(HasSubstr("the part of tlm that talks to servers can't be used"),
                                    HasSubstr("tlm-servers.so"), HasSubstr("next: Install tlm as a whole")));
}

TEST_F(ServersModule, IsSomethingElse_IsSaid) {
    install_as_the_module(faulty_machine());
    const Finished finished = plan_on_a_server();
    EXPECT_EQ(finished.exit_code, kInternal);
    EXPECT_THAT(finished.err, HasSubstr("tlm-servers.so is not of this version of tlm"));
}

// Nor in the directory in which the program runs, which may be anybody's.
TEST_F(ServersModule, IsOnlyInTheWorkingDirectory_IsNotLoaded) {
    fs::copy_file(servers_module(), project.directory / "tlm-servers.so");
    EXPECT_EQ(plan_on_a_server().exit_code, kInternal);
}

TEST_F(ServersModule, WhereItIsInstalled_IsFoundWhereverTheProgramIs) {
    install_as_the_module(servers_module());
    const Finished finished = plan_on_a_server();
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
}

TEST_F(ServersModule, ProgramIsCalledByALinkToIt_IsFoundBesideTheProgram) {
    install_as_the_module(servers_module());
    const fs::path link = project.directory / "link" / "tlm";
    fs::create_directory(link.parent_path());
    fs::create_symlink(project.program, link);
    project.program = link;
    const Finished finished = plan_on_a_server();
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
}

}  // namespace
}  // namespace tlm::test
