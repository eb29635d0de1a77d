#include "cmd/render/value_html.h"

#include <optional>

#include "cmd/render/html.h"
#include "cmd/render/value_diff.h"

namespace tlm::cmd {
namespace {

constexpr std::size_t kShortList = 8;  // shown on one line where there is nothing to compare it with

enum class Mark { none, gone, come };

bool holds_list(const std::optional<Value>& value) {
    return value && std::holds_alternative<StringList>(*value);
}

bool is_long(const Value& value) {
    const auto* list = std::get_if<StringList>(&value);
    if (list != nullptr) return list->size() > kShortList;
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && text->find('\n') != std::string::npos;
}

void put_marked(std::string& out, std::string_view text, Mark mark) {
    out += mark == Mark::gone ? "<del>" : mark == Mark::come ? "<ins>" : "";
    escape_to(out, text);
    out += mark == Mark::gone ? "</del>" : mark == Mark::come ? "</ins>" : "\n";
}

// Line by line, or element by element.
void put_lines_of(std::string& out, const AttributeChange& change, bool marked) {
    for (const DiffLine& line : value_diff(change)) {
        Mark mark = Mark::none;
        if (marked && line.kind == DiffLine::Kind::removed) mark = Mark::gone;
        if (marked && line.kind == DiffLine::Kind::added) mark = Mark::come;
        if (line.kind == DiffLine::Kind::skipped) {
            out += "<i>" + skipped_text(line, change) + "\n</i>";
        } else {
            put_marked(out, line.text, mark);
        }
    }
}

void put_value(std::string& out, Attribute attribute, const std::optional<Value>& value, Mark mark) {
    out += "<td><span class=\"value\">";
    if (!value) {
        out += "<i>not set</i>";
    } else if (is_long(*value)) {
        put_lines_of(out, {attribute, std::nullopt, value}, false);
    } else if (mark == Mark::none) {
        escape_to(out, value_to_json(*value));
    } else {
        put_marked(out, value_to_json(*value), mark);
    }
    out += "</span></td>";
}

}  // namespace

void put_attributes(std::string& out, const std::vector<AttributeChange>& attributes, const Sides& sides) {
    out += "<table class=\"attributes\"><thead><tr><th scope=\"col\" class=\"a\">Attribute</th>";
    for (const std::string_view title : {sides.before, sides.after}) {
        if (title.empty()) continue;
        out += "<th scope=\"col\">";
        escape_to(out, title);
        out += "</th>";
    }
    out += "</tr></thead><tbody>";
    const bool both = !sides.before.empty() && !sides.after.empty();
    for (const AttributeChange& change : attributes) {
        out += "<tr><th scope=\"row\">";
        out += attribute_name(change.attribute);
        out += "</th>";
        if (both && (holds_list(change.before) || holds_list(change.after) || !fits_one_line(change))) {
            out += "<td colspan=\"2\"><span class=\"value\">";
            put_lines_of(out, change, true);
            out += "</span></td>";
        } else {
            const bool marked = both && change.before != change.after;
            if (!sides.before.empty())
                put_value(out, change.attribute, change.before, marked ? Mark::gone : Mark::none);
            if (!sides.after.empty())
                put_value(out, change.attribute, change.after, marked ? Mark::come : Mark::none);
        }
        out += "</tr>";
    }
    out += "</tbody></table>";
}

}  // namespace tlm::cmd
