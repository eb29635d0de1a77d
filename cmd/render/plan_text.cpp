#include "cmd/render/plan_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

constexpr std::size_t kMostStrays = 20;  // shown one by one; the rest is counted

// Cuts a line to the layout's width, by code points, with an ellipsis.
std::string cut(std::string line, const Layout& layout) {
    if (layout.width == 0 || code_points(line) <= layout.width) return line;
    std::size_t kept = 0;
    std::size_t end = 0;
    while (end < line.size() && kept + 1 < layout.width) {
        ++end;
        while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U)
            ++end;
        ++kept;
    }
    line.resize(end);
    return line + "…";
}

std::string attribute_line(const AttributeChange& change, bool created, const Layout& layout) {
    const std::string_view name = attribute_name(change.attribute);
    const std::string after = change.after ? value_text(*change.after) : "(not set)";
    if (created) return cut(fmt::format("        {}: {}", name, after), layout) + "\n";
    const std::string before = change.before ? value_text(*change.before) : "(not set)";
    if (before == after) return {};
    return cut(fmt::format("        {}: {} -> {}", name, before, after), layout) + "\n";
}

std::string change_text(const Change& change, const Layout& layout) {
    std::string text = fmt::format("  {}  {}  {}\n", action_text(change.action, layout.style),
                                   visible(change.address.text()),
                                   layout.style.dim(fmt::format("({})", reason_text(change.reason))));
    if (change.action == Action::none) {
        for (const Address& task : change.waits_for) {
            text += cut(fmt::format("        waits for \"{}\" to be completed", visible(task.name)), layout) +
                    "\n";
        }
        return text;
    }
    if (change.action == Action::remove)
        return text + fmt::format("        id: {}\n", visible(change.id.value));
    for (const AttributeChange& attribute : change.attributes) {
        text += attribute_line(attribute, change.action == Action::create, layout);
    }
    for (const ResourceId& left : change.leaves) {
        text += layout.style.yellow(fmt::format("        leaves behind: id {}", visible(left.value))) + "\n";
    }
    return text;
}

std::string stray_text(const Stray& stray) {
    const std::string who =
        stray.address ? visible(stray.address->text())
                      : fmt::format("{} {}", kind_name(stray.live->kind), visible(stray.live->name));
    return fmt::format("{}  (id {})", who, visible(stray.live->id.value));
}

struct StrayAdvice {
    std::string title;
    std::string advice;
};

enum class Owner { here, not_read, unproved };

StrayAdvice advice_for(StrayKind kind, Owner owner) {
    if (kind == StrayKind::duplicate) {
        return {"Duplicates: more than one carries the same key",
                "`--prune` deletes the surplus agents and teams; tasks can't be deleted."};
    }
    if (owner == Owner::not_read) {
        return {"Orphans: of workflows that were not read here",
                "Name their files too. Where a file is gone, put it back and run `tlm destroy FILE`: nothing "
                "else "
                "deletes them."};
    }
    if (kind == StrayKind::left_behind)
        return {"Orphans: left behind by an apply with --force", "`--prune` deletes them."};
    if (owner == Owner::here)
        return {"Orphans: ours, and no workflow here wants them any more", "`--prune` deletes them."};
    return {"Orphans: nobody here can be proved to own them",
            "They may belong to another directory's workflows. tlm never deletes them."};
}

Owner owner_of(const Stray& stray, const std::vector<std::string>& workflows) {
    if (!stray.address) return Owner::unproved;
    return std::ranges::binary_search(workflows, stray.address->workflow) ? Owner::here : Owner::not_read;
}

std::string strays_text(const Planned& planned, const Layout& layout) {
    std::set<ResourceId> removed;
    for (const Change& change : planned.plan.changes) {
        if (change.action == Action::remove) removed.insert(change.id);
    }
    std::map<std::pair<StrayKind, Owner>, std::vector<const Stray*>> groups;
    for (const Stray& stray : planned.strays) {
        // What was made by hand is none of tlm's business here; `tlm drift` counts it.
        if (stray.kind == StrayKind::unowned) continue;
        if (!removed.contains(stray.live->id))
            groups[{stray.kind, owner_of(stray, planned.plan.workflows)}].push_back(&stray);
    }
    std::string text;
    for (const auto& [group, strays] : groups) {
        const StrayAdvice advice = advice_for(group.first, group.second);
        text += fmt::format("\n{} ({})\n", layout.style.yellow(advice.title), strays.size());
        for (std::size_t i = 0; i < std::min(strays.size(), kMostStrays); ++i) {
            text += cut("  ! " + stray_text(*strays[i]), layout) + "\n";
        }
        if (strays.size() > kMostStrays) {
            text += fmt::format("  … and {} more: `tlm drift` lists all\n", strays.size() - kMostStrays);
        }
        text += fmt::format("  {}\n", advice.advice);
    }
    return text;
}

}  // namespace

