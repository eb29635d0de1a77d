#include "cmd/render/rekey_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cmd/render/fit.h"
#include "engine/base/shell_quote.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

constexpr std::size_t kMostFailures = 50;  // shown one by one; the rest is counted
constexpr std::size_t kMostUnwanted = 5;   // the same

// Where there is no terminal, long sentences are parted all the same.
std::size_t width_for_prose(const Layout& layout) {
    constexpr std::size_t kUsual = 100;
    return layout.width == 0 ? kUsual : layout.width;
}

std::string count(std::size_t n, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string name_text(const Rekeying& item) {
    return fmt::format("        name: {} -> {}\n", value_text(item.name_before), value_text(item.key));
}

// The bindings that follow a moved one: renamed with it, or holding its name.
std::string followers_text(const Rekeying& item) {
    std::string text;
    for (const Binding& binding : item.edit.bind) {
        if (binding.address == item.to) continue;
        if (binding.address.kind == Kind::task && item.to.kind == Kind::team) {
            const Address before = Address::task(item.from.workflow, item.from.name, binding.address.name);
            text += fmt::format("  {} -> {}\n", visible(before.text()), visible(binding.address.text()));
        } else {
            text +=
                fmt::format("  {} names it {}\n", visible(binding.address.text()), value_text(item.to.name));
        }
    }
    return text;
}

// What is moved away from an address that a workflow still has is made there once more.
std::string made_anew_text(const MovePlan& plan, const std::set<Address>& desired) {
    const Address* first = nullptr;
    std::size_t n = 0;
    for (const Rekeying& item : plan.items) {
        if (!desired.contains(item.from) || item.from.kind == Kind::task) continue;
        if (n++ == 0) first = &item.from;
    }
    if (n == 0) return {};
    return fmt::format(
        "; and the next `tlm apply` makes {} anew, which a workflow here still has",
        n == 1 ? visible(first->text()) : fmt::format("{} and {} more", visible(first->text()), n - 1));
}

std::string did_you_mean(const std::string& text, const std::vector<std::string>& names) {
    const auto near = nearest(text, names);
    return near ? fmt::format(" Did you mean `{}`?", visible(*near)) : "";
}

}  // namespace

std::string unwanted_text(const MovePlan& plan, const std::vector<Workflow>& workflows,
                          const Layout& layout) {
    std::set<Address> desired;
    for (const DesiredResource& resource : desired_resources(workflows, {}))
        desired.insert(resource.address);
    std::vector<const Address*> unwanted;
    for (const Rekeying& item : plan.items) {
        if (item.to.kind != Kind::task && !desired.contains(item.to)) unwanted.push_back(&item.to);
    }
    if (unwanted.empty()) return {};
    const Address& first = *unwanted.front();
    std::vector<std::string> names;
    std::string what;
    if (std::ranges::find(workflows, first.workflow, &Workflow::name) == workflows.end()) {
        for (const Workflow& workflow : workflows) {
            if (workflow.name != plan.items.front().from.workflow) names.push_back(workflow.name);
        }
        what = fmt::format("no workflow here is called `{}`.{}", visible(first.workflow),
                           did_you_mean(first.workflow, names));
    } else if (unwanted.size() == 1) {
        for (const Address& address : desired) {
            if (address.kind == first.kind && address != plan.items.front().from)
                names.push_back(address.text());
        }
        what = fmt::format("no workflow here has {}.{}", visible(first.text()),
                           did_you_mean(first.text(), names));
    } else {
        what = fmt::format("no workflow here has {} of these:", unwanted.size());
        for (std::size_t i = 0; i < std::min(unwanted.size(), kMostUnwanted); ++i)
            what += fmt::format("{} {}", i == 0 ? "" : ",", visible(unwanted[i]->text()));
        what += unwanted.size() > kMostUnwanted ? " and so on." : ".";
    }
    return fit(fmt::format("{} {}\n  Until there is one, {}{}.\n", layout.style.yellow("warning:"), what,
                           unwanted.size() == 1 ? "it is an orphan" : "they are orphans",
                           made_anew_text(plan, desired)),
               width_for_prose(layout));
}

std::string move_text(const MovePlan& plan, const Layout& layout) {
    std::string renamed;
    std::string bound;
    std::size_t renames = 0;
    std::size_t rebound = 0;
    bool label = false;
    for (const Rekeying& item : plan.items) {
        const std::string line =
            fmt::format("  {} -> {}", visible(item.from.text()), visible(item.to.text()));
        if (item.renames()) {
            renamed += fmt::format("{}  (id {})\n{}", line, visible(item.id.text()), name_text(item));
            ++renames;
        } else {
            bound += fmt::format("{}{}\n", line,
                                 item.id.empty()    ? "  (gone from the target)"
                                 : item.key.empty() ? ""
                                                    : "  (has that name on the target already)");
            ++rebound;
        }
        const std::string followers = followers_text(item);
        rebound += static_cast<std::size_t>(std::ranges::count(followers, '\n'));
        bound += followers;
        label = label || (item.to.kind == Kind::agent && item.from.name != item.to.name && !item.id.empty());
    }
    std::string text;
    if (!renamed.empty())
        text += layout.style.bold("Renamed on the target, in place") + "\n" + renamed + "\n";
    if (!bound.empty()) text += layout.style.bold("Only in the state") + "\n" + bound + "\n";
    if (label) text += "An agent's label is an attribute: the next `tlm apply` brings it to the new name.\n";
    return fit(text + fmt::format("{} {} to rename, {} of the state to follow.\n", layout.style.bold("Move:"),
                                  renames, count(rebound, "entry", "entries")),
               layout.width);
}

