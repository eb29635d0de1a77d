#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A checkout beside the user's home directory, and a server.
class CheckoutSettings : public testing::Test {
  protected:
    CheckoutSettings() : before_(umask(022)) {
        project.environment["HOME"] = home.directory.string();
        project.write("workflows/pair.yaml", kPair);
    }
    ~CheckoutSettings() override { umask(before_); }
    Finished plan(int exit_code) {
        const Finished finished = project.tlm({"plan"});
        EXPECT_EQ(finished.exit_code, exit_code) << finished.err;
        return finished;
    }
    [[nodiscard]] std::string url_line() const { return fmt::format("AGAMEMNON_URL={}\n", server.url()); }
    static std::string key_line() { return fmt::format("AGAMEMNON_API_KEY={}\n", kKey); }

    Server server;
    Project project;
    Project home;

  private:
    mode_t before_;  // a file that the group can write to can't be trusted
};

TEST_F(CheckoutSettings, UrlAndKeyOfTheEnvironment_NothingIsSentUntilTheFileIsTrusted) {
    project.environment["AGAMEMNON_API_KEY"] = kKey;
    project.write("tlm.conf", url_line());
    EXPECT_THAT(plan(3).err, AllOf(HasSubstr("tlm.conf:1: AGAMEMNON_URL is sensitive"),
                                   HasSubstr("AGAMEMNON_API_KEY of the environment would go to this address"),
                                   HasSubstr("run `tlm trust`"), HasSubstr("in the environment or in")));
    EXPECT_EQ(server.stat("requests"), 0);

    EXPECT_EQ(project.tlm({"trust"}).exit_code, 3) << "nobody can be asked";
    EXPECT_EQ(project.tlm_in_terminal({"trust"}, "no\n").exit_code, 8);
    plan(3);
    const Finished asked = project.tlm_in_terminal({"trust"}, "yes\n");
    EXPECT_EQ(asked.exit_code, 0);
    EXPECT_THAT(asked.out,
                AllOf(HasSubstr("your environment's key will go to 127.0.0.1:"), Not(HasSubstr(kKey))));
    plan(0);
    EXPECT_GT(server.stat("requests"), 0);
    EXPECT_THAT(project.tlm({"trust", "--list"}).out,
                HasSubstr(fmt::format("{}  (trusted)", (project.directory / "tlm.conf").string())));

    project.write("tlm.conf", url_line() + "\n");
    plan(3);
    EXPECT_THAT(project.tlm({"trust", "--list"}).out, HasSubstr("changed since"));
    EXPECT_EQ(project.tlm({"trust", "--yes"}).exit_code, 0);
    plan(0);
    EXPECT_EQ(project.tlm({"trust", "--revoke"}).exit_code, 0);
    plan(3);
    EXPECT_THAT(project.tlm({"trust", "--list"}).out, HasSubstr("No file is trusted"));
}

TEST_F(CheckoutSettings, DotenvWithUrlAndKey_WorksUntrusted_ElsewhereToo) {
    project.write(".env", url_line() + key_line());
    plan(0);
    project.environment.erase("HOME");
    plan(0);
}

TEST_F(CheckoutSettings, TrustOfOneDirectory_IsNotThatOfACopy) {
    project.environment["AGAMEMNON_API_KEY"] = kKey;
    project.write("tlm.conf", url_line());
    EXPECT_EQ(project.tlm({"trust", "--yes"}).exit_code, 0);
    Project copy;
    copy.environment = project.environment;
    copy.write("workflows/pair.yaml", kPair);
    copy.write("tlm.conf", url_line());
    EXPECT_EQ(copy.tlm({"plan"}).exit_code, 3);
    fs::create_directory_symlink(project.directory, home.directory / "link");
    const Finished through_link =
        run_process({tested_program(), "plan"}, project.environment, (home.directory / "link").string());
    EXPECT_EQ(through_link.exit_code, 0) << through_link.err;
}

