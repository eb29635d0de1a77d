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
        return value.empty() ? std::string("(not set)") : visible(value);
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

void write_plan(JsonWriter& writer, const char* name, const NamedPlan& plan) {
    writer.Key(name);
    writer.StartObject();
    text_member(writer, "file", plan.name);
    text_member(writer, "digest", plan_digest(*plan.plan));
    writer.EndObject();
}

void write_facets(JsonWriter& writer, const char* name, const std::vector<Facet>& facets) {
    writer.Key(name);
    writer.StartArray();
    for (const Facet& facet : facets) {
        writer.StartObject();
        text_member(writer, "name", facet.name);
        text_member(writer, "old", facet.old);
        text_member(writer, "new", facet.now);
        writer.EndObject();
    }
    writer.EndArray();
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
    return json_document([&](JsonWriter& writer) {
        writer.StartObject();
        text_member(writer, "format", "tlm-plan-diff/1");
        write_plan(writer, "old", old);
        write_plan(writer, "new", now);
        writer.Key("same_in_substance");
        writer.Bool(comparison.same_in_substance());
        number_member(writer, "alike", comparison.equal);
        write_facets(writer, "plan", comparison.whole);
        writer.Key("changes");
        writer.StartArray();
        for (const PlanDifference& difference : comparison.differences) {
            writer.StartObject();
            text_member(writer, "address", difference.address().text());
            text_member(writer, "in",
                        difference.now == nullptr   ? "old"
                        : difference.old == nullptr ? "new"
                                                    : "both");
            write_facets(writer, "facets", difference.facets);
            writer.EndObject();
        }
        writer.EndArray();
        writer.EndObject();
    });
}

}  // namespace tlm::cmd
