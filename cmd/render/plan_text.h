#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cmd/terminal.h"
#include "engine/plan/plan.h"

namespace tlm::cmd {

// How text is laid out: with or without colour, and in the width of a terminal (0: in any). Lines that are
// longer go on below; only values of what is made are cut, with how much is missing and a hash.
struct Layout {
    Style style;
    std::size_t width = 0;
};

// `+ create`, `- delete` and so on: a sign and a word, so that colour only adds to it.
[[nodiscard]] std::string action_text(Action action, const Style& style);
// The reason as half a sentence: "the workflow changed".
[[nodiscard]] std::string reason_text(Reason reason);
// Why nothing is planned in a workflow that is torn down, and how to run it again: a sentence that ends with
// the command.
[[nodiscard]] std::string set_aside_text(const TornDown& workflow);
[[nodiscard]] std::string replace_command(const TornDown& workflow);
// "once all tasks are completed", for a rule of a plan.
[[nodiscard]] std::string when_text(Teardown when);
// The command that renames in place.
[[nodiscard]] std::string move_command(const RenameHint& hint);
// A value on one line, quoted as JSON, nothing in it that a terminal would obey.
[[nodiscard]] std::string value_text(const Value& value);

// The plan for people: by workflow only what changes, a count of what does not, and one summary line.
// Before that one, where something is deleted or replaced, a line that names it.
[[nodiscard]] std::string plan_text(const Plan& plan, const Layout& layout);
// Sign, action and address of each change, one a line, and the summary line.
[[nodiscard]] std::string concise_text(const Plan& plan, const Layout& layout);
// What people should know beside the plan: notices, left-out changes, orphans and what to do about them. May
// be empty.
[[nodiscard]] std::string advice_text(const Planned& planned, const Layout& layout);

// How many changes --target and --exclude left out; empty where there are none. Part of advice_text.
[[nodiscard]] std::string left_out_text(const Planned& planned, const Layout& layout);
// "3 to create, 1 to update; 2 tasks wait; 5 unchanged", only what is not zero.
[[nodiscard]] std::string summary_text(const PlanSummary& summary);
// A changed value, indented: on one line where that fits, else the heading and line by line, `-` before and
// `+` after.
[[nodiscard]] std::string value_change_text(const AttributeChange& change, const std::string& one_line,
                                            const std::string& heading, const Layout& layout);
// Whether something that exists is lost by it.
[[nodiscard]] constexpr bool is_loss(Action action) {
    return action == Action::remove || action == Action::replace;
}
// "2 deletes, 1 replacement"; empty where there is none.
[[nodiscard]] std::string losses_summary(const PlanSummary& summary);

}  // namespace tlm::cmd
