#pragma once

#include <random>
#include <string>
#include <vector>

#include "engine/workflow/workflow.h"

namespace tlm::test {

using Dice = std::minstd_rand;

// Whether an event of this probability happens.
[[nodiscard]] bool chance(Dice& dice, double probability);
// 0 up to and without `count`.
[[nodiscard]] std::size_t pick(Dice& dice, std::size_t count);

// A workflow of up to eight agents (local and docker) and up to three teams with chains of tasks, over few
// names, so that what was removed comes back, and an agent and a team may have the same one.
[[nodiscard]] Workflow random_workflow(const std::string& name, Dice& dice);
// Changes some of it: attributes, runtimes, agents, teams, members, tasks.
void mutate(Workflow& workflow, Dice& dice);
[[nodiscard]] std::string to_yaml(const Workflow& workflow);

}  // namespace tlm::test
