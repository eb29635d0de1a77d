// The bytes of a plan: they do not depend on what must not matter, and do on everything that does.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <random>

#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

using Lines = std::vector<std::string>;

// A workflow whose parts can be written in any order.
struct Written {
    std::map<std::string, std::string> values = {{"workflow", "w"},
                                                 {"agent", "architect"},
                                                 {"program", "codex"},
                                                 {"model", "m1"},
                                                 {"working_dir", "/a"},
                                                 {"image", "img"},
                                                 {"cpus", "3"},
                                                 {"memory", "8g"},
                                                 {"team", "crew"},
                                                 {"members", "architect, box"},
                                                 {"subject", "design"},
                                                 {"description", "Draw it"},
                                                 {"assign_to", "architect"},
                                                 {"blocked_by", "[design]"}};
    std::minstd_rand dice{0};
    bool shuffled = false;
    bool json = false;
    std::string line_end = "\n";

    [[nodiscard]] std::string text() {
        const auto& v = values;
        const std::string agent = object({{"name", quoted(v.at("agent"))},
                                          {"program", quoted(v.at("program"))},
                                          {"model", quoted(v.at("model"))},
                                          {"working_dir", quoted(v.at("working_dir"))}});
        const std::string box = object({{"name", quoted("box")},
                                        {"runtime", quoted("docker")},
                                        {"docker_image", quoted(v.at("image"))},
                                        {"cpus", v.at("cpus")},
                                        {"memory", quoted(v.at("memory"))}});
        const std::string first = object({{"subject", quoted(v.at("subject"))},
                                          {"description", quoted(v.at("description"))},
                                          {"assign_to", quoted(v.at("assign_to"))}});
        const std::string second = object({{"subject", quoted("build")},
                                           {"description", quoted("Build it")},
                                           {"assign_to", quoted("box")},
                                           {"blocked_by", names(v.at("blocked_by"))}});
        const std::string team = object({{"name", quoted(v.at("team"))},
                                         {"agents", names("[" + v.at("members") + "]")},
                                         {"tasks", list({first, second})}});
        return object({{"metadata", object({{"name", quoted(v.at("workflow"))}})},
                       {"agents", list({agent, box})},
                       {"teams", list({team})}}) +
               line_end;
    }

  private:
    static std::string quoted(const std::string& text) { return "\"" + text + "\""; }
    std::string blank() {
        if (!shuffled || dice() % 3 != 0) return " ";
        // A comment ends with its line.
        return json || dice() % 2 == 0 ? line_end : " # " + std::to_string(dice()) + line_end;
    }
    std::string joined(Lines parts, const char* begin, const char* end) {
        if (shuffled) std::ranges::shuffle(parts, dice);
        std::string text = begin + blank();
        for (std::size_t i = 0; i < parts.size(); ++i)
            text += parts[i] + (i + 1 < parts.size() ? "," : "") + blank();
        return text + end;
    }
    std::string object(const std::vector<std::pair<std::string, std::string>>& members) {
        Lines parts;
        for (const auto& [name, value] : members)
            parts.push_back(quoted(name) + ":" + blank() + value);
        return joined(std::move(parts), "{", "}");
    }
    std::string list(Lines items) { return joined(std::move(items), "[", "]"); }
    // `[a, b]`, its items in quotes.
    std::string names(const std::string& text) {
        Lines items;
        std::string word;
        for (const char c : text) {
            if (c == ',' || c == ']') {
                if (!word.empty()) items.push_back(quoted(word));
                word.clear();
            } else if (c != '[' && c != ' ') {
                word += c;
            }
        }
        return list(std::move(items));
    }
};

constexpr const char* kOther = "metadata: {name: other}\nagents: [{name: solo}]\nteams: []\n";

