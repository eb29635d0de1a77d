#include "cmd/render/plan_text.h"
#include "cmd/render/apply_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/protection.h"
#include "cmd/render/columns.h"
#include "cmd/render/fit.h"
#include "cmd/render/look_alikes_text.h"
#include "cmd/render/shortened.h"
#include "cmd/render/strays.h"
#include "cmd/render/value_diff.h"
#include "engine/base/shell_quote.h"
#include "engine/base/text.h"
#include "engine/plan/unusual.h"

namespace tlm::cmd {
namespace {

constexpr std::size_t kMostStraysShown = 20;  // shown one by one; the rest is counted
constexpr std::size_t kMostNamed = 10;        // deletes and replacements in the line before the summary
constexpr std::size_t kUsualWidth = 100;  // where there is no terminal, a longer update goes on several lines
constexpr std::size_t kMostRenames = 20;  // hints; the rest is counted
constexpr std::string_view kNotSet = "(not set)";

std::string optional_text(const std::optional<Value>& value) {
    return value ? value_text(*value) : std::string(kNotSet);
}

// A text in lines of at most `width` columns from which it can be read back: a line that ends within a word
// goes on behind `↪ `, one that ends with the single space that it is parted at behind two spaces, and more
// spaces than that are shown.
std::vector<std::string> value_lines(std::string_view text, std::size_t width) {
    std::vector<std::string> lines = wrap(text, width);
    std::string_view begin = "  ";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string& line = lines[i];
        const std::size_t end = line.find_last_not_of(' ') + 1;
        const std::size_t spaces = i + 1 == lines.size() ? 0 : line.size() - end;
        if (spaces > 0) line.resize(end);
        for (std::size_t k = 0; spaces > 1 && k < spaces; ++k)
            line += "\\x20";
        if (i > 0) line.insert(0, begin);
        begin = spaces == 1 ? "  " : "↪ ";
    }
    return lines;
}

// A text under a sign, in lines of the layout's width: `- text`, and below it what did not fit.
std::string signed_lines(char sign, std::string_view text, const Layout& layout) {
    constexpr std::size_t kIndent = 12;
    const std::size_t width = layout.width > 2 * kIndent ? layout.width - kIndent : layout.width;
    std::string lines;
    for (const std::string& part : value_lines(text, width)) {
        const std::string line =
            lines.empty() ? fmt::format("          {} {}", sign, part) : fmt::format("          {}", part);
        lines += (sign == '-'   ? layout.style.red(line)
                  : sign == '+' ? layout.style.green(line)
                                : line) +
                 "\n";
    }
    return lines;
}

// How a value changes, line by line.
std::string diff_text(const AttributeChange& change, const Layout& layout) {
    std::string text;
    for (const DiffLine& line : value_diff(change)) {
        switch (line.kind) {
            case DiffLine::Kind::removed:
                text += signed_lines('-', line.text, layout);
                break;
            case DiffLine::Kind::added:
                text += signed_lines('+', line.text, layout);
                break;
            case DiffLine::Kind::same:
                text += signed_lines(' ', line.text, layout);
                break;
            case DiffLine::Kind::skipped:
                text += fit(layout.style.dim("          " + skipped_text(line, change)), layout.width) + "\n";
                break;
        }
    }
    return text;
}

// `name: value` of what is made, at most a few lines of the layout's width: the workflow file has it whole.
std::string made_text(std::string_view name, const std::string& value, const Layout& layout) {
    constexpr std::size_t kMostLines = 3;
    const std::string before = fmt::format("        {}: ", name);
    const std::size_t room = layout.width > before.size() ? layout.width - before.size() : layout.width;
    std::string text;
    for (const std::string& part : value_lines(shortened_to(value, kMostLines * room), room))
        text += fmt::format("{}{}\n", text.empty() ? before : std::string(before.size() - 2, ' '), part);
    return text;
}

// What is changed is always shown whole, since it is what people decide on.
std::string attribute_text(const AttributeChange& change, bool created, const Layout& layout) {
    const std::string_view name = attribute_name(change.attribute);
    if (created) return made_text(name, optional_text(change.after), layout);
    if (change.before == change.after) return {};
    return value_change_text(
        change, fmt::format("{}: {} -> {}", name, optional_text(change.before), optional_text(change.after)),
        fmt::format("{}:{}", name,
                    !change.before  ? " was not set"
                    : !change.after ? " is not set any more"
                                    : ""),
        layout);
}

std::string change_text(const Change& change, const Layout& layout) {
    std::string text = fit(fmt::format("  {}  {}  {}\n", action_text(change.action, layout.style),
                                       visible(change.address.text()),
                                       layout.style.dim(fmt::format("({})", reason_text(change.reason)))),
                           layout.width);
    if (change.action == Action::none) {
        for (const Address& task : change.waits_for) {
            text += fit(fmt::format("        waits for \"{}\" to be completed\n", visible(task.name)),
                        layout.width);
        }
    }
    if (change.action == Action::remove)
        text += fit(fmt::format("        id: {}\n", visible(change.id.text())), layout.width);
    for (const std::string& line : unusual_about(change))
        text += fit(layout.style.yellow(fmt::format("        {}", visible(line))), layout.width) + "\n";
    if (change.action == Action::remove) return text;
    for (const AttributeChange& attribute : change.attributes) {
        // A task that waits is submitted by `tlm run` of this very plan.
        const bool created = change.action == Action::create || change.action == Action::none;
        text += attribute_text(attribute, created, layout);
    }
    for (const ResourceId& left : change.leaves) {
        text += fit(layout.style.yellow(fmt::format("        leaves behind: id {}", visible(left.text()))),
                    layout.width) +
                "\n";
    }
    return text;
}

std::string strays_text(const Planned& planned, const Layout& layout) {
    std::string text;
    for (const StrayGroup& group : stray_groups(planned)) {
        text += fmt::format("\n{} ({})\n", layout.style.yellow(group.title), group.strays.size());
        for (std::size_t i = 0; i < std::min(group.strays.size(), kMostStraysShown); ++i) {
            const Stray& stray = *group.strays[i];
            text += fmt::format("  ! {}  (id {})\n", stray_name(stray), visible(stray.live->id.text()));
        }
        if (group.strays.size() > kMostStraysShown) {
            text += fmt::format("  … and {} more: `tlm drift` lists all\n",
                                group.strays.size() - kMostStraysShown);
        }
        text += fmt::format("  {}\n", group.advice);
    }
    return fit(text, layout.width);
}

std::string renames_text(const Planned& planned, const Layout& layout) {
    if (planned.renames.empty()) return {};
    std::string text = fit(
        fmt::format(
            "{} what is left over and what is created look alike. What only got another name is kept with:\n",
            layout.style.yellow("hint:")),
        layout.width);
    for (std::size_t i = 0; i < std::min(planned.renames.size(), kMostRenames); ++i)
        text += command_text(move_command(planned.renames[i]), 2, layout.width);
    if (planned.renames.size() > kMostRenames)
        text += fmt::format("  … and {} more\n", planned.renames.size() - kMostRenames);
    return text;
}

// "! 2 deletes, 1 replacement: " and their addresses; empty where nothing is lost.
std::string losses_text(const Plan& plan, const PlanSummary& summary, const Layout& layout) {
    const std::string counts = losses_summary(summary);
    if (counts.empty()) return {};
    std::string names;
    std::size_t named = 0;
    for (const Change& change : plan.changes) {
        if (!is_loss(change.action)) continue;
        if (named == kMostNamed) break;
        names += (named++ == 0 ? "" : ", ") + visible(change.address.text());
    }
    if (const std::size_t all = summary.remove + summary.replace; all > named)
        names += fmt::format(" and {} more", all - named);
    return fit(layout.style.red(fmt::format("! {}: {}", counts, names)), layout.width) + "\n";
}

std::string look_alikes_text(const Plan& plan, const Layout& layout) {
    constexpr std::size_t kMostGroups = 20;
    std::string text;
    for (const std::string& sentence : look_alike_sentences(
             plan, kMostGroups, [](std::string_view name) { return fmt::format("`{}`", visible(name)); }))
        text += fmt::format("{} {}\n", layout.style.yellow("warning:"), sentence);
    return fit(text, layout.width);
}

std::string protections_text(const Plan& plan, const Layout& layout) {
    std::string text;
    for (const Protection& protection : plan.protect) {
        text +=
            fmt::format("{} {}\n", layout.style.bold("protects from now on:"), visible(protection.pattern));
    }
    return fit(text, layout.width);
}

// When the fleet goes again: as much part of what is reviewed as what is made.
std::string teardown_text(const Plan& plan, const Layout& layout) {
    std::string text;
    for (const Teardown when : {Teardown::on_completion, Teardown::on_failure}) {
        // All of them: they are named nowhere else.
        std::string names;
        for (const TeardownRule& rule : plan.teardown) {
            if (rule.when == when) names += (names.empty() ? "" : ", ") + visible(rule.workflow);
        }
        if (names.empty()) continue;
        text += fmt::format("`tlm run` takes down {}: {}\n", when_text(when), names);
    }
    return fit(text, layout.width);
}

std::string summary_line(const Plan& plan, const PlanSummary& summary, const Layout& layout) {
    return fit(fmt::format("{} {}.\n", layout.style.bold(has_changes(plan) ? "Plan:" : "No changes:"),
                           summary_text(summary)),
               layout.width);
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
        case Reason::requested:
            return "--replace asks for it";
        case Reason::torn_down:
            return "the workflow is at its end, and taking it down was cut short";
    }
    return "";
}