std::string action_text(Action action, const Style& style) {
    switch (action) {
        case Action::create:
            return style.green("+ create ");
        case Action::update:
            return style.yellow("~ update ");
        case Action::replace:
            return style.red("± replace");
        case Action::remove:
            return style.red("- delete ");
        case Action::adopt:
            return style.green("= adopt  ");
        case Action::none:
            return style.dim("· waits  ");
    }
    return "?";
}

std::string reason_text(Reason reason) {
    switch (reason) {
        case Reason::absent:
            return "does not exist yet";
        case Reason::gone:
            return "was there, and is gone from the target";
        case Reason::forced:
            return "--force makes it anew";
        case Reason::workflow_changed:
            return "the workflow changed";
        case Reason::live_changed:
            return "changed on the target since the last apply";
        case Reason::differs:
            return "differs from the workflow";
        case Reason::stopped:
            return "is not online";
        case Reason::member_recreated:
            return "an agent it names is made anew";
        case Reason::runtime_moved:
            return "moves between local and docker";
        case Reason::tie:
            return "another apply made it at the same time; the older one stays";
        case Reason::unbound:
            return "exists as wanted, and this state does not know it yet";
        case Reason::blocked:
            return "blocked";
        case Reason::orphan:
            return "ours, and no longer in the workflow";
        case Reason::duplicate:
            return "surplus: another one carries the same key";
        case Reason::left_behind:
            return "left behind by --force";
        case Reason::destroyed:
            return "destroy";
    }
    return "";
}

std::string value_text(const Value& value) {
    return visible(value_to_json(value));
}

std::string summary_text(const PlanSummary& summary) {
    std::string text;
    const auto add = [&](std::size_t count, std::string_view what) {
        if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
    };
    add(summary.create, "to create");
    add(summary.update, "to update");
    add(summary.replace, "to replace");
    add(summary.remove, "to delete");
    add(summary.adopt, "to adopt");
    add(summary.waiting, summary.waiting == 1 ? "task waits" : "tasks wait");
    add(summary.unchanged, "unchanged");
    return text.empty() ? "nothing here" : text;
}

std::string plan_text(const Plan& plan, const Layout& layout) {
    std::string text;
    const std::string* workflow = nullptr;
    for (const Change& change : plan.changes) {
        if (workflow == nullptr || *workflow != change.address.workflow) {
            workflow = &change.address.workflow;
            text += fmt::format("{}{}\n", text.empty() ? "" : "\n",
                                layout.style.bold("workflow " + visible(*workflow)));
        }
        text += change_text(change, layout);
    }
    if (!plan.changes.empty()) text += "\n";
    const PlanSummary summary = summarise(plan);
    text += fmt::format("{} {}.\n", layout.style.bold(has_changes(plan) ? "Plan:" : "No changes:"),
                        summary_text(summary));
    return text;
}

std::string advice_text(const Planned& planned, const Layout& layout) {
    std::string text;
    for (const Notice& notice : planned.notices) {
        text += fmt::format("{} {}: {}\n", layout.style.yellow("notice:"), visible(notice.address.text()),
                            visible(notice.text));
    }
    if (planned.kept_of_force > 0) {
        text += fmt::format(
            "{} an earlier --force was cut short: what it made ({} {}) is kept, and the rest is made anew.\n",
            layout.style.yellow("notice:"), planned.kept_of_force,
            planned.kept_of_force == 1 ? "resource" : "resources");
    }
    if (!planned.excluded.empty()) {
        text += fmt::format("{} more {} left out by --target or --exclude.\n", planned.excluded.size(),
                            planned.excluded.size() == 1 ? "change is" : "changes are");
    }
    return text + strays_text(planned, layout);
}

}  // namespace tlm::cmd
