#pragma once

#include <benchmark/benchmark.h>

#include <stdexcept>

#include "tests/bench/sample_fleet.h"

namespace tlm::bench {

// The fleet that a benchmark is about: its argument is the number of agents.
inline const SampleFleet& fleet_of(const benchmark::State& state) {
    return sample_fleet(static_cast<std::size_t>(state.range(0)));
}

// A benchmark that does something else than it should measures nothing: the program ends.
inline void require(bool holds, const char* otherwise) {
    if (!holds) throw std::runtime_error(otherwise);
}

inline void processed(benchmark::State& state, std::size_t each) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(each));
}

inline void read_bytes(benchmark::State& state, std::size_t each) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(each));
}

// Two sizes, so that what grows faster than the fleet shows as fewer items a second.
inline void sizes(benchmark::internal::Benchmark* benchmark) {
    benchmark->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);
}

}  // namespace tlm::bench
