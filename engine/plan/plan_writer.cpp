#include <fmt/format.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "engine/base/sha256.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"

namespace tlm {
namespace {

using Buffer = rapidjson::StringBuffer;
using Writer = rapidjson::PrettyWriter<Buffer>;

void key(Writer& writer, std::string_view name) {
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}

void member(Writer& writer, std::string_view name, std::string_view text) {
    key(writer, name);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

// Text that is JSON already, so that it stands on one line.
void raw(Writer& writer, std::string_view json, rapidjson::Type type) {
    writer.RawValue(json.data(), json.size(), type);
}

void list(Writer& writer, std::string_view name, const StringList& items) {
    key(writer, name);
    writer.StartArray();
    for (const std::string& item : items)
        writer.String(item);
    writer.EndArray();
}

void addresses(Writer& writer, std::string_view name, const std::vector<Address>& items) {
    if (items.empty()) return;
    StringList texts;
    texts.reserve(items.size());
    for (const Address& item : items)
        texts.push_back(item.text());
    list(writer, name, texts);
}

void ids(Writer& writer, std::string_view name, const std::vector<ResourceId>& items) {
    if (items.empty()) return;
    StringList texts;
    for (const ResourceId& item : items)
        texts.push_back(item.value);
    list(writer, name, texts);
}

std::string side(const std::optional<Value>& value) {
    return value ? value_to_json(*value) : "null";
}

void attributes(Writer& writer, const std::vector<AttributeChange>& changes) {
    if (changes.empty()) return;
    key(writer, "attributes");
    writer.StartObject();
    for (const AttributeChange& change : changes) {
        key(writer, attribute_name(change.attribute));
        raw(writer,
            fmt::format(R"({{ "before": {}, "after": {} }})", side(change.before), side(change.after)),
            rapidjson::kObjectType);
    }
    writer.EndObject();
}

void precondition(Writer& writer, const Change& change) {
    // A task that waits is not executed, so nothing has to hold.
    if (change.action == Action::none) return;
    if (std::holds_alternative<MustBeAbsent>(change.precondition)) {
        member(writer, "precondition", "absent");
    } else if (std::holds_alternative<MayExist>(change.precondition)) {
        member(writer, "precondition", "any");
    } else {
        const auto& match = std::get<MustMatch>(change.precondition);
        StringList names;
        for (const Attribute attribute : match.over)
            names.emplace_back(attribute_name(attribute));
        key(writer, "precondition");
        raw(writer,
            fmt::format(R"({{ "unchanged": {}, "sha256": "{}" }})", value_to_json(std::move(names)),
                        match.sha256),
            rapidjson::kObjectType);
    }
}

void write_change(Writer& writer, const Change& change) {
    writer.StartObject();
    member(writer, "address", change.address.text());
    member(writer, "action", action_name(change.action));
    member(writer, "reason", reason_name(change.reason));
    if (!change.key.empty()) member(writer, "key", change.key);
    if (!change.id.empty()) member(writer, "id", change.id.value);
    precondition(writer, change);
    attributes(writer, change.attributes);
    addresses(writer, "depends_on", change.depends_on);
    addresses(writer, "waits_for", change.waits_for);
    ids(writer, "leaves", change.leaves);
    writer.EndObject();
}

void write_options(Writer& writer, const PlanOptions& options) {
    key(writer, "options");
    writer.StartObject();
    key(writer, "force");
    writer.Bool(options.force);
    key(writer, "prune");
    writer.Bool(options.prune);
    key(writer, "destroy");
    writer.Bool(options.destroy);
    list(writer, "target", options.targets);
    list(writer, "exclude", options.excludes);
    // Left out where it says nothing, so that plans written before it was there keep their digest.
    if (!options.replaces.empty()) list(writer, "replace", options.replaces);
    writer.EndObject();
}

void write_summary(Writer& writer, const PlanSummary& summary) {
    key(writer, "summary");
    writer.StartObject();
    const auto count = [&](std::string_view name, std::size_t value) {
        key(writer, name);
        writer.Uint64(value);
    };
    count("create", summary.create);
    count("update", summary.update);
    count("replace", summary.replace);
    count("delete", summary.remove);
    count("adopt", summary.adopt);
    count("waiting", summary.waiting);
    count("unchanged", summary.unchanged);
    writer.EndObject();
}

void write_protections(Writer& writer, const std::vector<Protection>& protections) {
    if (protections.empty()) return;
    key(writer, "protect");
    writer.StartArray();
    for (const Protection& protection : protections) {
        raw(writer,
            fmt::format(R"({{ "workflow": {}, "pattern": {} }})", value_to_json(protection.workflow),
                        value_to_json(protection.pattern)),
            rapidjson::kObjectType);
    }
    writer.EndArray();
}

std::string_view when_name(Teardown when) {
    return when == Teardown::on_failure ? "on_failure" : "on_completion";
}

// Left out where it says nothing, as all that came later.
void write_teardown(Writer& writer, const std::vector<TeardownRule>& rules) {
    if (rules.empty()) return;
    key(writer, "teardown");
    writer.StartArray();
    for (const TeardownRule& rule : rules) {
        raw(writer,
            fmt::format(R"({{ "workflow": {}, "when": "{}" }})", value_to_json(rule.workflow),
                        when_name(rule.when)),
            rapidjson::kObjectType);
    }
    writer.EndArray();
}

// Without the digest member, which is over this.
std::string text_without_digest(const Plan& plan) {
    Buffer buffer;
    Writer writer(buffer);
    writer.SetIndent(' ', 2);
    writer.StartObject();
    member(writer, "format", kPlanFormat);
    member(writer, "target", plan.target);
    write_options(writer, plan.options);
    list(writer, "workflows", plan.workflows);
    write_summary(writer, summarise(plan));
    write_protections(writer, plan.protect);
    write_teardown(writer, plan.teardown);
    key(writer, "changes");
    writer.StartArray();
    for (const Change& change : plan.changes)
        write_change(writer, change);
    writer.EndArray();
    writer.EndObject();
    // Whoever reviews it must see what stands there: a text that turns direction in the middle hides it.
    return visible_json({buffer.GetString(), buffer.GetSize()}) + "\n";
}

std::string digest_of(std::string_view text) {
    return "sha256:" + sha256_hex(text);
}

}  // namespace

std::string plan_digest(const Plan& plan) {
    return digest_of(text_without_digest(plan));
}

std::string plan_to_text(const Plan& plan) {
    std::string text = text_without_digest(plan);
    const std::string digest = fmt::format("  \"digest\": \"{}\",\n", digest_of(text));
    // The digest stands behind the first member, the format.
    return text.insert(text.find("  \"target\""), digest);
}

}  // namespace tlm
