#include "engine/wait/overview.h"

#include <algorithm>
#include <unordered_map>

namespace tlm {
namespace {

TaskView view_of(const DesiredResource& desired, const LiveResource* live, std::optional<TaskEnd> end) {
    TaskView view;
    view.address = desired.address;
    view.assign_to = desired.attributes.text(Attribute::assign_to);
    if (live == nullptr && end) {
        view.stage = stage_of(*end);
        view.status = stage_name(view.stage);
    }
    if (live == nullptr) return view;
    view.status = live->attributes.text(Attribute::status);
    view.stage = end ? stage_of(*end) : TaskStage::submitted;
    view.created_at = live->created_at.text();
    return view;
}

// Says of the tasks that are not submitted what they wait for, or that they can't run any more, and because
// of which failed one.
void judge(WorkflowView& workflow, const std::unordered_map<Address, const DesiredResource*>& desired) {
    std::unordered_map<Address, TaskView*> views;
    std::vector<TaskView*> failed;
    std::unordered_map<Address, std::vector<TaskView*>> dependents;
    for (TaskView& task : workflow.tasks) {
        views.emplace(task.address, &task);
        if (task.stage == TaskStage::failed) failed.push_back(&task);
    }
    for (TaskView& task : workflow.tasks) {
        if (task.stage != TaskStage::waiting) continue;
        for (const Address& predecessor : desired.at(task.address)->blocked_by()) {
            const auto at = views.find(predecessor);
            if (at != views.end() && at->second->stage == TaskStage::completed) continue;
            task.waits_for.push_back(predecessor);
            dependents[predecessor].push_back(&task);
        }
        if (task.waits_for.empty()) task.stage = TaskStage::ready;
    }
    while (!failed.empty()) {
        const TaskView* task = failed.back();
        failed.pop_back();
        for (TaskView* dependent : dependents[task->address]) {
            if (dependent->stage != TaskStage::waiting) continue;
            dependent->stage = TaskStage::skipped;
            dependent->reason = task->stage == TaskStage::failed ? task->address.text() : task->reason;
            failed.push_back(dependent);
        }
    }
}

}  // namespace

std::vector<WorkflowView> overview(const std::vector<DesiredResource>& desired, const FleetIndex& fleet,
                                   const std::vector<TornDown>& torn_down) {
    std::vector<WorkflowView> workflows;
    std::unordered_map<Address, const DesiredResource*> tasks;
    const std::vector<Match> matches = fleet.match_all(desired);
    for (std::size_t i = 0; i < desired.size(); ++i) {
        const DesiredResource& resource = desired[i];
        const Address& address = resource.address;
        if (workflows.empty() || workflows.back().name != address.workflow) {
            workflows.emplace_back();
            workflows.back().name = address.workflow;
        }
        WorkflowView& workflow = workflows.back();
        const LiveResource* live = matches[i].chosen;
        switch (address.kind) {
            case Kind::agent:
                ++workflow.agents;
                if (live != nullptr && live->attributes.text(Attribute::status) == "online")
                    ++workflow.agents_online;
                break;
            case Kind::team:
                ++workflow.teams;
                workflow.teams_there += live != nullptr ? 1 : 0;
                break;
            case Kind::task:
                tasks.emplace(address, &resource);
                workflow.tasks.push_back(view_of(resource, live, fleet.end_of(address, live)));
                break;
        }
    }
    for (WorkflowView& workflow : workflows) {
        judge(workflow, tasks);
        const auto at = std::ranges::find(torn_down, workflow.name, &TornDown::workflow);
        if (at != torn_down.end()) workflow.torn_down = *at;
    }
    return workflows;
}

}  // namespace tlm
