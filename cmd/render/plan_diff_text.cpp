#include "cmd/render/plan_diff_text.h"

#include <fmt/format.h>

#include "cmd/render/fit.h"
#include "cmd/render/json_document.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"

namespace tlm::cmd {
namespace {

std::string facet_text(const Facet& facet, std::string_view indent) {
    const auto side = [](const std::string& value) {
        if (value.empty()) return std::string("(not set)");
        // A line is parted at spaces, which are then not seen: of several all but the first one are shown.
        std::string text;
        for (const char c : visible(value))
            text += c == ' ' && text.ends_with(' ') ? "\\x20" : std::string(1, c);
        return text;
    };
    return fmt::format("{}{}: {} | {}\n", indent, facet.name, side(facet.old), side(facet.now));
}

std::string difference_text(const PlanDifference& difference, const NamedPlan& old, const NamedPlan& now,
                            const Layout& layout) {
    const std::string address = visible(difference.address().text());
    if (difference.now == nullptr)
        return fmt::format("  {} {}  {}: only in {}\n", layout.style.red("<"), address,
                           action_name(difference.old->action), visible(old.name));
    if (difference.old == nullptr)
        return fmt::format("  {} {}  {}: only in {}\n", layout.style.green(">"), address,
                           action_name(difference.now->action), visible(now.name));
    std::string text =
        fmt::format("  {} {}  {}\n", layout.style.yellow("|"), address, action_name(difference.now->action));
    for (const Facet& facet : difference.facets)
        text += facet_text(facet, "        ");
    return text;
}

std::string verdict(const PlanComparison& comparison, const NamedPlan& old, const NamedPlan& now) {
    if (plan_digest(*old.plan) == plan_digest(*now.plan)) return "The two plans are the same.\n";
    if (comparison.same_in_substance())
        return fmt::format(
            "The same in substance: all {} changes are alike. Only what is unchanged, or which workflows "
            "were "
            "read, differs, and with it the digest.\n",
            comparison.equal);
    std::size_t gone = 0;
    std::size_t added = 0;
    for (const PlanDifference& difference : comparison.differences) {
        gone += difference.now == nullptr ? 1 : 0;
        added += difference.old == nullptr ? 1 : 0;
    }
    return fmt::format("Different: {} only in {}, {} only in {}, {} in both but not alike, {} alike.\n", gone,
                       visible(old.name), added, visible(now.name),
                       comparison.differences.size() - gone - added, comparison.equal);
}

void write_plan(JsonDocument& json, const char* name, const NamedPlan& plan) {
    json.begin_object(name);
    json.text("file", plan.name);
    json.text("digest", plan_digest(*plan.plan));
    json.end_object();
}

void write_facets(JsonDocument& json, const char* name, const std::vector<Facet>& facets) {
    json.begin_array(name);
    for (const Facet& facet : facets) {
        json.begin_object();
        json.text("name", facet.name);
        json.text("old", facet.old);
        json.text("new", facet.now);
        json.end_object();
    }
    json.end_array();
}

}  // namespace

std::string plan_diff_text(const PlanComparison& comparison, const NamedPlan& old, const NamedPlan& now,
                           const Layout& layout) {
    std::string text;
    for (const Facet& facet : comparison.whole)
        text += facet_text(facet, "  ");
    for (const PlanDifference& difference : comparison.differences)
        text += difference_text(difference, old, now, layout);
    return fit(text + (text.empty() ? "" : "\n") + verdict(comparison, old, now), layout.width);
}

std::string plan_diff_json(const PlanComparison& comparison, const NamedPlan& old, const NamedPlan& now) {
    JsonDocument json;
    json.begin_object();
    json.text("format", "tlm-plan-diff/1");
    write_plan(json, "old", old);
    write_plan(json, "new", now);
    json.flag("same_in_substance", comparison.same_in_substance());
    json.number("alike", comparison.equal);
    write_facets(json, "plan", comparison.whole);
    json.begin_array("changes");
    for (const PlanDifference& difference : comparison.differences) {
        json.begin_object();
        json.text("address", difference.address().text());
        json.text("in", difference.now == nullptr ? "old" : difference.old == nullptr ? "new" : "both");
        write_facets(json, "facets", difference.facets);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.finish();
}

}  // namespace tlm::cmd
