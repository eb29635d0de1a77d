#include "cmd/render/drift_markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cmd/render/drift_text.h"
#include "cmd/render/markdown.h"
#include "cmd/render/markdown_folds.h"
#include "cmd/render/shortened.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

constexpr std::array kKinds = {DriftKind::orphan,  DriftKind::duplicate, DriftKind::missing,
                               DriftKind::changed, DriftKind::stopped,   DriftKind::unowned};

// What is only there and in nobody's way is left out first.
int rank_of(DriftKind kind) {
    return kind == DriftKind::unowned ? 1 : 0;
}

std::string_view plural(DriftKind kind) {
    switch (kind) {
        case DriftKind::orphan:
            return "orphans";
        case DriftKind::duplicate:
            return "duplicates";
        default:
            return drift_name(kind);
    }
}

std::string finding_line(const Finding& finding, const std::string& name) {
    return fmt::format("! {:<9}  {}{}{}{}", drift_name(finding.kind), name,
                       finding.id.empty() ? "" : fmt::format("  (id {})", visible(finding.id.text())),
                       finding.left_behind ? "  left behind by --force" : "",
                       finding.not_read ? "  its workflow was not read" : "");
}

std::vector<FoldPart> finding_body(const Finding& finding, const Detail& detail) {
    std::vector<FoldPart> parts;
    for (const AttributeChange& attribute : finding.attributes)
        parts.push_back(value_change_lines(attribute, detail));
    return parts;
}

std::vector<Fold> folds_of(const std::vector<Finding>& findings) {
    const auto section = [](const Finding& finding) {
        return finding.address ? finding.address->workflow : "";
    };
    std::vector<Fold> folds;
    for (std::size_t begin = 0; begin < findings.size();) {
        Fold fold;
        const bool on_target = !findings[begin].address.has_value();
        fold.title = on_target ? "on the target" : visible(findings[begin].address->workflow);
        std::vector<Finding> kinds;  // as drift_summary counts them
        std::size_t end = begin;
        for (; end < findings.size() && findings[end].address.has_value() != on_target &&
               section(findings[end]) == section(findings[begin]);
             ++end) {
            const Finding& finding = findings[end];
            std::string name = visible(finding.address ? finding.address->text() : finding.name);
            std::string line = finding_line(finding, name);
            fold.lines.push_back(
                {plural(finding.kind), rank_of(finding.kind), false, std::move(name), std::move(line)});
            kinds.emplace_back().kind = finding.kind;
        }
        fold.note = drift_summary(kinds);
        fold.body = [&findings, begin](std::size_t i, const Detail& detail) {
            return finding_body(findings[begin + i], detail);
        };
        folds.push_back(std::move(fold));
        begin = end;
    }
    return folds;
}

std::string table(const std::vector<Finding>& findings) {
    std::string names;
    std::string rule;
    std::string counts;
    for (const DriftKind kind : kKinds) {
        names += fmt::format(" {} |", drift_name(kind));
        rule += "---:|";
        counts += fmt::format(" {} |", std::ranges::count(findings, kind, &Finding::kind));
    }
    return fmt::format("|{}\n|{}\n|{}\n\n", names, rule, counts);
}

}  // namespace

std::string drift_markdown(const std::vector<Finding>& findings, const std::string& target) {
    const std::string origin =
        fmt::format("Target {}\n", code_span(shortened(visible(target), kLongestName)));
    if (findings.empty()) return "### No drift\n\nThe fleet is as it was applied. " + origin;
    const std::string head =
        fmt::format("### Drift: {}\n\n{}{}\n", drift_summary(findings), table(findings), origin);
    std::string advice;
    for (const std::string& line : drift_advice(findings))
        advice += "- " + line + "\n";
    const std::size_t room = kMostMarkdown - head.size() - advice.size();
    const FoldsMarkdown folds = folds_markdown(folds_of(findings), room, "`tlm drift` shows everything");
    return head + folds.left_out + folds.text + advice;
}

}  // namespace tlm::cmd
