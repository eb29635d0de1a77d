#include "providers/agamemnon/resources.h"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>

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

void read_text(Kind kind, const Json& json, Attribute attribute, Attributes& attributes) {
    const Json* value = find(json, member_name(kind, attribute));
    if (value != nullptr && is_text(*value)) attributes.set(attribute, text_of(*value));
}

void read_list(const Json& json, const char* name, Attribute attribute, Attributes& attributes) {
    const Json* value = find(json, name);
    if (value == nullptr || !value->IsArray()) return;
    StringList list;
    for (const Json& item : value->GetArray()) {
        if (is_text(item)) list.push_back(text_of(item));
    }
    attributes.set(attribute, std::move(list));
}

// An array as the API description says, or the one string that the Python program wrote; both mean the same.
void read_program_args(const Json& json, Attributes& attributes) {
    const Json* value = find(json, "programArgs");
    if (value == nullptr || !is_text(*value))
        return read_list(json, "programArgs", Attribute::program_args, attributes);
    StringList list;
    const std::string text = text_of(*value);
    std::size_t at = 0;
    while ((at = text.find_first_not_of(" \t\n", at)) != std::string::npos) {
        const std::size_t end = std::min(text.find_first_of(" \t\n", at), text.size());
        list.push_back(text.substr(at, end - at));
        at = end;
    }
    attributes.set(Attribute::program_args, std::move(list));
}

void read_cpus(const Json& json, Attributes& attributes) {
    const Json* value = find(json, "cpus");
    if (value == nullptr) return;
    if (value->IsInt64()) attributes.set(Attribute::cpus, value->GetInt64());
    if (!value->IsString()) return;
    std::int64_t number = 0;
    const char* last = value->GetString() + value->GetStringLength();
    const auto [end, error] = std::from_chars(value->GetString(), last, number);
    if (error == std::errc() && end == last) attributes.set(Attribute::cpus, number);
}

void read_agent(const Json& json, Attributes& attributes) {
    for (const Attribute attribute :
         {Attribute::label, Attribute::program, Attribute::working_dir, Attribute::description,
          Attribute::docker_image, Attribute::memory, Attribute::host_id, Attribute::status}) {
        read_text(Kind::agent, json, attribute, attributes);
    }
    read_program_args(json, attributes);
    read_cpus(json, attributes);
    if (const Json* host = find(json, "host"); host != nullptr && host->IsString()) {
        attributes.set(Attribute::runtime, std::string(text_of(*host) == "docker" ? "docker" : "local"));
    }
}

void read_task(const Json& json, Attributes& attributes) {
    read_text(Kind::task, json, Attribute::description, attributes);
    read_text(Kind::task, json, Attribute::status, attributes);
    read_text(Kind::task, json, Attribute::assign_to, attributes);
    if (attributes.text(Attribute::assign_to).empty()) attributes.erase(Attribute::assign_to);
    read_list(json, "blockedBy", Attribute::blocked_by, attributes);
}

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
            read_agent(json, resource.attributes);
            break;
        case Kind::team:
            read_list(json, find(json, "agentIds") != nullptr ? "agentIds" : "agent_ids", Attribute::members,
                      resource.attributes);
            break;
        case Kind::task:
            if (const Json* team = find(json, "teamId"); team != nullptr && is_text(*team)) {
                resource.team = {text_of(*team)};
            }
            read_task(json, resource.attributes);
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
