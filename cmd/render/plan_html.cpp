#include "cmd/render/plan_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cmd/render/action_words.h"
#include "cmd/render/apply_command.h"
#include "cmd/render/html.h"
#include "cmd/render/look_alikes_text.h"
#include "cmd/render/plan_text.h"
#include "cmd/render/rows_html.h"
#include "cmd/render/value_html.h"
#include "engine/base/shell_quote.h"
#include "engine/plan/plan_file.h"
#include "engine/plan/unusual.h"

namespace tlm::cmd {
namespace {

constexpr std::size_t kFirstWarned = 8;   // of the warning in sight at once
constexpr std::size_t kMostWarned = 500;  // behind them; the rest is counted, and in the table
constexpr std::size_t kMostListed = 20;   // workflows, tasks that one waits for
constexpr std::size_t kMostOpen = 200;    // changes; on a larger page all details are closed at first
// Attributes of this many bytes are as much as a browser bears with ease; the rest is counted.
constexpr std::size_t kMostDetails = std::size_t{16} << 20U;

std::string plural(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

RowKind kind_of(Action action, std::string_view of_count = {}, std::size_t count = 0) {
    const ActionWords words = action_words(action);
    return {words.css, words.sign, words.word, of_count, count};
}

std::array<RowKind, 7> kinds_of(const Plan& plan) {
    const PlanSummary summary = summarise(plan);
    return {kind_of(Action::create, "to create", summary.create),
            kind_of(Action::update, "to update", summary.update),
            kind_of(Action::replace, "to replace", summary.replace),
            kind_of(Action::remove, "to delete", summary.remove),
            kind_of(Action::adopt, "to adopt", summary.adopt),
            kind_of(Action::none, summary.waiting == 1 ? "task waits" : "tasks wait", summary.waiting),
            RowKind{"plain", "", "unchanged", "unchanged", summary.unchanged}};
}

std::string headline(const Plan& plan) {
    if (has_changes(plan)) {
        const auto changes = static_cast<std::size_t>(std::ranges::count_if(
            plan.changes, [](const Change& change) { return change.action != Action::none; }));
        return fmt::format("{} in {}", plural(changes, "change"), plural(plan.workflows.size(), "workflow"));
    }
    return plan.changes.empty() ? "No changes: everything is as the workflows want it"
                                : "No changes: some tasks wait for others";
}

void put_warned(std::string& out, const Plan& plan, Action action, std::size_t first, std::size_t most) {
    std::size_t seen = 0;
    out += "<ul>\n";
    for (const Change& change : plan.changes) {
        if (change.action != action || seen++ < first || seen > first + most) continue;
        out += fmt::format("<li><code>{}</code> <span class=\"dim\">{}</span></li>\n",
                           escaped(change.address.text()), reason_text(change.reason));
    }
    out += "</ul>\n";
}

// The first ones in sight, more on demand.
void put_warned(std::string& out, const Plan& plan, Action action, std::size_t count) {
    if (count == 0) return;
    const ActionWords words = action_words(action);
    out += fmt::format("<h3><b>{}</b> {} {}</h3>\n", words.sign, plural(count, "resource"),
                       action == Action::remove ? "to delete" : "to replace");
    put_warned(out, plan, action, 0, kFirstWarned);
    if (count <= kFirstWarned) return;
    const std::size_t more = std::min(count - kFirstWarned, kMostWarned);
    out += fmt::format("<details><summary>and {} more</summary>\n", count - kFirstWarned);
    put_warned(out, plan, action, kFirstWarned, more);
    if (more < count - kFirstWarned)
        out += fmt::format("<p>and {} more: the list of changes below has all.</p>\n",
                           count - kFirstWarned - more);
    out += "</details>\n";
}

void put_warning(std::string& out, const Plan& plan, const PlanSummary& summary) {
    if (summary.remove + summary.replace == 0) return;
    std::string what;
    if (summary.remove > 0) what = fmt::format("deletes {}", plural(summary.remove, "resource"));
    if (summary.replace > 0)
        what +=
            fmt::format("{}replaces {}", what.empty() ? "" : " and ", plural(summary.replace, "resource"));
    out += fmt::format(
        "<section class=\"panel warning\" aria-labelledby=\"warning\">\n<h2 id=\"warning\">This plan "
        "{}</h2>\n"
        "<p>What is deleted is gone for good; what is replaced is made anew, with another id.</p>\n",
        what);
    put_warned(out, plan, Action::remove, summary.remove);
    put_warned(out, plan, Action::replace, summary.replace);
    out += "</section>\n";
}

void put_look_alikes(std::string& out, const Plan& plan) {
    constexpr std::size_t kMostGroups = 100;
    const auto sentences = look_alike_sentences(plan, kMostGroups, [](std::string_view name) {
        return fmt::format("<code>{}</code>", escaped(name));
    });
    if (sentences.empty()) return;
    out +=
        "<section class=\"panel warning\" aria-labelledby=\"alike\">\n<h2 id=\"alike\">Names that look "
        "alike</h2>\n<ul>\n";
    for (const std::string& sentence : sentences)
        out += fmt::format("<li>{}</li>\n", sentence);
    out += "</ul>\n</section>\n";
}

std::string names(const std::vector<std::string>& all) {
    std::string text;
    for (std::size_t i = 0; i < std::min(all.size(), kMostListed); ++i) {
        text += fmt::format("{}<code>{}</code>", i == 0 ? "" : ", ", escaped(all[i]));
    }
    if (all.size() > kMostListed) text += fmt::format(" and {} more", all.size() - kMostListed);
    return text;
}

void put_facts(std::string& out, const Plan& plan, const PlanPage& page) {
    out +=
        "<section class=\"panel\" aria-labelledby=\"facts\">\n<h2 class=\"quiet\" id=\"facts\">About this "
        "plan</h2>\n<dl class=\"facts\">\n";
    const std::string options = options_text(plan.options);
    const bool written = !page.file.empty() && page.file != "-";
    if (!written && page.stopped_by.empty()) {
        out +=
            fmt::format("<dt>Write</dt><dd><code class=\"command\">tlm plan {}--out plan.json</code></dd>\n",
                        escaped(options));
    }
    const std::string digest = plan_digest(plan);
    if (page.stopped_by.empty()) {
        out += fmt::format("<dt>Apply</dt><dd><code class=\"command\">{}</code></dd>\n",
                           escaped(apply_command_with_digest(plan, digest, page.file)));
    } else {
        out += fmt::format("<dt>Stopped</dt><dd>It was not written and can't be applied: {}</dd>\n",
                           escaped(page.stopped_by));
    }
    out += fmt::format("<dt>Digest</dt><dd><code>{}</code></dd>\n", digest);
    out += fmt::format("<dt>Target</dt><dd><code>{}</code></dd>\n", escaped(plan.target));
    if (!plan.workflows.empty()) out += fmt::format("<dt>Workflows</dt><dd>{}</dd>\n", names(plan.workflows));
    if (!options.empty()) out += fmt::format("<dt>Options</dt><dd><code>{}</code></dd>\n", escaped(options));
    for (const Protection& protection : plan.protect)
        out += fmt::format("<dt>Protects</dt><dd><code>{}</code></dd>\n", escaped(protection.pattern));
    for (const TeardownRule& rule : plan.teardown)
        out += fmt::format("<dt>Takes down</dt><dd><code>{}</code> {}, with <code>tlm run</code></dd>\n",
                           escaped(rule.workflow), when_text(rule.when));
    out += "</dl>\n</section>\n";
}

void put_graph(std::string& out, const Plan& plan, const PlanPage& page) {
    if (plan.changes.empty()) return;
    out +=
        "<section>\n<details class=\"fold\" open=\"open\"><summary><h2>Order of execution</h2></summary>\n";
    if (page.graph.empty()) {
        out += fmt::format("<p class=\"panel dim\">{}</p>\n", escaped(page.graph_note));
    } else {
        out += fmt::format(
            "<figure><div class=\"canvas\" tabindex=\"0\" role=\"region\" aria-label=\"Order of execution, "
            "can "
            "be scrolled\">\n{}</div>\n<figcaption>What stands to the left comes first. "
            "{}</figcaption></figure>\n",
            page.graph, escaped(page.graph_note));
    }
    out += "</details>\n</section>\n";
}

// The least important last.
int rank(Action action) {
    switch (action) {
        case Action::remove:
        case Action::replace:
            return 0;
        case Action::update:
            return 1;
        case Action::adopt:
            return 2;
        case Action::create:
        case Action::none:
            break;
    }
    return 3;
}

// How many attributes, and what becomes of them.
std::string attributes_title(Action action, std::size_t count) {
    const bool one = count == 1;
    std::string_view verb = one ? "changes" : "change";
    if (action == Action::create) verb = one ? "is set" : "are set";
    if (action == Action::remove) verb = one ? "is lost" : "are lost";
    if (action == Action::adopt) verb = one ? "is taken over" : "are taken over";
    return fmt::format("{} {}", plural(count, "attribute"), verb);
}

std::string details_of(const Change& change, bool open) {
    Sides sides;
    if (change.action == Action::create || change.action == Action::adopt) sides = {"", "Value"};
    if (change.action == Action::remove) sides = {"Value", ""};
    // A replacement names all attributes; those that stay as they are say nothing.
    const bool compared = !sides.before.empty() && !sides.after.empty();
    std::vector<AttributeChange> shown;
    std::string same;
    for (const AttributeChange& attribute : change.attributes) {
        if (compared && attribute.before == attribute.after) {
            same += fmt::format("{}{}", same.empty() ? "" : ", ", attribute_name(attribute.attribute));
        } else {
            shown.push_back(attribute);
        }
    }
    if (shown.empty()) return {};
    std::string text = fmt::format("<details{}><summary>{}</summary>", open ? " open=\"open\"" : "",
                                   attributes_title(change.action, shown.size()));
    put_attributes(text, shown, sides);
    if (!same.empty()) text += fmt::format("<p class=\"dim same\">The same as before: {}</p>", same);
    return text + "</details>";
}

// The details of every change as far as they have room together, deletes first; those left out are counted.
std::vector<std::string> all_details(const Plan& plan, std::array<std::size_t, 6>& left_out) {
    std::vector<std::string> details(plan.changes.size());
    std::size_t bytes = 0;
    const bool may_open = plan.changes.size() <= kMostOpen;
    for (int now = 0; now <= 3; ++now) {
        for (std::size_t i = 0; i < plan.changes.size(); ++i) {
            const Change& change = plan.changes[i];
            if (rank(change.action) != now || change.attributes.empty()) continue;
            if (bytes > kMostDetails) {
                ++left_out[static_cast<std::size_t>(change.action)];
                continue;
            }
            const bool differs = change.action == Action::update || change.action == Action::replace;
            details[i] = details_of(change, may_open && differs);
            bytes += details[i].size();
        }
    }
    return details;
}

void put_what(std::string& out, const Change& change, const std::string& details) {
    escape_to(out, reason_text(change.reason));
    if (!change.id.empty()) out += fmt::format("<span class=\"id\">id {}</span>", escaped(change.id.text()));
    for (const std::string& line : unusual_about(change)) {
        // The id of every change stands there already.
        if (!line.starts_with("id: ")) out += fmt::format("<br/><strong>{}</strong>", escaped(line));
    }
    if (!change.waits_for.empty()) {
        std::vector<std::string> tasks;
        for (const Address& task : change.waits_for)
            tasks.push_back(task.name);
        out += fmt::format("<br/>waits for {} to be completed", names(tasks));
    }
    if (!change.leaves.empty()) {
        std::vector<std::string> ids;
        for (const ResourceId& id : change.leaves)
            ids.push_back(id.text());
        out += fmt::format("<br/>leaves behind {}", names(ids));
    }
    out += details;
}

void put_changes(std::string& out, const Plan& plan, std::span<const RowKind> kinds) {
    out += "<section aria-labelledby=\"list\">\n<h2 id=\"list\" tabindex=\"-1\">Changes</h2>\n";
    if (plan.changes.empty()) {
        out += "<p class=\"panel none\">There is nothing to do.</p>\n</section>\n";
        return;
    }
    std::array<std::size_t, 6> left_out{};
    const std::vector<std::string> details = all_details(plan, left_out);
    std::string shortened;
    for (std::size_t i = 0; i < left_out.size(); ++i) {
        if (left_out[i] == 0) continue;
        const auto action = static_cast<Action>(i);
        shortened += fmt::format("{}{} {}", shortened.empty() ? "" : ", ", left_out[i],
                                 action == Action::none ? std::string("waiting")
                                                        : fmt::format("to {}", action_words(action).word));
    }
    if (!shortened.empty()) {
        out += fmt::format(
            "<p class=\"panel dim\">This plan is large. Every change is listed, but the attributes of some "
            "are left out here: {}. The plan file has all of them.</p>\n",
            shortened);
    }
    put_filter(out, kinds, "changes");
    Rows rows(out, "Address", "Why, and what");
    for (std::size_t i = 0; i < plan.changes.size();) {
        const std::string& workflow = plan.changes[i].address.workflow;
        std::size_t end = i;
        while (end < plan.changes.size() && plan.changes[end].address.workflow == workflow)
            ++end;
        rows.group(workflow, end - i);
        for (; i < end; ++i) {
            rows.begin_row(kind_of(plan.changes[i].action), plan.changes[i].address.text());
            put_what(out, plan.changes[i], details[i]);
            rows.end_row();
        }
    }
    rows.end();
    out += "</section>\n";
}

}  // namespace

std::string plan_html(const Plan& plan, const PlanPage& page) {
    const auto kinds = kinds_of(plan);
    std::string out = page_begin("Plan: " + summary_text(summarise(plan)));
    out += fmt::format("<header>\n<p class=\"dim\">Plan</p>\n<h1>{}</h1>\n</header>\n", headline(plan));
    put_tiles(out, kinds);
    put_warning(out, plan, summarise(plan));
    put_look_alikes(out, plan);
    put_facts(out, plan, page);
    if (!page.advice.empty()) {
        out +=
            "<section aria-labelledby=\"notes\">\n<h2 id=\"notes\">Notes</h2>\n<pre class=\"panel notes\">";
        put_lines(out, page.advice);
        out += "</pre>\n</section>\n";
    }
    put_graph(out, plan, page);
    put_changes(out, plan, std::span(kinds).first(6));
    return out + page_end();
}

}  // namespace tlm::cmd
