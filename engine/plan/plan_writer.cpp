#include <fmt/format.h>

#include "engine/base/json_text.h"
#include "engine/base/sha256.h"
#include "engine/base/text.h"
#include "engine/plan/plan_blocks.h"
#include "engine/plan/plan_file.h"

namespace tlm {
namespace {

// JSON as people review it: two blanks for every level, a member or element a line.
class Writer {
  public:
    void begin_object() { begin('{'); }
    void end_object() { end('}'); }
    void begin_list() { begin('['); }
    void end_list() { end(']'); }

    // Of a member; nothing in it needs an escape.
    void key(std::string_view name) {
        next_line();
        text_.append("\"").append(name).append("\": ");
    }
    void element() { next_line(); }

    void string(std::string_view text) { append_json_string(text_, text); }
    void count(std::size_t number) { fmt::format_to(std::back_inserter(text_), "{}", number); }
    void flag(bool yes) { text_ += yes ? "true" : "false"; }
    // JSON, or a piece of it that stands within one line.
    void raw(std::string_view json) { text_ += json; }
    void value(const Value& value) {
        if (const auto* text = std::get_if<std::string>(&value))
            string(*text);
        else
            raw(value_to_json(value));
    }

    void member(std::string_view name, std::string_view text) {
        key(name);
        string(text);
    }

    // What was written since it was taken last.
    [[nodiscard]] std::string& text() { return text_; }

  private:
    void begin(char bracket) {
        text_ += bracket;
        indent_ += 2;
        first_ = true;
    }
    void end(char bracket) {
        indent_ -= 2;
        if (!first_) text_.append("\n").append(indent_, ' ');
        text_ += bracket;
        first_ = false;
    }
    void next_line() {
        text_.append(first_ ? "\n" : ",\n").append(indent_, ' ');
        first_ = false;
    }