TEST_F(CheckoutSettings, UsersFile_IsTrustedUnlessOthersCanWriteToIt) {
    project.environment["AGAMEMNON_API_KEY"] = kKey;
    home.write(".config/tlm/tlm.conf", url_line());
    plan(0);
    fs::permissions(home.directory / ".config/tlm/tlm.conf", fs::perms(0666));
    EXPECT_THAT(plan(3).err, HasSubstr("others can write to it"));
    home.write("other/tlm/tlm.conf", url_line());
    project.environment["XDG_CONFIG_HOME"] = (home.directory / "other").string();
    plan(0);
    project.environment["XDG_CONFIG_HOME"] = "other";
    EXPECT_THAT(plan(3).err, HasSubstr("XDG_CONFIG_HOME must be an absolute path"));
}

TEST_F(CheckoutSettings, FileThatOthersCanWriteTo_CannotBeTrusted) {
    project.write(".env", url_line() + key_line());
    fs::permissions(project.directory / ".env", fs::perms(0646));
    EXPECT_THAT(plan(3).err,
                AllOf(HasSubstr("others can write to it (mode 0646)"), HasSubstr("chmod go-w .env")));
    EXPECT_THAT(project.tlm({"trust", "--yes"}).err, HasSubstr("chmod go-w .env"));
    project.write(".env", "WORKFLOWS_DIR=workflows\n");
    plan(0);
    if (geteuid() != 0) return;
    project.write("tlm.conf", url_line() + "AGAMEMNON_API_KEY=another\n");
    ASSERT_EQ(chown((project.directory / "tlm.conf").c_str(), 65534, 65534), 0);
    EXPECT_THAT(plan(3).err, HasSubstr("it belongs to user 65534"));
}

TEST_F(CheckoutSettings, StateAndWorkflows_StayBelowTheDirectory) {
    for (const char* path : {"../x.db", "/x.db", "~/x.db", "link/x.db", "linked.db", "sub/../../x.db"}) {
        fs::create_directory_symlink(home.directory, project.directory / "link");
        fs::create_symlink(home.directory / "victim", project.directory / "linked.db");
        project.write("tlm.conf", fmt::format("TLM_STATE={}\n", path));
        EXPECT_THAT(plan(3).err, HasSubstr("tlm.conf:1: TLM_STATE is sensitive")) << path;
        project.write("tlm.conf", fmt::format("WORKFLOWS_DIR={}\n", path));
        EXPECT_THAT(plan(3).err, HasSubstr("tlm.conf:1: WORKFLOWS_DIR is sensitive")) << path;
        project.write("tlm.conf", fmt::format("AGAMEMNON_URL=sandbox:{}\n", path));
        EXPECT_THAT(plan(3).err, HasSubstr("tlm.conf:1: AGAMEMNON_URL is sensitive")) << path;
        fs::remove(project.directory / "link");
        fs::remove(project.directory / "linked.db");
    }
    EXPECT_FALSE(fs::exists(home.directory / "victim"));
    project.write("tlm.conf", "TLM_STATE=states/a.db\nAGAMEMNON_URL=sandbox:states/b.db\n");
    EXPECT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
    EXPECT_TRUE(project.exists("states/a.db"));
    EXPECT_TRUE(project.exists("states/b.db"));
}

TEST_F(CheckoutSettings, NoLocalConfig_PassesOverBothFiles) {
    project.write(".env", "nonsense");
    project.write("tlm.conf", url_line());
    plan(3);
    EXPECT_EQ(project.tlm({"plan", "--no-local-config"}).exit_code, 0);
    project.environment["TLM_NO_LOCAL_CONFIG"] = "1";
    plan(0);
    fs::remove(project.directory / ".env");
    for (const char* value : {"", "maybe"}) {
        project.environment["TLM_NO_LOCAL_CONFIG"] = value;
        EXPECT_THAT(plan(3).err, HasSubstr("TLM_NO_LOCAL_CONFIG takes true or false"));
    }
    project.environment["TLM_NO_LOCAL_CONFIG"] = "false";
    EXPECT_THAT(plan(3).err, HasSubstr("AGAMEMNON_URL is sensitive"));
}

