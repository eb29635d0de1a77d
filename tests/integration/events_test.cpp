// What --events writes while the real program runs: whole, valid, and in the way of nothing.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>
#include <sstream>

#include "engine/resource/key.h"
#include "tests/integration/fixture.h"
#include "tests/support/json_schema.h"

namespace tlm::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

using Lines = std::vector<rapidjson::Document>;

class EventsOf : public testing::Test {
  protected:
    EventsOf() {
        server.attach(project);
        project.write("workflows/pair.yaml", kPair);
        project.environment["AGAMEMNON_TIMEOUT"] = "3000";
        schema = project.tlm({"schema", "events"}).out;
    }

    Finished run(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--events", "e.jsonl"});
        return project.tlm(arguments);
    }
    // Every line, checked: valid by the schema, numbered without a gap, first `begin`, last `summary`.
    Lines checked(const std::string& text) const {
        Lines lines;
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);) {
            EXPECT_EQ(wrong_by_schema(schema, line), "") << line;
            lines.emplace_back().Parse(line);
            EXPECT_EQ(lines.back()["seq"].GetUint(), lines.size() - 1) << line;
        }
        EXPECT_FALSE(lines.empty());
        if (lines.empty()) return lines;
        EXPECT_STREQ(lines.front()["event"].GetString(), "begin");
        EXPECT_STREQ(lines.front()["format"].GetString(), "tlm-events/1");
        EXPECT_STREQ(lines.back()["event"].GetString(), "summary");
        return lines;
    }
    Lines written() const { return checked(project.read("e.jsonl")); }

    // The events of one kind, by address.
    static std::vector<std::string> addresses(const Lines& lines, std::string_view event) {
        std::vector<std::string> result;
        for (const auto& line : lines) {
            if (line["event"].GetString() == event) result.emplace_back(line["address"].GetString());
        }
        std::ranges::sort(result);
        return result;
    }
    static std::size_t count(const Lines& lines, std::string_view event) {
        return static_cast<std::size_t>(std::ranges::count_if(
            lines, [&](const auto& line) { return line["event"].GetString() == event; }));
    }
    static const rapidjson::Document& first(const Lines& lines, std::string_view event) {
        const auto at =
            std::ranges::find_if(lines, [&](const auto& line) { return line["event"].GetString() == event; });
        if (at == lines.end()) throw std::runtime_error(fmt::format("there is no event {}", event));
        return *at;
    }

    Server server;
    Project project;
    std::string schema;
};

TEST_F(EventsOf, Plan_NameEveryChangeWithActionAndReason) {
    ASSERT_EQ(run({"plan", "--out", "p.json", "--quiet"}).exit_code, 0);
    const Lines lines = written();
    EXPECT_THAT(addresses(lines, "planned"),
                ElementsAre("pair/agent/architect", "pair/agent/builder", "pair/task/crew/build",
                            "pair/task/crew/design", "pair/team/crew"));
    EXPECT_STREQ(first(lines, "planned")["action"].GetString(), "create");
    EXPECT_STREQ(first(lines, "planned")["reason"].GetString(), "absent");
    EXPECT_THAT(project.read("p.json"), HasSubstr(first(lines, "plan")["digest"].GetString()));
    EXPECT_EQ(lines.back()["exit_code"].GetInt(), 0);
    EXPECT_EQ(lines.back()["planned"]["create"].GetInt(), 4);
    EXPECT_FALSE(lines.back()["interrupted"].GetBool());
    EXPECT_EQ(run({"plan", "--detailed-exitcode"}).exit_code, 2);
    EXPECT_EQ(written().back()["exit_code"].GetInt(), 2);
}

