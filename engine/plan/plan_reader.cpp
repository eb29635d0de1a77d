#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <initializer_list>

#include "engine/plan/plan_file.h"
#include "engine/plan/plan_schema.h"
#include "engine/workflow/line_cursor.h"

namespace tlm {
namespace {

using Json = rapidjson::Value;

std::string_view text_of(const Json& json) {
    return {json.GetString(), json.GetStringLength()};
}

// Reads members strictly: what is missing, unknown, repeated or of a wrong type makes the whole plan
// unusable. The first fault is kept, so that the readers below stay straight lines.
class PlanReader {
  public:
    Plan read(const Json& json) {
        Plan plan;
        only(json, {"format", "digest", "target", "options", "workflows", "summary", "protect", "teardown",
                    "changes"});
        plan.target = text(json, "target");
        plan.options = options(object(json, "options"));
        plan.workflows = strings(json, "workflows");
        plan.unchanged = count(object(json, "summary"), "unchanged");
        plan.protect = protections(json);
        plan.teardown = teardown(json);
        for (const Json& item : array(json, "changes")) {
            plan.changes.push_back(change(item));
            if (!fault_.empty()) break;
        }
        check_summary(object(json, "summary"), summarise(plan));
        return plan;
    }

    [[nodiscard]] const std::string& fault() const { return fault_; }

  private:
    void wrong(std::string message) {
        if (fault_.empty()) fault_ = std::move(message);
    }

    void only(const Json& json, std::initializer_list<std::string_view> names) {
        if (!json.IsObject()) return wrong("an object is expected");
        std::vector<std::string_view> seen;
        for (const auto& member : json.GetObject()) {
            const std::string_view name = text_of(member.name);
            if (std::ranges::find(names, name) == names.end())
                wrong(fmt::format("unknown member `{}`", name));
            if (std::ranges::find(seen, name) != seen.end()) wrong(fmt::format("member `{}` twice", name));
            seen.push_back(name);
        }
    }

    const Json* find(const Json& json, const char* name) {
        if (!json.IsObject()) return nullptr;
        const auto at = json.FindMember(name);
        return at == json.MemberEnd() ? nullptr : &at->value;
    }

    std::string text(const Json& json, const char* name, bool required = true) {
        const Json* value = find(json, name);
        if (value == nullptr && !required) return {};
        if (value == nullptr || !value->IsString()) {
            wrong(fmt::format("`{}` is missing or not a string", name));
            return {};
        }
        return std::string(text_of(*value));
    }

    bool flag(const Json& json, const char* name) {
        const Json* value = find(json, name);
        if (value == nullptr || !value->IsBool()) {
            wrong(fmt::format("`{}` is missing or not true or false", name));
            return false;
        }
        return value->GetBool();
    }

    std::size_t count(const Json& json, const char* name) {
        const Json* value = find(json, name);
        if (value == nullptr || !value->IsUint64()) {
            wrong(fmt::format("`{}` is missing or not a count", name));
            return 0;
        }
        return value->GetUint64();
    }

    const Json& object(const Json& json, const char* name) {
        static const Json empty(rapidjson::kObjectType);
        const Json* value = find(json, name);
        if (value != nullptr && value->IsObject()) return *value;
        wrong(fmt::format("`{}` is missing or not an object", name));
        return empty;
    }

    Json::ConstArray array(const Json& json, const char* name) {
        static const Json empty(rapidjson::kArrayType);
        const Json* value = find(json, name);
        if (value != nullptr && value->IsArray()) return value->GetArray();
        wrong(fmt::format("`{}` is missing or not a list", name));
        return empty.GetArray();
    }

    StringList strings(const Json& json, const char* name) {
        StringList items;
        for (const Json& item : array(json, name)) {
            if (!item.IsString())
                wrong(fmt::format("`{}` holds something that is not a string", name));
            else
                items.emplace_back(text_of(item));
        }
        return items;
    }

    std::vector<Address> addresses(const Json& json, const char* name) {
        std::vector<Address> items;
        if (find(json, name) == nullptr) return items;
        for (const std::string& item : strings(json, name))
            items.push_back(address(item));
        return items;
    }

