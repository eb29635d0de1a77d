#include "engine/workflow/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

#include "engine/base/text.h"
#include "engine/workflow/scalars.h"

namespace tlm {
namespace {

using Names = std::vector<std::string>;

// Limits of the server, in bytes.
constexpr std::size_t kMostName = 256;
constexpr std::size_t kMostProgram = 1024;
constexpr std::size_t kMostSubject = 512;
constexpr std::size_t kMostDescription = 4096;

std::string type_of(const Node& node) {
    if (node.type == NodeType::mapping) return "a mapping";
    if (node.type == NodeType::sequence) return "a list";
    return std::string(node.plain ? scalar_type_name(scalar_type(node.text)) : "a text");
}

bool is_null(const Node& node) {
    return node.type == NodeType::scalar && node.plain && scalar_type(node.text) == ScalarType::null;
}

class SchemaReader {
  public:
    explicit SchemaReader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    Workflow workflow(const Node& root, WorkflowPlaces& places) {
        Workflow result;
        result.position = root.position;
        if (!is_mapping(root, "a workflow")) return result;
        only(root, {"apiVersion", "metadata", "agents", "teams", "teardown", "timeout_seconds"},
             "a workflow");
        if (const Node* version = find(root, "apiVersion")) api_version(*version);
        if (const Node* node = required(root, "metadata", "a workflow")) metadata(*node, result, places);
        if (const Node* node = required(root, "agents", "a workflow");
            node != nullptr && is_list(*node, "agents")) {
            for (const NodePtr& item : node->items) {
                places.agents.push_back(item->position);
                result.agents.push_back(agent(*item, places.agents.back()));
            }
        }
        if (const Node* node = required(root, "teams", "a workflow");
            node != nullptr && is_list(*node, "teams")) {
            for (const NodePtr& item : node->items)
                result.teams.push_back(team(*item, places.teams.emplace_back()));
        }
        if (const Node* node = find(root, "teardown")) result.teardown = teardown(*node);
        if (const Node* node = find(root, "timeout_seconds"); node != nullptr && !is_null(*node)) {
            result.timeout_seconds = timeout(*node);
        }
        return result;
    }

  private:
    // ---- members
    // ------------------------------------------------------------------------------------------------

    static const Node* find(const Node& node, std::string_view name) {
        const auto at = std::ranges::find(node.members, name, &Member::name);
        return at == node.members.end() ? nullptr : at->value.get();
    }

    const Node* required(const Node& node, std::string_view name, std::string_view what) {
        const Node* value = find(node, name);
        if (value == nullptr)
            diagnostics_.add(node.position, fmt::format("{} needs the member `{}`", what, name));
        return value;
    }

    void only(const Node& node, const Names& names, std::string_view what) {
        for (const Member& member : node.members) {
            if (std::ranges::find(names, member.name) != names.end()) continue;
            const auto near = nearest(member.name, names);
            std::string all;
            for (const std::string& name : names)
                all += (all.empty() ? "" : ", ") + name;
            diagnostics_.add(
                member.position, fmt::format("{} has no member `{}`", what, member.name),
                near ? fmt::format("Did you mean `{}`?", *near) : fmt::format("It may have {}.", all));
        }
    }

    bool is_mapping(const Node& node, std::string_view what) {
        if (node.type == NodeType::mapping) return true;
        diagnostics_.add(node.position,
                         fmt::format("{} is a mapping of members, and this is {}", what, type_of(node)));
        return false;
    }

    bool is_list(const Node& node, std::string_view what) {
        if (node.type == NodeType::sequence) return true;
        diagnostics_.add(node.position, fmt::format("`{}` is a list, and this is {}", what, type_of(node)),
                         is_null(node) ? "Write [] for none." : "");
        return false;
    }

    // ---- scalars
    // ------------------------------------------------------------------------------------------------

