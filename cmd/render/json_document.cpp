#include "cmd/render/json_document.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>
#include <variant>

#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

rapidjson::SizeType size_of(std::string_view text) {
    return static_cast<rapidjson::SizeType>(text.size());
}

}  // namespace

struct JsonDocument::Writing {
    using Compact = rapidjson::Writer<rapidjson::StringBuffer>;
    using Indented = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

    explicit Writing(Form form) {
        if (form == Form::indented) writer.emplace<Indented>(buffer).SetIndent(' ', 2);
    }
    // Their functions are not virtual.
    template <typename Write>
    void operator()(const Write& write) {
        std::visit(write, writer);
    }

    rapidjson::StringBuffer buffer;
    std::variant<Compact, Indented> writer{std::in_place_type<Compact>, buffer};
};

JsonDocument::JsonDocument(Form form) : writing_(std::make_unique<Writing>(form)) {}

JsonDocument::~JsonDocument() = default;

void JsonDocument::begin_object() {
    (*writing_)([](auto& writer) { writer.StartObject(); });
}

void JsonDocument::begin_array() {
    (*writing_)([](auto& writer) { writer.StartArray(); });
}

void JsonDocument::text(std::string_view text) {
    // A path need not be UTF-8; JSON has to be.
    const std::string escaped = valid_utf8(text) ? std::string() : visible(text);
    if (!escaped.empty()) text = escaped;
    (*writing_)([&](auto& writer) { writer.String(text.data(), size_of(text)); });
}

void JsonDocument::begin_object(std::string_view name) {
    key(name);
    begin_object();
}

void JsonDocument::begin_array(std::string_view name) {
    key(name);
    begin_array();
}

void JsonDocument::text(std::string_view name, std::string_view text) {
    key(name);
    this->text(text);
}

void JsonDocument::texts(std::string_view name, const std::vector<std::string>& texts) {
    begin_array(name);
    for (const std::string& one : texts)
        text(one);
    end_array();
}

void JsonDocument::value(std::string_view name, const std::optional<Value>& value) {
    if (value) {
        json(name, value_to_json(*value));
    } else {
        null(name);
    }
}

void JsonDocument::null(std::string_view name) {
    key(name);
    (*writing_)([](auto& writer) { writer.Null(); });
}

void JsonDocument::flag(std::string_view name, bool flag) {
    key(name);
    (*writing_)([&](auto& writer) { writer.Bool(flag); });
}

void JsonDocument::json(std::string_view name, std::string_view json) {
    key(name);
    // It is one value, whichever kind RapidJSON is told.
    (*writing_)([&](auto& writer) { writer.RawValue(json.data(), json.size(), rapidjson::kObjectType); });
}

void JsonDocument::end_object() {
    (*writing_)([](auto& writer) { writer.EndObject(); });
}

void JsonDocument::end_array() {
    (*writing_)([](auto& writer) { writer.EndArray(); });
}

std::size_t JsonDocument::size() const {
    return writing_->buffer.GetSize();
}

std::string JsonDocument::finish() const {
    return visible_json({writing_->buffer.GetString(), writing_->buffer.GetSize()}) + "\n";
}

void JsonDocument::key(std::string_view name) {
    (*writing_)([&](auto& writer) { writer.Key(name.data(), size_of(name)); });
}

void JsonDocument::write_signed(std::string_view name, std::int64_t number) {
    key(name);
    (*writing_)([&](auto& writer) { writer.Int64(number); });
}

void JsonDocument::write_unsigned(std::string_view name, std::uint64_t number) {
    key(name);
    (*writing_)([&](auto& writer) { writer.Uint64(number); });
}

}  // namespace tlm::cmd
