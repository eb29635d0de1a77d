#include "providers/agamemnon/resources.h"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <optional>
#include <span>

#include "engine/base/text.h"

namespace tlm::agamemnon {
namespace {

using Json = rapidjson::Value;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

// The servers that are known give 36. It becomes part of a path, and proxies take no path of any length.
constexpr std::size_t kLongestId = 1024;

// The server's word for an attribute of a kind, as the API description and BEHAVIOUR of release 0.1.0 have
// it.
constexpr const char* member_name(Kind kind, Attribute attribute) {
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

constexpr std::array kOfAgents = {Attribute::label,        Attribute::program,     Attribute::program_args,
                                  Attribute::working_dir,  Attribute::description, Attribute::runtime,
                                  Attribute::docker_image, Attribute::cpus,        Attribute::memory,
                                  Attribute::host_id,      Attribute::status};
constexpr std::array kOfTeams = {Attribute::members};
constexpr std::array kOfTasks = {Attribute::description, Attribute::assign_to, Attribute::blocked_by,
                                 Attribute::status};

constexpr std::span<const Attribute> attributes_of(Kind kind) {
    if (kind == Kind::agent) return kOfAgents;
    if (kind == Kind::team) return kOfTeams;
    return kOfTasks;
}

// Where the value of a member that is known goes: those of attributes are numbered as they are, and after
// them come these.
constexpr std::uint8_t kId = kAttributeCount;
constexpr std::uint8_t kName = kAttributeCount + 1;
constexpr std::uint8_t kCreatedAt = kAttributeCount + 2;
constexpr std::uint8_t kTeam = kAttributeCount + 3;
constexpr std::uint8_t kAgentIds = kAttributeCount + 4;  // the other name of a team's members
constexpr std::uint8_t kSlots = kAttributeCount + 5;
constexpr std::uint8_t kUnknown = kSlots;

// The members that are known of a kind. A large fleet has millions of them, so one look must find them: no
// two of a kind have the same length and first letter.
class MemberNames {
  public:
    consteval explicit MemberNames(Kind kind) {
        slots_.fill(kUnknown);
        add("id", kId);
        add(kind == Kind::task ? "subject" : "name", kName);
        add("createdAt", kCreatedAt);
        if (kind == Kind::task) add("teamId", kTeam);
        if (kind == Kind::team) add("agent_ids", kAgentIds);
        for (const Attribute attribute : attributes_of(kind))
            add(member_name(kind, attribute), static_cast<std::uint8_t>(attribute));
    }

    [[nodiscard]] std::uint8_t slot(std::string_view name) const {
        const std::uint8_t slot = name.empty() ? kUnknown : slots_[place(name)];
        return slot != kUnknown && names_[slot] == name ? slot : kUnknown;
    }

  private:
    static constexpr std::size_t place(std::string_view name) {
        return (name.size() % 16) * 8 + static_cast<unsigned char>(name.front()) % 8;
    }
    consteval void add(std::string_view name, std::uint8_t slot) {
        if (slots_[place(name)] != kUnknown) throw "two names have one place";  // does not compile then
        slots_[place(name)] = slot;
        names_[slot] = name;
    }

    std::array<std::uint8_t, 128> slots_{};
    std::array<std::string_view, kSlots> names_{};
};

constexpr std::array kMemberNames = {MemberNames(Kind::agent), MemberNames(Kind::team),
                                     MemberNames(Kind::task)};
static_assert(kSlots == ResourceReader::kMostMembers);

// The parser checks bytes, but half of a surrogate pair that is written as an escape comes through as bytes
// that begin with 0xED and are no UTF-8. A plan could not be written with them.
bool is_text(std::string_view text) {
    return text.find('\xED') == std::string_view::npos || valid_utf8(text);
}

std::vector<std::string_view> words_in(std::string_view text) {
    std::vector<std::string_view> words;
    std::size_t at = 0;
    while ((at = text.find_first_not_of(" \t\n", at)) != std::string_view::npos) {
        const std::size_t end = std::min(text.find_first_of(" \t\n", at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t number = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error != std::errc() || end != last) return std::nullopt;
    return number;
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

void ResourceReader::begin(bool object) {
    object_ = object;
    present_ = 0;
    current_ = nullptr;
    texts_.clear();
}

void ResourceReader::member(std::string_view name) {
    current_ = nullptr;
    const std::uint8_t slot = kMemberNames[static_cast<std::size_t>(kind_)].slot(name);
    if (slot == kUnknown || has(slot)) return;
    present_ |= 1U << slot;
    current_ = &members_[slot];
    current_->shape = Shape::other;
    current_->bytes = 0;
}

void ResourceReader::text(std::string_view text) {
    if (current_ == nullptr) return;
    current_->shape = Shape::text;
    current_->text = text;
    current_->bytes = text.size();
}

void ResourceReader::integer(std::int64_t number) {
    if (current_ == nullptr) return;
    current_->shape = Shape::integer;
    current_->number = number;
    current_->bytes = sizeof(number);
}

void ResourceReader::list() {
    if (current_ == nullptr) return;
    current_->shape = Shape::list;
    current_->first = texts_.size();
    current_->count = 0;
}

void ResourceReader::list_text(std::string_view text) {
    if (current_ == nullptr || current_->shape != Shape::list || !is_text(text)) return;
    texts_.push_back(text);
    ++current_->count;
    current_->bytes += sizeof(std::uint32_t) + text.size();
}

const std::string_view* ResourceReader::text_of(std::uint8_t slot) const {
    const Member& member = members_[slot];
    return has(slot) && member.shape == Shape::text && is_text(member.text) ? &member.text : nullptr;
}

std::span<const std::string_view> ResourceReader::items_of(const Member& member) const {
    return std::span(texts_).subspan(member.first, member.count);
}

void ResourceReader::read_value(Attribute attribute, const Member& member, Attributes& to) const {
    const bool text = member.shape == Shape::text;
    const bool list = member.shape == Shape::list;
    switch (attribute) {
        // An array as the API description says, or the one string that the Python program wrote; both mean
        // the same.
        case Attribute::program_args:
            if (text && is_text(member.text)) to.set_list(attribute, words_in(member.text));
            if (list) to.set_list(attribute, items_of(member));
            return;
        case Attribute::cpus:
            if (member.shape == Shape::integer) to.set(attribute, member.number);
            if (const auto number = text ? number_in(member.text) : std::nullopt) to.set(attribute, *number);
            return;
        case Attribute::runtime:
            if (text) to.set_text(attribute, member.text == "docker" ? "docker" : "local");
            return;
        case Attribute::members:
        case Attribute::blocked_by:
            if (list) to.set_list(attribute, items_of(member));
            return;
        case Attribute::assign_to:
            if (member.text.empty()) return;
            [[fallthrough]];
        default:
            if (text && is_text(member.text)) to.set_text(attribute, member.text);
    }
}

// In the order of the enum, and with room for just what there is: a large fleet has a million values.
void ResourceReader::read_attributes(Attributes& attributes) {
    constexpr auto kMembers = static_cast<std::uint8_t>(Attribute::members);
    if (has(kAgentIds) && !has(kMembers)) {
        present_ |= 1U << kMembers;
        members_[kMembers] = members_[kAgentIds];
    }
    constexpr std::uint32_t kAttributes = (1U << kAttributeCount) - 1;
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (std::uint32_t left = present_ & kAttributes; left != 0; left &= left - 1) {
        ++count;
        bytes += members_[static_cast<std::size_t>(std::countr_zero(left))].bytes;
    }
    attributes.reserve(count, bytes);
    for (std::uint32_t left = present_ & kAttributes; left != 0; left &= left - 1) {
        const auto slot = static_cast<std::size_t>(std::countr_zero(left));
        read_value(static_cast<Attribute>(slot), members_[slot], attributes);
    }
}

Result<LiveResource> ResourceReader::resource() {
    const auto wrong = [&](const char* what) {
        return fail(ErrorCode::unreachable,
                    fmt::format("{} {} {}", kind_ == Kind::agent ? "an" : "a", kind_name(kind_), what));
    };
    if (!object_) return wrong("is not an object");
    const std::string_view* id = text_of(kId);
    if (id == nullptr || id->empty()) return wrong("has no id");
    if (id->size() > kLongestId) return wrong("has an id that is longer than 1,024 bytes");
    const std::string_view* name = text_of(kName);
    if (name == nullptr) return wrong(kind_ == Kind::task ? "has no subject" : "has no name");
    LiveResource resource;
    resource.kind = kind_;
    resource.id = ResourceId(*id);
    resource.name = *name;
    if (const std::string_view* created = text_of(kCreatedAt)) resource.created_at = Timestamp(*created);
    if (const std::string_view* team = text_of(kTeam)) resource.team = ResourceId(*team);
    read_attributes(resource.attributes);
    return resource;
}

Result<LiveResource> read_resource(Kind kind, const Json& json) {
    const auto text = [](const Json& value) {
        return std::string_view(value.GetString(), value.GetStringLength());
    };
    ResourceReader reader(kind);
    reader.begin(json.IsObject());
    if (!json.IsObject()) return reader.resource();
    for (const auto& [name, value] : json.GetObject()) {
        reader.member(text(name));
        if (value.IsString()) reader.text(text(value));
        if (value.IsInt64()) reader.integer(value.GetInt64());
        if (!value.IsArray()) continue;
        reader.list();
        for (const Json& item : value.GetArray()) {
            if (item.IsString()) reader.list_text(text(item));
        }
    }
    return reader.resource();
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
