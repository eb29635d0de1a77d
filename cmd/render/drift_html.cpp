#include "cmd/render/drift_html.h"

#include <fmt/format.h>

#include <array>

#include "cmd/render/drift_text.h"
#include "cmd/render/html.h"
#include "cmd/render/rows_html.h"
#include "cmd/render/value_html.h"

namespace tlm::cmd {
namespace {

constexpr std::size_t kMostOpen = 200;  // findings; on a larger page all details are closed at first

std::string_view css_of(DriftKind kind) {
    switch (kind) {
        case DriftKind::orphan:
            return "replace";
        case DriftKind::duplicate:
        case DriftKind::missing:
            return "delete";
        case DriftKind::changed:
            return "update";
        case DriftKind::stopped:
            return "adopt";
        case DriftKind::unowned:
            break;
    }
    return "waits";
}

RowKind kind_of(DriftKind kind) {
    return {css_of(kind), "!", drift_name(kind), drift_name(kind), 0};
}

using Kinds = std::array<RowKind, 6>;

Kinds kinds_of(const std::vector<Finding>& findings) {
    Kinds kinds;
    for (std::size_t i = 0; i < kinds.size(); ++i)
        kinds[i] = kind_of(static_cast<DriftKind>(i));
    for (const Finding& finding : findings)
        ++kinds[static_cast<std::size_t>(finding.kind)].count;
    return kinds;
}

void put_what(std::string& out, const Finding& finding, bool open) {
    if (!finding.id.empty())
        out += fmt::format("<span class=\"id\">id {}</span> ", escaped(finding.id.text()));
    if (finding.left_behind) out += "left behind by --force ";
    if (finding.not_read) out += "its workflow was not read ";
    if (finding.attributes.empty()) return;
    out += fmt::format("<details{}><summary>{} attribute{}</summary>", open ? " open=\"open\"" : "",
                       finding.attributes.size(), finding.attributes.size() == 1 ? "" : "s");
    put_attributes(out, finding.attributes, {"Live", "Applied or wanted"});
    out += "</details>";
}

// Findings of one workflow stand together, those of nobody at the end.
std::string group_of(const Finding& finding) {
    return finding.address ? finding.address->workflow : "On the target, of no workflow";
}

void put_findings(std::string& out, const std::vector<Finding>& findings, const Kinds& kinds) {
    out += "<section aria-labelledby=\"list\">\n<h2 id=\"list\" tabindex=\"-1\">Findings</h2>\n";
    if (findings.empty()) {
        out += "<p class=\"panel none\">The fleet is as it was applied.</p>\n</section>\n";
        return;
    }
    put_filter(out, kinds, "findings");
    Rows rows(out, "Address", "What is there");
    for (std::size_t i = 0; i < findings.size();) {
        const std::string group = group_of(findings[i]);
        std::size_t end = i;
        while (end < findings.size() && group_of(findings[end]) == group)
            ++end;
        rows.group(group, end - i);
        for (; i < end; ++i) {
            const Finding& finding = findings[i];
            rows.begin_row(kind_of(finding.kind), finding.address ? finding.address->text() : finding.name);
            put_what(out, finding, findings.size() <= kMostOpen);
            rows.end_row();
        }
    }
    rows.end();
    out += "</section>\n";
}

}  // namespace

std::string drift_html(const std::vector<Finding>& findings, const std::string& target) {
    const Kinds kinds = kinds_of(findings);
    const std::string headline = findings.empty() ? "No drift"
                                                  : fmt::format("{} resource{} moved", findings.size(),
                                                                findings.size() == 1 ? " has" : "s have");
    std::string out = page_begin(findings.empty() ? headline : "Drift: " + headline);
    out += fmt::format("<header>\n<p class=\"dim\">Drift on <code>{}</code></p>\n<h1>{}</h1>\n</header>\n",
                       escaped(target), headline);
    if (!findings.empty()) {
        put_tiles(out, kinds);
        out +=
            "<section aria-labelledby=\"next\">\n<h2 id=\"next\">What to do</h2>\n"
            "<div class=\"panel\"><ul>\n";
        for (const std::string& line : drift_advice(findings))
            out += fmt::format("<li>{}</li>\n", escaped(line));
        out += "</ul></div>\n</section>\n";
    }
    put_findings(out, findings, kinds);
    return out + page_end();
}

}  // namespace tlm::cmd
