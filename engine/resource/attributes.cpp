#include "engine/resource/attributes_json.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>

namespace tlm {
namespace {

constexpr std::array<std::string_view, kAttributeCount> kNames = {
    "label", "program", "program_args", "working_dir", "description", "runtime",    "docker_image",
    "cpus",  "memory",  "host_id",      "members",     "assign_to",   "blocked_by", "status"};

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write_value(Writer& writer, const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        writer.String(*text);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
        writer.Int64(*number);
    } else {
        writer.StartArray();
        for (const std::string& item : std::get<StringList>(value))
            writer.String(item);
        writer.EndArray();
    }
}

std::optional<Value> read_value(const rapidjson::Value& json) {
    if (json.IsString()) return std::string(json.GetString(), json.GetStringLength());
    if (json.IsInt64()) return json.GetInt64();
    if (!json.IsArray()) return std::nullopt;
    StringList list;
    list.reserve(json.Size());
    for (const auto& item : json.GetArray()) {
        if (!item.IsString()) return std::nullopt;
        list.emplace_back(item.GetString(), item.GetStringLength());
    }
    return list;
}

bool order_matters(Attribute attribute) {
    return attribute != Attribute::members && attribute != Attribute::blocked_by;
}

}  // namespace

std::string_view attribute_name(Attribute attribute) {
    return kNames[static_cast<std::size_t>(attribute)];
}

std::optional<Attribute> parse_attribute(std::string_view name) {
    const auto at = std::ranges::find(kNames, name);
    if (at == kNames.end()) return std::nullopt;
    return static_cast<Attribute>(at - kNames.begin());
}

bool is_reference(Attribute attribute) {
    return attribute == Attribute::members || attribute == Attribute::assign_to ||
           attribute == Attribute::blocked_by;
}

const Value* Attributes::find(Attribute attribute) const {
    return (present_ & bit(attribute)) == 0 ? nullptr : &*(values_.begin() + place(attribute));
}

std::string_view Attributes::text(Attribute attribute) const {
    const Value* value = find(attribute);
    const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

void Attributes::set(Attribute attribute, Value value) {
    const auto at = values_.begin() + place(attribute);
    if ((present_ & bit(attribute)) != 0) {
        *at = std::move(value);
    } else {
        values_.insert(at, std::move(value));
        present_ |= bit(attribute);
    }
}

void Attributes::erase(Attribute attribute) {
    if ((present_ & bit(attribute)) == 0) return;
    values_.erase(values_.begin() + place(attribute));
    present_ = static_cast<std::uint16_t>(present_ & ~bit(attribute));
}

bool same_meaning(Attribute attribute, const Value& left, const Value& right) {
    if (left == right) return true;
    const auto* a = std::get_if<StringList>(&left);
    const auto* b = std::get_if<StringList>(&right);
    if (order_matters(attribute) || a == nullptr || b == nullptr) return false;
    StringList x = *a;
    StringList y = *b;
    for (StringList* list : {&x, &y}) {
        std::ranges::sort(*list);
        const auto repeated = std::ranges::unique(*list);
        list->erase(repeated.begin(), repeated.end());
    }
    return x == y;
}

std::string value_to_json(const Value& value) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    write_value(writer, value);
    return {buffer.GetString(), buffer.GetSize()};
}

std::string attributes_to_json(const Attributes& attributes) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    for (const auto& [attribute, value] : attributes) {
        const std::string_view name = attribute_name(attribute);
        writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
        write_value(writer, value);
    }
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

std::optional<Attributes> attributes_from_json(std::string_view json) {
    // Most texts fit into these, so that the one of every binding is read without asking for memory.
    using Pool = rapidjson::MemoryPoolAllocator<>;
    std::array<std::byte, 4096> values;   // NOLINT(*-member-init): filled by the parser
    std::array<std::byte, 4096> nesting;  // NOLINT(*-member-init)
    Pool value_pool(values.data(), values.size());
    Pool nesting_pool(nesting.data(), nesting.size());
    rapidjson::GenericDocument<rapidjson::UTF8<>, Pool, Pool> document(&value_pool, 1024, &nesting_pool);
    document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
    if (document.HasParseError()) return std::nullopt;
    return attributes_from_value(document);
}

std::optional<Attributes> attributes_from_value(const rapidjson::Value& json) {
    if (!json.IsObject()) return std::nullopt;
    Attributes attributes;
    attributes.reserve(json.MemberCount());
    for (const auto& member : json.GetObject()) {
        const auto attribute = parse_attribute({member.name.GetString(), member.name.GetStringLength()});
        auto value = read_value(member.value);
        if (!attribute || !value) return std::nullopt;
        attributes.set(*attribute, std::move(*value));
    }
    return attributes;
}

}  // namespace tlm
