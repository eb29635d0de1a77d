#pragma once

#include <deque>
#include <optional>

#include "engine/apply/settle.h"
#include "engine/ports/call.h"

namespace tlm {

// The calls that one change needs, in order.
enum class Step : std::uint8_t { create, update, start, stop, remove };
[[nodiscard]] std::string_view step_name(Step step);  // as in the journal: create update start stop delete

// A change on its way. The next call is `steps.front()`; no more steps: done.
struct Work {
    const Change* change = nullptr;
    ResourceId id;    // the live resource, once known
    ResourceId team;  // tasks: the live team
    std::deque<Step> steps;
    Attributes to_set;          // what create or update is to send next, references as names, without status
    bool must_look_up = false;  // whether the target may hold it already, so that a create must ask first
    bool names_left = false;    // whether what a forced create leaves behind is noted already
    int attempts = 0;           // of the step in front
};

// The steps for a change that is to be executed. `live` is null for a create.
[[nodiscard]] Work plan_work(const Change& change, const Settlement& settlement);

// After a create or update was answered with `resource`: what the target dropped of what was sent is set
// again, once, and the status is brought to what the plan wants. `sent` has references as ids.
void continue_work(Work& work, const Attributes& sent, const LiveResource& resource);

}  // namespace tlm