std::string forget_text(const std::vector<Binding>& bindings, const Layout& layout) {
    std::string text = layout.style.bold("Forgotten by the state; nothing is sent to the target") + "\n";
    bool keyed = false;
    bool tasks = false;
    for (const Binding& binding : bindings) {
        text += fmt::format("  {}  (id {})\n", visible(binding.address.text()), visible(binding.id.text()));
        (binding.address.kind == Kind::task ? tasks : keyed) = true;
    }
    std::string prose;
    if (keyed) {
        prose +=
            "An agent or team that is live stays live, and keeps its key: the next `tlm plan` adopts it, "
            "unless no workflow names it any more; then `tlm drift` shows it as an orphan.\n";
    }
    if (tasks) {
        prose +=
            "A task stays too: the next `tlm plan` adopts it by its team and subject, where a workflow "
            "names it.\n";
    }
    prose +=
        fmt::format("{} {}.\n", layout.style.bold("Forget:"), count(bindings.size(), "entry", "entries"));
    return fit(text, layout.width) + "\n" + fit(prose, width_for_prose(layout));
}

std::string adoption_text(const Adoption& adoption, const FleetIndex& fleet, const Layout& layout) {
    const Rekeying& item = adoption.item;
    const DesiredResource& desired = *adoption.desired;
    std::string text = fmt::format("  {}  {}  (id {})\n", layout.style.green("= import "),
                                   visible(item.to.text()), visible(item.id.text()));
    if (item.renames()) text += name_text(item);
    const Attributes live = fleet.named(item.to, adoption.live->attributes, desired.attributes);
    bool differs = false;
    bool replaces = false;
    for (const auto& [attribute, value] : live) {
        const auto wanted =
            desired.managed.has(attribute) ? desired.attributes.find(attribute) : std::nullopt;
        const bool same = !wanted || same_meaning(attribute, value, *wanted);
        text += fmt::format("        {}: {}{}\n", attribute_name(attribute), value_text(value),
                            same ? "" : fmt::format("  (the workflow wants {})", value_text(*wanted)));
        differs = differs || !same;
        replaces = replaces || (!same && attribute == Attribute::runtime);
    }
    text += "\n";
    if (replaces) {
        text +=
            layout.style.red("! the next `tlm apply` replaces it: it moves between local and docker") + "\n";
    } else if (differs) {
        text += "The next `tlm apply` brings it to what the workflow wants.\n";
    }
    text += fmt::format("{} {}.\n", layout.style.bold("Import:"),
                        item.renames() ? "1 to rename and bind" : "1 to bind, nothing is sent");
    return fit(text, layout.width);
}

std::string rekey_report_text(const RekeyReport& report, const std::string& verb, const Layout& layout) {
    std::string text;
    for (std::size_t i = 0; i < std::min(report.failed.size(), kMostFailures); ++i) {
        const RekeyReport::Failure& failure = report.failed[i];
        text += fmt::format("{} {}: {}\n", layout.style.red("failed  "), visible(failure.item->from.text()),
                            visible(failure.reason));
    }
    if (report.failed.size() > kMostFailures)
        text += fmt::format("… and {} more\n", report.failed.size() - kMostFailures);
    text += fmt::format("{} {} renamed on the target", layout.style.bold(verb + ":"), report.done.size());
    if (report.state_only > 0) text += fmt::format(", {} in the state only", report.state_only);
    if (!report.failed.empty()) text += fmt::format(", {} failed", report.failed.size());
    if (report.not_started > 0) text += fmt::format(", {} not done", report.not_started);
    text += ".\n";
    if (!report.failed.empty() || report.not_started > 0)
        text += "next: mend the cause and give the same command again; what is renamed stays so.\n";
    return fit(text, layout.width);
}

std::string in_the_way_text(const std::vector<InTheWay>& found, const Layout& layout) {
    if (found.empty()) return {};
    std::string commands;
    std::string unknown;
    for (const InTheWay& one : found) {
        const std::string address = one.change->address.text();
        for (const LiveResource* live : one.candidates) {
            commands +=
                command_text(fmt::format("tlm state import {}", shell_arguments({address, live->id.text()})),
                             2, layout.width);
        }
        if (one.candidates.empty()) unknown += fit(fmt::format("  {}\n", visible(address)), layout.width);
    }
    std::string text;
    if (!commands.empty())
        text += fit(fmt::format("{} something with this name is there already; to manage it from now on:\n",
                                layout.style.yellow("hint:")),
                    layout.width) +
                commands;
    if (!unknown.empty())
        text += fit(fmt::format("{} something is in the way that has neither this name nor this label; `tlm "
                                "drift` lists what was made by hand (unowned), and `tlm state import ADDRESS "
                                "ID` adopts it:\n",
                                layout.style.yellow("hint:")),
                    width_for_prose(layout)) +
                unknown;
    return text;
}

}  // namespace tlm::cmd
