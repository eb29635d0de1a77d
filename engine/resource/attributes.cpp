#include "engine/resource/attributes.h"

#include <rapidjson/document.h>
#include <rapidjson/encodedstream.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "engine/base/json_depth.h"

namespace tlm {
namespace {

constexpr std::array<std::string_view, kAttributeCount> kNames = {
    "label", "program", "program_args", "working_dir", "description", "runtime",    "docker_image",
    "cpus",  "memory",  "host_id",      "members",     "assign_to",   "blocked_by", "status"};

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

// How an alternative of Value is marked.
constexpr char kText = 't';
constexpr char kNumber = 'n';
constexpr char kList = 'l';

// How sizes are written.
using Size = std::uint32_t;
using SizeBytes = std::array<char, sizeof(Size)>;
SizeBytes size_bytes(std::size_t size) {
    return std::bit_cast<SizeBytes>(static_cast<Size>(size));
}
std::size_t size_in(std::string_view bytes) {
    Size size = 0;
    std::memcpy(&size, bytes.data(), sizeof size);
    return size;
}

template <typename Items>
std::string list_content(const Items& items) {
    std::string content;
    for (const auto& item : items) {
        const SizeBytes size = size_bytes(item.size());
        content.append(size.data(), size.size()).append(item);
    }
    return content;
}

// Whether it is items of a list, each with its size before it.
bool is_list_content(std::string_view content) {
    while (content.size() >= sizeof(Size)) {
        const std::size_t size = size_in(content);
        content.remove_prefix(sizeof(Size));
        if (size > content.size()) return false;
        content.remove_prefix(size);
    }
    return content.empty();
}

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

// False where the JSON is no value.
bool read_value(const rapidjson::Value& json, Attribute attribute, Attributes& attributes) {
    if (json.IsString()) {
        attributes.set_text(attribute, {json.GetString(), json.GetStringLength()});
        return true;
    }
    if (json.IsInt64()) {
        attributes.set(attribute, json.GetInt64());
        return true;
    }
    if (!json.IsArray()) return false;
    StringList list;
    list.reserve(json.Size());
    for (const auto& item : json.GetArray()) {
        if (!item.IsString()) return false;
        list.emplace_back(item.GetString(), item.GetStringLength());
    }
    attributes.set(attribute, list);
    return true;
}

bool order_matters(Attribute attribute) {
    return attribute != Attribute::members && attribute != Attribute::blocked_by;
}

// An object of attributes, else nothing.
std::optional<Attributes> attributes_from_value(const rapidjson::Value& json) {
    if (!json.IsObject()) return std::nullopt;
    Attributes attributes;
    for (const auto& member : json.GetObject()) {
        const auto attribute = parse_attribute({member.name.GetString(), member.name.GetStringLength()});
        if (!attribute || !read_value(member.value, *attribute, attributes)) return std::nullopt;
    }
    return attributes;
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

Value Attributes::Entry::value() const {
    const std::string_view content = packed.substr(kHead);
    const char type = packed[kHead - 1];
    if (type == kText) return std::string(content);
    if (type == kNumber) {
        std::int64_t number = 0;
        std::memcpy(&number, content.data(), sizeof number);
        return number;
    }
    StringList list;
    for (std::size_t at = 0; at < content.size();) {
        const std::size_t size = size_in(content.substr(at));
        at += sizeof(Size);
        list.emplace_back(content.substr(at, size));
        at += size;
    }
    return list;
}

std::optional<Attributes> Attributes::from_bytes(std::uint16_t mask, std::string_view bytes) {
    Attributes attributes;
    attributes.packed_ = bytes;
    attributes.present_ = mask;
    if (mask >> static_cast<unsigned>(kAttributeCount) != 0) return std::nullopt;
    for (int values = std::popcount(mask); values > 0; --values) {
        if (bytes.size() < kHead || size_in(bytes) > bytes.size() - kHead) return std::nullopt;
        const std::string_view content = bytes.substr(kHead, size_in(bytes));
        const char type = bytes[kHead - 1];
        const bool formed = type == kText || (type == kNumber && content.size() == sizeof(std::int64_t)) ||
                            (type == kList && is_list_content(content));
        if (!formed) return std::nullopt;
        bytes.remove_prefix(kHead + content.size());
    }
    return bytes.empty() ? std::optional(std::move(attributes)) : std::nullopt;
}

std::size_t Attributes::place(Attribute attribute) const {
    // Mostly they are set in order.
    if (present_ < bit(attribute)) return packed_.size();
    const char* at = packed_.data();
    for (auto before = static_cast<unsigned>(present_) & (bit(attribute) - 1U); before != 0;
         before &= before - 1U)
        at += size_at(at);
    return static_cast<std::size_t>(at - packed_.data());
}

std::string_view Attributes::packed(Attribute attribute) const {
    if (!has(attribute)) return {};
    const char* at = packed_.data() + place(attribute);
    return {at, size_at(at)};
}

std::optional<Value> Attributes::find(Attribute attribute) const {
    if (!has(attribute)) return std::nullopt;
    return Entry{attribute, packed(attribute)}.value();
}

std::string_view Attributes::text(Attribute attribute) const {
    const std::string_view value = packed(attribute);
    if (value.empty() || value[kHead - 1] != kText) return {};
    return value.substr(kHead);
}

std::size_t Attributes::take_out(Attribute attribute) {
    const std::size_t at = place(attribute);
    if (has(attribute)) packed_.erase(at, size_at(packed_.data() + at));
    present_ = static_cast<std::uint16_t>(present_ | bit(attribute));
    return at;
}

void Attributes::put(Attribute attribute, char type, std::string_view content) {
    const std::size_t at = take_out(attribute);
    const SizeBytes size = size_bytes(content.size());
    if (at == packed_.size()) {
        packed_.append(size.data(), size.size()).append(1, type).append(content);
        return;
    }
    std::string value(size.data(), size.size());
    value.append(1, type).append(content);
    packed_.insert(at, value);
}

void Attributes::set_text(Attribute attribute, std::string_view text) {
    put(attribute, kText, text);
}

void Attributes::set(Attribute attribute, const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        put(attribute, kText, *text);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
        put(attribute, kNumber, {reinterpret_cast<const char*>(number), sizeof *number});
    } else {
        put(attribute, kList, list_content(std::get<StringList>(value)));
    }
}

void Attributes::set_list(Attribute attribute, std::span<const std::string_view> items) {
    put(attribute, kList, list_content(items));
}

void Attributes::erase(Attribute attribute) {
    if (!has(attribute)) return;
    take_out(attribute);
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
    rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, Pool> reader(&nesting_pool);
    rapidjson::MemoryStream bytes(json.data(), json.size());
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
    if (!parse_json<rapidjson::kParseIterativeFlag>(document, reader, stream)) return std::nullopt;
    return attributes_from_value(document);
}

}  // namespace tlm
