#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/resource/attributes.h"

namespace tlm {

// Where something stands in a source text. Lines and columns count from 1, columns in code points.
struct Position {
    std::size_t file = 0;  // index into the sources that were read
    std::size_t line = 1;
    std::size_t column = 1;
};

enum class Runtime { local, docker };
enum class Teardown { on_completion, on_failure, never };

// The members below are the schema telemachy/v1. An optional holds nothing where the file does not set the
// member: what is not set gets its default on creation and is not managed afterwards.
struct AgentSpec {
    std::string name;
    std::string key;  // Key::derive of workflow and name, where it was derived already; else empty
    std::optional<std::string> program;  // default claude-code
    std::optional<std::string> model;
    std::optional<std::string> working_dir;  // default /tmp
    Runtime runtime = Runtime::local;
    std::optional<std::string> docker_image;  // required where runtime is docker
    std::optional<std::int64_t> cpus;         // default 2
    std::optional<std::string> memory;        // default 4g
    Position position;
};

struct TaskSpec {
    std::string subject;
    std::string description;
    std::string assign_to;                // name of an agent of the workflow
    std::vector<std::string> blocked_by;  // subjects of tasks of the same team
    Position position;
};

struct TeamSpec {
    std::string name;
    std::string key;                  // as an agent's
    std::vector<std::string> agents;  // names of agents of the workflow
    std::vector<TaskSpec> tasks;
    Position position;
};

// An attribute that is set on creation and not compared afterwards, of the resources that the pattern
// selects.
struct IgnoredChange {
    std::string pattern;
    Attribute attribute = Attribute::label;
};

struct Workflow {
    std::string name;  // metadata.name
    std::string description;
    std::vector<std::string> protect;           // patterns over the workflow's own addresses
    std::vector<IgnoredChange> ignore_changes;  // likewise
    std::vector<AgentSpec> agents;
    std::vector<TeamSpec> teams;
    Teardown teardown = Teardown::on_completion;
    std::optional<double> timeout_seconds;
    Position position;
};

inline constexpr const char* kDefaultProgram = "claude-code";
inline constexpr const char* kDefaultWorkingDir = "/tmp";
inline constexpr std::int64_t kDefaultCpus = 2;
inline constexpr const char* kDefaultMemory = "4g";

}  // namespace tlm
