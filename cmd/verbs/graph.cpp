#include <fmt/format.h>

#include <map>

#include "cmd/plan_input.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"
#include "engine/base/text.h"
#include "engine/resource/desired.h"

namespace tlm::cmd {
namespace {

// What must come before what, by address.
using Edges = std::map<Address, std::vector<Address>>;

Edges edges_of(const Plan& plan) {
    Edges edges;
    for (const Change& change : plan.changes) {
        auto& before = edges[change.address];
        before.insert(before.end(), change.depends_on.begin(), change.depends_on.end());
        before.insert(before.end(), change.waits_for.begin(), change.waits_for.end());
    }
    return edges;
}

Edges edges_of(const std::vector<DesiredResource>& desired) {
    Edges edges;
    for (const DesiredResource& resource : desired) {
        auto& before = edges[resource.address];
        before = resource.references;
        before.insert(before.end(), resource.blocked_by.begin(), resource.blocked_by.end());
    }
    return edges;
}

std::string graph_text(const Edges& edges) {
    std::string text;
    for (const auto& [address, before] : edges) {
        text += visible(address.text()) + "\n";
        for (const Address& other : before)
            text += fmt::format("  after {}\n", visible(other.text()));
    }
    return text;
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : visible(text)) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + "\"";
}

std::string graph_dot(const Edges& edges) {
    std::string text = "digraph tlm {\n  rankdir=LR;\n  node [shape=box];\n";
    for (const auto& [address, before] : edges) {
        text += fmt::format("  {};\n", quoted(address.text()));
        for (const Address& other : before) {
            text += fmt::format("  {} -> {};\n", quoted(other.text()), quoted(address.text()));
        }
    }
    return text + "}\n";
}

}  // namespace

Result<ExitCode> run_graph(const Context& context) {
    BOOST_OUTCOME_TRY(plan, plan_input(context.options));
    Edges edges;
    if (plan) {
        edges = edges_of(*plan);
    } else {
        BOOST_OUTCOME_TRY(workflows, load_workflows(context));
        edges = edges_of(desired_resources(workflows, context.settings.host_id));
    }
    BOOST_OUTCOME_TRYV(
        write_out(context.options.format == Format::dot ? graph_dot(edges) : graph_text(edges)));
    return ExitCode::done;
}

}  // namespace tlm::cmd