    std::string text_;
    std::size_t indent_ = 0;
    bool first_ = true;  // in what was begun last
};

void list(Writer& writer, std::string_view name, const StringList& items) {
    writer.key(name);
    writer.begin_list();
    for (const std::string& item : items) {
        writer.element();
        writer.string(item);
    }
    writer.end_list();
}

void addresses(Writer& writer, std::string_view name, const std::vector<Address>& items) {
    if (items.empty()) return;
    writer.key(name);
    writer.begin_list();
    for (const Address& item : items) {
        writer.element();
        writer.string(item.text());
    }
    writer.end_list();
}

void ids(Writer& writer, std::string_view name, const std::vector<ResourceId>& items) {
    if (items.empty()) return;
    writer.key(name);
    writer.begin_list();
    for (const ResourceId& item : items) {
        writer.element();
        writer.string(item.text());
    }
    writer.end_list();
}

void side(Writer& writer, const std::optional<Value>& value) {
    if (value)
        writer.value(*value);
    else
        writer.raw("null");
}

// Each on one line.
void attributes(Writer& writer, const std::vector<AttributeChange>& changes) {
    if (changes.empty()) return;
    writer.key("attributes");
    writer.begin_object();
    for (const AttributeChange& change : changes) {
        writer.key(attribute_name(change.attribute));
        writer.raw("{ \"before\": ");
        side(writer, change.before);
        writer.raw(", \"after\": ");
        side(writer, change.after);
        writer.raw(" }");
    }
    writer.end_object();
}

void precondition(Writer& writer, const Change& change) {
    // A task that waits is not executed, so nothing has to hold.
    if (change.action == Action::none) return;
    if (std::holds_alternative<MustBeAbsent>(change.precondition)) {
        writer.member("precondition", "absent");
    } else if (std::holds_alternative<MayExist>(change.precondition)) {
        writer.member("precondition", "any");
    } else {
        const auto& match = std::get<MustMatch>(change.precondition);
        StringList names;
        for (const Attribute attribute : match.over)
            names.emplace_back(attribute_name(attribute));
        writer.key("precondition");
        writer.raw(fmt::format(R"({{ "unchanged": {}, "sha256": "{}" }})", value_to_json(std::move(names)),
                               match.sha256));
    }
}

void write_change(Writer& writer, const Change& change) {
    writer.element();
    writer.begin_object();
    writer.member("address", change.address.text());
    writer.member("action", action_name(change.action));
    writer.member("reason", reason_name(change.reason));
    if (!change.key.empty()) writer.member("key", change.key);
    if (!change.id.empty()) writer.member("id", change.id.text());
    precondition(writer, change);
    attributes(writer, change.attributes);
    addresses(writer, "depends_on", change.depends_on);
    addresses(writer, "waits_for", change.waits_for);
    ids(writer, "leaves", change.leaves);
    writer.end_object();
}

void write_options(Writer& writer, const PlanOptions& options) {
    writer.key("options");
    writer.begin_object();
    const auto flag = [&](std::string_view name, bool yes) {
        writer.key(name);
        writer.flag(yes);
    };
    flag("force", options.force);
    flag("prune", options.prune);
    flag("destroy", options.destroy);
    list(writer, "target", options.targets);
    list(writer, "exclude", options.excludes);
    // Left out where it says nothing, so that plans written before it was there keep their digest.
    if (!options.replaces.empty()) list(writer, "replace", options.replaces);
    writer.end_object();
}

void write_summary(Writer& writer, const PlanSummary& summary) {
    writer.key("summary");
    writer.begin_object();
    const auto count = [&](std::string_view name, std::size_t value) {
        writer.key(name);
        writer.count(value);
    };
    count("create", summary.create);
    count("update", summary.update);
    count("replace", summary.replace);
    count("delete", summary.remove);
    count("adopt", summary.adopt);
    count("waiting", summary.waiting);
    count("unchanged", summary.unchanged);
    writer.end_object();
}

void write_protections(Writer& writer, const std::vector<Protection>& protections) {
    if (protections.empty()) return;
    writer.key("protect");
    writer.begin_list();
    for (const Protection& protection : protections) {
        writer.element();
        writer.raw(fmt::format(R"({{ "workflow": {}, "pattern": {} }})", value_to_json(protection.workflow),
                               value_to_json(protection.pattern)));
    }
    writer.end_list();
}

std::string_view when_name(Teardown when) {
    return when == Teardown::on_failure ? "on_failure" : "on_completion";
}

// Left out where it says nothing, as all that came later.
void write_teardown(Writer& writer, const std::vector<TeardownRule>& rules) {
    if (rules.empty()) return;
    writer.key("teardown");
    writer.begin_list();
    for (const TeardownRule& rule : rules) {
        writer.element();
        writer.raw(fmt::format(R"({{ "workflow": {}, "when": "{}" }})", value_to_json(rule.workflow),
                               when_name(rule.when)));
    }
    writer.end_list();
}

// What is kept until it is handed on: large enough to make that cheap, small enough for a processor's cache.
constexpr std::size_t kBlock = std::size_t{64} * 1024;

}  // namespace

void write_plan_blocks(const Plan& plan, const TakeBlock& take) {
    Writer writer;
    const auto hand_on = [&] {
        std::string block = visible_json_version_1(std::move(writer.text()));
        take(block);
        block.clear();
        writer.text() = std::move(block);  // to be filled again
    };
    writer.begin_object();
    writer.member("format", kPlanFormat);
    hand_on();
    writer.member("target", plan.target);
    write_options(writer, plan.options);
    list(writer, "workflows", plan.workflows);
    write_summary(writer, summarise(plan));
    write_protections(writer, plan.protect);
    write_teardown(writer, plan.teardown);
    writer.key("changes");
    writer.begin_list();
    for (const Change& change : plan.changes) {
        write_change(writer, change);
        if (writer.text().size() >= kBlock) hand_on();
    }
    writer.end_list();
    writer.end_object();
    writer.raw("\n");
    hand_on();
}

std::string digest_member(std::string_view digest) {
    return fmt::format(",\n  \"digest\": \"{}\"", digest);
}

std::string digest_text(Sha256& hash) {
    return "sha256:" + hash.hex();
}

std::string plan_digest(const Plan& plan) {
    Sha256 hash;
    write_plan_blocks(plan, [&](std::string_view block) { hash.add(block); });
    return digest_text(hash);
}

std::string plan_to_text(const Plan& plan) {
    std::string text;
    Sha256 hash;
    std::size_t at = 0;
    Sha256 nothing;
    const std::string room = digest_member(digest_text(nothing));  // as long as what takes its place
    write_plan_blocks(plan, [&](std::string_view block) {
        hash.add(block);
        // Whoever reviews it must see all that stands there.
        text += visible_json(std::string(block));
        if (at > 0) return;
        at = text.size();
        text += room;
    });
    return text.replace(at, room.size(), digest_member(digest_text(hash)));
}

}  // namespace tlm
