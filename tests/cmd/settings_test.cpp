#include "cmd/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tlm::cmd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Both files of the directory are trusted; setting_rules_test.cpp has the others.
Result<Settings> resolve(const Variables& environment, const std::string& dotenv = {},
                         const std::string& conf = {}, const Options& options = {},
                         const std::string& user_file = {}) {
    return resolve_settings(options, environment,
                            {{SettingSource::dot_env, ".env", dotenv, Trust::full},
                             {SettingSource::conf, "tlm.conf", conf, Trust::full},
                             {SettingSource::user_file, "/c/tlm.conf", user_file, Trust::full}},
                            {[](const std::string&) { return false; }});
}

std::string fault(const Variables& environment, const std::string& dotenv = {}) {
    const auto settings = resolve(environment, dotenv);
    return settings ? "accepted" : settings.error().where + ": " + settings.error().message;
}

TEST(Settings, OptionThenEnvironmentThenDotenvThenConfThenTheUsersFileThenDefault) {
    Options options;
    options.state = "from-option";
    EXPECT_EQ(
        resolve({{"TLM_STATE", "env"}}, "TLM_STATE=dot", "TLM_STATE=conf", options).value().state_path.path,
        "from-option");
    EXPECT_EQ(resolve({{"TLM_STATE", "env"}}, "TLM_STATE=dot", "TLM_STATE=conf").value().state_path.path,
              "env");
    EXPECT_EQ(resolve({}, "TLM_STATE=dot", "TLM_STATE=conf").value().state_path.path, "dot");
    EXPECT_EQ(resolve({}, "", "TLM_STATE=conf", {}, "TLM_STATE=user").value().state_path.path, "conf");
    EXPECT_EQ(resolve({}, "", "", {}, "TLM_STATE=user").value().state_path.path, "user");
    EXPECT_EQ(resolve({}).value().state_path.path, ".tlm/state.db");
}

TEST(Settings, WithoutAUrlTheTargetIsTheSandbox) {
    const Settings settings = resolve({}).value();
    EXPECT_EQ(settings.target, "sandbox:.tlm/sandbox.db");
    EXPECT_EQ(settings.sandbox_path, ".tlm/sandbox.db");
    EXPECT_EQ(resolve({{"AGAMEMNON_URL", "sandbox:x.db"}}).value().sandbox_path, "x.db");
}

TEST(Settings, FileLinesMayBeCommentedQuotedAndExported) {
    const Settings settings = resolve({},
                                      "# a comment\n\nexport HOST_ID='h # 1'  # why\r\nWORKFLOWS_DIR = \"my "
                                      "dir\"\nTLM_STATE=s.db # x\n")
                                  .value();
    EXPECT_EQ(settings.host_id, "h # 1");
    EXPECT_EQ(settings.workflows_dir, "my dir");
    EXPECT_EQ(settings.state_path.path, "s.db");
}

TEST(Settings, FaultsNameFileAndLine) {
    EXPECT_THAT(fault({}, "A=1\nnonsense\n"), HasSubstr(".env:2: not a setting"));
    EXPECT_THAT(fault({}, "A='1\n"), HasSubstr(".env:1: the quote"));
    EXPECT_THAT(fault({}, "REQUIRE_TLS=maybe\n"), HasSubstr(".env:1: REQUIRE_TLS takes true or false"));
    EXPECT_THAT(fault({{"AGAMEMNON_TIMEOUT", "soon"}}),
                HasSubstr("the environment: AGAMEMNON_TIMEOUT takes a number"));
    EXPECT_THAT(fault({{"AGAMEMNON_TIMEOUT", "nan"}}), HasSubstr("AGAMEMNON_TIMEOUT"));
}

TEST(Settings, MisspelledNameInAFileIsAWarningWithASuggestion) {
    EXPECT_THAT(resolve({}, "AGAMEMNON_ULR=x\n").value().warnings,
                ElementsAre(".env:1: AGAMEMNON_ULR is no setting of tlm; did you mean AGAMEMNON_URL?"));
    EXPECT_THAT(resolve({}, "NATS_URL=x\nAGAMEMNON_RATE_LIMIT_BURST=3\n").value().warnings, IsEmpty());
}

TEST(Settings, ClearTextToOtherMachinesIsRefusedUnlessAllowed) {
    for (const char* url : {"http://localhost:8080", "http://127.0.0.1", "http://127.9.9.9:1",
                            "http://[::1]:80", "https://x.org"}) {
        EXPECT_EQ(fault({{"AGAMEMNON_URL", url}}), "accepted") << url;
    }
    for (const char* url : {"http://example.org", "http://127.0.0.1.example.org", "http://10.0.0.1",
                            "http://localhost.example.org"}) {
        EXPECT_THAT(fault({{"AGAMEMNON_URL", url}}), HasSubstr("in the clear")) << url;
        EXPECT_EQ(fault({{"AGAMEMNON_URL", url}, {"REQUIRE_TLS", "false"}}), "accepted") << url;
    }
}

