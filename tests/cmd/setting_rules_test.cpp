#include "cmd/setting_rules.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "cmd/setting_table.h"
#include "cmd/settings.h"
#include "tests/support/paths.h"

namespace tlm::cmd {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using enum SettingSource;

constexpr const char* kServer = "https://fleet.example";

// A project of two files of the directory and the user's one, each with its trust.
struct Case {
    Options options;
    Variables environment;
    SettingsFile dot_env{SettingSource::dot_env, ".env", {}, Trust::none};
    SettingsFile conf{SettingSource::conf, "tlm.conf", {}, Trust::none};
    SettingsFile user_file{SettingSource::user_file, "/home/u/.config/tlm/tlm.conf", {}, Trust::full};

    void set(SettingSource source, const std::string& name, const std::string& value) {
        const std::string line = fmt::format("{}={}\n", name, value);
        switch (source) {
            case SettingSource::option:
                if (name == "AGAMEMNON_URL") options.url = value;
                if (name == "AGAMEMNON_CA_CERT") options.ca_cert = value;
                if (name == "TLM_STATE") options.state = value;
                if (name == "WORKFLOWS_DIR") options.workflows_dir = value;
                if (name == "TLM_TRUSTED_KEYS") options.trusted_keys = {value};
                if (name == "TLM_NO_LOCAL_CONFIG") options.no_local_config = true;
                break;
            case SettingSource::environment:
                environment[name] = value;
                break;
            case SettingSource::dot_env:
                dot_env.text += line;
                break;
            case SettingSource::conf:
                conf.text += line;
                break;
            case SettingSource::user_file:
                user_file.text += line;
                break;
        }
    }
    void trust(SettingSource source, Trust trust) {
        for (SettingsFile* file : {&dot_env, &conf, &user_file}) {
            if (file->source != source) continue;
            file->trust = trust;
            if (trust == Trust::never) file->distrust = "it belongs to user 1000, and tlm runs as user 0";
        }
    }
    bool has_default_state = false;
    [[nodiscard]] Result<Settings> resolve() const {
        return resolve_settings(
            options, environment, {dot_env, conf, user_file},
            {[](const std::string& path) { return path.starts_with("below/"); }, "", has_default_state});
    }
    // "taken", or the error.
    [[nodiscard]] std::string outcome() const {
        const auto settings = resolve();
        if (settings) return "taken";
        std::string text = settings.error().where + ": " + settings.error().message;
        for (const std::string& hint : settings.error().hints)
            text += "\n" + hint;
        return text;
    }
};

// A value that matters: one that reaches out of the directory, or lowers a guard.
std::string value_of(const SettingInfo& info) {
    if (info.name == "AGAMEMNON_URL") return kServer;
    if (info.name == "NATS_URL") return "tls://broker.example";
    if (info.name == "REQUIRE_TLS") return "false";
    if (info.name == "TLM_NO_LOCAL_CONFIG") return "true";
    if (info.range) return "1";
    if (info.name == "AGAMEMNON_API_KEY" || info.name == "HOST_ID" || info.name == "NO_COLOR") return "abc";
    return "/elsewhere/" + std::string(info.name);
}

struct TrustedSource {
    SettingSource source;
    Trust trust;
    const char* name;
};

constexpr TrustedSource kSources[] = {
    {option, Trust::full, "option"},
    {SettingSource::environment, Trust::full, "environment"},
    {dot_env, Trust::full, ".env, trusted"},
    {dot_env, Trust::none, ".env"},
    {dot_env, Trust::never, ".env of another owner"},
    {conf, Trust::full, "tlm.conf, trusted"},
    {conf, Trust::none, "tlm.conf"},
    {conf, Trust::never, "tlm.conf of another owner"},
    {user_file, Trust::full, "user's file"},
    {user_file, Trust::never, "user's file of another owner"},
};

// What the table promises, said once more in other words than the rules say it.
bool is_promised(const SettingInfo& info, const TrustedSource& from) {
    const bool in_directory = from.source == dot_env || from.source == conf;
    const bool in_a_file = in_directory || from.source == user_file;
    if (info.name == "NO_COLOR") return true;
    if (info.name == "TLM_NO_LOCAL_CONFIG" && in_a_file) return false;
    if (info.name == "TLM_TRUSTED_KEYS" && in_directory) return false;
    if (from.trust == Trust::full || info.kind == SettingClass::harmless) return true;
    // A key that is sent to the environment's address, which is trusted.
    return info.name == "AGAMEMNON_API_KEY" && from.trust == Trust::none;
}

TEST(SettingRules, EverySettingFromEverySource) {
    for (const SettingInfo& info : setting_table()) {
        for (const TrustedSource& from : kSources) {
            if (from.source == option && info.option.empty() && info.name != "TLM_TRUSTED_KEYS") continue;
            Case one;
            one.options.wait = true;  // so that NATS_URL is ours
            if (info.name != "AGAMEMNON_URL") one.set(SettingSource::environment, "AGAMEMNON_URL", kServer);
            // Of use only together.
            if (info.name == "AGAMEMNON_CLIENT_KEY")
                one.set(SettingSource::environment, "AGAMEMNON_CLIENT_CERT", "/c.pem");
            one.trust(from.source, from.trust);
            one.set(from.source, std::string(info.name), value_of(info));
            const std::string outcome = one.outcome();
            const std::string about = fmt::format("{} from {}", info.name, from.name);
            if (is_promised(info, from)) {
                EXPECT_EQ(outcome, "taken") << about;
                continue;
            }
            EXPECT_THAT(outcome, AllOf(HasSubstr(":"), HasSubstr(std::string(info.name)))) << about;
            const bool limited = info.from != ReadFrom::every_source &&
                                 (info.from == ReadFrom::environment_only || from.source != user_file);
            if (limited) continue;
            if (from.trust == Trust::none) {
                EXPECT_THAT(outcome,
                            AllOf(HasSubstr("run `tlm trust`"), HasSubstr("in the environment or in")))
                    << about;
            } else {
                EXPECT_THAT(outcome,
                            AllOf(HasSubstr("it belongs to user 1000"), Not(HasSubstr("run `tlm trust`"))))
                    << about;
            }
        }
    }
}

TEST(SettingRules, WhatCountsFromAMoreTrustedSource_LeavesTheOtherOneUnsaid) {
    for (const SettingInfo& info : setting_table()) {
        if (info.from == ReadFrom::environment_only) continue;
        Case one;
        one.options.wait = true;
        if (info.name != "AGAMEMNON_URL") one.set(SettingSource::environment, "AGAMEMNON_URL", kServer);
        if (info.name == "AGAMEMNON_CLIENT_KEY")
            one.set(SettingSource::environment, "AGAMEMNON_CLIENT_CERT", "/c.pem");
        one.set(SettingSource::environment, std::string(info.name), value_of(info));
        one.set(conf, std::string(info.name), value_of(info));
        EXPECT_EQ(one.outcome(), "taken") << info.name;
        // The user's file is trusted as well, but comes last.
        one.environment.erase(std::string(info.name));
        one.set(user_file, std::string(info.name), value_of(info));
        const bool harmless = info.kind == SettingClass::harmless || info.name == "AGAMEMNON_API_KEY";
        EXPECT_EQ(one.outcome() == "taken", harmless) << info.name;
    }
}

TEST(SettingRules, PathBelowTheDirectoryIsHarmless_FromAnUntrustedFile) {
    for (const Trust trust : {Trust::none, Trust::never}) {
        for (const char* name : {"WORKFLOWS_DIR", "TLM_STATE", "AGAMEMNON_URL"}) {
            const std::string prefix = std::string(name) == "AGAMEMNON_URL" ? "sandbox:" : "";
            Case one;
            one.trust(dot_env, trust);
            one.set(SettingSource::environment, "AGAMEMNON_API_KEY", "abc");
            one.set(dot_env, name, prefix + "below/x");
            EXPECT_EQ(one.outcome(), "taken") << name;
            one.set(dot_env, name, prefix + "elsewhere/x");
            EXPECT_THAT(one.outcome(), HasSubstr(std::string(name) + " is sensitive")) << name;
        }
    }
}

// Source of the URL x source of the key x trust of the directory's files.
TEST(SettingRules, KeyGoesOnlyToAnAddressOfItsSourceOrATrustedOne) {
    const SettingSource all[] = {option, SettingSource::environment, dot_env, conf, user_file};
    for (const Trust trust : {Trust::full, Trust::none, Trust::never}) {
        for (const SettingSource url : all) {
            for (const SettingSource key : all) {
                if (key == option) continue;
                Case one;
                one.trust(dot_env, trust);
                one.trust(conf, trust);
                one.set(url, "AGAMEMNON_URL", kServer);
                one.set(key, "AGAMEMNON_API_KEY", "s3cret");
                const bool url_trusted = (url != dot_env && url != conf) || trust == Trust::full;
                const bool key_trusted = (key != dot_env && key != conf) || trust == Trust::full;
                const bool goes =
                    trust == Trust::never ? url_trusted && key_trusted : url_trusted || url == key;
                const auto settings = one.resolve();
                EXPECT_EQ(settings.has_value(), goes) << static_cast<int>(url) << " " << static_cast<int>(key)
                                                      << " " << static_cast<int>(trust);
                if (settings) {
                    EXPECT_EQ(settings.value().api_key.reveal(), "s3cret");
                } else {
                    EXPECT_THAT(one.outcome(), Not(HasSubstr("s3cret")));
                    if (!url_trusted && key != url) {
                        EXPECT_THAT(one.outcome(), HasSubstr("would go to this address"));
                    }
                }
            }
        }
    }
}

TEST(SettingRules, KeyOfTheEnvironmentTakesTheKeyOfTheFileOutOfItsPair) {
    Case one;
    one.set(dot_env, "AGAMEMNON_URL", kServer);
    one.set(dot_env, "AGAMEMNON_API_KEY", "abc");
    EXPECT_EQ(one.outcome(), "taken");
    one.set(SettingSource::environment, "AGAMEMNON_API_KEY", "s3cret");
    EXPECT_THAT(one.outcome(),
                AllOf(HasSubstr(".env:1: AGAMEMNON_URL"),
                      HasSubstr("AGAMEMNON_API_KEY of the environment would go to this address")));
    // An empty one is no key, neither in the environment nor in the file.
    one.set(SettingSource::environment, "AGAMEMNON_API_KEY", "");
    EXPECT_THAT(one.outcome(), HasSubstr("AGAMEMNON_URL is sensitive"));
    Case empty;
    empty.set(dot_env, "AGAMEMNON_URL", kServer);
    empty.set(dot_env, "AGAMEMNON_API_KEY", "");
    EXPECT_THAT(empty.outcome(), HasSubstr("AGAMEMNON_URL is sensitive"));
}

TEST(SettingRules, UntrustedPairHasItsOwnConnectionSettings) {
    Case pair;
    pair.options.wait = true;
    pair.set(dot_env, "AGAMEMNON_URL", "http://fleet.example");
    pair.set(dot_env, "AGAMEMNON_API_KEY", "abc");
    pair.set(dot_env, "REQUIRE_TLS", "false");
    pair.set(dot_env, "NATS_URL", "nats://broker.example");
    pair.set(dot_env, "AGAMEMNON_CA_CERT", "below/ca.pem");
    pair.set(dot_env, "AGAMEMNON_CLIENT_CERT", "below/c.pem");
    pair.set(dot_env, "AGAMEMNON_CLIENT_KEY", "below/k.pem");
    EXPECT_EQ(pair.outcome(), "taken");
    pair.set(dot_env, "TLM_STATE", "/elsewhere/state.db");
    EXPECT_THAT(pair.outcome(), HasSubstr("TLM_STATE is sensitive"));
}

TEST(SettingRules, ConnectionSettingsOfAnUntrustedPairActOnNothingElse) {
    for (const char* line : {"REQUIRE_TLS=false", "AGAMEMNON_CA_CERT=below/ca.pem",
                             "NATS_URL=tls://b.example", "AGAMEMNON_CLIENT_CERT=below/c.pem"}) {
        const std::string name(line, std::string(line).find('='));
        // Another URL counts.
        Case one;
        one.options.wait = true;
        one.dot_env.text = fmt::format("AGAMEMNON_URL={}\nAGAMEMNON_API_KEY=abc\n{}\n", kServer, line);
        EXPECT_EQ(one.outcome(), "taken") << line;
        one.set(SettingSource::environment, "AGAMEMNON_URL", "https://other.example");
        EXPECT_THAT(one.outcome(), HasSubstr(".env:3: " + name)) << line;
        // The pair is in another file.
        Case two;
        two.options.wait = true;
        two.dot_env.text = fmt::format("{}\n", line);
        two.conf.text = fmt::format("AGAMEMNON_URL={}\nAGAMEMNON_API_KEY=abc\n", kServer);
        EXPECT_THAT(two.outcome(), HasSubstr(".env:1: " + name)) << line;
    }
    for (const char* line : {"REQUIRE_TLS=false", "AGAMEMNON_CA_CERT=below/ca.pem"}) {
        Case broker;
        broker.options.wait = true;
        broker.dot_env.text = fmt::format("AGAMEMNON_URL={}\nAGAMEMNON_API_KEY=abc\n{}\n", kServer, line);
        broker.set(SettingSource::environment, "NATS_URL", "tls://u:p@broker.example");
        EXPECT_THAT(broker.outcome(), HasSubstr("would act on NATS_URL of the environment")) << line;
    }
}

TEST(SettingRules, FilesOfTheUserAreNotUsedWithAnUntrustedPair) {
    for (const char* name : {"AGAMEMNON_CA_CERT", "AGAMEMNON_CLIENT_CERT", "AGAMEMNON_CLIENT_KEY"}) {
        Case named;
        named.dot_env.text =
            fmt::format("AGAMEMNON_URL={}\nAGAMEMNON_API_KEY=abc\n{}=/home/u/x.pem\n", kServer, name);
        EXPECT_THAT(named.outcome(), HasSubstr(".env:3: " + std::string(name))) << "named by the file";
    }
    for (const char* name : {"AGAMEMNON_CLIENT_CERT", "AGAMEMNON_CLIENT_KEY"}) {
        Case own;
        own.dot_env.text = fmt::format("AGAMEMNON_URL={}\nAGAMEMNON_API_KEY=abc\n", kServer);
        own.set(SettingSource::environment, name, "/home/u/x.pem");
        EXPECT_THAT(own.outcome(), AllOf(HasSubstr(".env:1: AGAMEMNON_URL"),
                                         HasSubstr(std::string(name) + " of the environment")));
    }
    // Whom the environment trusts is no secret.
    Case ca;
    ca.dot_env.text = fmt::format("AGAMEMNON_URL={}\nAGAMEMNON_API_KEY=abc\n", kServer);
    ca.set(SettingSource::environment, "AGAMEMNON_CA_CERT", "/etc/ca.pem");
    EXPECT_EQ(ca.outcome(), "taken");
}

TEST(SettingRules, BrokerOfOtherProgramsDoesNotMatter) {
    Case one;
    one.set(SettingSource::environment, "AGAMEMNON_URL", kServer);
    one.set(dot_env, "NATS_URL", "tls://broker.example");
    EXPECT_EQ(one.outcome(), "taken");
    one.options.wait = true;
    EXPECT_THAT(one.outcome(), HasSubstr("NATS_URL is sensitive"));
    one.environment.clear();
    EXPECT_EQ(one.outcome(), "taken") << "the sandbox has no broker";
}

TEST(SettingRules, EmptyValueIsAnErrorWhereItGuardsOrNamesTheTarget) {
    for (const SettingInfo& info : setting_table()) {
        if (info.from == ReadFrom::environment_only) continue;  // is read before the files are
        for (const SettingSource source : {SettingSource::environment, dot_env, user_file}) {
            Case one;
            one.trust(dot_env, Trust::full);
            if (info.name == "TLM_TRUSTED_KEYS" && source == dot_env) continue;
            one.set(source, std::string(info.name), "");
            if (info.may_be_empty) {
                EXPECT_EQ(one.outcome(), "taken") << info.name;
            } else {
                EXPECT_THAT(one.outcome(), HasSubstr(fmt::format("{} is set, but empty", info.name)));
            }
        }
    }
}

TEST(SettingTable, IsInTheDocument) {
    std::ifstream file(test::source_dir() + "/docs/settings.md");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    for (const SettingInfo& info : setting_table())
        EXPECT_THAT(text, HasSubstr(fmt::format("| `{}` | {} |", info.name, class_name(info.kind))));
}

// What is kept in a state guards: another one would know nothing of it.
TEST(SettingRules, StateBelowTheDirectory_IsHarmlessOnlyAsLongAsItTakesNoGuardAway) {
    Case first;
    first.set(dot_env, "TLM_STATE", "below/state.db");
    EXPECT_EQ(first.outcome(), "taken");
    Case of_user = first;
    of_user.set(user_file, "TLM_STATE", "/var/lib/tlm/fleet.db");
    EXPECT_THAT(of_user.outcome(), HasSubstr("TLM_STATE is sensitive"));
    Case same = first;
    same.set(user_file, "TLM_STATE", "below/state.db");
    EXPECT_EQ(same.outcome(), "taken");
    Case signed_plans = first;
    signed_plans.set(option, "TLM_TRUSTED_KEYS", "ops.pub");
    EXPECT_THAT(signed_plans.outcome(), HasSubstr("TLM_STATE is sensitive"));
    Case there = first;
    there.has_default_state = true;
    EXPECT_THAT(there.outcome(), HasSubstr("TLM_STATE is sensitive"));
    there.trust(dot_env, Trust::full);
    EXPECT_EQ(there.outcome(), "taken");
    Case sandbox;
    sandbox.set(dot_env, "AGAMEMNON_URL", "sandbox:below/box.db");
    EXPECT_EQ(sandbox.outcome(), "taken");
    sandbox.set(user_file, "AGAMEMNON_URL", kServer);
    EXPECT_THAT(sandbox.outcome(), HasSubstr("AGAMEMNON_URL is sensitive"));
}

}  // namespace
}  // namespace tlm::cmd
