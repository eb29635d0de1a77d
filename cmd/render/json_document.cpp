#include "cmd/render/json_document.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

rapidjson::SizeType size_of(std::string_view text) {
    return static_cast<rapidjson::SizeType>(text.size());
}

}  // namespace

struct JsonDocument::Writing {
    rapidjson::StringBuffer buffer;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer{buffer};
};

JsonDocument::JsonDocument() : writing_(std::make_unique<Writing>()) {
    writing_->writer.SetIndent(' ', 2);
}

JsonDocument::~JsonDocument() = default;

void JsonDocument::begin_object() {
    writing_->writer.StartObject();
}

void JsonDocument::begin_array() {
    writing_->writer.StartArray();
}

void JsonDocument::text(std::string_view text) {
    // A path need not be UTF-8; JSON has to be.
    const std::string escaped = valid_utf8(text) ? std::string() : visible(text);
    if (!escaped.empty()) text = escaped;
    writing_->writer.String(text.data(), size_of(text));
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

void JsonDocument::flag(std::string_view name, bool flag) {
    key(name);
    writing_->writer.Bool(flag);
}

void JsonDocument::json(std::string_view name, std::string_view json) {
    key(name);
    // The kind only says where commas and new lines go, and it is one value whichever it is.
    writing_->writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
}

void JsonDocument::end_object() {
    writing_->writer.EndObject();
}

void JsonDocument::end_array() {
    writing_->writer.EndArray();
}

std::string JsonDocument::finish() const {
    return visible_json({writing_->buffer.GetString(), writing_->buffer.GetSize()}) + "\n";
}

void JsonDocument::key(std::string_view name) {
    writing_->writer.Key(name.data(), size_of(name));
}

void JsonDocument::write_signed(std::string_view name, std::int64_t number) {
    key(name);
    writing_->writer.Int64(number);
}

void JsonDocument::write_unsigned(std::string_view name, std::uint64_t number) {
    key(name);
    writing_->writer.Uint64(number);
}

}  // namespace tlm::cmd