std::string plan_of(Project& project, const Lines& more = {}) {
    Lines arguments = {"plan", "--quiet", "--out", "p.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Finished finished = project.tlm(arguments);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return project.read("p.json");
}

// The plan of the two workflows in a fresh directory.
std::string plan_of(Written written, const Lines& more = {}) {
    Project project;
    project.write("workflows/a.yaml", written.text());
    project.write("workflows/b.yaml", kOther);
    return plan_of(project, more);
}

TEST(PlanBytes, OrderFormCommentsLineEndsAndNamesOfTheFiles_DoNotMatter) {
    const std::string expected = plan_of(Written{});
    ASSERT_NE(expected, "");
    for (unsigned seed = 1; seed <= 24; ++seed) {
        Written written;
        written.dice.seed(seed);
        written.shuffled = true;
        written.json = seed % 3 == 0;
        written.line_end = seed % 2 == 0 ? "\r\n" : "\n";
        Project project;
        const bool first = written.dice() % 2 == 0;
        const std::string text = written.text();
        const std::string directory = seed % 4 == 0 ? "elsewhere/of workflows" : "workflows";
        project.write(fmt::format("{}/{}.{}", directory, first ? "1" : "z", written.json ? "json" : "yml"),
                      text);
        project.write(directory + "/m.yaml", kOther);
        EXPECT_EQ(plan_of(project, {"--workflows", directory}), expected) << "seed " << seed << "\n" << text;
    }
}

TEST(PlanBytes, MachineUserTimeZoneLocaleUmaskAndTerminal_DoNotMatter) {
    const std::string expected = plan_of(Written{});
    Project project;
    project.write("workflows/a.yaml", Written{}.text());
    project.write("workflows/b.yaml", kOther);
    project.environment.insert({{"TZ", "Pacific/Chatham"},
                                {"LC_ALL", "de_DE.UTF-8"},
                                {"LANG", "tr_TR.UTF-8"},
                                {"HOSTNAME", "elsewhere"},
                                {"USER", "somebody"},
                                {"LOGNAME", "somebody"},
                                {"HOME", "/nonexistent"},
                                {"COLUMNS", "20"},
                                {"TERM", "xterm"}});
    EXPECT_EQ(plan_of(project), expected);
    const Finished strict =
        run_process({"/bin/sh", "-c", "umask 077; exec \"$0\" plan --quiet --out p.json", tested_program()},
                    project.environment, project.directory.string());
    EXPECT_EQ(strict.exit_code, 0) << strict.err;
    EXPECT_EQ(project.read("p.json"), expected);
    static_cast<void>(project.tlm_in_terminal({"plan", "--out", "p.json", "--color", "always"}, ""));
    EXPECT_EQ(project.read("p.json"), expected);
}

TEST(PlanBytes, WhatElseIsOnTheTarget_DoesNotMatter) {
    Project project;
    project.write("workflows/a.yaml", Written{}.text());
    const std::string before = plan_of(project);
    project.write("others/b.yaml", kOther);
    ASSERT_EQ(project.tlm({"apply", "--yes", "--workflows", "others"}).exit_code, 0);
    EXPECT_EQ(plan_of(project), before);
}

TEST(PlanBytes, EverythingThatAWorkflowSays_Matters) {
    std::map<std::string, std::string> seen = {{plan_of(Written{}), "the original"}};
    const auto expect_new = [&](const std::string& plan, const std::string& what) {
        const auto [at, is_new] = seen.emplace(plan, what);
        EXPECT_TRUE(is_new) << what << " gives the same plan as " << at->second;
    };
    for (const auto& [name, value] : std::map<std::string, std::string>{{"workflow", "w2"},
                                                                        {"program", "aider"},
                                                                        {"model", "m2"},
                                                                        {"working_dir", "/b"},
                                                                        {"image", "img2"},
                                                                        {"cpus", "4"},
                                                                        {"memory", "9g"},
                                                                        {"team", "crew2"},
                                                                        {"members", "architect"},
                                                                        {"description", "Draw it\\u00a0"},
                                                                        {"assign_to", "box"},
                                                                        {"blocked_by", "[]"}}) {
        Written written;
        written.values[name] = value;
        expect_new(plan_of(written), name);
    }
    Written renamed;
    renamed.values["agent"] = renamed.values["assign_to"] = "designer";
    renamed.values["members"] = "designer, box";
    expect_new(plan_of(renamed), "agent");
    Written retitled;
    retitled.values["subject"] = "sketch";
    retitled.values["blocked_by"] = "[sketch]";
    expect_new(plan_of(retitled), "subject");
    for (const Lines& options : {Lines{"--force"}, Lines{"--prune"}, Lines{"--target", "w/agent/*"},
                                 Lines{"--exclude", "w/task/*"}, Lines{"--url", "sandbox:other.db"}})
        expect_new(plan_of(Written{}, options), options.front());
    Project hosted;
    hosted.environment["HOST_ID"] = "host-7";
    hosted.write("workflows/a.yaml", Written{}.text());
    hosted.write("workflows/b.yaml", kOther);
    expect_new(plan_of(hosted), "HOST_ID");
}

// docs/plan-format.md says how to check a digest without tlm.
TEST(PlanBytes, TheDigestIsTheHashOfTheTextWithoutItsLine) {
    Project project;
    project.write("workflows/a.yaml", Written{}.text());
    const std::string plan = plan_of(project);
    const Finished hashed = run_process({"/bin/sh", "-c", R"(grep -v '^  "digest": ' p.json | sha256sum)"},
                                        project.environment, project.directory.string());
    EXPECT_THAT(plan, testing::HasSubstr("\"digest\": \"sha256:" + hashed.out.substr(0, 64) + "\""));
}

}  // namespace
}  // namespace tlm::test
