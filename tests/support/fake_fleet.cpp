#include "tests/support/fake_fleet.h"

#include <fmt/format.h>

namespace tlm::test {

ResourceId FakeFleet::add(Kind kind, const std::string& name, Attributes attributes, const ResourceId& team) {
    const ResourceId id{fmt::format("{}-{:04}", kind_name(kind), store_->next)};
    LiveResource resource{
        kind, id, name, team, {fmt::format("2026-01-01T00:00:{:02}.{:06}Z", 0, store_->next)}, {}};
    ++store_->next;
    resource.attributes = std::move(attributes);
    store_->resources.emplace(id, std::move(resource));
    return id;
}

void FakeFleet::put(LiveResource resource) {
    const ResourceId id = resource.id;
    store_->resources.emplace(id, std::move(resource));
}

LiveResource* FakeFleet::get(const ResourceId& id) {
    const auto at = store_->resources.find(id);
    return at == store_->resources.end() ? nullptr : &at->second;
}

std::size_t FakeFleet::count(Kind kind) const {
    std::size_t n = 0;
    for (const auto& [id, resource] : store_->resources)
        n += resource.kind == kind ? 1U : 0U;
    return n;
}

Result<Snapshot> FakeFleet::read_fleet() {
    before_each();
    ++reads;
    Snapshot snapshot = everything();
    snapshot.consistent = consistent;
    return snapshot;
}

Result<Snapshot> FakeFleet::read_tasks(const std::vector<ResourceId>& /*teams*/) {
    auto fleet = read_fleet();
    if (fleet)
        std::erase_if(fleet.value().resources,
                      [](const LiveResource& live) { return live.kind != Kind::task; });
    return fleet;
}

Snapshot FakeFleet::everything() const {
    Snapshot snapshot;
    for (const auto& [id, resource] : store_->resources)
        snapshot.resources.push_back(resource);
    return snapshot;
}

Result<std::vector<std::vector<LiveResource>>> FakeFleet::find(const std::vector<LookUp>& wanted) {
    before_each();
    looked_up += static_cast<int>(wanted.size());
    std::vector<std::vector<LiveResource>> found;
    for (const LookUp& one : wanted) {
        auto& carriers = found.emplace_back();
        for (const auto& [id, resource] : store_->resources) {
            if (resource.kind == one.kind && resource.name == one.name && resource.team == one.team)
                carriers.push_back(resource);
        }
    }
    return found;
}

void FakeFleet::submit(Call call) {
    before_each();
    sent.push_back(call);
    const Apply apply = [this, &call] { return carry_out(call); };
    CallOutcome outcome = fault ? fault(call, apply) : apply();
    ended_.push_back({call.id, std::move(outcome)});
}

std::vector<Completion> FakeFleet::wait(std::chrono::steady_clock::time_point) {
    std::vector<Completion> ended(ended_.begin(), ended_.end());
    ended_.clear();
    return ended;
}

CallOutcome FakeFleet::carry_out(const Call& call) {
    if (const auto* create = std::get_if<CreateCall>(&call.what)) {
        Attributes kept = create->attributes;
        for (const Attribute attribute : dropped_on_create)
            kept.erase(attribute);
        if (call.kind == Kind::agent) kept.set(Attribute::status, std::string("offline"));
        if (call.kind == Kind::task) kept.set(Attribute::status, std::string("pending"));
        return CallDone{*get(add(call.kind, create->name, std::move(kept), create->team))};
    }
    const ResourceId id = std::visit(
        [](const auto& what) -> ResourceId {
            if constexpr (requires { what.id; }) return what.id;
            return {};
        },
        call.what);
    LiveResource* live = get(id);
    if (live == nullptr) return CallGone{"not found"};
    if (const auto* update = std::get_if<UpdateCall>(&call.what)) {
        for (const auto& [attribute, value] : update->attributes)
            live->attributes.set(attribute, value);
        return CallDone{*live};
    }
    if (const auto* rename = std::get_if<RenameCall>(&call.what)) {
        live->name = rename->name;
        return CallDone{*live};
    }
    if (std::holds_alternative<DeleteCall>(call.what)) {
        store_->resources.erase(id);
        return CallDone{};
    }
    const bool starts = std::holds_alternative<StartCall>(call.what);
    live->attributes.set(Attribute::status, std::string(starts ? "online" : "offline"));
    return CallDone{};
}

}  // namespace tlm::test
