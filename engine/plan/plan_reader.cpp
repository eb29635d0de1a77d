#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <initializer_list>

#include "engine/base/json_depth.h"
#include "engine/base/sha256.h"
#include "engine/base/text.h"
#include "engine/base/unicode.h"
#include "engine/plan/plan_blocks.h"
#include "engine/plan/plan_check.h"
#include "engine/plan/plan_file.h"
#include "engine/plan/plan_schema.h"
#include "engine/workflow/line_cursor.h"

namespace tlm {
namespace {

using Json = rapidjson::Value;

constexpr std::size_t kMostMembers = 16;  // of one object that a plan may hold

std::string_view text_of(const Json& json) {
    return {json.GetString(), json.GetStringLength()};
}

// Reads members strictly: what is missing, unknown, repeated or of a wrong type makes the whole plan
// unusable. The first fault is kept, so that the readers below stay straight lines.
class PlanReader {
  public:
    // All but the changes, which were read before.
    Plan read(const Json& json, std::vector<Change> changes, const std::string& fault_in_changes) {
        Plan plan;
        only(json, {"format", "digest", "target", "options", "workflows", "summary", "protect", "teardown",
                    "changes"});
        plan.target = text(json, "target");
        plan.options = options(object(json, "options"));
        plan.workflows = strings(json, "workflows");
        plan.unchanged = count(object(json, "summary"), "unchanged");
        plan.protect = protections(json);
        plan.teardown = teardown(json);
        array(json, "changes");
        wrong(fault_in_changes);
        plan.changes = std::move(changes);
        check_summary(object(json, "summary"), summarise(plan));
        return plan;
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
        change.id = ResourceId(text(json, "id", false));
        if (change.action != Action::none) change.precondition = precondition(json);
        change.attributes = attributes(json);
        change.depends_on = addresses(json, "depends_on");
        change.waits_for = addresses(json, "waits_for");
        if (find(json, "leaves") != nullptr) {
            for (const std::string& id : strings(json, "leaves"))
                change.leaves.emplace_back(id);
        }
        return change;
    }

    [[nodiscard]] const std::string& fault() const { return fault_; }

  private:
    void wrong(std::string message) {
        if (fault_.empty()) fault_ = std::move(message);
    }

