#include "cmd/render/status_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "cmd/render/columns.h"
#include "cmd/render/duration.h"
#include "cmd/render/fit.h"
#include "cmd/render/json_document.h"
#include "engine/base/text.h"
#include "engine/base/utc_time.h"

namespace tlm::cmd {
namespace {

// Once it is submitted, the target's own word.
std::string word(const TaskView& task) {
    return task.status.empty() ? std::string(stage_name(task.stage)) : task.status;
}

std::string coloured(const TaskView& task, const Style& style) {
    const std::string text = visible(word(task));
    const std::string padded = text + std::string(9 - std::min<std::size_t>(columns(text), 9), ' ');
    if (task.stage == TaskStage::completed) return style.green(padded);
    if (task.stage == TaskStage::failed) return style.red(padded);
    return task.stage == TaskStage::skipped ? style.yellow(padded) : padded;
}

std::string counts_text(const WorkflowView& workflow) {
    std::array<std::size_t, kTaskStages> counts{};
    for (const TaskView& task : workflow.tasks)
        ++counts[static_cast<std::size_t>(task.stage)];
    std::string text =
        fmt::format("{} of {} tasks completed", counts[static_cast<std::size_t>(TaskStage::completed)],
                    workflow.tasks.size());
    for (const auto& [stage, what] :
         {std::pair(TaskStage::submitted, "under way"), std::pair(TaskStage::ready, "ready"),
          std::pair(TaskStage::waiting, "waiting"), std::pair(TaskStage::failed, "failed"),
          std::pair(TaskStage::skipped, "skipped")}) {
        if (const std::size_t n = counts[static_cast<std::size_t>(stage)]; n > 0)
            text += fmt::format(", {} {}", n, what);
    }
    return text;
}

using Now = std::optional<std::chrono::system_clock::time_point>;

// " (12 s ago)". Nothing where the clocks disagree, or the time is not what a server writes.
std::string ago(const std::string& created_at, const Now& now) {
    const auto created = read_instant(created_at);
    if (!now || !created) return {};
    const auto passed = *now - created->second;
    if (passed < std::chrono::seconds(0)) return {};
    return fmt::format(" ({} ago)", duration_text(passed));
}

std::string remark(const TaskView& task, const Now& now) {
    if (task.stage == TaskStage::skipped)
        return task.reason.empty() ? "" : fmt::format("  {} failed", visible(task.reason));
    if (task.stage == TaskStage::ready) return "  the next `tlm apply` submits it";
    if (task.stage == TaskStage::waiting) {
        std::string text = "  for ";
        for (std::size_t i = 0; i < task.waits_for.size(); ++i)
            text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", visible(task.waits_for[i].name));
        return text;
    }
    return task.created_at.empty() ? ""
                                   : "  submitted " + visible(task.created_at) + ago(task.created_at, now);
}

std::string task_text(const TaskView& task, const Layout& layout, const Now& now) {
    const std::string who = task.assign_to.empty() ? "" : fmt::format("  ({})", visible(task.assign_to));
    const std::string rest = visible(task.address.name) + who + remark(task, now);
    return fmt::format("    {} {}\n", coloured(task, layout.style), rest);
}

void write_task(JsonDocument& json, const TaskView& task) {
    json.begin_object();
    json.text("address", task.address.text());
    json.text("stage", stage_name(task.stage));
    if (!task.status.empty()) json.text("status", task.status);
    if (!task.assign_to.empty()) json.text("assign_to", task.assign_to);
    if (!task.created_at.empty()) json.text("created_at", task.created_at);
    if (!task.reason.empty()) json.text("because_of", task.reason);
    if (!task.waits_for.empty()) {
        json.begin_array("waits_for");
        for (const Address& address : task.waits_for)
            json.text(address.text());
        json.end_array();
    }
    json.end_object();
}

}  // namespace

std::string status_text(const std::vector<WorkflowView>& workflows, const Layout& layout,
                        std::optional<std::chrono::system_clock::time_point> now) {
    std::string text;
    for (const WorkflowView& workflow : workflows) {
        text += fmt::format("workflow {}: {}\n", layout.style.bold(visible(workflow.name)),
                            counts_text(workflow));
        text += fmt::format("  {} of {} agents online, {} of {} teams there\n", workflow.agents_online,
                            workflow.agents, workflow.teams_there, workflow.teams);
        if (workflow.torn_down)
            text += "  taken down: " + std::string(workflow.torn_down->completed
                                                       ? "all of its tasks are completed\n"
                                                       : "some of its tasks did not complete\n");
        std::string team;
        for (const TaskView& task : workflow.tasks) {
            if (task.address.team != team || &task == &workflow.tasks.front()) {
                team = task.address.team;
                text += fmt::format("  team {}\n", visible(team));
            }
            text += task_text(task, layout, now);
        }
    }
    return text.empty() ? "No workflows.\n" : fit(text, layout.width);
}

std::string status_json(const std::vector<WorkflowView>& workflows, const std::string& target) {
    JsonDocument json;
    json.begin_object();
    json.text("format", "tlm-status/1");
    json.text("target", target);
    json.begin_array("workflows");
    for (const WorkflowView& workflow : workflows) {
        json.begin_object();
        json.text("name", workflow.name);
        json.number("agents", workflow.agents);
        json.number("agents_online", workflow.agents_online);
        json.number("teams", workflow.teams);
        json.number("teams_there", workflow.teams_there);
        if (workflow.torn_down)
            json.text("torn_down", workflow.torn_down->completed ? "completed" : "failed");
        json.begin_array("tasks");
        for (const TaskView& task : workflow.tasks)
            write_task(json, task);
        json.end_array();
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.finish();
}

}  // namespace tlm::cmd
