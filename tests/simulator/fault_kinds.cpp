#include "tests/simulator/fault_kinds.h"

#include <algorithm>
#include <array>

namespace tlm::simulator {
namespace {

Reply given(const FaultSpec& spec) {
    return {spec.status == 0 ? 500 : spec.status, spec.body, spec.headers};
}

Reply delivered(Reply reply, Delivery delivery) {
    reply.delivery = delivery;
    return reply;
}

Reply status_after(const FaultSpec& spec, const Work& work) {
    static_cast<void>(work());
    return given(spec);
}

Reply delay(const FaultSpec& spec, const Work& work) {
    Reply reply;
    reply.delay = spec.delay;
    reply.after_delay = work;
    return reply;
}

Reply delay_after(const FaultSpec& spec, const Work& work) {
    Reply reply = work();
    reply.delay += spec.delay;
    return reply;
}

Reply body(const FaultSpec& spec, const Work& work) {
    Reply reply = work();
    reply.body = spec.body;
    reply.headers.insert(reply.headers.end(), spec.headers.begin(), spec.headers.end());
    if (spec.status != 0) reply.status = spec.status;
    return reply;
}

Reply kill(const FaultSpec& spec, const Work&) {
    if (spec.kill) spec.kill();
    return delivered({}, Delivery::kNone);
}

Reply kill_after(const FaultSpec& spec, const Work& work) {
    static_cast<void>(work());
    return kill(spec, work);
}

struct FaultKind {
    std::string_view name;
    Reply (*apply)(const FaultSpec&, const Work&);
};

constexpr std::array<FaultKind, 12> kKinds{{
    {"status", [](const FaultSpec& spec, const Work&) { return given(spec); }},
    {"status_after", status_after},
    {"drop", [](const FaultSpec&, const Work&) { return delivered({}, Delivery::kNone); }},
    {"drop_after", [](const FaultSpec&, const Work& work) { return delivered(work(), Delivery::kNone); }},
    {"delay", delay},
    {"delay_after", delay_after},
    {"truncate", [](const FaultSpec&, const Work& work) { return delivered(work(), Delivery::kHalf); }},
    {"body", body},
    {"hang", [](const FaultSpec&, const Work&) { return delivered({}, Delivery::kNever); }},
    {"kill", kill},
    {"kill_after", kill_after},
    {"hang_after", [](const FaultSpec&, const Work& work) { return delivered(work(), Delivery::kNever); }},
}};

}  // namespace

bool is_fault_kind(std::string_view kind) {
    return std::ranges::count(kKinds, kind, &FaultKind::name) > 0;
}

Reply with_fault(const FaultSpec& spec, const Work& work) {
    const auto* kind = std::ranges::find(kKinds, spec.kind, &FaultKind::name);
    return kind == kKinds.end() ? work() : kind->apply(spec, work);
}

}  // namespace tlm::simulator
