#include "tests/bench/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tlm::bench {
namespace {

// Which of `all` belong to part `index` of `parts`: a half-open range.
struct Share {
    std::size_t begin, end;
};

Share share(std::size_t all, std::size_t index, std::size_t parts) {
    return {all * index / parts, all * (index + 1) / parts};
}

class Writer {
  public:
    explicit Writer(SampleFormat format) : json_(format == SampleFormat::json) {}

    template <typename... T>
    void line(fmt::format_string<T...> yaml, fmt::format_string<T...> json, T&&... values) {
        fmt::format_to(std::back_inserter(text_), fmt::runtime(json_ ? json : yaml), values...);
    }
    // A comma before every item but the first of a JSON list.
    void separate(bool first) {
        if (json_ && !first) text_ += ",\n";
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    bool json_;
    std::string text_;
};

void write_team(Writer& writer, const SampleSize& size, std::size_t team, Share agents) {
    // The agents of a workflow are shared among its teams in turn.
    const std::size_t per_team = std::max<std::size_t>(1, size.agents / std::max<std::size_t>(1, size.teams));
    const auto member = [&](std::size_t i) {
        return agents.begin + (team * per_team + i) % std::max<std::size_t>(1, agents.end - agents.begin);
    };
    const std::size_t members = std::min(per_team, agents.end - agents.begin);
    writer.line("  - name: team-{0}\n    agents: [", R"(    {{"name": "team-{0}", "agents": [)", team);
    for (std::size_t i = 0; i < members; ++i) {
        if (i > 0) writer.line(", ", ", ");
        writer.line("agent-{0}", R"("agent-{0}")", member(i));
    }
    writer.line("]\n", "], \"tasks\": [\n");
    const Share tasks = share(size.tasks, team, size.teams);
    if (tasks.begin == tasks.end)
        writer.line("    tasks: []\n", "");
    else
        writer.line("    tasks:\n", "");
    for (std::size_t task = tasks.begin; task < tasks.end; ++task) {
        writer.separate(task == tasks.begin);
        writer.line(
            "      - subject: Review change {0}\n"
            "        description: Read the difference of change {0} and write down what is not clear.\n",
            R"(      {{"subject": "Review change {0}", )"
            R"("description": "Read the difference of change {0} and write down what is not clear.")",
            task);
        if (members > 0)
            writer.line("        assign_to: agent-{0}\n", R"(, "assign_to": "agent-{0}")",
                        member(task % members));
        writer.line("", "}}");
    }
    writer.line("", "]}}");
}

}  // namespace

SampleSize usual_mix(std::size_t agents) {
    return {.agents = agents,
            .teams = (agents + 9) / 10,
            .tasks = agents,
            .workflows = std::max<std::size_t>(1, agents / 100)};
}

std::string sample_workflow(const SampleSize& size, std::size_t index, SampleFormat format) {
    Writer writer(format);
    const Share agents = share(size.agents, index, size.workflows);
    const Share teams = share(size.teams, index, size.workflows);
    writer.line(
        "apiVersion: telemachy/v1\n"
        "metadata:\n"
        "  name: flow-{0}\n"
        "  description: Part {0} of a sample fleet\n"
        "agents:\n",
        "{{\n"
        "  \"apiVersion\": \"telemachy/v1\",\n"
        "  \"metadata\": {{\"name\": \"flow-{0}\", \"description\": \"Part {0} of a sample fleet\"}},\n"
        "  \"agents\": [\n",
        index);
    for (std::size_t agent = agents.begin; agent < agents.end; ++agent) {
        writer.separate(agent == agents.begin);
        writer.line(
            "  - name: agent-{0}\n"
            "    model: claude-sonnet-4-5\n"
            "    working_dir: /srv/work/{0}\n",
            R"(    {{"name": "agent-{0}", "model": "claude-sonnet-4-5", "working_dir": "/srv/work/{0}"}})",
            agent);
    }
    if (teams.begin == teams.end)
        writer.line("teams: []\n", "\n  ],\n  \"teams\": [\n");
    else
        writer.line("teams:\n", "\n  ],\n  \"teams\": [\n");
    for (std::size_t team = teams.begin; team < teams.end; ++team) {
        writer.separate(team == teams.begin);
        write_team(writer, size, team, agents);
    }
    writer.line("", "\n  ]\n}}\n");
    return writer.take();
}

}  // namespace tlm::bench
