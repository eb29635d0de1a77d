#include "tests/bench/sample_fleet.h"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>

#include "providers/agamemnon/lists.h"

namespace tlm::bench {
namespace {

constexpr std::size_t kItemsOfPage = 1000;

// As the server's, and no two the same.
std::string id_of(std::size_t number) {
    return fmt::format("{:08x}-c85d-465e-804d-{:012x}", number * 2'654'435'761U % 0xffffffffU, number);
}

std::string quoted_ids(const std::vector<Address>& references, const std::map<Address, std::string>& ids) {
    std::string text;
    for (const Address& reference : references)
        text += fmt::format("{}\"{}\"", text.empty() ? "" : ",", ids.at(reference));
    return text;
}

// An item of a list, in the words of the server.
std::string item_of(const DesiredResource& desired, const std::map<Address, std::string>& ids) {
    const std::string& id = ids.at(desired.address);
    const std::string& name = desired.address.name;
    const auto text = [&](Attribute attribute) {
        return std::get<std::string>(*desired.attributes.find(attribute));
    };
    const auto of = [&](Kind kind) {
        std::vector<Address> result;
        for (const Address& reference : desired.references()) {
            if (reference.kind == kind) result.push_back(reference);
        }
        return quoted_ids(result, ids);
    };
    constexpr std::string_view kCreated = "2026-11-26T03:08:58.321696Z";
    switch (desired.address.kind) {
        case Kind::agent:
            return fmt::format(
                R"({{"id":"{}","name":"{}","label":"{}","program":"claude-code","workingDirectory":"{}",)"
                R"("taskDescription":"Telemachy-managed agent: {}","owner":"","role":"worker","host":"local",)"
                R"("programArgs":["--model","claude-sonnet-4-5"],"tags":[],"status":"online","createdAt":"{}"}})",
                id, desired.key, name, text(Attribute::working_dir), name, kCreated);
        case Kind::team:
            return fmt::format(R"({{"id":"{}","name":"{}","agentIds":[{}],"createdAt":"{}"}})", id,
                               desired.key, of(Kind::agent), kCreated);
        case Kind::task:
            return fmt::format(
                R"({{"id":"{}","teamId":{},"subject":"{}","description":"{}","assigneeAgentId":{},)"
                R"("type":"general","blockedBy":[],"status":"pending","createdAt":"{}","completedAt":null}})",
                id, of(Kind::team), name, text(Attribute::description), of(Kind::agent), kCreated);
    }
    return {};
}

std::vector<std::string> pages_of(Kind kind, const std::vector<std::string>& items) {
    constexpr std::array<const char*, 3> kMembers{"agents", "teams", "tasks"};
    std::vector<std::string> pages;
    for (std::size_t first = 0; first < items.size(); first += kItemsOfPage) {
        std::string page = fmt::format("{{\"{}\":[", kMembers[static_cast<std::size_t>(kind)]);
        for (std::size_t i = first; i < std::min(items.size(), first + kItemsOfPage); ++i)
            page += (i == first ? "" : ",") + items[i];
        page += fmt::format(R"(],"limit":{},"offset":{},"total":{}}})", kItemsOfPage, first, items.size());
        pages.push_back(std::move(page));
    }
    return pages;
}

void make_live(SampleFleet& fleet) {
    std::map<Address, std::string> ids;
    for (const DesiredResource& desired : fleet.desired)
        ids.emplace(desired.address, id_of(ids.size()));
    std::array<std::vector<std::string>, 3> items;
    for (const DesiredResource& desired : fleet.desired) {
        items[static_cast<std::size_t>(desired.address.kind)].push_back(item_of(desired, ids));
        Binding binding;
        binding.address = desired.address;
        binding.key = desired.key;
        binding.id = {ids.at(desired.address)};
        if (desired.address.kind == Kind::task)
            binding.team = {ids.at(Address::team_of(desired.address.workflow, desired.address.team))};
        binding.applied = desired.attributes;
        fleet.state.bindings.push_back(std::move(binding));
    }
    for (const Kind kind : {Kind::agent, Kind::team, Kind::task}) {
        auto& pages = fleet.pages[static_cast<std::size_t>(kind)];
        pages = pages_of(kind, items[static_cast<std::size_t>(kind)]);
        for (std::string body : pages) {
            auto page = agamemnon::read_page(kind, body);
            if (!page) throw std::runtime_error(page.error().message);
            std::ranges::move(page.value().items, std::back_inserter(fleet.snapshot.resources));
        }
    }
}

std::unique_ptr<SampleFleet> make_fleet(std::size_t agents) {
    auto fleet = std::make_unique<SampleFleet>();
    const SampleSize size = usual_mix(agents);
    for (std::size_t i = 0; i < size.workflows; ++i) {
        fleet->yaml.push_back({fmt::format("flow-{}.yaml", i), sample_workflow(size, i, SampleFormat::yaml)});
        fleet->json.push_back({fmt::format("flow-{}.json", i), sample_workflow(size, i, SampleFormat::json)});
    }
    ReadResult read = read_workflows(fleet->json);
    if (!read.ok()) throw std::runtime_error(read.diagnostics.front().message);
    fleet->workflows = std::move(read.workflows);
    fleet->desired = desired_resources(fleet->workflows, "");
    make_live(*fleet);
    const Snapshot nothing;
    const StateView unknown;
    fleet->create = make_plan(inputs_of(*fleet, nothing, unknown)).value().plan;
    const Plan none = make_plan(inputs_of(*fleet, fleet->snapshot, fleet->state)).value().plan;
    if (has_changes(none) || none.unchanged != fleet->desired.size())
        throw std::runtime_error("the sample fleet is not as its workflows want it");
    return fleet;
}

}  // namespace

const SampleFleet& sample_fleet(std::size_t agents) {
    static std::map<std::size_t, std::unique_ptr<SampleFleet>> fleets;
    auto& fleet = fleets[agents];
    if (!fleet) fleet = make_fleet(agents);
    return *fleet;
}

PlanInputs inputs_of(const SampleFleet& fleet, const Snapshot& snapshot, const StateView& state) {
    return {fleet.workflows, snapshot, state, "https://agamemnon.example", "", {}};
}

}  // namespace tlm::bench