TEST(Settings, TargetIsCanonicalAndHoldsNoSecret) {
    EXPECT_EQ(resolve({{"AGAMEMNON_URL", "https://x.org:8443/api//"}}).value().target,
              "https://x.org:8443/api");
    for (const char* url : {"https://u:p@x.org", "https://x.org?k=v", "https://x.org/#f", "ftp://x.org",
                            "x.org", "https://", "sandbox:", "https://x%e7.org", "https://x%2f.org"}) {
        EXPECT_NE(fault({{"AGAMEMNON_URL", url}}), "accepted") << url;
    }
}

TEST(Settings, KeyWithALineEndIsRefusedAndNotShown) {
    const std::string text = fault({{"AGAMEMNON_URL", "https://x.org"}, {"AGAMEMNON_API_KEY", "sec\r\nret"}});
    EXPECT_THAT(text, HasSubstr("AGAMEMNON_API_KEY"));
    EXPECT_THAT(text, testing::Not(HasSubstr("ret")));
    EXPECT_EQ(
        resolve({{"AGAMEMNON_URL", "https://x.org"}, {"AGAMEMNON_API_KEY", "k"}}).value().api_key.reveal(),
        "k");
}

TEST(Settings, TargetAndHostMustBeUtf8BecausePlansHoldThem) {
    EXPECT_THAT(fault({{"AGAMEMNON_URL", "sandbox:\xFF.db"}}),
                HasSubstr("the environment: the target is not UTF-8"));
    EXPECT_THAT(fault({{"AGAMEMNON_URL", "https://x.org/\xFF"}}), HasSubstr("not UTF-8"));
    EXPECT_THAT(fault({{"HOST_ID", "\xC3("}}), HasSubstr("HOST_ID is not UTF-8"));
    EXPECT_EQ(fault({{"HOST_ID", "\xC3\xA9"}, {"TLM_STATE", "\xFF.db"}}), "accepted");
}

TEST(Settings, HomeIsExpandedInPathsAndInNothingElse) {
    const Variables home = {{"HOME", "/home/u"}};
    Options options;
    options.state = "~/fleet.db";
    const Settings settings =
        resolve(home, "WORKFLOWS_DIR=~/flows\nHOST_ID=~/x\nAGAMEMNON_URL=sandbox:~/s.db", {}, options)
            .value();
    EXPECT_EQ(settings.state_path.path, "/home/u/fleet.db");
    EXPECT_EQ(settings.workflows_dir, "/home/u/flows");
    EXPECT_EQ(settings.sandbox_path, "/home/u/s.db");
    EXPECT_EQ(settings.host_id, "~/x");
    EXPECT_THAT(fault({{"TLM_STATE", "~/x"}}), HasSubstr("HOME is not set"));
    EXPECT_THAT(fault({{"TLM_STATE", "~/x"}, {"HOME", "home"}}), HasSubstr("HOME must be an absolute path"));
    EXPECT_THAT(fault({{"TLM_STATE", "~root/x"}, {"HOME", "/home/u"}}), HasSubstr("only `~/` is expanded"));
    EXPECT_THAT(fault({{"TLM_STATE", "~/x"}}, "HOME=/elsewhere"), HasSubstr("HOME is not set"))
        << "a settings file does not say where the home directory is";
}

TEST(Settings, VariablesInAFileAreNotExpanded) {
    const Variables environment = {{"GITHUB_TOKEN", "s3cret"}, {"AGAMEMNON_URL", "https://x.org"}};
    EXPECT_EQ(resolve(environment, "AGAMEMNON_API_KEY=${GITHUB_TOKEN}").value().api_key.reveal(),
              "${GITHUB_TOKEN}");
    EXPECT_EQ(resolve(environment, "WORKFLOWS_DIR=$GITHUB_TOKEN").value().workflows_dir, "$GITHUB_TOKEN");
}

TEST(Settings, TrustedKeysAreAnAbsolutePathOfATrustedSource) {
    EXPECT_EQ(resolve({{"TLM_TRUSTED_KEYS", "/keys"}}).value().trusted_keys_dir, "/keys");
    EXPECT_THAT(fault({{"TLM_TRUSTED_KEYS", "keys"}}), HasSubstr("must be an absolute path"));
    EXPECT_THAT(fault({{"TLM_TRUSTED_KEYS", ""}}), HasSubstr("TLM_TRUSTED_KEYS is set, but empty"));
    Options options;
    options.trusted_keys = {"ops.pub"};
    // What it revokes counts beside keys that are named; what a file of the directory says never counts.
    EXPECT_EQ(resolve({{"TLM_TRUSTED_KEYS", "/keys"}}, {}, {}, options).value().trusted_keys_dir, "/keys");
    EXPECT_EQ(resolve({}, {}, "TLM_TRUSTED_KEYS=/keys", options).value().trusted_keys_dir, "");
}

TEST(Settings, EmptyOptionIsAFaultThatNamesIt) {
    for (const auto option : {&Options::url, &Options::state, &Options::workflows_dir, &Options::ca_cert}) {
        Options options;
        options.*option = "";
        const auto settings = resolve({}, {}, {}, options);
        ASSERT_FALSE(settings);
        EXPECT_THAT(settings.error().message, testing::MatchesRegex("--[a-z-]+ is empty"));
    }
}

TEST(Settings, NulInAFileIsAFault) {
    EXPECT_EQ(fault({}, std::string("A=1\nTLM_STATE=a\0b\n", 18)),
              ".env:2: a NUL character can't stand here");
}

}  // namespace
}  // namespace tlm::cmd