    void only(const Json& json, std::initializer_list<std::string_view> names) {
        if (!json.IsObject()) return wrong("an object is expected");
        std::bitset<kMostMembers> seen;
        for (const auto& member : json.GetObject()) {
            const std::string_view name = text_of(member.name);
            const auto at = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
            if (at == names.size()) return wrong(fmt::format("unknown member `{}`", name));
            if (seen[at]) wrong(fmt::format("member `{}` twice", name));
            seen.set(at);
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
        for (const Json& item : array(json, name)) {
            if (item.IsString())
                items.push_back(address(text_of(item)));
            else
                wrong(fmt::format("`{}` holds something that is not a string", name));
        }
        return items;
    }

    Address address(std::string_view item) {
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

// Takes what the parser finds, and reads every change as soon as it is complete: of a document of 60 MB never
// more than one change is held beside the plan. The rest of it is in rest(), with `changes` an empty list.
class PlanParts {
  public:
    bool Null() { return value(&rapidjson::Document::Null); }
    bool Bool(bool b) { return value(&rapidjson::Document::Bool, b); }
    bool Int(int i) { return value(&rapidjson::Document::Int, i); }
    bool Uint(unsigned i) { return value(&rapidjson::Document::Uint, i); }
    bool Int64(std::int64_t i) { return value(&rapidjson::Document::Int64, i); }
    bool Uint64(std::uint64_t i) { return value(&rapidjson::Document::Uint64, i); }
    bool Double(double d) { return value(&rapidjson::Document::Double, d); }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool copy) {
        return value(&rapidjson::Document::RawNumber, text, size, copy);
    }
    bool String(const char* text, rapidjson::SizeType size, bool copy) {
        return value(&rapidjson::Document::String, text, size, copy);
    }
    bool Key(const char* text, rapidjson::SizeType size, bool copy) {
        changes_follow_ = depth_ == 1 && std::string_view(text, size) == "changes";
        return to().Key(text, size, copy);
    }
    bool StartObject() {
        if (too_deep()) return false;
        to().StartObject();
        ++depth_;
        return true;
    }
    bool EndObject(rapidjson::SizeType members) {
        --depth_;
        return to().EndObject(members) && ended();
    }
    bool StartArray() {
        if (too_deep()) return false;
        to().StartArray();
        ++depth_;
        if (depth_ == 2 && changes_follow_) in_changes_ = true;
        return true;
    }
    bool EndArray(rapidjson::SizeType elements) {
        --depth_;
        if (depth_ == 1 && in_changes_) {
            in_changes_ = false;
            elements = 0;
        }
        return to().EndArray(elements) && ended();
    }

    // After the last event.
    rapidjson::Document& rest() {
        take_stack(rest_);
        return rest_;
    }
    std::vector<Change> changes() { return std::move(changes_); }
    // Whether that is why it ended.
    [[nodiscard]] bool too_deep() const { return depth_ >= kMostJsonDepth; }
    [[nodiscard]] const std::string& fault() const { return reader_.fault(); }

  private:
    template <typename... Takes, typename... Given>
    bool value(bool (rapidjson::Document::*event)(Takes...), Given... given) {
        return (to().*event)(given...) && ended();
    }

    rapidjson::Document& to() { return in_changes_ ? change_ : rest_; }

    // What was begun is complete; perhaps a change is.
    bool ended() {
        if (!in_changes_ || depth_ > 2) return true;
        take_stack(change_);
        if (reader_.fault().empty()) changes_.push_back(reader_.change(change_));
        change_.SetNull();
        memory_.Clear();
        return true;
    }

    // A document makes its value of the events it got when it is told that there are no more.
    static void take_stack(rapidjson::Document& document) {
        const auto no_more = [](rapidjson::Document&) { return true; };
        document.Populate(no_more);
    }

    PlanReader reader_;
    std::vector<Change> changes_;
    rapidjson::Document rest_;
    std::array<char, std::size_t{16} * 1024>
        room_{};  // for nearly every change, so that it is allocated once
    rapidjson::Document::AllocatorType memory_{room_.data(), room_.size()};
    rapidjson::Document change_{&memory_};
    std::size_t depth_ = 0;  // of objects and lists that are open
    bool changes_follow_ = false;
    bool in_changes_ = false;
};

// Whether a text is what blocks say, one after the other, and differs from them in nothing but blanks between
// tokens, as line ends of another system, and in escapes for characters that can't be seen, which version 1
// did not always write. A character that this build does not know may be one of those to a later version.
class SameButForBlanks {
  public:
    explicit SameButForBlanks(std::string_view text) : text_(text) {}

    // Begins and ends between two tokens.
    void take(std::string_view block) {
        if (text_.starts_with(block)) return text_.remove_prefix(block.size());
        bool in_string = false;
        bool escaped = false;
        while (same_) {
            if (!in_string) {
                skip_blanks(block);
                skip_blanks(text_);
            }
            if (block.empty()) return;
            if (in_string && skip_escaped(block)) continue;
            const char c = block.front();
            same_ = !text_.empty() && c == text_.front();
            if (!same_) return;
            if (c == '"' && !escaped) in_string = !in_string;
            escaped = c == '\\' && !escaped;
            block.remove_prefix(1);
            text_.remove_prefix(1);
        }
    }

    // After the last block.
    bool same() {
        skip_blanks(text_);
        return same_ && text_.empty();
    }

  private:
    // Whether the block goes on with a character that can't be seen, and the text with its escape.
    bool skip_escaped(std::string_view& block) {
        if (static_cast<unsigned char>(block.front()) < 0x80 || !text_.starts_with("\\u")) return false;
        const CodePoint point = decode(block);
        if (point.value == CodePoint::kInvalid || (is_seen(point.value) && !is_unassigned(point.value)))
            return false;
        const std::string escape = json_escape(point.value);
        if (!text_.starts_with(escape)) return false;
        block.remove_prefix(point.bytes);
        text_.remove_prefix(escape.size());
        return true;
    }

    static void skip_blanks(std::string_view& text) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    }

    std::string_view text_;
    bool same_ = true;
};

constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag;

// Where the document breaks the schema, as a JSON pointer and the schema's word; empty where it does not.
// Asked only of what the reader refuses: it takes nothing that is not valid, and validating 100,000 changes
// takes three times as long as parsing them.
std::string schema_fault(std::string_view plan) {
    rapidjson::Document document;
    document.Parse<kParseFlags>(plan.data(), plan.size());
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

// The line of a change, counted by the member that all changes have, and nothing else in a plan. A quote
// within a string is escaped.
std::size_t line_of_change(std::string_view text, std::size_t change) {
    constexpr std::string_view kMember = "\"address\"";
    std::size_t at = 0;
    for (std::size_t seen = 0; (at = text.find(kMember, at)) != std::string_view::npos;
         at += kMember.size()) {
        const std::size_t colon = text.find_first_not_of(" \t\r\n", at + kMember.size());
        if (colon != std::string_view::npos && text[colon] == ':' && seen++ == change)
            return line_of(text, at);
    }
    return 1;
}

Error contradicts(const std::string& name, std::string_view text, const Plan& plan,
                  const Contradiction& contradiction) {
    std::string message = "the plan contradicts itself, so that tlm did not write it: ";
    std::string where = name;
    if (contradiction.change) {
        message += plan.changes[*contradiction.change].address.text() + ": ";
        where += fmt::format(":{}", line_of_change(text, *contradiction.change));
    }
    return fail(ErrorCode::conflict, message + contradiction.text, where,
                {"Make a new plan with `tlm plan --out FILE`, have it reviewed, and apply that one."});
}

}  // namespace

Result<Plan> plan_from_text(const std::string& file, const std::string& name) {
    const std::vector<std::string> hints = {"A plan file is what `tlm plan --out FILE` writes."};
    std::string_view text = file;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    const auto not_a_plan = [&](rapidjson::ParseErrorCode code, std::size_t offset) {
        return fail(ErrorCode::bad_input,
                    fmt::format("not a plan file: {}", rapidjson::GetParseError_En(code)),
                    fmt::format("{}:{}", name, line_of(text, offset)), hints);
    };
    // The parser would check it character by character, and takes a NUL for the end.
    if (const std::size_t valid = well_formed_bytes(text); valid != text.size())
        return not_a_plan(rapidjson::kParseErrorStringInvalidEncoding, valid);
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
        return not_a_plan(rapidjson::kParseErrorDocumentRootNotSingular, nul);
    PlanParts parts;
    rapidjson::StringStream stream(text.data());
    if (const auto parsed = rapidjson::Reader().Parse<kParseFlags>(stream, parts); parsed.IsError()) {
        if (parsed.Code() != rapidjson::kParseErrorTermination)
            return not_a_plan(parsed.Code(), parsed.Offset());
        return fail(ErrorCode::bad_input,
                    fmt::format("not a plan file: it is nested deeper than {} levels", kMostJsonDepth),
                    fmt::format("{}:{}", name, line_of(text, parsed.Offset())), hints);
    }
    const rapidjson::Document& document = parts.rest();
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
    Plan plan = reader.read(document, parts.changes(), parts.fault());
    if (!reader.fault().empty()) return altered(name, reader.fault() + schema_fault(text));
    const bool has_digest = document.HasMember("digest") && document["digest"].IsString();
    const std::string_view written = has_digest ? text_of(document["digest"]) : std::string_view();
    // What people review is the text, so it must not hold anything that the digest does not cover.
    SameButForBlanks comparison(text);
    Sha256 hash;
    bool first = true;
    write_plan_blocks(plan, [&](std::string_view block) {
        hash.add(block);
        comparison.take(block);
        if (std::exchange(first, false)) comparison.take(digest_member(written));
    });
    const std::string digest = digest_text(hash);
    if (!has_digest || written != digest) {
        return altered(
            name,
            fmt::format("its content has the digest {}, and that is not the one written in it", digest));
    }
    if (!comparison.same()) return altered(name, "its content is not written as tlm writes it");
    if (const auto contradiction = find_contradiction(plan))
        return contradicts(name, text, plan, *contradiction);
    return plan;
}

}  // namespace tlm