    bool is_text(const Node& node, std::string_view what) {
        if (node.type != NodeType::scalar) {
            diagnostics_.add(node.position,
                             fmt::format("`{}` is a text, and this is {}", what, type_of(node)));
            return false;
        }
        const ScalarType type = node.plain ? scalar_type(node.text) : ScalarType::string;
        if (type == ScalarType::string) return true;
        const std::string_view name = scalar_type_name(type);
        diagnostics_.add(
            node.position, fmt::format("`{}` is a text, and `{}` is read as {}", what, node.text, name),
            node.text.empty() ? "Write \"\" for an empty text." : fmt::format("Write \"{}\".", node.text));
        return false;
    }

    std::string text(const Node& node, std::string_view what, std::size_t most) {
        if (!is_text(node, what)) return {};
        if (node.text.size() > most) {
            diagnostics_.add(node.position, fmt::format("`{}` has {} bytes; the server takes {} at most",
                                                        what, node.text.size(), most));
        }
        if (node.text.find('\0') != std::string::npos) {
            diagnostics_.add(node.position, fmt::format("`{}` holds a NUL character", what));
        }
        return node.text;
    }

    // A name of something: not empty, and all on one line.
    std::string name(const Node& node, std::string_view what, std::size_t most) {
        std::string result = text(node, what, most);
        if (result.empty() && !node.plain)
            diagnostics_.add(node.position, fmt::format("`{}` must not be empty", what));
        const bool control = std::ranges::any_of(
            result, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\0') || c == 0x7F; });
        if (control) {
            diagnostics_.add(node.position,
                             fmt::format("`{}` holds a line end or another control character", what));
        }
        return result;
    }

    std::optional<std::string> optional_text(const Node& parent, std::string_view member, std::size_t most) {
        const Node* node = find(parent, member);
        if (node == nullptr) return std::nullopt;
        return text(*node, member, most);
    }

    std::optional<std::string> nullable_text(const Node& parent, std::string_view member, std::size_t most) {
        const Node* node = find(parent, member);
        if (node == nullptr || is_null(*node)) return std::nullopt;
        return text(*node, member, most);
    }

    template <typename T>
    T one_of(const Node& node, std::string_view what,
             std::span<const std::pair<std::string_view, T>> choices) {
        Names names;
        for (const auto& [word, value] : choices) {
            if (node.type == NodeType::scalar && node.text == word) return value;
            names.emplace_back(word);
        }
        std::string all;
        for (const std::string& word : names)
            all += (all.empty() ? "" : ", ") + word;
        const auto near = node.type == NodeType::scalar ? nearest(node.text, names) : std::nullopt;
        diagnostics_.add(node.position, fmt::format("`{}` is one of {}", what, all),
                         near ? fmt::format("Did you mean `{}`?", *near) : "");
        return choices.front().second;
    }

    // ---- parts of a workflow
    // ------------------------------------------------------------------------------------

    void api_version(const Node& node) {
        if (!is_text(node, "apiVersion") || node.text == "telemachy/v1") return;
        diagnostics_.add(node.position, fmt::format("`{}` is not a version that tlm reads", node.text),
                         "Write telemachy/v1.");
    }

    void metadata(const Node& node, Workflow& workflow, WorkflowPlaces& places) {
        places.name = node.position;
        if (!is_mapping(node, "metadata")) return;
        for (const Member& member : node.members) {
            if (member.name != "name") static_cast<void>(text(*member.value, member.name, std::string::npos));
            if (member.name == "description") workflow.description = member.value->text;
        }
        const Node* value = required(node, "name", "metadata");
        if (value == nullptr) return;
        places.name = value->position;
        workflow.name = name(*value, "name", std::string::npos);
    }

    AgentSpec agent(const Node& node, Position& place) {
        AgentSpec result;
        result.position = node.position;
        if (!is_mapping(node, "an agent")) return result;
        only(node, {"name", "program", "model", "working_dir", "runtime", "docker_image", "cpus", "memory"},
             "an agent");
        if (const Node* value = required(node, "name", "an agent")) {
            place = value->position;
            result.name = name(*value, "name", kMostName);
        }
        result.program = optional_text(node, "program", kMostProgram);
        result.model = nullable_text(node, "model", std::string::npos);
        result.working_dir = optional_text(node, "working_dir", std::string::npos);
        if (const Node* value = find(node, "runtime")) {
            static constexpr std::pair<std::string_view, Runtime> kChoices[] = {{"local", Runtime::local},
                                                                                {"docker", Runtime::docker}};
            result.runtime = one_of<Runtime>(*value, "runtime", kChoices);
        }
        result.docker_image = nullable_text(node, "docker_image", std::string::npos);
        if (const Node* value = find(node, "cpus")) result.cpus = cpus(*value);
        result.memory = optional_text(node, "memory", std::string::npos);
        if (result.runtime == Runtime::docker && result.docker_image.value_or("").empty()) {
            diagnostics_.add(node.position,
                             "an agent with `runtime: docker` needs the member `docker_image`");
        }
        return result;
    }

    // As pydantic reads an integer: 2, 2.0 and "2".
    std::optional<std::int64_t> cpus(const Node& node) {
        if (node.type == NodeType::scalar) {
            const auto integer = parse_integer(node.text);
            const auto number = parse_number(node.text);
            if (integer && *integer >= 1) return integer;
            if (number && *number >= 1 && *number < 1e15 && std::floor(*number) == *number) {
                return static_cast<std::int64_t>(*number);
            }
        }
        diagnostics_.add(node.position, "`cpus` is a whole number of at least 1");
        return std::nullopt;
    }

    std::optional<double> timeout(const Node& node) {
        const auto number = node.type == NodeType::scalar ? parse_number(node.text) : std::nullopt;
        if (number && *number > 0) return number;
        diagnostics_.add(node.position, "`timeout_seconds` is a number of seconds greater than 0");
        return std::nullopt;
    }

    Teardown teardown(const Node& node) {
        static constexpr std::pair<std::string_view, Teardown> kChoices[] = {
            {"on_completion", Teardown::on_completion},
            {"on_failure", Teardown::on_failure},
            {"never", Teardown::never}};
        return one_of<Teardown>(node, "teardown", kChoices);
    }

    TeamSpec team(const Node& node, TeamPlaces& places) {
        TeamSpec result;
        result.position = places.name = node.position;
        if (!is_mapping(node, "a team")) return result;
        only(node, {"name", "agents", "tasks"}, "a team");
        if (const Node* value = required(node, "name", "a team")) {
            places.name = value->position;
            result.name = name(*value, "name", kMostName);
        }
        if (const Node* value = required(node, "agents", "a team")) {
            result.agents = references(*value, "agents", places.agents);
        }
        const Node* tasks = required(node, "tasks", "a team");
        if (tasks == nullptr || !is_list(*tasks, "tasks")) return result;
        for (const NodePtr& item : tasks->items)
            result.tasks.push_back(task(*item, places.tasks.emplace_back()));
        return result;
    }

    TaskSpec task(const Node& node, TaskPlaces& places) {
        TaskSpec result;
        result.position = places.subject = places.assign_to = node.position;
        if (!is_mapping(node, "a task")) return result;
        only(node, {"subject", "description", "assign_to", "blocked_by"}, "a task");
        if (const Node* value = required(node, "subject", "a task")) {
            places.subject = value->position;
            result.subject = name(*value, "subject", kMostSubject);
        }
        if (const Node* value = required(node, "description", "a task")) {
            result.description = text(*value, "description", kMostDescription);
        }
        if (const Node* value = required(node, "assign_to", "a task")) {
            places.assign_to = value->position;
            result.assign_to = text(*value, "assign_to", std::string::npos);
        }
        if (const Node* value = find(node, "blocked_by")) {
            result.blocked_by = references(*value, "blocked_by", places.blocked_by);
        }
        return result;
    }

    Names references(const Node& node, std::string_view what, std::vector<Position>& places) {
        Names names;
        if (!is_list(node, what)) return names;
        for (const NodePtr& item : node.items) {
            if (!is_text(*item, what)) continue;
            names.push_back(item->text);
            places.push_back(item->position);
        }
        return names;
    }

    Diagnostics& diagnostics_;
};

}  // namespace

Workflow read_schema(const Node& root, Diagnostics& diagnostics, WorkflowPlaces& places) {
    return SchemaReader(diagnostics).workflow(root, places);
}

}  // namespace tlm
