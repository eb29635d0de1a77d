#include "cmd/render/plan_markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "cmd/protection.h"
#include "cmd/render/apply_command.h"
#include "cmd/render/change_line.h"
#include "cmd/render/look_alikes_text.h"
#include "cmd/render/losses_markdown.h"
#include "cmd/render/markdown.h"
#include "cmd/render/markdown_folds.h"
#include "cmd/render/plan_text.h"
#include "cmd/render/shortened.h"
#include "cmd/render/strays.h"
#include "engine/base/shell_quote.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"
#include "engine/plan/unusual.h"

namespace tlm::cmd {
namespace {

constexpr std::size_t kMostPatterns =
    20;  // of an option, and workflows that are taken down; the rest is counted
constexpr std::size_t kMostNotices = 10;
constexpr std::size_t kMostStrays = 10;    // of one group
constexpr std::size_t kLeastAdvice = 300;  // bytes that a mere count of notices and strays takes at most

std::string name_span(std::string_view name) {
    return code_span(shortened(visible(name), kLongestName));
}

// What is said of a change beside its attributes.
std::string remarks(const Change& change) {
    std::string body;
    for (const Address& task : change.waits_for)
        body += fmt::format("       waits for \"{}\" to be completed\n",
                            shortened(visible(task.name), kLongestName));
    if (change.action == Action::remove)
        body += fmt::format("-      id: {}\n", shortened(visible(change.id.text()), kLongestName));
    for (const std::string& line : unusual_about(change))
        body += fmt::format("!      {}\n", shortened(visible(line), kLongestName));
    if (change.action == Action::none || change.action == Action::remove) return body;
    for (const ResourceId& left : change.leaves)
        body += fmt::format("!      leaves behind: id {}\n", shortened(visible(left.text()), kLongestName));
    return body;
}

std::vector<FoldPart> change_body(const Change& change, const Detail& detail) {
    std::vector<FoldPart> parts;
    for (const AttributeChange& attribute : change.attributes) {
        if (change.action == Action::remove) break;
        // A task that waits is submitted by `tlm run` of this very plan.
        if (change.action == Action::create || change.action == Action::none) {
            if (attribute.after)
                parts.push_back(value_line('+', attribute.attribute, *attribute.after, detail));
        } else if (attribute.before != attribute.after) {
            parts.push_back(value_change_lines(attribute, detail));
        }
    }
    if (std::string text = remarks(change); !text.empty()) parts.push_back({"ids", std::move(text), false});
    return parts;
}

// Summarised with the plan's own words.
void count(PlanSummary& summary, Action action) {
    Plan one;
    one.changes.emplace_back().action = action;
    const PlanSummary of_one = summarise(one);
    summary.create += of_one.create;
    summary.update += of_one.update;
    summary.replace += of_one.replace;
    summary.remove += of_one.remove;
    summary.adopt += of_one.adopt;
    summary.waiting += of_one.waiting;
}

std::vector<Fold> folds_of(const Plan& plan) {
    std::vector<Fold> folds;
    for (std::size_t begin = 0; begin < plan.changes.size();) {
        const std::string& workflow = plan.changes[begin].address.workflow;
        Fold fold;
        fold.title = visible(workflow);
        PlanSummary summary;
        std::size_t end = begin;
        for (; end < plan.changes.size() && plan.changes[end].address.workflow == workflow; ++end) {
            const Change& change = plan.changes[end];
            const DiffSign look = diff_sign(change.action);
            std::string address = visible(change.address.text());
            std::string line = change_line(change, address);
            fold.lines.push_back(
                {look.plural, look.rank, is_loss(change.action), std::move(address), std::move(line)});
            count(summary, change.action);
        }
        fold.note = summary_text(summary);
        fold.body = [&plan, begin](std::size_t i, const Detail& detail) {
            return change_body(plan.changes[begin + i], detail);
        };
        folds.push_back(std::move(fold));
        begin = end;
    }
    return folds;
}

std::string table(const PlanSummary& summary) {
    return fmt::format(
        "| create | update | replace | delete | adopt | waiting |\n"
        "|-------:|-------:|--------:|-------:|------:|--------:|\n"
        "| {} | {} | {} | {} | {} | {} |\n\n",
        summary.create, summary.update, summary.replace, summary.remove, summary.adopt, summary.waiting);
}

std::string patterns(std::string_view option, const std::vector<std::string>& globs) {
    std::string text;
    for (std::size_t i = 0; i < std::min(globs.size(), kMostPatterns); ++i)
        text += fmt::format(" · {} {}", code_span(option), name_span(globs[i]));
    if (globs.size() > kMostPatterns) text += fmt::format(" and {} more", globs.size() - kMostPatterns);
    return text;
}

std::string origin(const Plan& plan) {
    std::string text = fmt::format("Target {}", name_span(plan.target));
    if (plan.options.force) text += " · `--force`";
    if (plan.options.prune) text += " · `--prune`";
    if (plan.options.destroy) text += " · `destroy`";
    return text + patterns("--target", plan.options.targets) + patterns("--exclude", plan.options.excludes) +
           patterns("--replace", plan.options.replaces) + "\n\n";
}

std::string protections(const Plan& plan) {
    if (plan.protect.empty()) return {};
    std::vector<std::string> globs;
    for (const Protection& protection : plan.protect)
        globs.push_back(protection.pattern);
    return "Protects from now on" + patterns("tlm.protect", globs) + "\n\n";
}

std::string teardown(const Plan& plan) {
    std::string text;
    for (const Teardown when : {Teardown::on_completion, Teardown::on_failure}) {
        std::vector<std::string> names;
        for (const TeardownRule& rule : plan.teardown) {
            if (rule.when == when) names.push_back(rule.workflow);
        }
        if (names.empty()) continue;
        text += fmt::format("`tlm run` takes down {}:", when_text(when));
        for (std::size_t i = 0; i < std::min(names.size(), kMostPatterns); ++i)
            text += fmt::format("{} {}", i == 0 ? "" : ",", name_span(names[i]));
        if (names.size() > kMostPatterns) text += fmt::format(" and {} more", names.size() - kMostPatterns);
        text += "\n\n";
    }
    return text;
}

std::string look_alikes(const Plan& plan) {
    constexpr std::size_t kMostGroups = 10;
    std::string text;
    for (const std::string& sentence : look_alike_sentences(plan, kMostGroups, name_span))
        text += fmt::format("- **warning**: {}\n", sentence);
    return text.empty() ? text : text + "\n";
}

// The notices and strays, or where that is longer than `most` how many there are.
std::string advice_markdown(const Planned& planned, std::size_t most) {
    std::string text;
    for (std::size_t i = 0; i < std::min(planned.losses.size(), kMostNotices); ++i) {
        text += fmt::format("- **stops**: {} {}\n", name_span(planned.losses[i].address.text()),
                            name_span(loss_text(planned.losses[i])));
    }
    if (planned.losses.size() > kMostNotices)
        text += fmt::format("- {} more are protected: `tlm plan` shows all\n",
                            planned.losses.size() - kMostNotices);
    for (std::size_t i = 0; i < std::min(planned.set_aside.size(), kMostNotices); ++i) {
        text += fmt::format("- notice: {}: {} {}\n", name_span(planned.set_aside[i].workflow),
                            set_aside_text(planned.set_aside[i]),
                            code_span(replace_command(planned.set_aside[i])));
    }
    if (planned.set_aside.size() > kMostNotices)
        text += fmt::format("- {} more workflows were taken down: `tlm plan` shows all\n",
                            planned.set_aside.size() - kMostNotices);
    for (std::size_t i = 0; i < std::min(planned.notices.size(), kMostNotices); ++i) {
        text += fmt::format("- notice: {} {}\n", name_span(planned.notices[i].address.text()),
                            name_span(planned.notices[i].text));
    }
    if (planned.notices.size() > kMostNotices)
        text +=
            fmt::format("- {} more notices: `tlm plan` shows all\n", planned.notices.size() - kMostNotices);
    if (planned.kept_of_force > 0) {
        text += fmt::format(
            "- An earlier `--force` was cut short: what it made ({}) is kept, the rest is made anew.\n",
            planned.kept_of_force);
    }
    if (!planned.excluded.empty()) {
        text += fmt::format("- {} more {} left out by `--target` or `--exclude`.\n", planned.excluded.size(),
                            planned.excluded.size() == 1 ? "change is" : "changes are");
    }
    if (!planned.renames.empty())
        text +=
            "- What is left over and what is created look alike. What only got another name is kept with:\n";
    for (std::size_t i = 0; i < std::min(planned.renames.size(), kMostNotices); ++i) {
        // A command is never cut.
        const std::string command = move_command(planned.renames[i]);
        if (command.size() <= kLongestName) text += fmt::format("  - {}\n", code_span(command));
    }
    if (planned.renames.size() > kMostNotices)
        text +=
            fmt::format("  - … and {} more: `tlm plan` shows them\n", planned.renames.size() - kMostNotices);
    if (!text.empty()) text += "\n";
    for (const StrayGroup& group : stray_groups(planned)) {
        std::string list;
        for (std::size_t i = 0; i < std::min(group.strays.size(), kMostStrays); ++i) {
            list += fmt::format("- {} (id {})\n", name_span(stray_name(*group.strays[i])),
                                name_span(group.strays[i]->live->id.text()));
        }
        if (group.strays.size() > kMostStrays)
            list +=
                fmt::format("- … and {} more: `tlm drift` lists all\n", group.strays.size() - kMostStrays);
        text += folded(fmt::format("{} ({})", group.title, group.strays.size()),
                       fmt::format("{}\n{}\n", list, group.advice)) +
                "\n";
    }
    if (text.size() <= most) return text;
    return fmt::format(
        "{} notices and {} orphans and duplicates are not shown: `tlm plan` and `tlm drift` list them.\n\n",
        planned.notices.size(), planned.strays.size());
}

// The digest is of what the plan means, so that a plan made again with --out has the same. What was stopped
// was not written, and is not to be approved.
std::string how_to_apply(const Plan& plan, const std::string& file, const std::string& stopped_by) {
    const std::string digest = plan_digest(plan);
    std::string text = fmt::format("Digest `{}`\n\n", digest);
    if (!stopped_by.empty()) {
        text += "**Stopped:** this plan was not written and can't be applied.\n\n";
        // Each by itself, so that a long reason does not cut off what to do about it.
        for (std::size_t begin = 0; begin < stopped_by.size();) {
            const std::size_t end = std::min(stopped_by.find('\n', begin), stopped_by.size());
            text += fmt::format("- {}\n", name_span(stopped_by.substr(begin, end - begin)));
            begin = end + 1;
        }
        return text;
    }
    if (!has_changes(plan)) return text;
    text += file.empty() ? "Applies exactly this, once it is written with `tlm plan --out plan.json`:\n\n"
                         : "Applies exactly this:\n\n";
    return text + code_block("sh", apply_command_with_digest(plan, digest, file) + "\n");
}

std::string markdown(const Plan& plan, const Planned* beside, const std::string& file,
                     const std::string& stopped_by) {
    const PlanSummary summary = summarise(plan);
    const std::string name = shell_quoted_path(file);
    const std::string where = file.empty() || name.size() > kLongestName
                                  ? "`tlm plan` shows everything"
                                  : code_span("tlm show " + name) + " shows everything";
    const std::string head =
        fmt::format("### {}: {}\n\n{}{}", has_changes(plan) ? "Plan" : "No changes", summary_text(summary),
                    plan.changes.empty() ? "" : table(summary),
                    origin(plan) + look_alikes(plan) + protections(plan) + teardown(plan));
    const std::string tail = how_to_apply(plan, file, stopped_by);
    // What is lost comes first; the others share what it leaves, and can always say how much they are.
    const std::size_t least = kLeastFoldBudget + where.size();
    std::size_t room = kMostMarkdown - std::min(kMostMarkdown, head.size() + tail.size());
    const std::string losses =
        losses_markdown(plan, summary, room - std::min(room, least + kLeastAdvice), where);
    room -= std::min(room, losses.size());
    const std::string advice =
        beside == nullptr ? "" : advice_markdown(*beside, room - std::min(room, least));
    room -= std::min(room, advice.size());
    const FoldsMarkdown folds = folds_markdown(folds_of(plan), room, where);
    return fmt::format("{}{}{}{}{}{}", head, folds.left_out, losses, folds.text, advice, tail);
}

}  // namespace

std::string plan_markdown(const Plan& plan, const std::string& file) {
    return markdown(plan, nullptr, file, {});
}

std::string plan_markdown(const Planned& planned, const std::string& file, const std::string& stopped_by) {
    return markdown(planned.plan, &planned, file, stopped_by);
}

}  // namespace tlm::cmd
