#include "providers/sandbox/fleet_table.h"

#include <fmt/format.h>

namespace tlm::sandbox {
namespace {

std::optional<Kind> parse_kind(std::string_view name) {
    for (const Kind kind : {Kind::agent, Kind::team, Kind::task}) {
        if (kind_name(kind) == name) return kind;
    }
    return std::nullopt;
}

std::optional<LiveResource> resource_of(const Row& row) {
    const auto kind = parse_kind(row.text(1));
    auto attributes = attributes_from_json(row.text(6));
    if (!kind || !attributes) return std::nullopt;
    if (std::string status = row.text(5); !status.empty())
        attributes->set(Attribute::status, std::move(status));
    return LiveResource{*kind,
                        ResourceId(row.text(0)),
                        row.text(2),
                        ResourceId(row.text(3)),
                        Timestamp(row.text(4)),
                        std::move(*attributes)};
}

Try<std::vector<LiveResource>> read(Database& database, const char* sql,
                                    std::initializer_list<std::string_view> parameters) {
    std::vector<LiveResource> resources;
    std::string damaged;
    BOOST_OUTCOME_TRYV(database.query(sql, parameters, [&](const Row& row) {
        auto resource = resource_of(row);
        if (resource) {
            resources.push_back(std::move(*resource));
        } else {
            damaged = row.text(0);
        }
    }));
    if (!damaged.empty()) return Failure{fmt::format("it is damaged: resource {} can't be read", damaged)};
    return resources;
}

std::string json_without_status(Attributes attributes) {
    attributes.erase(Attribute::status);
    return attributes_to_json(attributes);
}

}  // namespace

Try<std::vector<LiveResource>> read_all(Database& database) {
    return read(database, "SELECT id, kind, name, team, created_at, status, attributes FROM resources", {});
}

Try<std::vector<LiveResource>> read_named(Database& database, Kind kind, std::string_view name,
                                          const ResourceId& team) {
    if (kind != Kind::task) {
        return read(database,
                    "SELECT id, kind, name, team, created_at, status, attributes FROM resources"
                    " WHERE kind = ? AND name = ?",
                    {kind_name(kind), name});
    }
    return read(database,
                "SELECT id, kind, name, team, created_at, status, attributes FROM resources"
                " WHERE kind = ? AND name = ? AND team = ?",
                {kind_name(kind), name, team.text()});
}

Try<std::optional<LiveResource>> read_one(Database& database, Kind kind, const ResourceId& id) {
    BOOST_OUTCOME_TRY(found, read(database,
                                  "SELECT id, kind, name, team, created_at, status, attributes FROM resources"
                                  " WHERE kind = ? AND id = ?",
                                  {kind_name(kind), id.text()}));
    if (found.empty()) return std::optional<LiveResource>();
    return std::optional<LiveResource>(std::move(found.front()));
}

Try<void> insert(Database& database, const LiveResource& resource) {
    return database.run(
        "INSERT INTO resources(id, kind, name, team, created_at, status, attributes) VALUES (?, ?, ?, ?, ?, "
        "?, ?)",
        {resource.id.text(), kind_name(resource.kind), resource.name, resource.team.text(),
         resource.created_at.text(), resource.attributes.text(Attribute::status),
         json_without_status(resource.attributes)});
}

Try<void> store_attributes(Database& database, const LiveResource& resource) {
    return database.run("UPDATE resources SET status = ?, attributes = ? WHERE id = ?",
                        {resource.attributes.text(Attribute::status),
                         json_without_status(resource.attributes), resource.id.text()});
}

Try<void> store_name(Database& database, const LiveResource& resource) {
    return database.run("UPDATE resources SET name = ? WHERE id = ?", {resource.name, resource.id.text()});
}

Try<bool> erase(Database& database, Kind kind, const ResourceId& id) {
    BOOST_OUTCOME_TRYV(
        database.run("DELETE FROM resources WHERE kind = ? AND id = ?", {kind_name(kind), id.text()}));
    return database.changed() > 0;
}

Try<std::vector<ResourceId>> ready_tasks(Database& database) {
    std::vector<ResourceId> ready;
    BOOST_OUTCOME_TRYV(database.query(
        "SELECT t.id FROM resources AS t WHERE t.status = 'pending' AND t.kind = 'task' AND NOT EXISTS ("
        " SELECT 1 FROM json_each(t.attributes, '$.blocked_by') AS b"
        " LEFT JOIN resources AS p ON p.id = b.value AND p.kind = 'task'"
        " WHERE p.status IS NOT 'completed')",
        {}, [&](const Row& row) { ready.emplace_back(row.text(0)); }));
    return ready;
}

Try<void> complete_task(Database& database, const ResourceId& id) {
    return database.run("UPDATE resources SET status = 'completed' WHERE id = ?", {id.text()});
}

}  // namespace tlm::sandbox
