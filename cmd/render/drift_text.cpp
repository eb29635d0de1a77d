#include "cmd/render/drift_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "cmd/render/fit.h"
#include "cmd/render/json_document.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

std::string_view advice(DriftKind kind) {
    switch (kind) {
        case DriftKind::orphan:
            break;  // see orphan_advice
        case DriftKind::duplicate:
            return "duplicate: `tlm apply --prune` deletes the surplus";
        case DriftKind::missing:
            return "missing: `tlm apply` makes them";
        case DriftKind::changed:
            return "changed: `tlm apply` sets them back";
        case DriftKind::stopped:
            return "stopped: `tlm apply` starts them";
        case DriftKind::unowned:
            return "unowned: made by hand or by something else; `--ignore unowned` hides them";
    }
    return "";
}

// Depends on whose they are.
std::vector<std::string> orphan_advice(const std::vector<Finding>& findings) {
    bool here = false;
    bool elsewhere = false;
    bool unproved = false;
    for (const Finding& finding : findings) {
        if (finding.kind != DriftKind::orphan) continue;
        (finding.not_read ? elsewhere : finding.address ? here : unproved) = true;
    }
    std::vector<std::string> lines;
    if (here) lines.emplace_back("orphan: `tlm apply --prune` deletes those of the workflows here");
    if (elsewhere) {
        lines.emplace_back(
            "orphan of a workflow that was not read: name its file too; where that is gone, put it back and "
            "run "
            "`tlm destroy FILE`: nothing else deletes them");
    }
    if (unproved) lines.emplace_back("orphan that nobody here can be proved to own: tlm never deletes it");
    return lines;
}

std::string finding_text(const Finding& finding, const Layout& layout) {
    std::string text =
        fmt::format("  {} {}", layout.style.yellow(fmt::format("! {:<9}", drift_name(finding.kind))),
                    visible(finding.address ? finding.address->text() : finding.name));
    if (!finding.id.empty()) text += layout.style.dim(fmt::format("  (id {})", visible(finding.id.text())));
    if (finding.left_behind) text += "  left behind by --force";
    if (finding.not_read) text += "  its workflow was not read";
    text = fit(text, layout.width) + "\n";
    for (const AttributeChange& change : finding.attributes) {
        const std::string_view name = attribute_name(change.attribute);
        text += value_change_text(
            change,
            fmt::format("{}: {}, live {}", name, change.after ? value_text(*change.after) : "(not set)",
                        change.before ? value_text(*change.before) : "(not set)"),
            fmt::format("{}: + as wanted, - live", name), layout);
    }
    return text;
}

void write_finding(JsonDocument& json, const Finding& finding) {
    json.begin_object();
    json.text("kind", drift_name(finding.kind));
    if (finding.address) {
        json.text("address", finding.address->text());
    } else {
        json.null("address");
    }
    json.text("name", finding.name);
    json.text("id", finding.id.text());
    if (finding.left_behind) json.flag("left_behind", true);
    if (!finding.attributes.empty()) {
        json.begin_object("attributes");
        for (const AttributeChange& change : finding.attributes) {
            json.begin_object(attribute_name(change.attribute));
            json.value("wanted", change.after);
            json.value("live", change.before);
            json.end_object();
        }
        json.end_object();
    }
    json.end_object();
}

std::map<DriftKind, std::size_t> count(const std::vector<Finding>& findings) {
    std::map<DriftKind, std::size_t> counts;
    for (const Finding& finding : findings)
        ++counts[finding.kind];
    return counts;
}

}  // namespace

std::string drift_summary(const std::vector<Finding>& findings) {
    std::string summary;
    for (const auto& [kind, n] : count(findings)) {
        const bool noun = kind == DriftKind::orphan || kind == DriftKind::duplicate;
        summary += fmt::format("{}{} {}{}", summary.empty() ? "" : ", ", n, drift_name(kind),
                               noun && n > 1 ? "s" : "");
    }
    return summary;
}

std::vector<std::string> drift_advice(const std::vector<Finding>& findings) {
    std::vector<std::string> lines;
    for (const auto& [kind, n] : count(findings)) {
        if (kind == DriftKind::orphan) {
            std::ranges::move(orphan_advice(findings), std::back_inserter(lines));
        } else {
            lines.emplace_back(advice(kind));
        }
    }
    return lines;
}

std::string drift_text(const std::vector<Finding>& findings, const Layout& layout) {
    if (findings.empty())
        return fit(layout.style.bold("No drift:") + " the fleet is as it was applied.\n", layout.width);
    std::string text;
    std::string section;
    for (const Finding& finding : findings) {
        std::string title =
            finding.address ? "workflow " + visible(finding.address->workflow) : "on the target";
        if (title != section) {
            text +=
                fmt::format("{}{}\n", text.empty() ? "" : "\n", fit(layout.style.bold(title), layout.width));
            section = std::move(title);
        }
        text += finding_text(finding, layout);
    }
    text += "\n" +
            fit(fmt::format("{} {}.\n", layout.style.bold("Drift:"), drift_summary(findings)), layout.width);
    // Where there is no terminal, long sentences are parted all the same.
    constexpr std::size_t kUsual = 90;
    for (const std::string& line : drift_advice(findings))
        text += fit("  " + line, layout.width == 0 ? kUsual : layout.width) + "\n";
    return text;
}

std::string drift_json(const std::vector<Finding>& findings, const std::string& target) {
    JsonDocument json;
    json.begin_object();
    json.text("format", "tlm-drift/1");
    json.text("target", target);
    json.begin_object("summary");
    auto counts = count(findings);
    for (const DriftKind kind : {DriftKind::orphan, DriftKind::duplicate, DriftKind::missing,
                                 DriftKind::changed, DriftKind::stopped, DriftKind::unowned}) {
        json.number(drift_name(kind), counts[kind]);
    }
    json.end_object();
    json.begin_array("findings");
    for (const Finding& finding : findings)
        write_finding(json, finding);
    json.end_array();
    json.end_object();
    return json.finish();
}

}  // namespace tlm::cmd