TEST_F(EventsOf, Apply_WithPushbackLostAnswerFailureAndSkips_TellOfEachAndOfEveryEnd) {
    server.fault("POST", "/v1/agents", R"({"kind":"status","status":429,"headers":{"Retry-After":"0"}})");
    server.fault("POST", "/v1/agents/*/start", R"({"kind":"status","status":502,"body":""})");
    server.fault("POST", "/v1/teams",
                 R"({"kind":"status","status":400,"body":"{\"error\":\"not today\\u202e\"}"})");
    const Finished finished = run({"apply", "--yes"});
    EXPECT_EQ(finished.exit_code, 6) << finished.out << finished.err;
    EXPECT_THAT(finished.out, HasSubstr("Applied:")) << "people read what they always read";
    const Lines lines = written();
    EXPECT_EQ(count(lines, "throttled"), 1U);
    EXPECT_THAT(first(lines, "retried")["reason"].GetString(), HasSubstr("502"));
    EXPECT_THAT(addresses(lines, "started"),
                ElementsAre("pair/agent/architect", "pair/agent/builder", "pair/team/crew"));
    EXPECT_THAT(addresses(lines, "finished"), ElementsAre("pair/agent/architect", "pair/agent/builder"));
    EXPECT_THAT(addresses(lines, "failed"), ElementsAre("pair/team/crew"));
    EXPECT_THAT(first(lines, "failed")["reason"].GetString(), HasSubstr("not today"));
    EXPECT_THAT(addresses(lines, "skipped"), ElementsAre("pair/task/crew/design"));
    EXPECT_EQ(project.read("e.jsonl").find("\u202e"), std::string::npos);
    const auto progress = std::ranges::find_if(lines.rbegin(), lines.rend(),
                                               [](const auto& line) { return line["event"] == "progress"; });
    ASSERT_NE(progress, lines.rend());
    EXPECT_EQ((*progress)["ended"].GetInt(), 4);
    EXPECT_EQ((*progress)["total"].GetInt(), 4);
    const auto& summary = lines.back();
    EXPECT_EQ(summary["exit_code"].GetInt(), 6);
    EXPECT_EQ(summary["results"]["done"].GetInt(), 2);
    EXPECT_EQ(summary["results"]["failed"].GetInt(), 1);
}

TEST_F(EventsOf, Apply_OfAStalePlan_TellTheConflictWithBothValuesAndDestroyTheRest) {
    ASSERT_EQ(run({"apply", "--yes"}).exit_code, 0);
    std::string edited = kPair;
    edited.replace(edited.find("m1"), 2, "m2");
    project.write("workflows/pair.yaml", edited);
    ASSERT_EQ(project.tlm({"plan", "--out", "p.json"}).exit_code, 0);
    server.send("PATCH", "/v1/agents/" + server.agent_id(Key::derive("pair", "architect").text()),
                R"({"programArgs":["--model","m3"]})");
    ASSERT_EQ(run({"apply", "p.json", "--yes"}).exit_code, 5);
    const Lines lines = written();
    ASSERT_THAT(addresses(lines, "conflict"), ElementsAre("pair/agent/architect"));
    EXPECT_THAT(first(lines, "conflict")["details"][0].GetString(), AllOf(HasSubstr("m2"), HasSubstr("m3")));
    EXPECT_EQ(lines.back()["results"]["conflict"].GetInt(), 1);
    EXPECT_EQ(lines.back()["exit_code"].GetInt(), 5);

    ASSERT_EQ(run({"drift"}).exit_code, 2);
    const Lines drift = written();
    const auto& changed = first(drift, "found");
    EXPECT_STREQ(changed["kind"].GetString(), "changed");
    EXPECT_STREQ(changed["address"].GetString(), "pair/agent/architect");
    EXPECT_STREQ(changed["attributes"]["program_args"]["live"][1].GetString(), "m3");
    EXPECT_EQ(drift.back()["drift"]["changed"].GetInt(), 1);
    EXPECT_EQ(drift.back()["exit_code"].GetInt(), 2);

    ASSERT_EQ(run({"destroy", "--yes"}).exit_code, 0);
    const Lines destroyed = written();
    EXPECT_STREQ(destroyed.front()["verb"].GetString(), "destroy");
    EXPECT_THAT(addresses(destroyed, "finished"), SizeIs(3));
}

TEST_F(EventsOf, Force_NamesWhatItLeavesBehind) {
    ASSERT_EQ(run({"apply", "--yes"}).exit_code, 0);
    ASSERT_EQ(run({"apply", "--yes", "--force"}).exit_code, 0);
    EXPECT_THAT(addresses(written(), "left_behind"),
                ElementsAre("pair/agent/architect", "pair/agent/builder", "pair/team/crew"));
}

TEST_F(EventsOf, StandardOutput_HoldsNothingElseAndPeopleReadStandardError) {
    for (const char* path : {"-", "/dev/stdout", "/dev/fd/1"}) {
        const Finished finished = project.tlm({"plan", "--events", path});
        EXPECT_EQ(finished.exit_code, 0);
        static_cast<void>(checked(finished.out));
        EXPECT_THAT(finished.err, HasSubstr("Plan: 4 to create")) << path;
    }
    const Finished applied = project.tlm({"apply", "--yes", "--events", "-"});
    static_cast<void>(checked(applied.out));
    EXPECT_THAT(applied.err, HasSubstr("Applied: 4 created"));
}