std::string set_aside_text(const TornDown& workflow) {
    return fmt::format(
        "{}, and it was taken down as it says. To run it again: `tlm run --force`, or a part of it:",
        workflow.completed ? "all of its tasks are completed" : "some of its tasks did not complete");
}

std::string replace_command(const TornDown& workflow) {
    return "tlm run " + shell_option("--replace", Address::task(workflow.workflow, "TEAM", "SUBJECT").text());
}

std::string when_text(Teardown when) {
    return when == Teardown::on_failure ? "once all tasks are at an end and one failed"
                                        : "once all tasks are completed";
}

std::string move_command(const RenameHint& hint) {
    return fmt::format("tlm state mv {}", shell_arguments({hint.from, hint.to}));
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
    return text.empty() ? "nothing to do" : text;
}

std::string value_change_text(const AttributeChange& change, const std::string& one_line,
                              const std::string& heading, const Layout& layout) {
    constexpr std::string_view kIndent = "        ";
    const std::size_t width = layout.width == 0 ? kUsualWidth : layout.width;
    if (fits_one_line(change) && kIndent.size() + columns(one_line) <= width)
        return fmt::format("{}{}\n", kIndent, one_line);
    return fmt::format("{}{}\n{}", kIndent, heading, diff_text(change, layout));
}

