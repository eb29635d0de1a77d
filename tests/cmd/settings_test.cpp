#include "cmd/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tlm::cmd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<Settings> resolve(const Variables& environment, const std::string& dotenv = {},
                         const std::string& conf = {}, const Options& options = {}) {
    return resolve_settings(options, environment, {{".env", dotenv}, {"tlm.conf", conf}});
}

std::string fault(const Variables& environment, const std::string& dotenv = {}) {
    const auto settings = resolve(environment, dotenv);
    return settings ? "accepted" : settings.error().where + ": " + settings.error().message;
}

TEST(Settings, OptionThenEnvironmentThenDotenvThenConfThenDefault) {
    Options options;
    options.state = "from-option";
    EXPECT_EQ(
        resolve({{"TLM_STATE", "env"}}, "TLM_STATE=dot", "TLM_STATE=conf", options).value().state_path.path,
        "from-option");
    EXPECT_EQ(resolve({{"TLM_STATE", "env"}}, "TLM_STATE=dot", "TLM_STATE=conf").value().state_path.path,
              "env");
    EXPECT_EQ(resolve({}, "TLM_STATE=dot", "TLM_STATE=conf").value().state_path.path, "dot");
    EXPECT_EQ(resolve({}, "", "TLM_STATE=conf").value().state_path.path, "conf");
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
    EXPECT_THAT(resolve({}, "TLM_TRUSTED_KEYS=keys\nAGAMEMNON_RATE_LIMIT_BURST=3\n").value().warnings,
                IsEmpty());
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

TEST(Settings, NulInAFileIsAFault) {
    EXPECT_EQ(fault({}, std::string("A=1\nTLM_STATE=a\0b\n", 18)),
              ".env:2: a NUL character can't stand here");
}

}  // namespace
}  // namespace tlm::cmd
