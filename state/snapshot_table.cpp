#include "state/snapshot_table.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <bit>
#include <functional>
#include <vector>

#include "engine/resource/attributes_json.h"

namespace tlm::state {
namespace {

using Json = rapidjson::Value;

// A page holds so many resources on the average: few enough that a fleet in which one thing has changed is
// written in a few milliseconds, and enough that a large one is a few hundred rows.
constexpr std::size_t kPerPage = 256;

// Resources by the page that their id puts them on, so that one which comes or goes moves no other.
std::vector<std::vector<const LiveResource*>> pages_of(const Snapshot& snapshot) {
    const std::size_t count = std::bit_ceil(snapshot.resources.size() / kPerPage + 1);
    std::vector<std::vector<const LiveResource*>> pages(count);
    const std::hash<ResourceId> hash_of;
    for (const LiveResource& live : snapshot.resources)
        pages[hash_of(live.id) % count].push_back(&live);
    return pages;
}

// [[kind, id, name, team, created_at, {attributes}], …]
std::string_view write_page(const std::vector<const LiveResource*>& page, rapidjson::StringBuffer& buffer) {
    buffer.Clear();
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartArray();
    for (const LiveResource* live : page) {
        writer.StartArray();
        writer.Int(static_cast<int>(live->kind));
        for (const std::string* text : {&live->id.value, &live->name, &live->team.value, &live->created_at})
            writer.String(*text);
        const std::string attributes = attributes_to_json(live->attributes);
        writer.RawValue(attributes.data(), attributes.size(), rapidjson::kObjectType);
        writer.EndArray();
    }
    writer.EndArray();
    return {buffer.GetString(), buffer.GetSize()};
}

Result<LiveResource> read_one(const Database& database, const Json& json) {
    const bool formed = json.IsArray() && json.Size() == 6 && json[0].IsInt() && json[1].IsString() &&
                        json[2].IsString() && json[3].IsString() && json[4].IsString();
    const int kind = formed ? json[0].GetInt() : -1;
    if (kind < static_cast<int>(Kind::agent) || kind > static_cast<int>(Kind::task))
        return database.damaged("a cached resource can't be read");
    auto attributes = attributes_from_value(json[5]);
    if (!attributes) return database.damaged("the attributes of a cached resource can't be read");
    const auto text = [&](rapidjson::SizeType i) {
        return std::string(json[i].GetString(), json[i].GetStringLength());
    };
    return LiveResource{static_cast<Kind>(kind), {text(1)}, text(2), {text(3)}, text(4),
                        std::move(*attributes)};
}

}  // namespace

Result<void> replace_snapshot(Database& database, std::int64_t target, const Snapshot& snapshot,
                              const std::string& now) {
    // A fleet that has not moved costs no writing.
    if (!snapshot.version.empty()) {
        BOOST_OUTCOME_TRY(
            unmoved, database.run("UPDATE snapshots SET read_at = ? WHERE target = ? AND version = ?", now,
                                  target, snapshot.version));
        if (unmoved > 0) return success();
    }
    BOOST_OUTCOME_TRYV(database.run(
        "INSERT OR REPLACE INTO snapshots(target, read_at, consistent, version) VALUES (?, ?, ?, ?)", target,
        now, std::int64_t{snapshot.consistent}, snapshot.version));
    // Nor do pages that are the same.
    std::int64_t number = 0;
    rapidjson::StringBuffer buffer;
    for (const auto& page : pages_of(snapshot)) {
        BOOST_OUTCOME_TRYV(
            database.run("INSERT INTO snapshot_pages(target, number, resources) VALUES (?, ?, ?)"
                         " ON CONFLICT (target, number) DO UPDATE"
                         " SET resources = excluded.resources"
                         " WHERE resources IS NOT excluded.resources",
                         target, number++, write_page(page, buffer)));
    }
    BOOST_OUTCOME_TRYV(
        database.run("DELETE FROM snapshot_pages WHERE target = ? AND number >= ?", target, number));
    return success();
}

Result<std::optional<CachedSnapshot>> read_snapshot(Database& database, std::int64_t target,
                                                    const std::string& target_name) {
    BOOST_OUTCOME_TRY(head,
                      database.query("SELECT read_at, consistent FROM snapshots WHERE target = ?", target));
    BOOST_OUTCOME_TRY(found, head.next());
    if (!found) return std::optional<CachedSnapshot>();
    CachedSnapshot cached;
    cached.target = target_name;
    cached.read_at = head.text(0);
    cached.snapshot.consistent = head.integer(1) != 0;
    BOOST_OUTCOME_TRY(
        rows,
        database.query("SELECT resources FROM snapshot_pages WHERE target = ? ORDER BY number", target));
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) return std::optional<CachedSnapshot>(std::move(cached));
        // Parsed in place: its strings are taken from the text.
        std::string text = rows.text(0);
        rapidjson::Document page;
        page.ParseInsitu<rapidjson::kParseIterativeFlag>(text.data());
        if (page.HasParseError() || !page.IsArray())
            return database.damaged("a page of the cached snapshot can't be read");
        for (const Json& json : page.GetArray()) {
            BOOST_OUTCOME_TRY(live, read_one(database, json));
            cached.snapshot.resources.push_back(std::move(live));
        }
    }
}

}  // namespace tlm::state