TEST_F(CheckoutSettings, FifoOrDevice_IsRefusedAtOnce) {
    ASSERT_EQ(mkfifo((project.directory / ".env").c_str(), 0600), 0);
    EXPECT_THAT(plan(3).err, HasSubstr(".env: can't read this settings file: it is a FIFO"));
    fs::remove(project.directory / ".env");
    fs::create_symlink("/dev/zero", project.directory / ".env");
    EXPECT_THAT(plan(3).err, HasSubstr("leads out of the directory"));
    EXPECT_EQ(project.tlm({"trust", "--yes"}).exit_code, 3);
}

TEST_F(CheckoutSettings, TrustedKeys_NeverComeFromTheDirectory) {
    EXPECT_EQ(project.tlm({"keygen", "--out", "ops"}).exit_code, 0);
    EXPECT_EQ(project.tlm({"keygen", "--out", "evil"}).exit_code, 0);
    fs::create_directory(project.directory / "keys");
    fs::rename(project.directory / "evil.pub", project.directory / "keys/evil.pub");
    EXPECT_EQ(project.tlm({"plan", "--out", "plan.json", "--sign", "evil.key"}).exit_code, 0);
    const std::vector<std::string> apply = {"apply", "plan.json", "--yes"};
    const std::vector<std::string> with_ops = {"apply", "plan.json", "--yes", "--trusted-key", "ops.pub"};
    project.write("tlm.conf", fmt::format("TLM_TRUSTED_KEYS={}\n", (project.directory / "keys").string()));
    EXPECT_EQ(project.tlm({"trust", "--yes"}).exit_code, 0);
    EXPECT_THAT(project.tlm(apply).err,
                HasSubstr("TLM_TRUSTED_KEYS is never taken from a file of the directory"));
    EXPECT_EQ(project.tlm(with_ops).exit_code, 5);
    fs::remove(project.directory / "tlm.conf");
    // The option replaces what the environment names.
    project.environment["TLM_TRUSTED_KEYS"] = (project.directory / "keys").string();
    EXPECT_EQ(project.tlm(with_ops).exit_code, 5);
    for (const char* value : {"", "keys", "./keys"}) {
        project.environment["TLM_TRUSTED_KEYS"] = value;
        EXPECT_EQ(project.tlm(apply).exit_code, 3) << value;
        EXPECT_EQ(project.tlm({"apply", "--yes"}).exit_code, 3) << value;
    }
    EXPECT_FALSE(project.exists(".tlm/sandbox.db"));
}

TEST_F(CheckoutSettings, Trust_ShowsWhatIsSetAndNoSecret) {
    project.write(".env",
                  "AGAMEMNON_API_KEY=hush1\nNATS_URL=tls://user:hush2@broker.example\nOTHER=hush3\n"
                  "AGAMEMNON_CLIENT_KEY=certs/key.pem\n");
    project.write("tlm.conf", "AGAMEMNON_URL=https://user:hush4@fleet.example\nHOST_ID=a\tb\x1b[2J\n");
    const Finished shown = project.tlm({"trust", "--yes"});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_THAT(shown.out,
                AllOf(HasSubstr("AGAMEMNON_API_KEY=(not shown)"), HasSubstr("tls://broker.example:4222"),
                      HasSubstr("AGAMEMNON_CLIENT_KEY=certs/key.pem"), HasSubstr("\\x1b[2J"),
                      HasSubstr("1 other name that tlm does not read"),
                      HasSubstr("your environment's key will go to fleet.example")));
    EXPECT_THAT(shown.out + shown.err, AllOf(Not(HasSubstr("hush")), Not(HasSubstr("\x1b"))));
    EXPECT_EQ(fs::status(home.directory / ".local/state/tlm/trusted").permissions(), fs::perms(0600));
}

TEST_F(CheckoutSettings, WithoutAHome_TrustSaysSo) {
    project.environment.erase("HOME");
    project.write("tlm.conf", url_line());
    for (const char* option : {"--yes", "--list", "--revoke"}) {
        const Finished finished = project.tlm({"trust", option});
        EXPECT_EQ(finished.exit_code, 3);
        EXPECT_THAT(finished.err, HasSubstr("neither HOME nor XDG_STATE_HOME is set"));
    }
    plan(3);
}

}  // namespace
}  // namespace tlm::test
