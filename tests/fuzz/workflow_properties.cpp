#include "tests/fuzz/workflow_properties.h"

#include <algorithm>
#include <set>
#include <string>

#include "engine/base/text.h"
#include "engine/plan/plan.h"
#include "engine/plan/plan_file.h"
#include "engine/resource/desired.h"
#include "tests/fuzz/property.h"

namespace tlm::fuzz {
namespace {

void check_shown(const Diagnostic& diagnostic, const std::vector<Source>& sources) {
    require(diagnostic.position.file < sources.size(), "a fault is in one of the sources");
    require(diagnostic.position.line >= 1 && diagnostic.position.column >= 1, "places count from 1");
    require(diagnostic.offset <= sources[diagnostic.position.file].text.size(), "a fault is in the text");
    const std::string text = format_diagnostic(diagnostic, sources);
    require(text.ends_with('\n'), "a shown fault ends with a newline", text);
    require(valid_utf8(text), "a shown fault is UTF-8", text);
    const bool plain = std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == '\n' || (byte >= 0x20 && byte != 0x7F);
    });
    require(plain, "a shown fault holds no raw control character", text);
    for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        require(visible(line) == line, "nothing in a shown fault is invisible", text);
    }
}

void check_desired(const std::vector<DesiredResource>& desired) {
    std::set<std::pair<Kind, std::string>> keys;
    for (const DesiredResource& resource : desired) {
        const auto parsed = Address::parse(resource.address.text());
        require(parsed && parsed.value() == resource.address, "an address survives its text",
                resource.address.text());
        if (resource.address.kind == Kind::task) continue;
        require(keys.emplace(resource.address.kind, resource.key).second,
                "a key is that of one resource of its kind", resource.key);
    }
}

void check_plan(const std::vector<Workflow>& workflows, std::size_t desired, const PlanOptions& options) {
    const Snapshot empty;
    const auto planned = make_plan({workflows, empty, StateView{}, "sandbox:fleet.db", "host-1", options});
    require(planned.has_value(), "workflows without fault can be planned");
    const Plan& plan = planned.value().plan;
    const PlanSummary summary = summarise(plan);
    require(summary.create + summary.waiting == desired, "on an empty fleet everything is created or waits");
    const std::string text = plan_to_text(plan);
    require(valid_utf8(text), "a plan is UTF-8", text);
    const auto read = plan_from_text(text, "plan.json");
    require(read.has_value(), "a written plan can be read", text);
    require(read.value() == plan, "a read plan is the one that was written", text);
    require(plan_to_text(read.value()) == text, "a plan has one text", text);
}

}  // namespace

void check_workflows_read(const std::vector<Source>& sources) {
    const ReadResult result = read_workflows(sources);
    require(result.workflows.size() == sources.size(), "every source gives a workflow");
    for (const Diagnostic& diagnostic : result.diagnostics)
        check_shown(diagnostic, sources);
    if (!result.ok()) return;
    const auto desired = desired_resources(result.workflows, "host-1");
    check_desired(desired);
    check_plan(result.workflows, desired.size(), {});
    PlanOptions force;
    force.force = true;
    check_plan(result.workflows, desired.size(), force);
}

}  // namespace tlm::fuzz
