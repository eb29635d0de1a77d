#include "engine/workflow/schema.h"

#include <fmt/format.h>

#include <array>

#include "engine/workflow/node_reader.h"
#include "engine/workflow/rules.h"

namespace tlm {
namespace {

// Limits of the server, in bytes. An agent's name is its label there; a team's is only part of a key.
constexpr std::size_t kMostLabel = 256;
constexpr std::size_t kMostProgram = 1024;
constexpr std::size_t kMostSubject = 512;
constexpr std::size_t kMostDescription = 4096;

template <std::size_t n>
using Names = std::array<std::string, n>;

const Names<6> kWorkflowMembers = {"apiVersion", "metadata", "agents",
                                   "teams",      "teardown", "timeout_seconds"};
const Names<8> kAgentMembers = {"name",    "program",      "model", "working_dir",
                                "runtime", "docker_image", "cpus",  "memory"};
const Names<3> kTeamMembers = {"name", "agents", "tasks"};
const Names<4> kTaskMembers = {"subject", "description", "assign_to", "blocked_by"};

constexpr std::pair<std::string_view, Runtime> kRuntimes[] = {{"local", Runtime::local},
                                                              {"docker", Runtime::docker}};
constexpr std::pair<std::string_view, Teardown> kTeardowns[] = {{"on_completion", Teardown::on_completion},
                                                                {"on_failure", Teardown::on_failure},
                                                                {"never", Teardown::never}};

class SchemaReader {
  public:
    SchemaReader(std::size_t file, Diagnostics& diagnostics) : reader_(file, diagnostics) {}

    Workflow workflow(const Node& root, WorkflowPlaces& places) {
        Workflow result;
        result.position = places.name = at(root);
        if (!reader_.is_mapping(root, "a workflow")) return result;
        reader_.only(root, kWorkflowMembers, "a workflow");
        if (const Node* node = NodeReader::find(root, "apiVersion")) api_version(*node);
        if (const Node* node = reader_.required(root, "metadata", "a workflow"))
            metadata(*node, result, places);
        if (const Node* node = reader_.required(root, "agents", "a workflow")) agents(*node, result, places);
        if (const Node* node = reader_.required(root, "teams", "a workflow")) teams(*node, result, places);
        if (const Node* node = NodeReader::find(root, "teardown")) {
            result.teardown = reader_.one_of<Teardown>(*node, "teardown", kTeardowns);
        }
        const Node* timeout = NodeReader::find(root, "timeout_seconds");
        if (timeout != nullptr && !NodeReader::is_null(*timeout)) {
            result.timeout_seconds = reader_.seconds(*timeout, "timeout_seconds");
        }
        return result;
    }

  private:
    [[nodiscard]] Position at(const Node& node) const { return reader_.at(node.mark); }

    void api_version(const Node& node) {
        if (!reader_.is_text(node, "apiVersion") || node.text() == "telemachy/v1") return;
        reader_.fault(node, fmt::format("{} is not a version that tlm reads", backquoted(node.text())),
                      "Write telemachy/v1.");
    }

    void metadata(const Node& node, Workflow& workflow, WorkflowPlaces& places) {
        places.name = at(node);
        if (!reader_.is_mapping(node, "metadata")) return;
        for (const Member& member : node.members()) {
            if (member.name == "name") continue;
            if (member.name.starts_with("tlm.")) {
                read_rule(member.name, *member.value, reader_, workflow, places);
                continue;
            }
            std::string text = reader_.text(*member.value, member.name);
            if (member.name == "description") workflow.description = std::move(text);
        }
        const Node* value = reader_.required(node, "name", "metadata");
        if (value == nullptr) return;
        places.name = at(*value);
        workflow.name = reader_.name(*value, "name");
    }

    void agents(const Node& node, Workflow& workflow, WorkflowPlaces& places) {
        if (!reader_.is_list(node, "agents")) return;
        places.agents_known = true;
        workflow.agents.reserve(node.items().size());
        places.agents.reserve(node.items().size());
        for (const Node* item : node.items()) {
            places.agents.push_back(at(*item));
            workflow.agents.push_back(agent(*item, places.agents.back()));
        }
    }

