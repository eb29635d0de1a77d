// Every kind of call, and every way in which its answer can be lost or its request refused for now: the run
// ends well, and leaves exactly the fleet that was planned.
#include "tests/reliability/rich_fleet.h"

#include <gtest/gtest.h>

namespace tlm::test {
namespace {

struct Fault {
    const char* name;
    const char* json;
    bool of_reads =
        true;  // else a read that meets it is a broken server, which is an error and no fault to wait for
};

constexpr Fault kFaults[] = {
    {"Dropped", R"({"kind":"drop"})"},
    {"DroppedAfterwards", R"({"kind":"drop_after"})"},
    {"CutShort", R"({"kind":"truncate"})"},
    {"Answer500", R"({"kind":"status","status":500})"},
    {"Answer500Afterwards", R"({"kind":"status_after","status":500})"},
    {"Answer502Afterwards", R"({"kind":"status_after","status":502,"body":"<html>bad gateway</html>"})"},
    {"Answer504Afterwards", R"({"kind":"status_after","status":504})"},
    {"Answer503", R"({"kind":"status","status":503,"headers":{"Retry-After":"0"}})"},
    {"Answer503Afterwards", R"({"kind":"status_after","status":503,"headers":{"Retry-After":"0"}})"},
    {"Answer429", R"({"kind":"status","status":429,"headers":{"Retry-After":"0"}})"},
    {"Answer408Afterwards", R"({"kind":"status_after","status":408})", false},
    {"Answer303Afterwards", R"({"kind":"status_after","status":303})", false},
    {"Garbage", R"({"kind":"body","body":"not json"})", false},
    {"NothingOfInterest", R"({"kind":"body","body":"{}"})", false},
    {"SomethingElse", R"({"kind":"body","body":"{\"agent\":{\"id\":\"x\",\"name\":\"y\"}}"})", false},
    {"Silence", R"({"kind":"hang_after"})"},
};

struct Route {
    const char* name;
    const char* method;
    const char* path;
    const char* route;  // as the server counts it
};

constexpr Route kRoutes[] = {
    {"MakesAnAgent", "POST", "/v1/agents", "POST /v1/agents"},
    {"MakesATeam", "POST", "/v1/teams", "POST /v1/teams"},
    {"SubmitsATask", "POST", "/v1/teams/{id}/tasks", "POST /v1/teams/{team_id}/tasks"},
    {"PatchesAnAgent", "PATCH", "/v1/agents/{id}", "PATCH /v1/agents/{id}"},
    {"SetsMembers", "PUT", "/v1/teams/{id}", "PUT /v1/teams/{id}"},
    {"StartsAnAgent", "POST", "/v1/agents/{id}/start", "POST /v1/agents/{id}/start"},
    {"StopsAnAgent", "POST", "/v1/agents/{id}/stop", "POST /v1/agents/{id}/stop"},
    {"DeletesAnAgent", "DELETE", "/v1/agents/{id}", "DELETE /v1/agents/{id}"},
    {"DeletesATeam", "DELETE", "/v1/teams/{id}", "DELETE /v1/teams/{team_id}"},
    {"ListsTeams", "GET", "/v1/teams", "GET /v1/teams"},
    {"ListsAgents", "GET", "/v1/agents", "GET /v1/agents"},
    {"ListsTasks", "GET", "/v1/tasks", "GET /v1/tasks"},
};

class LostAnswers : public RichFleet {
  protected:
    // The routes that the scenario calls.
    std::vector<Route> routes() {
        restore();
        EXPECT_EQ(project_.tlm(GetParam().command).exit_code, 0);
        const auto stats = server_.admin("GET", "/stats");
        std::vector<Route> called;
        for (const Route& route : kRoutes) {
            if (stats["by_route"].HasMember(route.route)) called.push_back(route);
        }
        return called;
    }
};

TEST_P(LostAnswers, OfEveryKind_LeaveTheFleetAsPlanned) {
    prepare(GetParam());
    project_.environment["AGAMEMNON_TIMEOUT"] = "0.5";
    const std::vector<Route> called = routes();
    EXPECT_GE(called.size(), 6U);
    int tried = 0;
    for (const Route& route : called) {
        const bool reads = std::string(route.method) == "GET";
        for (const Fault& fault : kFaults) {
            if (reads && !fault.of_reads) continue;
            if (tried++ % stride() != 0) continue;
            restore();
            server_.fault(route.method, route.path, fault.json);
            const Finished finished = project_.tlm(GetParam().command);
            const std::string what = std::string(route.name) + " " + fault.name;
            EXPECT_EQ(finished.exit_code, 0) << what << "\n" << finished.out << finished.err;
            expect_as_planned(GetParam(), what + "\n" + finished.err);
            if (HasFailure()) return;
        }
    }
}

// Between them these send every kind of call.
INSTANTIATE_TEST_SUITE_P(InScenario, LostAnswers,
                         testing::Values(scenario_named("Create"), scenario_named("Prune"),
                                         scenario_named("ForceAndPrune")),
                         [](const auto& scenario) { return std::string(scenario.param.name); });

}  // namespace
}  // namespace tlm::test
