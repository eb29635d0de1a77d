#pragma once

#include <cstddef>
#include <string>

// Workflows of any size, always the same for the same numbers. Agents, teams and tasks are spread evenly over
// the workflows; texts are as long as in real files.
namespace tlm::bench {

struct SampleSize {
    std::size_t agents = 0;
    std::size_t teams = 0;
    std::size_t tasks = 0;
    std::size_t workflows = 1;
};

// 1 agent, 1/10 team and 1 task for each of `agents`, 100 agents in a workflow: the mix of the published
// figures.
[[nodiscard]] SampleSize usual_mix(std::size_t agents);

enum class SampleFormat { yaml, json };

// The file of workflow number `index`, below `size.workflows`. Needs as many teams as workflows where there
// are tasks.
[[nodiscard]] std::string sample_workflow(const SampleSize& size, std::size_t index, SampleFormat format);

}  // namespace tlm::bench