TEST_F(EventsOf, TwoOutputsInOnePlace_AreRefused) {
    EXPECT_EQ(project.tlm({"plan", "--events", "-", "--out", "-"}).exit_code, 3);
    EXPECT_EQ(project.tlm({"plan", "--events", "x", "--out", "x"}).exit_code, 3);
    EXPECT_EQ(project.tlm({"plan", "--events", "-", "--format", "json"}).exit_code, 3);
    EXPECT_EQ(project.tlm({"plan", "--events", "none/e.jsonl"}).exit_code, 3);
}

TEST_F(EventsOf, ErrorsBeforeAnythingStarted_EndWithASummaryThatSaysWhy) {
    project.write("workflows/pair.yaml", "metadata: {nme: x}\n");
    EXPECT_EQ(run({"plan"}).exit_code, 3);
    const Lines faulty = written();
    EXPECT_EQ(faulty.back()["exit_code"].GetInt(), 3);
    EXPECT_STREQ(faulty.back()["error"]["code"].GetString(), "bad_input");
    project.environment["AGAMEMNON_URL"] = "nonsense://";
    EXPECT_EQ(run({"apply", "--yes"}).exit_code, 3);
    EXPECT_EQ(written().back()["exit_code"].GetInt(), 3);
    EXPECT_EQ(run({"drift", "\xff.yaml"}).exit_code, 3);
    static_cast<void>(written());
}

TEST_F(EventsOf, DiskFullOrReaderGone_IsOneWarningAndTheApplyGoesOn) {
    const Finished full = project.tlm({"apply", "--yes", "--events", "/dev/full"});
    EXPECT_EQ(full.exit_code, 0) << full.err;
    const std::string warning = "warning: the events end here";
    EXPECT_THAT(full.err, HasSubstr(warning));
    EXPECT_EQ(full.err.find(warning), full.err.rfind(warning));
    EXPECT_EQ(server.stat("agents"), 2);
    const Finished gone = run_without_reader({tested_program(), "destroy", "--yes", "--events", "-"},
                                             project.environment, project.directory.string());
    EXPECT_EQ(gone.exit_code, 0) << gone.err;
    EXPECT_THAT(gone.err, HasSubstr("the reader has gone"));
    EXPECT_EQ(server.stat("agents"), 0);
}

TEST_F(EventsOf, AnApplyThatIsStopped_EndWithWhatWasNotStarted) {
    server.fault("POST", "/v1/agents", R"({"kind":"delay_after","ms":1500})", 2);
    const Finished stopped =
        project.tlm_with_signal({"apply", "--yes", "--parallelism", "1", "--events", "e.jsonl"}, SIGINT,
                                [&] { return server.stat("agents") > 0; });
    EXPECT_EQ(stopped.exit_code, 8) << stopped.out << stopped.err;
    const Lines lines = written();
    EXPECT_EQ(lines.back()["exit_code"].GetInt(), 8);
    EXPECT_TRUE(lines.back()["interrupted"].GetBool());
    EXPECT_THAT(addresses(lines, "not_started"), testing::Contains("pair/team/crew"));
}

// The second signal ends an apply at once, and one is enough while nothing was sent.
TEST_F(EventsOf, ARunThatASignalEndsAtOnce_EndWithASummaryAllTheSame) {
    server.fault("POST", "/v1/agents", R"({"kind":"hang_after"})", 2);
    const Finished apply = project.tlm_meanwhile({"apply", "--yes", "--events", "e.jsonl"}, [&](int pid) {
        while (server.stat("agents") == 0) {
        }
        kill(pid, SIGINT);
        kill(pid, SIGTERM);
    });
    EXPECT_EQ(apply.exit_code, 8) << apply.out << apply.err;
    const Lines applied = written();
    EXPECT_TRUE(applied.back()["interrupted"].GetBool());
    EXPECT_EQ(applied.back()["exit_code"].GetInt(), 8);
    EXPECT_EQ(applied.back()["planned"]["create"].GetInt(), 4);

    server.reset_stats();
    server.fault("GET", "*", R"({"kind":"hang"})", -1);
    const Finished plan =
        project.tlm_with_signal({"plan", "--events", "-"}, SIGINT, [&] { return server.stat("reads") > 0; });
    EXPECT_EQ(plan.exit_code, 8) << plan.out << plan.err;
    EXPECT_TRUE(checked(plan.out).back()["interrupted"].GetBool());
}

}  // namespace
}  // namespace tlm::test
