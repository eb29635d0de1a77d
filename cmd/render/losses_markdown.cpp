#include "cmd/render/losses_markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "cmd/render/change_line.h"
#include "cmd/render/columns.h"
#include "cmd/render/markdown.h"
#include "cmd/render/name_ranges.h"
#include "cmd/render/plan_text.h"
#include "cmd/render/shortened.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

constexpr std::size_t kMostInWarning = 25;  // in the warning itself; more are folded
constexpr std::size_t kAround = 900;        // bytes: warning, summary of the fold, notation and fences
constexpr std::size_t kWidth = 100;         // columns of a line of names
constexpr std::size_t kLongestShown = 90;   // bytes of a name that only says where a gap begins or ends
constexpr std::size_t kLongestGap = 400;    // bytes of the line that says so
constexpr std::string_view kNotation =
    "`a[01-03,7]` stands for `a01`, `a02`, `a03` and `a7`; what ends with `/` goes before each name below "
    "it.\n\n";

// Something that is lost, in the order of the plan.
struct Loss {
    std::string_view sign;
    std::string place;  // workflow/kind/
    std::string name;   // the rest of the address; both are visible
};

std::vector<Loss> losses_of(const Plan& plan) {
    std::vector<Loss> losses;
    for (const Change& change : plan.changes) {
        if (!is_loss(change.action)) continue;
        const std::string address = change.address.text();
        const std::size_t name = address.find('/', address.find('/') + 1) + 1;
        losses.push_back(
            {diff_sign(change.action).sign, visible(address.substr(0, name)), visible(address.substr(name))});
    }
    return losses;
}

// Everything on a line of its own; nothing where that takes more than `budget` bytes.
std::optional<std::string> line_by_line(const Plan& plan, bool with_reason, std::size_t budget) {
    std::string lines;
    for (const Change& change : plan.changes) {
        if (!is_loss(change.action)) continue;
        const std::string address = visible(change.address.text());
        lines += with_reason ? change_line(change, address) + "\n"
                             : fmt::format("{} {}\n", diff_sign(change.action).sign, address);
        if (lines.size() > budget) return std::nullopt;
    }
    return lines;
}

// What has the same sign and place.
struct Group {
    std::string_view sign;
    std::string place;  // empty: of any workflow and kind
    std::vector<std::string> names;
};

std::vector<Group> by_place(const std::vector<Loss>& losses) {
    std::vector<Group> groups;
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> known;
    for (const Loss& loss : losses) {
        const auto [at, is_new] = known.try_emplace({loss.sign, loss.place}, groups.size());
        if (is_new) groups.push_back({loss.sign, loss.place, {}});
        groups[at->second].names.push_back(loss.name);
    }
    return groups;
}

std::vector<Group> by_sign(const std::vector<Loss>& losses) {
    std::vector<Group> groups;
    std::map<std::string_view, std::size_t> known;
    for (const Loss& loss : losses) {
        const auto [at, is_new] = known.try_emplace(loss.sign, groups.size());
        if (is_new) groups.push_back({loss.sign, {}, {}});
        groups[at->second].names.push_back(loss.place + loss.name);
    }
    return groups;
}

// One line of a group, and what it names.
struct NamedLine {
    std::string text;
    std::size_t names = 0;
    std::string first;
    std::string last;
};

// A place that is followed by one range stands before it, else on a line of its own above several of them.
std::vector<NamedLine> lines_of(const Group& group) {
    const std::vector<NameRange> ranges = name_ranges(group.names);
    const std::string place = escape_range(group.place);
    std::vector<NamedLine> lines;
    if (ranges.size() == 1 || place.empty()) {
        for (const NameRange& range : ranges) {
            lines.push_back({fmt::format("{} {}{}\n", group.sign, place, range.text), range.names,
                             range.first, range.last});
        }
        return lines;
    }
    lines.push_back({fmt::format("{} {}\n", group.sign, place), 0, {}, {}});
    std::size_t used = kWidth;
    for (const NameRange& range : ranges) {
        const std::size_t width = columns(range.text);
        if (used + width + 2 > kWidth) {
            if (lines.size() > 1) lines.back().text += ",\n";
            lines.push_back(
                {fmt::format("{}    {}", group.sign, range.text), range.names, range.first, range.last});
            used = width;
        } else {
            NamedLine& line = lines.back();
            line.text += ", " + range.text;
            line.names += range.names;
            line.last = std::max(line.last, range.last);
            used += width + 2;
        }
    }
    lines.back().text += "\n";
    return lines;
}

std::string joined(const std::vector<NamedLine>& lines) {
    std::string text;
    for (const NamedLine& line : lines)
        text += line.text;
    return text;
}

// What a comment holds, and how much of it is not named there.
struct LossList {
    std::string text;
    bool in_ranges = false;
    std::size_t unnamed = 0;
};

std::string gap_text(std::string_view sign, std::size_t n, std::string_view place, const std::string& first,
                     const std::string& last) {
    const std::string begin = shortened(first, kLongestShown);
    return fmt::format("{} … {} not named{}: {}\n", sign, n,
                       place.empty() ? "" : fmt::format(" of {}", shortened(place, kLongestShown)),
                       n == 1 ? begin : fmt::format("{} … {}", begin, shortened(last, kLongestShown)));
}

