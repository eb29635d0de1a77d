#include "tests/simulator/documents.h"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "tests/simulator/json_text.h"

namespace tlm::simulator {
namespace {

using rapidjson::Document;
using rapidjson::Value;
using Problem = std::optional<Refusal>;

struct TextRule {
    std::string_view member;
    std::size_t most;  // bytes; 0: any length
    std::string_view otherwise;
    bool may_be_empty = true;
};

constexpr std::array<TextRule, 8> kAgentTexts{{{"name", 256, "unnamed", false},
                                               {"label", 256, ""},
                                               {"program", 1024, ""},
                                               {"workingDirectory", 0, ""},
                                               {"taskDescription", 4096, ""},
                                               {"owner", 0, ""},
                                               {"role", 0, "worker"},
                                               {"host", 0, "local"}}};
constexpr std::array<TextRule, 1> kTeamTexts{{{"name", 256, "unnamed-team", false}}};
constexpr std::array<TextRule, 4> kTaskTexts{
    {{"subject", 512, ""}, {"description", 4096, ""}, {"assigneeAgentId", 0, ""}, {"type", 0, "general"}}};
constexpr std::array<std::string_view, 6> kTaskTypes{"general", "research", "implementation",
                                                     "review",  "testing",  "hello"};
constexpr std::array<std::string_view, 5> kTaskStates{"pending", "running", "completed", "failed", "blocked"};

rapidjson::Value::StringRefType ref(std::string_view text) {
    return {text.data(), static_cast<rapidjson::SizeType>(text.size())};
}

const Value* member(const Value& object, std::string_view name) {
    const auto found = object.FindMember(Value(ref(name)));
    return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string text_of(const Value& object, std::string_view name) {
    const Value* value = member(object, name);
    return value != nullptr && value->IsString() ? std::string(value->GetString(), value->GetStringLength())
                                                 : std::string();
}

void set(Document& object, std::string_view name, Value value) {
    const auto found = object.FindMember(Value(ref(name)));
    if (found != object.MemberEnd()) {
        found->value = value;
    } else {
        object.AddMember(Value(ref(name), object.GetAllocator()), value, object.GetAllocator());
    }
}

void set_text(Document& object, std::string_view name, std::string_view text) {
    set(object, name, Value(ref(text), object.GetAllocator()));
}

void set_copy(Document& object, std::string_view name, const Value& value) {
    set(object, name, Value(value, object.GetAllocator()));
}

Problem parse_object(std::string_view body, Document& document) {
    if (too_deep(body)) return Refusal{400, "invalid JSON: nested too deeply"};
    document.Parse<kParseFlags>(body.empty() ? "{}" : body.data(), body.empty() ? 2 : body.size());
    if (document.HasParseError()) {
        return Refusal{400, fmt::format("invalid JSON: {} (at byte {})",
                                        rapidjson::GetParseError_En(document.GetParseError()),
                                        document.GetErrorOffset())};
    }
    if (!document.IsObject()) return Refusal{500, ""};
    return std::nullopt;
}

Problem check_texts(const Value& body, std::span<const TextRule> rules) {
    for (const TextRule& rule : rules) {
        const Value* value = member(body, rule.member);
        if (value == nullptr) continue;
        if (!value->IsString()) return Refusal{400, fmt::format("{} must be a string", rule.member)};
        if (!rule.may_be_empty && value->GetStringLength() == 0) {
            return Refusal{400, fmt::format("{} must not be empty", rule.member)};
        }
        if (rule.most != 0 && value->GetStringLength() > rule.most) {
            return Refusal{400, fmt::format("{} exceeds {} bytes", rule.member, rule.most)};
        }
    }
    return std::nullopt;
}

Problem check_one_of(const Value& body, std::string_view name, std::span<const std::string_view> allowed) {
    if (member(body, name) == nullptr || std::ranges::count(allowed, text_of(body, name)) > 0)
        return std::nullopt;
    return Refusal{400, fmt::format("invalid {}", name)};
}

Problem check_list(const Value& body, std::string_view name) {
    const Value* value = member(body, name);
    if (value == nullptr || value->IsArray()) return std::nullopt;
    return Refusal{400, fmt::format("{} must be an array", name)};
}

const Value* member_ids(const Value& body) {
    const Value* ids = member(body, "agentIds");
    return ids != nullptr ? ids : member(body, "agent_ids");
}

Problem check_team(const Value& body) {
    if (auto problem = check_list(body, "agentIds")) return problem;
    if (auto problem = check_list(body, "agent_ids")) return problem;
    return check_texts(body, kTeamTexts);
}

Problem check_task(const Value& body) {
    if (auto problem = check_one_of(body, "type", kTaskTypes)) return problem;
    if (auto problem = check_one_of(body, "status", kTaskStates)) return problem;
    return check_texts(body, kTaskTexts);
}

void keep_texts(Document& to, const Value& from, std::span<const TextRule> rules) {
    for (const TextRule& rule : rules) {
        set_text(to, rule.member, member(from, rule.member) ? text_of(from, rule.member) : rule.otherwise);
    }
}

void keep_or_empty_list(Document& to, const Value* from, std::string_view name) {
    if (from != nullptr) {
        set_copy(to, name, *from);
    } else {
        set(to, name, Value(rapidjson::kArrayType));
    }
}

void merge(Document& to, const Value& from, std::initializer_list<std::string_view> fixed) {
    for (const auto& [name, value] : from.GetObject()) {
        const std::string_view text(name.GetString(), name.GetStringLength());
        if (std::ranges::find(fixed, text) == fixed.end()) set_copy(to, text, value);
    }
}

void settle_completion(Document& task, const std::string& now) {
    const Value* at = member(task, "completedAt");
    if (text_of(task, "status") == "completed" && (at == nullptr || at->IsNull())) {
        set_text(task, "completedAt", now);
    }
}

Record to_record(Kind kind, const Document& document) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    document.Accept(writer);
    return {text_of(document, "id"), text_of(document, kind == Kind::kTask ? "subject" : "name"),
            kind == Kind::kTask ? text_of(document, "teamId") : std::string(), text_of(document, "status"),
            std::string(buffer.GetString(), buffer.GetSize())};
}

Document stored(const Record& record) {
    Document document;
    document.Parse<kParseFlags>(record.json.data(), record.json.size());
    return document;
}

}  // namespace

Accepted<Record> new_agent(std::string_view body, const Stamp& stamp) {
    Document given;
    if (auto problem = parse_object(body, given)) return *problem;
    if (auto problem = check_texts(given, kAgentTexts)) return *problem;
    Document agent(rapidjson::kObjectType);
    set_text(agent, "id", stamp.id);
    keep_texts(agent, given, kAgentTexts);
    keep_or_empty_list(agent, member(given, "programArgs"), "programArgs");
    keep_or_empty_list(agent, member(given, "tags"), "tags");
    set_text(agent, "status", "offline");
    set_text(agent, "createdAt", stamp.time);
    return to_record(Kind::kAgent, agent);
}

Accepted<Record> new_team(std::string_view body, const Stamp& stamp) {
    Document given;
    if (auto problem = parse_object(body, given)) return *problem;
    if (auto problem = check_team(given)) return *problem;
    Document team(rapidjson::kObjectType);
    set_text(team, "id", stamp.id);
    keep_texts(team, given, kTeamTexts);
    keep_or_empty_list(team, member_ids(given), "agentIds");
    set_text(team, "createdAt", stamp.time);
    return to_record(Kind::kTeam, team);
}

Accepted<Record> new_task(std::string_view body, const std::string& team, const Stamp& stamp) {
    Document given;
    if (auto problem = parse_object(body, given)) return *problem;
    if (auto problem = check_task(given)) return *problem;
    Document task(rapidjson::kObjectType);
    set_text(task, "id", stamp.id);
    set_text(task, "teamId", team);
    keep_texts(task, given, kTaskTexts);
    keep_or_empty_list(task, member(given, "blockedBy"), "blockedBy");
    set_text(task, "status", "pending");
    set_text(task, "createdAt", stamp.time);
    set(task, "completedAt", Value());
    return to_record(Kind::kTask, task);
}

Accepted<Record> merged_agent(const Record& record, std::string_view body) {
    Document given;
    if (auto problem = parse_object(body, given)) return *problem;
    if (auto problem = check_texts(given, kAgentTexts)) return *problem;
    Document agent = stored(record);
    merge(agent, given, {"id", "createdAt", "updatedAt"});
    return to_record(Kind::kAgent, agent);
}

Accepted<Record> merged_team(const Record& record, std::string_view body) {
    Document given;
    if (auto problem = parse_object(body, given)) return *problem;
    if (auto problem = check_team(given)) return *problem;
    Document team = stored(record);
    if (const Value* name = member(given, "name")) set_copy(team, "name", *name);
    if (const Value* ids = member_ids(given)) set_copy(team, "agentIds", *ids);
    return to_record(Kind::kTeam, team);
}

Accepted<Record> merged_task(const Record& record, std::string_view body, const std::string& now) {
    Document given;
    if (auto problem = parse_object(body, given)) return *problem;
    if (auto problem = check_task(given)) return *problem;
    Document task = stored(record);
    merge(task, given, {"id", "teamId", "createdAt", "updatedAt"});
    settle_completion(task, now);
    return to_record(Kind::kTask, task);
}

Record with_status(const Record& record, Kind kind, const std::string& status, const std::string& now) {
    Document document = stored(record);
    set_text(document, "status", status);
    if (kind == Kind::kTask) settle_completion(document, now);
    return to_record(kind, document);
}

Accepted<std::vector<Record>> raw_records(Kind kind, std::string_view body, Stamps& stamps) {
    Document given;
    if (auto problem = parse_object(body, given)) return *problem;
    const Value* items = member(given, "items");
    if (items == nullptr || !items->IsArray()) return Refusal{400, "items must be an array"};
    std::vector<Record> records;
    records.reserve(items->Size());
    for (const Value& item : items->GetArray()) {
        if (!item.IsObject()) return Refusal{400, "every item must be an object"};
        Document document;
        document.CopyFrom(item, document.GetAllocator());
        if (text_of(document, "id").empty()) set_text(document, "id", stamps.next_id());
        if (member(document, "createdAt") == nullptr) set_text(document, "createdAt", stamps.next_time());
        records.push_back(to_record(kind, document));
    }
    return records;
}

std::vector<std::string> blockers(const Record& task) {
    const Document document = stored(task);
    std::vector<std::string> ids;
    const Value* list = member(document, "blockedBy");
    if (list == nullptr || !list->IsArray()) return ids;
    for (const Value& id : list->GetArray()) {
        if (id.IsString()) ids.emplace_back(id.GetString(), id.GetStringLength());
    }
    return ids;
}

}  // namespace tlm::simulator
