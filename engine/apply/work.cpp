#include "engine/apply/work.h"

#include <algorithm>

namespace tlm {
namespace {

// The call that brings an agent to the status that `attributes` ask for.
void add_status_step(Work& work, const Attributes& attributes, std::string_view live_status) {
    const std::string_view wanted = attributes.text(Attribute::status);
    if (work.change->address.kind != Kind::agent || wanted.empty() || wanted == live_status) return;
    work.steps.push_back(wanted == "online" ? Step::start : Step::stop);
}

bool is_there(const LiveResource& resource, Attribute attribute, const Value& value) {
    const std::optional<Value> have = resource.attributes.find(attribute);
    if (have) return same_meaning(attribute, *have, value);
    return attribute == Attribute::runtime && value == Value(std::string("local"));
}

void add_removal_steps(Work& work, const LiveResource& live) {
    const std::string_view status = live.attributes.text(Attribute::status);
    if (live.kind == Kind::agent && status != "offline") work.steps.push_back(Step::stop);
    work.steps.push_back(Step::remove);
}

}  // namespace

std::string_view step_name(Step step) {
    switch (step) {
        case Step::create:
            return "create";
        case Step::update:
            return "update";
        case Step::start:
            return "start";
        case Step::stop:
            return "stop";
        case Step::remove:
            return "delete";
    }
    return "call";
}

Work plan_work(const Change& change, const Settlement& settlement) {
    Work work;
    work.change = &change;
    if (settlement.live != nullptr) {
        work.id = settlement.live->id;
        work.team = settlement.live->team;
    }
    const bool replaces = change.action == Action::replace && !settlement.stands_already;
    if ((change.action == Action::remove || replaces) && settlement.live != nullptr) {
        add_removal_steps(work, *settlement.live);
    }
    if (change.action == Action::remove && settlement.live == nullptr) {
        // It may be there all the same: the target says.
        work.id = change.id;
        work.steps.push_back(Step::remove);
    } else if (replaces || settlement.live == nullptr) {
        work.to_set = planned_attributes(change);
        work.to_set.erase(Attribute::status);
        work.steps.push_back(Step::create);
    } else if (change.action != Action::remove) {
        work.to_set = settlement.remaining;
        work.to_set.erase(Attribute::status);
        if (!work.to_set.empty()) work.steps.push_back(Step::update);
        add_status_step(work, settlement.remaining, {});
    }
    return work;
}

void continue_work(Work& work, const Attributes& sent, const LiveResource& resource) {
    if (work.steps.empty() || work.steps.front() != Step::create) return;
    Attributes dropped;
    if (resource.kind == Kind::agent) {
        for (const auto& [attribute, value] : sent) {
            if (!is_there(resource, attribute, value)) dropped.set(attribute, value);
        }
    }
    work.steps.pop_front();
    if (!dropped.empty()) work.steps.push_back(Step::update);
    work.to_set = std::move(dropped);
    add_status_step(work, planned_attributes(*work.change), resource.attributes.text(Attribute::status));
}

}  // namespace tlm
