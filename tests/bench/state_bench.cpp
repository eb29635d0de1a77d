// What the state costs, on the disk and as durable as it is in earnest.
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "state/state_file.h"
#include "tests/bench/parts_bench.h"

namespace tlm::bench {
namespace {

// A state of its own in the working directory, since /tmp may be memory. Gone with the object.
class OwnState {
  public:
    OwnState() {
        std::string name = "state-bench-XXXXXX";
        require(mkdtemp(name.data()) != nullptr, "no directory can be made here");
        directory_ = name;
        file_ = StateFile::open(OwnFile(directory_ / "state.db", true), "https://agamemnon.example",
                                StateMode::write, [] { return std::string("2026-11-26T03:08:58.321Z"); })
                    .value();
    }
    OwnState(const OwnState&) = delete;
    OwnState& operator=(const OwnState&) = delete;
    ~OwnState() {
        file_.reset();
        std::filesystem::remove_all(directory_);
    }
    StateFile* operator->() const { return file_.get(); }

  private:
    std::filesystem::path directory_;
    std::unique_ptr<StateFile> file_;
};

JournalBatch bind_all(const SampleFleet& fleet) {
    JournalBatch batch;
    batch.bind = fleet.state.bindings;
    return batch;
}

// What the executor commits in its steady state: so many calls ended, and as many are about to be sent.
void CommitBatch(benchmark::State& state) {
    const SampleFleet& fleet = sample_fleet(1'000);
    const auto calls = static_cast<std::size_t>(state.range(0));
    const OwnState own;
    static_cast<void>(own->begin_run("apply", "sha256:0").value());
    std::vector<CallId> open;
    std::size_t next = 0;
    for (auto _ : state) {
        JournalBatch batch;
        for (const CallId& id : open) {
            const Binding& binding = fleet.state.bindings[next % fleet.state.bindings.size()];
            batch.outcomes.push_back({id, "done", "", binding.id});
            batch.bind.push_back(binding);
            ++next;
        }
        open.clear();
        for (std::size_t i = 0; i < calls; ++i) {
            const Binding& binding = fleet.state.bindings[(next + i) % fleet.state.bindings.size()];
            Intent intent;
            intent.id = own->reserve();
            intent.address = binding.address;
            intent.plan = "sha256:0";
            intent.verb = "create";
            intent.key = binding.key;
            intent.attributes = binding.applied.read();
            open.push_back(intent.id);
            batch.intents.push_back(std::move(intent));
        }
        require(own->commit(batch).has_value(), "the batch can't be committed");
    }
    processed(state, calls);
}
BENCHMARK(CommitBatch)->Arg(1)->Arg(16)->Arg(64)->Unit(benchmark::kMicrosecond)->UseRealTime();

void SaveSnapshotFirst(benchmark::State& state) {
    const SampleFleet& fleet = fleet_of(state);
    for (auto _ : state) {
        state.PauseTiming();
        {
            const OwnState own;
            state.ResumeTiming();
            require(own->save_snapshot(fleet.snapshot).has_value(), "the snapshot can't be saved");
            state.PauseTiming();
        }
        state.ResumeTiming();
    }
    processed(state, fleet.snapshot.resources.size());
}
BENCHMARK(SaveSnapshotFirst)->Apply(sizes)->UseRealTime();

void SaveSnapshotAgain(benchmark::State& state) {
    const SampleFleet& fleet = fleet_of(state);
    const OwnState own;
    own->save_snapshot(fleet.snapshot).value();
    for (auto _ : state) {
        require(own->save_snapshot(fleet.snapshot).has_value(), "the snapshot can't be saved");
    }
    processed(state, fleet.snapshot.resources.size());
}
BENCHMARK(SaveSnapshotAgain)->Apply(sizes)->UseRealTime();

void ReadSnapshot(benchmark::State& state) {
    const SampleFleet& fleet = fleet_of(state);
    const OwnState own;
    own->save_snapshot(fleet.snapshot).value();
    for (auto _ : state) {
        const auto cached = own->cached_snapshot();
        require(cached && cached.value()->snapshot.resources.size() == fleet.snapshot.resources.size(),
                "the snapshot can't be read");
    }
    processed(state, fleet.snapshot.resources.size());
}
BENCHMARK(ReadSnapshot)->Apply(sizes);

void ReadBindings(benchmark::State& state) {
    const SampleFleet& fleet = fleet_of(state);
    const OwnState own;
    own->commit(bind_all(fleet)).value();
    for (auto _ : state) {
        const auto bindings = own->bindings();
        require(bindings && bindings.value().size() == fleet.state.bindings.size(),
                "the bindings can't be read");
    }
    processed(state, fleet.state.bindings.size());
}
BENCHMARK(ReadBindings)->Apply(sizes);

}  // namespace
}  // namespace tlm::bench
