#include "tests/reliability/random_workflow.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tlm::test {
namespace {

constexpr std::size_t kAgents = 8;
constexpr std::size_t kTeams = 3;
constexpr std::size_t kTasks = 4;

template <typename Specs>
bool has(const Specs& specs, const std::string& name) {
    return std::ranges::any_of(specs, [&](const auto& spec) { return spec.name == name; });
}

void roll_attributes(AgentSpec& agent, Dice& dice) {
    agent.model = fmt::format("m{}", pick(dice, 3));
    agent.program.reset();
    if (chance(dice, 0.3)) agent.program = "codex";
    agent.working_dir.reset();
    if (chance(dice, 0.5)) agent.working_dir = fmt::format("/work/{}", pick(dice, 2));
    agent.runtime = chance(dice, 0.3) ? Runtime::docker : Runtime::local;
    agent.docker_image.reset();
    agent.cpus.reset();
    if (agent.runtime == Runtime::docker) {
        agent.docker_image = fmt::format("img:{}", pick(dice, 2));
        agent.cpus = static_cast<std::int64_t>(1 + pick(dice, 3));
    }
}

void add_agent(Workflow& workflow, Dice& dice) {
    AgentSpec agent;
    agent.name = fmt::format("a{}", pick(dice, kAgents));
    if (has(workflow.agents, agent.name)) return;
    roll_attributes(agent, dice);
    workflow.agents.push_back(std::move(agent));
}

// A task is sent once and stays as it was sent, so what it says depends on its subject alone.
void roll_tasks(TeamSpec& team, Dice& dice) {
    team.tasks.clear();
    const std::size_t count = pick(dice, kTasks);
    for (std::size_t i = 0; i < count; ++i) {
        TaskSpec task;
        task.subject = fmt::format("s{}", i);
        task.description = fmt::format("Do {}", i);
        task.assign_to = team.agents.front();
        if (i % 2 == 1) task.blocked_by = {fmt::format("s{}", i - 1)};
        team.tasks.push_back(std::move(task));
    }
}

void roll_team(TeamSpec& team, const Workflow& workflow, Dice& dice) {
    team.agents.clear();
    for (const AgentSpec& agent : workflow.agents) {
        if (chance(dice, 0.5)) team.agents.push_back(agent.name);
    }
    if (team.agents.empty()) team.agents.push_back(workflow.agents.front().name);
    roll_tasks(team, dice);
}

void add_team(Workflow& workflow, Dice& dice) {
    TeamSpec team;
    team.name = chance(dice, 0.2) ? "a0" : fmt::format("t{}", pick(dice, kTeams));
    if (has(workflow.teams, team.name)) return;
    roll_team(team, workflow, dice);
    workflow.teams.push_back(std::move(team));
}

void remove_agent(Workflow& workflow, Dice& dice) {
    if (workflow.agents.size() < 2) return;
    workflow.agents.erase(workflow.agents.begin() +
                          static_cast<std::ptrdiff_t>(pick(dice, workflow.agents.size())));
    for (TeamSpec& team : workflow.teams)
        roll_team(team, workflow, dice);
}

}  // namespace

bool chance(Dice& dice, double probability) {
    return std::uniform_real_distribution<>()(dice) < probability;
}

std::size_t pick(Dice& dice, std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(dice);
}

Workflow random_workflow(const std::string& name, Dice& dice) {
    Workflow workflow;
    workflow.name = name;
    while (workflow.agents.empty() || chance(dice, 0.8))
        add_agent(workflow, dice);
    while (chance(dice, 0.6))
        add_team(workflow, dice);
    return workflow;
}

void mutate(Workflow& workflow, Dice& dice) {
    if (chance(dice, 0.5)) roll_attributes(workflow.agents[pick(dice, workflow.agents.size())], dice);
    if (chance(dice, 0.4)) add_agent(workflow, dice);
    if (chance(dice, 0.4)) remove_agent(workflow, dice);
    if (chance(dice, 0.3)) add_team(workflow, dice);
    if (workflow.teams.empty()) return;
    const std::size_t team = pick(dice, workflow.teams.size());
    if (chance(dice, 0.4)) {
        roll_team(workflow.teams[team], workflow, dice);
    } else if (chance(dice, 0.2)) {
        workflow.teams.erase(workflow.teams.begin() + static_cast<std::ptrdiff_t>(team));
    }
}

std::string to_yaml(const Workflow& workflow) {
    std::string text = fmt::format("metadata: {{name: {}}}\nagents:\n", workflow.name);
    for (const AgentSpec& agent : workflow.agents) {
        text += fmt::format("  - name: {}\n    model: {}\n", agent.name, *agent.model);
        if (agent.program) text += fmt::format("    program: {}\n", *agent.program);
        if (agent.working_dir) text += fmt::format("    working_dir: {}\n", *agent.working_dir);
        if (agent.runtime == Runtime::docker)
            text += fmt::format("    runtime: docker\n    docker_image: \"{}\"\n    cpus: {}\n",
                                *agent.docker_image, *agent.cpus);
    }
    text += workflow.teams.empty() ? "teams: []\n" : "teams:\n";
    for (const TeamSpec& team : workflow.teams) {
        text += fmt::format("  - name: {}\n    agents: [{}]\n", team.name, fmt::join(team.agents, ", "));
        text += team.tasks.empty() ? "    tasks: []\n" : "    tasks:\n";
        for (const TaskSpec& task : team.tasks)
            text +=
                fmt::format("      - {{subject: {}, description: {}, assign_to: {}, blocked_by: [{}]}}\n",
                            task.subject, task.description, task.assign_to, fmt::join(task.blocked_by, ", "));
    }
    return text;
}

}  // namespace tlm::test