    Address address(const std::string& item) {
        auto parsed = Address::parse(item);
        if (parsed) return std::move(parsed.value());
        wrong(parsed.error().message);
        return {};
    }

    PlanOptions options(const Json& json) {
        only(json, {"force", "prune", "destroy", "target", "exclude", "replace"});
        return {flag(json, "force"),
                flag(json, "prune"),
                flag(json, "destroy"),
                strings(json, "target"),
                strings(json, "exclude"),
                find(json, "replace") == nullptr ? StringList() : strings(json, "replace")};
    }

    std::vector<Protection> protections(const Json& json) {
        std::vector<Protection> items;
        if (find(json, "protect") == nullptr) return items;
        for (const Json& item : array(json, "protect")) {
            only(item, {"workflow", "pattern"});
            items.push_back({text(item, "workflow"), text(item, "pattern")});
        }
        return items;
    }

    std::vector<TeardownRule> teardown(const Json& json) {
        std::vector<TeardownRule> rules;
        if (find(json, "teardown") == nullptr) return rules;
        for (const Json& item : array(json, "teardown")) {
            only(item, {"workflow", "when"});
            const std::string when = text(item, "when");
            if (when != "on_completion" && when != "on_failure") wrong("unknown time of a teardown");
            rules.push_back({text(item, "workflow"),
                             when == "on_failure" ? Teardown::on_failure : Teardown::on_completion});
        }
        return rules;
    }

    Change change(const Json& json) {
        only(json, {"address", "action", "reason", "key", "id", "precondition", "attributes", "depends_on",
                    "waits_for", "leaves"});
        Change change;
        change.address = address(text(json, "address"));
        const auto action = parse_action(text(json, "action"));
        const auto reason = parse_reason(text(json, "reason"));
        if (!action) wrong("unknown action");
        if (!reason) wrong("unknown reason");
        change.action = action.value_or(Action::none);
        change.reason = reason.value_or(Reason::absent);
        change.key = text(json, "key", false);
        change.id = {text(json, "id", false)};
        if (change.action != Action::none) change.precondition = precondition(json);
        change.attributes = attributes(json);
        change.depends_on = addresses(json, "depends_on");
        change.waits_for = addresses(json, "waits_for");
        if (find(json, "leaves") != nullptr) {
            for (std::string& id : strings(json, "leaves"))
                change.leaves.push_back({std::move(id)});
        }
        return change;
    }

    Precondition precondition(const Json& json) {
        const Json* value = find(json, "precondition");
        if (value != nullptr && value->IsString()) {
            if (text_of(*value) == "absent") return MustBeAbsent{};
            if (text_of(*value) == "any") return MayExist{};
        }
        const Json& match = object(json, "precondition");
        only(match, {"unchanged", "sha256"});
        MustMatch result;
        for (const std::string& name : strings(match, "unchanged")) {
            if (const auto attribute = parse_attribute(name))
                result.over.push_back(*attribute);
            else
                wrong(fmt::format("unknown attribute `{}`", name));
        }
        result.sha256 = text(match, "sha256");
        return result;
    }

    std::vector<AttributeChange> attributes(const Json& json) {
        std::vector<AttributeChange> changes;
        if (find(json, "attributes") == nullptr) return changes;
        for (const auto& member : object(json, "attributes").GetObject()) {
            const auto attribute = parse_attribute(text_of(member.name));
            if (!attribute) {
                wrong(fmt::format("unknown attribute `{}`", text_of(member.name)));
                continue;
            }
            if (!changes.empty() && changes.back().attribute >= *attribute)
                wrong(fmt::format("attribute `{}` twice or out of order", text_of(member.name)));
            only(member.value, {"before", "after"});
            changes.push_back({*attribute, value(member.value, "before"), value(member.value, "after")});
        }
        return changes;
    }

    std::optional<Value> value(const Json& json, const char* name) {
        const Json* item = find(json, name);
        if (item == nullptr) {
            wrong(fmt::format("`{}` is missing", name));
            return std::nullopt;
        }
        if (item->IsNull()) return std::nullopt;
        if (item->IsString()) return std::string(text_of(*item));
        if (item->IsInt64()) return item->GetInt64();
        if (item->IsArray()) return strings(json, name);
        wrong(fmt::format("`{}` is of a wrong type", name));
        return std::nullopt;
    }

