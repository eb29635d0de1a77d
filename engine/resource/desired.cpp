#include "engine/resource/desired.h"

#include <algorithm>
#include <utility>

#include "engine/resource/address_order.h"
#include "engine/resource/key.h"

namespace tlm {
namespace {

// Sets the attribute, managed where the workflow gives the value and a mere default of the create otherwise.
void set_or_default(DesiredResource& resource, Attribute attribute, const std::optional<std::string>& given,
                    std::string_view fallback) {
    if (given) resource.managed.add(attribute);
    resource.attributes.set_text(attribute, given ? std::string_view(*given) : fallback);
}

void set_managed(DesiredResource& resource, Attribute attribute, std::string_view text) {
    resource.attributes.set_text(attribute, text);
    resource.managed.add(attribute);
}

void set_managed(DesiredResource& resource, Attribute attribute, const StringList& list) {
    resource.attributes.set(attribute, list);
    resource.managed.add(attribute);
}

std::size_t size_of(const std::optional<std::string>& text) {
    return text ? text->size() : 0;
}

// Of all texts of the agent as it is made, or a little more.
std::size_t text_bytes(const AgentSpec& spec, const std::string& host_id) {
    constexpr std::size_t kOthers = 80;
    const std::size_t docker = spec.runtime == Runtime::docker
                                   ? size_of(spec.docker_image) + size_of(spec.memory) + host_id.size()
                                   : 0;
    return kOthers + 2 * spec.name.size() + size_of(spec.program) + size_of(spec.model) +
           size_of(spec.working_dir) + docker;
}

std::string key_of(const std::string& workflow, const std::string& name, std::string given) {
    if (given.empty()) return Key::derive(workflow, name).text();
    return given;
}

DesiredResource desired_agent(const std::string& workflow, AgentSpec&& spec, const std::string& host_id) {
    DesiredResource agent;
    agent.attributes.reserve(spec.runtime == Runtime::docker ? 11 : 7, text_bytes(spec, host_id));
    agent.address = Address::agent(workflow, spec.name);
    agent.key = key_of(workflow, spec.name, std::move(spec.key));
    set_managed(agent, Attribute::label, spec.name);
    set_or_default(agent, Attribute::program, spec.program, kDefaultProgram);
    if (spec.model) set_managed(agent, Attribute::program_args, StringList{"--model", *spec.model});
    set_or_default(agent, Attribute::working_dir, spec.working_dir, kDefaultWorkingDir);
    // The words that the Python program wrote, so that its fleets and ours look alike.
    agent.attributes.set(Attribute::description, "Telemachy-managed agent: " + spec.name);
    const bool docker = spec.runtime == Runtime::docker;
    set_managed(agent, Attribute::runtime, docker ? "docker" : "local");
    if (docker) {
        if (spec.docker_image) set_managed(agent, Attribute::docker_image, *spec.docker_image);
        if (spec.cpus) agent.managed.add(Attribute::cpus);
        agent.attributes.set(Attribute::cpus, spec.cpus.value_or(kDefaultCpus));
        set_or_default(agent, Attribute::memory, spec.memory, kDefaultMemory);
        if (!host_id.empty()) set_managed(agent, Attribute::host_id, host_id);
    }
    set_managed(agent, Attribute::status, "online");
    return agent;
}

DesiredResource desired_team(const std::string& workflow, TeamSpec& spec) {
    DesiredResource team;
    team.address = Address::team_of(workflow, spec.name);
    team.key = key_of(workflow, spec.name, std::move(spec.key));
    StringList members = std::move(spec.agents);
    std::ranges::sort(members);
    const auto repeated = std::ranges::unique(members);
    members.erase(repeated.begin(), repeated.end());
    set_managed(team, Attribute::members, members);
    return team;
}

DesiredResource desired_task(const std::string& workflow, const std::string& team, TaskSpec&& spec) {
    DesiredResource task;
    std::size_t others = 0;
    for (const std::string& subject : spec.blocked_by)
        others += sizeof(std::uint32_t) + subject.size();
    task.attributes.reserve(3, spec.description.size() + spec.assign_to.size() + others);
    task.address = Address::task(workflow, team, std::move(spec.subject));
    set_managed(task, Attribute::description, spec.description);
    set_managed(task, Attribute::assign_to, spec.assign_to);
    // Sent for the record and not managed: the server dispatches a task at once, so that an order that is
    // changed after the task was submitted could have no effect.
    if (!spec.blocked_by.empty()) task.attributes.set(Attribute::blocked_by, spec.blocked_by);
    return task;
}

// Takes what `tlm.ignore-changes` names out of what is managed: a create still sends it.
void ignore_changes(DesiredResource& resource, const std::vector<IgnoredChange>& ignored) {
    if (ignored.empty()) return;
    const std::string address = resource.address.text();
    for (const auto& [pattern, attribute] : ignored) {
        if (address_matches(pattern, address)) resource.managed.remove(attribute);
    }
}

std::size_t count_resources(const std::vector<Workflow>& workflows) {
    std::size_t count = 0;
    for (const Workflow& workflow : workflows) {
        count += workflow.agents.size() + workflow.teams.size();
        for (const TeamSpec& team : workflow.teams)
            count += team.tasks.size();
    }
    return count;
}

std::vector<Workflow*> by_name(std::vector<Workflow>& workflows) {
    std::vector<Workflow*> sorted;
    sorted.reserve(workflows.size());
    for (Workflow& workflow : workflows)
        sorted.push_back(&workflow);
    std::ranges::sort(sorted, {}, &Workflow::name);
    return sorted;
}

StringList list_of(const Attributes& attributes, Attribute attribute) {
    auto value = attributes.find(attribute);
    return value ? std::get<StringList>(*std::move(value)) : StringList();
}

}  // namespace

std::vector<Address> DesiredResource::references() const {
    std::vector<Address> all;
    if (address.kind == Kind::team) {
        for (const std::string& member : list_of(attributes, Attribute::members))
            all.push_back(Address::agent(address.workflow, member));
    } else if (address.kind == Kind::task) {
        all.push_back(Address::team_of(address.workflow, address.team));
        all.push_back(Address::agent(address.workflow, std::string(attributes.text(Attribute::assign_to))));
    }
    return all;
}

std::vector<Address> DesiredResource::blocked_by() const {
    std::vector<Address> all;
    for (const std::string& subject : list_of(attributes, Attribute::blocked_by))
        all.push_back(Address::task(address.workflow, address.team, subject));
    return all;
}

std::vector<DesiredResource> take_desired_resources(std::vector<Workflow>& workflows,
                                                    const std::string& host_id) {
    std::vector<DesiredResource> resources;
    resources.reserve(count_resources(workflows));
    for (Workflow* workflow : by_name(workflows)) {
        const std::size_t first = resources.size();
        for (AgentSpec& agent : std::exchange(workflow->agents, {})) {
            resources.push_back(desired_agent(workflow->name, std::move(agent), host_id));
        }
        for (TeamSpec& team : std::exchange(workflow->teams, {})) {
            resources.push_back(desired_team(workflow->name, team));
            for (TaskSpec& task : team.tasks) {
                resources.push_back(desired_task(workflow->name, team.name, std::move(task)));
            }
        }
        for (std::size_t i = first; i < resources.size(); ++i)
            ignore_changes(resources[i], workflow->ignore_changes);
    }
    sort_by_address(resources);
    return resources;
}

}  // namespace tlm
