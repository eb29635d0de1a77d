#include "cmd/render/wait_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cmd/render/duration.h"
#include "cmd/render/fit.h"
#include "engine/base/shell_quote.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

std::string coloured(const TrackedTask& task, const Style& style) {
    const std::string text = fmt::format("{:<9}", status_word(task));
    if (task.stage == TaskStage::completed) return style.green(text);
    if (task.stage == TaskStage::failed || task.stage == TaskStage::lost) return style.red(text);
    return at_end(task.stage) ? style.yellow(text) : text;
}

std::string why(const TrackedTask& task) {
    switch (task.stage) {
        case TaskStage::failed:
            return task.reason.empty() ? "" : ": " + visible(task.reason);
        case TaskStage::skipped:
            return task.reason.empty() ? "" : fmt::format(": {} did not complete", visible(task.reason));
        case TaskStage::lost:
            return fmt::format(": the target does not list it any more (id {})", visible(task.id.text()));
        default:
            return {};
    }
}

std::string counts_text(const WaitReport& report) {
    std::array<std::size_t, kTaskStages> counts{};
    for (const TrackedTask& task : report.tasks)
        ++counts[static_cast<std::size_t>(task.stage)];
    std::string text = fmt::format(
        "{} of {} completed", counts[static_cast<std::size_t>(TaskStage::completed)], report.tasks.size());
    const auto add = [&](TaskStage stage, std::string_view what) {
        if (const std::size_t n = counts[static_cast<std::size_t>(stage)]; n > 0)
            text += fmt::format(", {} {}", n, what);
    };
    add(TaskStage::failed, "failed");
    add(TaskStage::skipped, "skipped");
    add(TaskStage::lost, "lost");
    add(TaskStage::submitted, "not finished");
    add(TaskStage::ready, "not submitted");
    add(TaskStage::waiting, "still waiting");
    return text;
}

std::string counted(std::size_t n, std::string_view what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string teardown_text(const TeardownReport& teardown, const Style& style) {
    const bool whole = teardown.failed.empty() && !teardown.interrupted && !teardown.stopped_by;
    std::string text = fmt::format(
        "{} {}: {} and {} deleted{}.\n",
        whole ? style.bold("Taken down:") : style.yellow("Not taken down whole:"),
        visible(teardown.what.workflow), counted(teardown.teams, "team"), counted(teardown.agents, "agent"),
        teardown.kept.empty() ? "" : fmt::format(", {} kept because protected", teardown.kept.size()));
    for (const auto& [address, reason] : teardown.failed)
        text += fmt::format("  {} {}: {}\n", style.red("failed"), visible(address.text()), visible(reason));
    return text;
}

std::string next_text(const WaitReport& report, std::size_t width) {
    const auto any = [&](auto holds) { return std::ranges::any_of(report.tasks, holds); };
    if (any([](const TrackedTask& task) { return task.stage == TaskStage::lost; })) {
        return fit(
            "next: the target may have been restarted. `tlm plan` shows what is gone, `tlm run` makes it "
            "again.\n",
            width);
    }
    const bool half_down = std::ranges::any_of(report.teardowns, [](const TeardownReport& teardown) {
        return !teardown.failed.empty() || teardown.interrupted || teardown.stopped_by;
    });
    if (half_down) return fit("next: `tlm run` deletes what is left; `tlm plan` shows it.\n", width);
    if (any([](const TrackedTask& task) { return !at_end(task.stage); })) {
        return fit("next: `tlm run` goes on waiting where this stopped; nothing is submitted twice.\n",
                   width);
    }
    const auto failed = std::ranges::find(report.tasks, TaskStage::failed, &TrackedTask::stage);
    if (failed != report.tasks.end()) {
        return sentence_with_command("next: to submit what failed once more:",
                                     "tlm run " + shell_option("--replace", failed->address.text()), width);
    }
    return {};
}

}  // namespace

std::string status_word(const TrackedTask& task) {
    const bool submitted = task.stage == TaskStage::submitted && !task.status.empty();
    return visible(submitted ? task.status : std::string(stage_name(task.stage)));
}

std::string task_line(const TrackedTask& task, const Style& style) {
    std::string text = fmt::format("{} {}", coloured(task, style), visible(task.address.text()));
    const bool ran = task.stage == TaskStage::completed || task.stage == TaskStage::failed;
    if (ran && !task.id.empty())
        text += fmt::format("  after {}", duration_text(task.since - task.submitted_at));
    return text + why(task) + "\n";
}

std::string wait_text(const WaitReport& report, const Layout& layout) {
    const Style& style = layout.style;
    std::string ended;
    std::string open;
    for (const TrackedTask& task : report.tasks) {
        if (task.stage == TaskStage::completed) continue;
        const std::string line = fmt::format("  {} {}", coloured(task, style), visible(task.address.text()));
        if (at_end(task.stage)) {
            ended += line + why(task) + "\n";
        } else {
            open += fmt::format("{}  for {}\n", line, duration_text(report.ended_at - task.since));
        }
    }
    std::string text;
    if (!ended.empty()) text += "\nNot completed:\n" + ended;
    if (!open.empty()) text += "\nNot finished:\n" + open;
    for (const std::string& workflow : report.overdue)
        text += fmt::format("\n{} the time for `{}` is up.\n", style.yellow("warning:"), visible(workflow));
    for (const std::string& workflow : report.cancelled)
        text += fmt::format("\n{} `{}` was not waited for any more, as `tlm cancel` asked.\n",
                            style.yellow("warning:"), visible(workflow));
    text += fmt::format("\n{} {}.\n", style.bold("Tasks:"), counts_text(report));
    for (const TeardownReport& teardown : report.teardowns)
        text += teardown_text(teardown, style);
    constexpr std::size_t kMostKept = 10;
    for (std::size_t i = 0; i < std::min(report.kept.size(), kMostKept); ++i) {
        const TeardownRule& rule = report.kept[i];
        text += fmt::format("Not taken down: {}: it is to go {}. `tlm destroy` deletes it.\n",
                            visible(rule.workflow), when_text(rule.when));
    }
    if (report.kept.size() > kMostKept)
        text += fmt::format("Not taken down: {} more.\n", report.kept.size() - kMostKept);
    return fit(text, layout.width) + next_text(report, layout.width);
}

}  // namespace tlm::cmd