    void check_summary(const Json& json, const PlanSummary& summary) {
        only(json, {"create", "update", "replace", "delete", "adopt", "waiting", "unchanged"});
        const PlanSummary written{count(json, "create"),   count(json, "update"), count(json, "replace"),
                                  count(json, "delete"),   count(json, "adopt"),  count(json, "waiting"),
                                  count(json, "unchanged")};
        if (written != summary) wrong("the summary does not count what `changes` holds");
    }

    std::string fault_;
};

std::size_t line_of(std::string_view text, std::size_t offset) {
    return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, offset), '\n'));
}

// Whether two JSON texts differ in nothing but blanks between their tokens, as line ends of another system.
bool same_but_for_blanks(std::string_view left, std::string_view right) {
    bool in_string = false;
    bool escaped = false;
    const auto skip = [&](std::string_view& text) {
        if (!in_string) text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    };
    while (true) {
        skip(left);
        skip(right);
        if (left.empty() || right.empty()) return left.empty() && right.empty();
        const char c = left.front();
        if (c != right.front()) return false;
        if (c == '"' && !escaped) in_string = !in_string;
        escaped = c == '\\' && !escaped;
        left.remove_prefix(1);
        right.remove_prefix(1);
    }
}

// Where the document breaks the schema, as a JSON pointer and the schema's word; empty where it does not.
// Asked only of what the reader refuses: it takes nothing that is not valid, and validating 100,000 changes
// takes three times as long as parsing them.
std::string schema_fault(const Json& document) {
    rapidjson::Document parsed;
    const std::string_view text = plan_json_schema();
    parsed.Parse(text.data(), text.size());
    const rapidjson::SchemaDocument schema(parsed);
    rapidjson::SchemaValidator validator(schema);
    if (document.Accept(validator)) return {};
    rapidjson::StringBuffer place;
    validator.GetInvalidDocumentPointer().Stringify(place);
    return fmt::format(" (at `{}`, by the schema's `{}`)", place.GetSize() == 0 ? "/" : place.GetString(),
                       validator.GetInvalidSchemaKeyword());
}

Error altered(const std::string& name, const std::string& how) {
    return fail(ErrorCode::conflict, "the plan file was altered after it was written: " + how, name,
                {"Make a new plan with `tlm plan --out FILE`, have it reviewed, and apply that one."});
}

}  // namespace

Result<Plan> plan_from_text(std::string_view text, const std::string& name) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(text.data(),
                                                                                           text.size());
    const std::vector<std::string> hints = {"A plan file is what `tlm plan --out FILE` writes."};
    if (document.HasParseError()) {
        return fail(ErrorCode::bad_input,
                    fmt::format("not a plan file: {}", rapidjson::GetParseError_En(document.GetParseError())),
                    fmt::format("{}:{}", name, line_of(text, document.GetErrorOffset())), hints);
    }
    if (!document.IsObject() || !document.HasMember("format") || !document["format"].IsString()) {
        return fail(ErrorCode::bad_input, "not a plan file: it has no member `format`", name, hints);
    }
    const std::string_view format = text_of(document["format"]);
    if (format != kPlanFormat) {
        return fail(ErrorCode::bad_input,
                    fmt::format("the plan has the format `{}`; this tlm reads `{}`", format, kPlanFormat),
                    name, {"Apply it with the version of tlm that wrote it, or plan again with this one."});
    }
    PlanReader reader;
    Plan plan = reader.read(document);
    if (!reader.fault().empty()) return altered(name, reader.fault() + schema_fault(document));
    const std::string digest = plan_digest(plan);
    if (!document.HasMember("digest") || !document["digest"].IsString() ||
        text_of(document["digest"]) != digest) {
        return altered(
            name,
            fmt::format("its content has the digest {}, and that is not the one written in it", digest));
    }
    // What people review is the text, so it must not hold anything that the digest does not cover.
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (!same_but_for_blanks(text, plan_to_text(plan))) {
        return altered(name, "its content is not written as tlm writes it");
    }
    return plan;
}

}  // namespace tlm
