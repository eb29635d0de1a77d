#include "engine/plan/comparison.h"

#include <functional>
#include <future>

namespace tlm {
namespace {

constexpr std::size_t kWorthAThread = 10'000;  // resources

}  // namespace

Comparison compare(PlanInputs& inputs) {
    // The two know nothing of each other.
    const auto policy =
        inputs.snapshot.resources.size() < kWorthAThread ? std::launch::deferred : std::launch::async;
    auto desired =
        std::async(policy, take_desired_resources, std::ref(inputs.workflows), std::cref(inputs.host_id));
    Comparison comparison{
        FleetIndex(inputs.snapshot, inputs.state.bindings, inputs.state.left_behind, inputs.state.ended),
        {},
        {}};
    comparison.desired = desired.get();
    comparison.matches = comparison.fleet.match_all(comparison.desired);
    return comparison;
}

}  // namespace tlm
