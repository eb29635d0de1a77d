// What the server's answers cost.
#include "providers/agamemnon/lists.h"
#include "tests/bench/parts_bench.h"

namespace tlm::bench {
namespace {

void ReadPage(benchmark::State& state, Kind kind) {
    const std::string& body = sample_fleet(10'000).pages[static_cast<std::size_t>(kind)].front();
    std::string taken;
    std::size_t items = 0;
    for (auto _ : state) {
        state.PauseTiming();  // it is changed on the way
        taken = body;
        state.ResumeTiming();
        auto page = agamemnon::read_page(kind, taken);
        require(page.has_value(), "the page can't be read");
        items = page.value().items.size();
    }
    read_bytes(state, body.size());
    processed(state, items);
}
BENCHMARK_CAPTURE(ReadPage, agents, Kind::agent)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(ReadPage, teams, Kind::team)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(ReadPage, tasks, Kind::task)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tlm::bench
