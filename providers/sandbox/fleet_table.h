#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/resource/resource.h"
#include "providers/sandbox/database.h"

namespace tlm::sandbox {

// The table `resources`: the fleet. An attribute `status` has a column of its own.
[[nodiscard]] Try<std::vector<LiveResource>> read_all(Database& database);
// `team` counts for tasks only.
[[nodiscard]] Try<std::vector<LiveResource>> read_named(Database& database, Kind kind, std::string_view name,
                                                        const ResourceId& team);
[[nodiscard]] Try<std::optional<LiveResource>> read_one(Database& database, Kind kind, const ResourceId& id);

[[nodiscard]] Try<void> insert(Database& database, const LiveResource& resource);
// Replaces the attributes of an existing resource.
[[nodiscard]] Try<void> store_attributes(Database& database, const LiveResource& resource);
// Replaces the name of an existing agent or team.
[[nodiscard]] Try<void> store_name(Database& database, const LiveResource& resource);
// False: there is no such resource.
[[nodiscard]] Try<bool> erase(Database& database, Kind kind, const ResourceId& id);

// The pending tasks that wait for nothing but completed tasks.
[[nodiscard]] Try<std::vector<ResourceId>> ready_tasks(Database& database);
[[nodiscard]] Try<void> complete_task(Database& database, const ResourceId& id);

}  // namespace tlm::sandbox
