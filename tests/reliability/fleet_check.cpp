#include "tests/reliability/fleet_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/resource/key.h"
#include "engine/workflow/reader.h"

namespace tlm::test {
namespace {

using rapidjson::Value;

std::string text(const Value& object, const char* name) {
    const auto at = object.FindMember(name);
    return at != object.MemberEnd() && at->value.IsString() ? at->value.GetString() : "";
}

std::vector<Workflow> read(const std::vector<std::string>& yaml) {
    std::vector<Source> sources;
    for (const std::string& text : yaml)
        sources.push_back({fmt::format("w{}.yaml", sources.size()), text});
    return read_workflows(sources).workflows;
}

class Checker {
  public:
    Checker(const Server& server, const Project& project, const Expectation& expectation)
        : agents_(server.get("/v1/agents?limit=1000")),
          teams_(server.get("/v1/teams?limit=1000")),
          tasks_(server.get("/v1/tasks?limit=1000")),
          early_(server.stat("dispatched_early")),
          workflows_(read(expectation.workflows)),
          torn_down_(read(expectation.torn_down)),
          others_(expectation.others) {
        rapidjson::Document bound;
        bound.Parse(project.tlm({"state", "list", "--format", "json"}).out);
        for (const Value& binding : bound.GetArray())
            bound_[text(binding, "address")] = text(binding, "id");
        const Finished check = project.tlm({"state", "check"});
        if (check.exit_code != 0 || check.out.find("no outcome") != std::string::npos)
            wrong("the state: " + check.out + check.err);
    }

    std::vector<std::string> run() {
        std::size_t agents = 0;
        std::size_t teams = 0;
        for (const Workflow& workflow : workflows_) {
            for (const AgentSpec& agent : workflow.agents)
                check_agent(workflow.name, agent);
            for (const TeamSpec& team : workflow.teams)
                check_team(workflow.name, team);
            agents += workflow.agents.size();
            teams += workflow.teams.size();
        }
        for (const Workflow& workflow : torn_down_) {
            for (const TeamSpec& team : workflow.teams)
                check_done(workflow.name, team);
        }
        check_others(agents_["agents"], "agent", agents);
        check_others(teams_["teams"], "team", teams);
        if (early_ > 0)
            wrong(fmt::format("{} tasks were sent before what blocks them was completed", early_));
        return std::move(wrong_);
    }

  private:
    void wrong(std::string what) { wrong_.push_back(std::move(what)); }

    // The live one that the address is bound to.
    const Value* bound(const Value& list, const std::string& address, const std::string& name) {
        const auto at = bound_.find(address);
        if (at == bound_.end()) {
            wrong(address + " is not bound");
            return nullptr;
        }
        for (const Value& live : list.GetArray()) {
            if (text(live, "id") == at->second && text(live, "name") == name) return &live;
        }
        wrong(address + " is bound to something that does not exist");
        return nullptr;
    }

    void expect(const std::string& address, const char* name, const std::string& have,
                const std::string& want) {
        if (have != want) wrong(fmt::format("{}: {} is `{}` instead of `{}`", address, name, have, want));
    }

    void check_agent(const std::string& workflow, const AgentSpec& agent) {
        const std::string address = workflow + "/agent/" + agent.name;
        const Value* live = bound(agents_["agents"], address, Key::derive(workflow, agent.name).text());
        if (live == nullptr) return;
        expect(address, "status", text(*live, "status"), "online");
        if (agent.program) expect(address, "program", text(*live, "program"), *agent.program);
        if (agent.working_dir)
            expect(address, "working_dir", text(*live, "workingDirectory"), *agent.working_dir);
        if (agent.model) expect(address, "model", (*live)["programArgs"][1].GetString(), *agent.model);
        expect(address, "runtime", text(*live, "host"),
               agent.runtime == Runtime::docker ? "docker" : "local");
        if (agent.docker_image) expect(address, "image", text(*live, "image"), *agent.docker_image);
        if (agent.cpus && (!live->HasMember("cpus") || (*live)["cpus"].GetInt64() != *agent.cpus))
            wrong(address + ": cpus is another");
    }

    void check_team(const std::string& workflow, const TeamSpec& team) {
        const std::string address = workflow + "/team/" + team.name;
        const Value* live = bound(teams_["teams"], address, Key::derive(workflow, team.name).text());
        if (live == nullptr) return;
        std::multiset<std::string> have;
        for (const Value& id : (*live)["agentIds"].GetArray())
            have.insert(id.GetString());
        std::multiset<std::string> want;
        for (const std::string& agent : team.agents)
            want.insert(bound_[workflow + "/agent/" + agent]);
        if (have != want) wrong(address + ": its members are others");
        const std::string id = text(*live, "id");
        std::map<std::string, int> subjects;
        std::set<std::string> live_ids;
        std::set<std::string> completed;  // subjects
        for (const Value& task : tasks_["tasks"].GetArray()) {
            live_ids.insert(text(task, "id"));
            if (text(task, "teamId") == id && text(task, "status") == "completed")
                completed.insert(text(task, "subject"));
            if (text(task, "teamId") == id && ++subjects[text(task, "subject")] == 2)
                wrong(fmt::format("{}: the task `{}` is there twice", address, text(task, "subject")));
        }
        for (const TaskSpec& task : team.tasks) {
            // What was sent to a team that is gone was sent all the same.
            const auto bound = bound_.find(workflow + "/task/" + team.name + "/" + task.subject);
            const bool sent = subjects.contains(task.subject) ||
                              (bound != bound_.end() && live_ids.contains(bound->second));
            const bool ready = std::ranges::all_of(
                task.blocked_by, [&](const std::string& blocker) { return completed.contains(blocker); });
            if (ready && !sent) wrong(fmt::format("{}: the task `{}` was not sent", address, task.subject));
        }
    }

    void check_done(const std::string& workflow, const TeamSpec& team) {
        for (const TaskSpec& task : team.tasks) {
            int completed = 0;
            int all = 0;
            for (const Value& live : tasks_["tasks"].GetArray()) {
                if (text(live, "subject") != task.subject) continue;
                ++all;
                completed += text(live, "status") == "completed" ? 1 : 0;
            }
            if (all != 1 || completed != 1) {
                wrong(fmt::format("{}/task/{}/{}: is there {} times, {} of them completed", workflow,
                                  team.name, task.subject, all, completed));
            }
        }
    }

    void check_others(const Value& list, const std::string& kind, std::size_t desired) {
        const std::size_t want = desired + others_[kind];
        if (list.Size() != want)
            wrong(fmt::format("there are {} live {}s instead of {}", list.Size(), kind, want));
    }

    const rapidjson::Document agents_;
    const rapidjson::Document teams_;
    const rapidjson::Document tasks_;
    const int early_;
    const std::vector<Workflow> workflows_;
    std::vector<Workflow> torn_down_;
    std::map<std::string, std::size_t> others_;
    std::map<std::string, std::string> bound_;
    std::vector<std::string> wrong_;
};

}  // namespace

std::vector<std::string> wrong_with(const Server& server, const Project& project,
                                    const Expectation& expectation) {
    return Checker(server, project, expectation).run();
}

}  // namespace tlm::test
