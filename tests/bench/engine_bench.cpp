// The engine's parts, in the order in which a plan goes through them.
#include <functional>
#include <numeric>

#include "engine/diff/diff.h"
#include "engine/drift/drift.h"
#include "engine/plan/plan_file.h"
#include "engine/resource/key.h"
#include "tests/bench/parts_bench.h"

namespace tlm::bench {
namespace {

std::size_t bytes_of(const std::vector<Source>& sources) {
    return std::transform_reduce(sources.begin(), sources.end(), std::size_t{0}, std::plus<>(),
                                 [](const Source& source) { return source.text.size(); });
}

void read_all(benchmark::State& state, const std::vector<Source>& sources) {
    for (auto _ : state) {
        ReadResult read = read_workflows(sources);
        require(read.ok(), "the sample has faults");
        benchmark::DoNotOptimize(read);
    }
    read_bytes(state, bytes_of(sources));
}

void ReadYaml(benchmark::State& state) {
    read_all(state, fleet_of(state).yaml);
}
BENCHMARK(ReadYaml)->Apply(sizes);

void ReadJson(benchmark::State& state) {
    read_all(state, fleet_of(state).json);
}
BENCHMARK(ReadJson)->Apply(sizes);

void DeriveKeys(benchmark::State& state) {
    const SampleFleet& fleet = fleet_of(state);
    std::size_t keys = 0;
    for (auto _ : state) {
        keys = 0;
        for (const Workflow& workflow : fleet.workflows) {
            for (const AgentSpec& agent : workflow.agents) {
                benchmark::DoNotOptimize(Key::derive(workflow.name, agent.name));
                ++keys;
            }
        }
    }
    processed(state, keys);
}
BENCHMARK(DeriveKeys)->Apply(sizes);

void MakeDesired(benchmark::State& state) {
    const SampleFleet& fleet = fleet_of(state);
    for (auto _ : state)
        benchmark::DoNotOptimize(desired_resources(fleet.workflows, ""));
    processed(state, fleet.desired.size());
}
BENCHMARK(MakeDesired)->Apply(sizes);

void IndexFleet(benchmark::State& state) {
    const SampleFleet& fleet = fleet_of(state);
    for (auto _ : state) {
        const FleetIndex index(fleet.snapshot, fleet.state.bindings, {});
        benchmark::DoNotOptimize(&index);
    }
    processed(state, fleet.desired.size());
}
BENCHMARK(IndexFleet)->Apply(sizes);

void MatchAll(benchmark::State& state) {
    const SampleFleet& fleet = fleet_of(state);
    const FleetIndex index(fleet.snapshot, fleet.state.bindings, {});
    for (auto _ : state)
        benchmark::DoNotOptimize(index.match_all(fleet.desired));
    processed(state, fleet.desired.size());
}
BENCHMARK(MatchAll)->Apply(sizes);

void DiffWithoutChanges(benchmark::State& state) {
    const SampleFleet& fleet = fleet_of(state);
    const FleetIndex index(fleet.snapshot, fleet.state.bindings, {});
    const std::vector<Match> matches = index.match_all(fleet.desired);
    for (auto _ : state) {
        const Diff found = diff(fleet.desired, matches, index);
        require(found.changes.empty(), "there are changes");
    }
    processed(state, fleet.desired.size());
}
BENCHMARK(DiffWithoutChanges)->Apply(sizes);

void plan_all(benchmark::State& state, const PlanInputs& inputs, std::size_t changes) {
    for (auto _ : state) {
        const auto planned = make_plan(inputs);
        require(planned && planned.value().plan.changes.size() == changes, "the plan is wrong");
    }
}

void PlanWithoutChanges(benchmark::State& state) {
    const SampleFleet& fleet = fleet_of(state);
    plan_all(state, inputs_of(fleet, fleet.snapshot, fleet.state), 0);
    processed(state, fleet.desired.size());
}
BENCHMARK(PlanWithoutChanges)->Apply(sizes);

void PlanCreates(benchmark::State& state) {
    const SampleFleet& fleet = fleet_of(state);
    const Snapshot nothing;
    const StateView unknown;
    plan_all(state, inputs_of(fleet, nothing, unknown), fleet.desired.size());
    processed(state, fleet.desired.size());
}
BENCHMARK(PlanCreates)->Apply(sizes);

void WritePlan(benchmark::State& state) {
    const SampleFleet& fleet = fleet_of(state);
    std::size_t bytes = 0;
    for (auto _ : state)
        bytes = plan_to_text(fleet.create).size();
    read_bytes(state, bytes);
}
BENCHMARK(WritePlan)->Apply(sizes);

void DigestPlan(benchmark::State& state) {
    const SampleFleet& fleet = fleet_of(state);
    for (auto _ : state)
        benchmark::DoNotOptimize(plan_digest(fleet.create));
    processed(state, fleet.create.changes.size());
}
BENCHMARK(DigestPlan)->Apply(sizes);

void ReadPlan(benchmark::State& state) {
    const std::string text = plan_to_text(fleet_of(state).create);
    for (auto _ : state) {
        require(plan_from_text(text, "plan.json").has_value(), "the plan can't be read");
    }
    read_bytes(state, text.size());
}
BENCHMARK(ReadPlan)->Apply(sizes);

}  // namespace
}  // namespace tlm::bench