std::string losses_summary(const PlanSummary& summary) {
    std::string text;
    if (summary.remove > 0)
        text += fmt::format("{} delete{}", summary.remove, summary.remove == 1 ? "" : "s");
    if (summary.replace > 0) {
        text += fmt::format("{}{} replacement{}", text.empty() ? "" : ", ", summary.replace,
                            summary.replace == 1 ? "" : "s");
    }
    return text;
}

// They decide what a plan may do beside its changes, such as which limits hold. A destroy plan without
// changes still forgets that its workflows were taken down.
std::string options_line(const Plan& plan, const Layout& layout) {
    std::string options = visible(options_text(plan.options));
    if (options.empty()) return {};
    options.pop_back();
    std::string names;
    for (const std::string& workflow : plan.workflows)
        names += fmt::format("{}{}", names.empty() ? " of: " : ", ", visible(workflow));
    return fit(fmt::format("Made with {}{}\n", options, plan.options.destroy ? names : ""), layout.width);
}

std::string plan_text(const Plan& plan, const Layout& layout) {
    std::string text;
    const std::string* workflow = nullptr;
    for (const Change& change : plan.changes) {
        if (workflow == nullptr || *workflow != change.address.workflow) {
            workflow = &change.address.workflow;
            text += fmt::format("{}{}\n", text.empty() ? "" : "\n",
                                fit(layout.style.bold("workflow " + visible(*workflow)), layout.width));
        }
        text += change_text(change, layout);
    }
    if (!plan.changes.empty()) text += "\n";
    const PlanSummary summary = summarise(plan);
    return text + look_alikes_text(plan, layout) + options_line(plan, layout) +
           losses_text(plan, summary, layout) + protections_text(plan, layout) + teardown_text(plan, layout) +
           summary_line(plan, summary, layout);
}

std::string concise_text(const Plan& plan, const Layout& layout) {
    std::string text;
    for (const Change& change : plan.changes) {
        text +=
            fmt::format("{}  {}\n", action_text(change.action, layout.style), visible(change.address.text()));
    }
    return fit(text, layout.width) + look_alikes_text(plan, layout) + options_line(plan, layout) +
           summary_line(plan, summarise(plan), layout);
}

std::string left_out_text(const Planned& planned, const Layout& layout) {
    if (planned.excluded.empty()) return {};
    return fit(fmt::format("{} more {} left out by --target or --exclude.\n", planned.excluded.size(),
                           planned.excluded.size() == 1 ? "change is" : "changes are"),
               layout.width);
}

std::string advice_text(const Planned& planned, const Layout& layout) {
    std::string text;
    for (const ProtectedLoss& loss : planned.losses) {
        text += fmt::format("{} {} {}\n", layout.style.red("stops:"), visible(loss.address.text()),
                            loss_text(loss));
    }
    text = fit(text, layout.width);
    for (const TornDown& workflow : planned.set_aside) {
        text += sentence_with_command(fmt::format("{} {}: {}", layout.style.yellow("notice:"),
                                                  visible(workflow.workflow), set_aside_text(workflow)),
                                      replace_command(workflow), layout.width);
    }
    std::string notices;
    for (const Notice& notice : planned.notices) {
        notices += fmt::format("{} {}: {}\n", layout.style.yellow("notice:"), visible(notice.address.text()),
                               visible(notice.text));
    }
    if (planned.kept_of_force > 0) {
        notices += fmt::format(
            "{} an earlier --force was cut short: what it made ({} {}) is kept, and the rest is made anew.\n",
            layout.style.yellow("notice:"), planned.kept_of_force,
            planned.kept_of_force == 1 ? "resource" : "resources");
    }
    return text + fit(notices, layout.width) + left_out_text(planned, layout) +
           renames_text(planned, layout) + strays_text(planned, layout);
}

}  // namespace tlm::cmd