// The first lines of the group, and how many of its names are in none of them; nothing where not even that
// goes into `room` bytes.
std::string part_of(const Group& group, const std::vector<NamedLine>& lines, std::size_t room,
                    std::size_t& unnamed) {
    unnamed = group.names.size();
    std::string gap = gap_text(group.sign, unnamed, group.place, group.names.front(), group.names.back());
    if (gap.size() > room) return {};
    std::string text;
    std::size_t shown = 0;
    for (; shown < lines.size() && text.size() + lines[shown].text.size() + kLongestGap <= room; ++shown) {
        text += lines[shown].text;
        unnamed -= lines[shown].names;
    }
    // A place alone says nothing.
    if (unnamed == group.names.size()) return gap;
    std::string last;
    for (std::size_t i = shown; i < lines.size(); ++i)
        last = std::max(last, lines[i].last);
    return text + gap_text(group.sign, unnamed, group.place, lines[shown].first, last);
}

// In ranges, as much as goes into `room` bytes: small groups whole, each at most an equal share of what there
// is, so that what they leave goes to the large ones.
LossList part_of_ranges(const std::vector<Group>& groups, std::size_t room) {
    std::vector<std::vector<NamedLine>> lines;
    std::vector<std::string> texts;
    for (const Group& group : groups) {
        lines.push_back(lines_of(group));
        texts.push_back(joined(lines.back()));
    }
    std::vector<std::size_t> order(groups.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return texts[i].size(); });
    LossList list;
    list.in_ranges = true;
    std::vector<std::size_t> missing;
    std::size_t names_missing = 0;
    room -= std::min(room, kLongestGap);
    for (std::size_t k = 0; k < order.size(); ++k) {
        const std::size_t i = order[k];
        const std::size_t share = room / (order.size() - k);
        if (texts[i].size() > share) {
            std::size_t unnamed = 0;
            texts[i] = part_of(groups[i], lines[i], share, unnamed);
            list.unnamed += unnamed;
            if (texts[i].empty()) {
                missing.push_back(i);
                names_missing += unnamed;
            }
        }
        room -= texts[i].size();
    }
    list.text = fmt::format("{}", fmt::join(texts, ""));
    if (!missing.empty()) {
        const auto [first, last] = std::ranges::minmax(missing);
        list.text += gap_text("  ", names_missing, {}, groups[first].place, groups[last].place);
    }
    return list;
}

LossList list_of(const Plan& plan, std::size_t room) {
    // The reasons are worth half of the room, and not more: the other changes want some too.
    if (auto lines = line_by_line(plan, true, room / 2)) return {std::move(*lines)};
    if (auto lines = line_by_line(plan, false, room)) return {std::move(*lines)};
    const std::vector<Loss> losses = losses_of(plan);
    const std::vector<Group> groups = by_place(losses);
    // By workflow where that fits; where there are very many of them their names may make ranges, too.
    for (const auto& way : {groups, by_sign(losses)}) {
        std::string text;
        for (const Group& group : way)
            text += joined(lines_of(group));
        if (text.size() <= room) return {std::move(text), true, 0};
    }
    return part_of_ranges(groups, room);
}

// A box on GitHub and on GitLab from 17.10; elsewhere a quotation that begins with [!WARNING].
std::string warning(const std::vector<std::string>& lines) {
    if (lines.empty()) return {};
    return fmt::format("> [!WARNING]\n> {}\n\n", fmt::join(lines, "\n> "));
}

std::size_t leftovers(const Plan& plan) {
    std::size_t n = 0;
    for (const Change& change : plan.changes)
        n += change.leaves.size();
    return n;
}

}  // namespace

std::string losses_markdown(const Plan& plan, const PlanSummary& summary, std::size_t budget,
                            std::string_view where) {
    std::vector<std::string> lines;
    const std::string counts = losses_summary(summary);
    if (!counts.empty()) lines.push_back(fmt::format("**{}**", counts));
    // With --prune they are among the deletes.
    if (const std::size_t left = leftovers(plan); left > 0 && !plan.options.prune) {
        if (!lines.empty()) lines.emplace_back();
        lines.emplace_back(fmt::format(
            "**{} left behind** by `--force`: they stay on the target until `--prune` deletes them.", left));
    }
    const std::size_t all = summary.remove + summary.replace;
    if (all <= kMostInWarning) {
        std::vector<std::string> few = lines;
        if (all > 0) few.emplace_back();
        for (const Change& change : plan.changes) {
            if (!is_loss(change.action)) continue;
            few.push_back(fmt::format("- **{}** {} ({})", action_name(change.action),
                                      code_span(change.address.text()), reason_text(change.reason)));
        }
        if (std::string text = warning(few); text.size() <= budget) return text;
    }
    const LossList list = list_of(plan, budget - std::min(budget, kAround + where.size()));
    lines.emplace_back();
    lines.emplace_back(
        list.unnamed == 0
            ? "All of them are named right below."
            : fmt::format("**{} of them are too long for a comment and not named here**, but counted by "
                          "workflow below. {}.",
                          list.unnamed, where));
    const std::string heading = list.unnamed == 0
                                    ? fmt::format("Deleted and replaced: all {}", all)
                                    : fmt::format("Deleted and replaced: {} of {}", all - list.unnamed, all);
    return warning(lines) +
           folded(heading,
                  fmt::format("{}{}", list.in_ranges ? kNotation : "", code_block("diff", list.text))) +
           "\n";
}

}  // namespace tlm::cmd
