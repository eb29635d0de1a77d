#include "cmd/render/report_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/render/fit.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

std::string_view kind_word(ResultKind kind) {
    switch (kind) {
        case ResultKind::done:
            return "done";
        case ResultKind::already:
            return "already";
        case ResultKind::conflict:
            return "conflict";
        case ResultKind::failed:
            return "failed";
        case ResultKind::skipped:
            return "skipped";
        case ResultKind::not_started:
            return "open";
    }
    return "";
}

std::string_view past(Action action) {
    switch (action) {
        case Action::create:
            return "created";
        case Action::update:
            return "updated";
        case Action::replace:
            return "replaced";
        case Action::remove:
            return "deleted";
        case Action::adopt:
            return "adopted";
        case Action::none:
            break;
    }
    return "";
}

std::string coloured(ResultKind kind, const Style& style) {
    const std::string word = fmt::format("{:<8}", kind_word(kind));
    if (kind == ResultKind::done) return style.green(word);
    if (kind == ResultKind::already) return style.dim(word);
    return kind == ResultKind::failed || kind == ResultKind::conflict ? style.red(word) : style.yellow(word);
}

std::string counts_text(const ApplyReport& report) {
    std::string text;
    const auto add = [&](std::size_t n, std::string_view what) {
        if (n > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, what);
    };
    for (const Action action :
         {Action::create, Action::update, Action::replace, Action::remove, Action::adopt}) {
        std::size_t n = 0;
        for (const ChangeResult& result : report.results) {
            n += result.kind == ResultKind::done && result.change->action == action ? 1 : 0;
        }
        add(n, past(action));
    }
    add(report.count(ResultKind::already), "as planned already");
    add(report.count(ResultKind::conflict), "in conflict");
    add(report.count(ResultKind::failed), "failed");
    add(report.count(ResultKind::skipped), "skipped");
    add(report.count(ResultKind::not_started), "not done");
    return text.empty() ? "nothing to do" : text;
}

std::string troubles_text(const ApplyReport& report, const Style& style) {
    std::string text;
    for (const ChangeResult& result : report.results) {
        if (result.kind == ResultKind::done || result.kind == ResultKind::already) continue;
        text += "  " + result_line(result, style);
        for (const std::string& detail : result.details)
            text += fmt::format("        {}\n", visible(detail));
    }
    return text.empty() ? text : "\nNot applied:\n" + text;
}

std::string listed(std::string_view title, const std::vector<std::string>& lines) {
    if (lines.empty()) return {};
    std::string text = fmt::format("\n{}\n", title);
    for (const std::string& line : lines)
        text += fmt::format("  {}\n", visible(line));
    return text;
}

std::string next_text(const ApplyReport& report, std::size_t waiting) {
    if (report.interrupted) return "next: `tlm apply` goes on where this stopped; nothing is made twice.\n";
    if (report.count(ResultKind::conflict) > 0) {
        return "next: `tlm plan` plans again from the live fleet; have that plan reviewed and apply it.\n";
    }
    if (report.count(ResultKind::failed) + report.count(ResultKind::skipped) +
            report.count(ResultKind::not_started) >
        0) {
        return "next: mend the cause and run `tlm apply` again; what is done stays done.\n";
    }
    if (!report.left_behind.empty()) {
        return "next: `tlm drift` lists what was left behind; `tlm apply --prune` deletes it.\n";
    }
    if (waiting > 0) {
        return fmt::format("next: {} {} for others to be completed; run `tlm apply` again then.\n", waiting,
                           waiting == 1 ? "task waits" : "tasks wait");
    }
    return {};
}

}  // namespace

std::string result_line(const ChangeResult& result, const Style& style) {
    std::string text =
        fmt::format("{} {}", coloured(result.kind, style), visible(result.change->address.text()));
    if (result.kind == ResultKind::done) text += fmt::format("  {}", past(result.change->action));
    if (!result.reason.empty()) text += fmt::format(": {}", visible(result.reason));
    return text + "\n";
}

std::string report_text(const ApplyReport& report, std::size_t waiting, const Layout& layout) {
    std::vector<std::string> left;
    for (const LeftBehind& item : report.left_behind) {
        left.push_back(fmt::format("{}  (id {})", item.address.text(), item.id.text()));
    }
    std::ranges::sort(left);
    std::string text = troubles_text(report, layout.style);
    text += listed(fmt::format("{} --force left these behind:", layout.style.yellow("warning:")), left);
    text += listed("Settled with another apply that ran at the same time:", report.settled);
    text += listed(fmt::format("{} the last read shows something else than was applied:",
                               layout.style.yellow("warning:")),
                   report.mismatches);
    text += fmt::format("\n{} {}.\n", layout.style.bold("Applied:"), counts_text(report));
    return fit(text + next_text(report, waiting), layout.width);
}

}  // namespace tlm::cmd
