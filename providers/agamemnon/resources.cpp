#include "providers/agamemnon/resources.h"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>
#include <charconv>
#include <optional>

#include "engine/base/text.h"

namespace tlm::agamemnon {
namespace {

using Json = rapidjson::Value;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

// The servers that are known give 36. It becomes part of a path, and proxies take no path of any length.
constexpr std::size_t kLongestId = 1024;

const Json* find(const Json& json, const char* name) {
    const auto at = json.FindMember(name);
    return at == json.MemberEnd() ? nullptr : &at->value;
}

// The parser checks bytes, but half of a surrogate pair that is written as an escape comes through as bytes
// that begin with 0xED and are no UTF-8. A plan could not be written with them.
bool is_text(const Json& json) {
    if (!json.IsString()) return false;
    const std::string_view text(json.GetString(), json.GetStringLength());
    return text.find('\xED') == std::string_view::npos || valid_utf8(text);
}

std::string text_of(const Json& json) {
    return {json.GetString(), json.GetStringLength()};
}

// The server's word for an attribute of a kind, as the API description and BEHAVIOUR of release 0.1.0 have
// it.
const char* member_name(Kind kind, Attribute attribute) {
    switch (attribute) {
        case Attribute::label:
            return "label";
        case Attribute::program:
            return "program";
        case Attribute::program_args:
            return "programArgs";
        case Attribute::working_dir:
            return "workingDirectory";
        case Attribute::description:
            return kind == Kind::task ? "description" : "taskDescription";
        case Attribute::runtime:
            return "host";
        case Attribute::docker_image:
            return "image";
        case Attribute::cpus:
            return "cpus";
        case Attribute::memory:
            return "memory";
        case Attribute::host_id:
            return "hostId";
        case Attribute::members:
            return "agentIds";
        case Attribute::assign_to:
            return "assigneeAgentId";
        case Attribute::blocked_by:
            return "blockedBy";
        case Attribute::status:
            return "status";
    }
    return "";
}

std::optional<Value> read_text(const Json& json) {
    if (!is_text(json)) return std::nullopt;
    return text_of(json);
}

std::optional<Value> read_list(const Json& json) {
    if (!json.IsArray()) return std::nullopt;
    StringList list;
    list.reserve(json.Size());
    for (const Json& item : json.GetArray()) {
        if (is_text(item)) list.push_back(text_of(item));
    }
    return list;
}

// An array as the API description says, or the one string that the Python program wrote; both mean the same.
std::optional<Value> read_program_args(const Json& json) {
    if (!is_text(json)) return read_list(json);
    StringList list;
    const std::string text = text_of(json);
    std::size_t at = 0;
    while ((at = text.find_first_not_of(" \t\n", at)) != std::string::npos) {
        const std::size_t end = std::min(text.find_first_of(" \t\n", at), text.size());
        list.push_back(text.substr(at, end - at));
        at = end;
    }
    return list;
}

std::optional<Value> read_cpus(const Json& json) {
    if (json.IsInt64()) return json.GetInt64();
    if (!json.IsString()) return std::nullopt;
    std::int64_t number = 0;
    const char* last = json.GetString() + json.GetStringLength();
    const auto [end, error] = std::from_chars(json.GetString(), last, number);
    if (error != std::errc() || end != last) return std::nullopt;
    return number;
}

std::optional<Value> read_value(const Json& json, Attribute attribute) {
    switch (attribute) {
        case Attribute::program_args:
            return read_program_args(json);
        case Attribute::cpus:
            return read_cpus(json);
        case Attribute::runtime:
            if (!json.IsString()) return std::nullopt;
            return std::string(text_of(json) == "docker" ? "docker" : "local");
        case Attribute::members:
        case Attribute::blocked_by:
            return read_list(json);
        case Attribute::assign_to:
            if (json.IsString() && json.GetStringLength() == 0) return std::nullopt;
            return read_text(json);
        default:
            return read_text(json);
    }
}

// In the order of the enum, and with room for just as many as there are: a large fleet has a million values.
template <std::size_t n>
Attributes read_attributes(Kind kind, const Json& json, const std::array<Attribute, n>& known) {
    std::array<const Json*, n> members{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < n; ++i) {
        members[i] = find(json, member_name(kind, known[i]));
        if (members[i] == nullptr && known[i] == Attribute::members) members[i] = find(json, "agent_ids");
        if (members[i] != nullptr) ++count;
    }
    Attributes attributes;
    for (std::size_t i = 0; i < n; ++i) {
        if (members[i] == nullptr) continue;
        if (auto value = read_value(*members[i], known[i])) attributes.set(known[i], *value);
    }
    return attributes;
}

constexpr std::array kOfAgents = {Attribute::label,        Attribute::program,     Attribute::program_args,
                                  Attribute::working_dir,  Attribute::description, Attribute::runtime,
                                  Attribute::docker_image, Attribute::cpus,        Attribute::memory,
                                  Attribute::host_id,      Attribute::status};
constexpr std::array kOfTeams = {Attribute::members};
constexpr std::array kOfTasks = {Attribute::description, Attribute::assign_to, Attribute::blocked_by,
                                 Attribute::status};

void write_value(Writer& writer, const Value& value) {
    const std::string json = value_to_json(value);
    writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
}

void write_attributes(Writer& writer, Kind kind, const Attributes& attributes) {
    for (const auto& [attribute, value] : attributes) {
        if (attribute == Attribute::status) continue;
        // `local` is what the server takes a missing host for.
        if (attribute == Attribute::runtime && value == Value(std::string("local"))) continue;
        writer.Key(member_name(kind, attribute));
        write_value(writer, value);
    }
}

}  // namespace

Result<LiveResource> read_resource(Kind kind, const Json& json) {
    const auto wrong = [&](const char* what) {
        return fail(ErrorCode::unreachable,
                    fmt::format("{} {} {}", kind == Kind::agent ? "an" : "a", kind_name(kind), what));
    };
    if (!json.IsObject()) return wrong("is not an object");
    const Json* id = find(json, "id");
    if (id == nullptr || !is_text(*id) || id->GetStringLength() == 0) return wrong("has no id");
    if (id->GetStringLength() > kLongestId) return wrong("has an id that is longer than 1,024 bytes");
    const Json* name = find(json, kind == Kind::task ? "subject" : "name");
    if (name == nullptr || !is_text(*name))
        return wrong(kind == Kind::task ? "has no subject" : "has no name");
    LiveResource resource;
    resource.kind = kind;
    resource.id = {text_of(*id)};
    resource.name = text_of(*name);
    if (const Json* created = find(json, "createdAt"); created != nullptr && is_text(*created)) {
        resource.created_at = text_of(*created);
    }
    switch (kind) {
        case Kind::agent:
            resource.attributes = read_attributes(kind, json, kOfAgents);
            break;
        case Kind::team:
            resource.attributes = read_attributes(kind, json, kOfTeams);
            break;
        case Kind::task:
            if (const Json* team = find(json, "teamId"); team != nullptr && is_text(*team)) {
                resource.team = {text_of(*team)};
            }
            resource.attributes = read_attributes(kind, json, kOfTasks);
            break;
    }
    return resource;
}

std::string create_body(Kind kind, const CreateCall& call) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    writer.Key(kind == Kind::task ? "subject" : "name");
    writer.String(call.name);
    write_attributes(writer, kind, call.attributes);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

std::string update_body(Kind kind, const UpdateCall& call) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    write_attributes(writer, kind, call.attributes);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

std::string rename_body(const RenameCall& call) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    writer.Key("name");
    writer.String(call.name);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace tlm::agamemnon