    void teams(const Node& node, Workflow& workflow, WorkflowPlaces& places) {
        if (!reader_.is_list(node, "teams")) return;
        for (const Node* item : node.items())
            workflow.teams.push_back(team(*item, places.teams.emplace_back()));
    }

    AgentSpec agent(const Node& node, Position& place) {
        AgentSpec result;
        result.position = at(node);
        if (!reader_.is_mapping(node, "an agent")) return result;
        reader_.only(node, kAgentMembers, "an agent");
        if (const Node* value = reader_.required(node, "name", "an agent")) {
            place = at(*value);
            result.name = reader_.name(*value, "name", kMostLabel);
        }
        result.program = reader_.optional_text(node, "program", kMostProgram);
        result.model = reader_.nullable_text(node, "model");
        result.working_dir = reader_.optional_text(node, "working_dir");
        if (const Node* value = NodeReader::find(node, "runtime")) {
            result.runtime = reader_.one_of<Runtime>(*value, "runtime", kRuntimes);
        }
        result.docker_image = docker_image(node, result.runtime);
        if (const Node* value = NodeReader::find(node, "cpus")) {
            result.cpus = reader_.whole_number(*value, "cpus");
        }
        result.memory = reader_.optional_text(node, "memory");
        return result;
    }

    std::optional<std::string> docker_image(const Node& agent, Runtime runtime) {
        if (runtime == Runtime::local) return reader_.nullable_text(agent, "docker_image");
        const Node* node = NodeReader::find(agent, "docker_image");
        if (node != nullptr && !NodeReader::is_null(*node)) return reader_.name(*node, "docker_image");
        reader_.fault(agent, "an agent with `runtime: docker` needs the member `docker_image`");
        return std::nullopt;
    }

    TeamSpec team(const Node& node, TeamPlaces& places) {
        TeamSpec result;
        result.position = places.name = at(node);
        if (!reader_.is_mapping(node, "a team")) return result;
        reader_.only(node, kTeamMembers, "a team");
        if (const Node* value = reader_.required(node, "name", "a team")) {
            places.name = at(*value);
            result.name = reader_.name(*value, "name");
        }
        if (const Node* value = reader_.required(node, "agents", "a team")) {
            result.agents = references(*value, "agents", places.agents);
        }
        const Node* tasks = reader_.required(node, "tasks", "a team");
        if (tasks == nullptr || !reader_.is_list(*tasks, "tasks")) return result;
        result.tasks.reserve(tasks->items().size());
        places.tasks.reserve(tasks->items().size());
        for (const Node* item : tasks->items())
            result.tasks.push_back(task(*item, places.tasks.emplace_back()));
        return result;
    }

    TaskSpec task(const Node& node, TaskPlaces& places) {
        TaskSpec result;
        result.position = places.subject = places.assign_to = at(node);
        if (!reader_.is_mapping(node, "a task")) return result;
        reader_.only(node, kTaskMembers, "a task");
        if (const Node* value = reader_.required(node, "subject", "a task")) {
            places.subject = at(*value);
            result.subject = reader_.name(*value, "subject", kMostSubject);
        }
        if (const Node* value = reader_.required(node, "description", "a task")) {
            result.description = reader_.text(*value, "description", kMostDescription);
        }
        if (const Node* value = reader_.required(node, "assign_to", "a task")) {
            places.assign_to = at(*value);
            result.assign_to = reader_.name(*value, "assign_to");
        }
        if (const Node* value = NodeReader::find(node, "blocked_by")) {
            result.blocked_by = references(*value, "blocked_by", places.blocked_by);
        }
        return result;
    }

    std::vector<std::string> references(const Node& node, std::string_view what,
                                        std::vector<Position>& places) {
        std::vector<std::string> names;
        if (!reader_.is_list(node, what)) return names;
        for (const Node* item : node.items()) {
            if (!reader_.is_text(*item, what)) continue;
            names.emplace_back(item->text());
            places.push_back(at(*item));
        }
        return names;
    }

    NodeReader reader_;
};

}  // namespace

Workflow read_schema(const Document& document, Diagnostics& diagnostics, WorkflowPlaces& places) {
    return SchemaReader(document.file, diagnostics).workflow(*document.root, places);
}

}  // namespace tlm
