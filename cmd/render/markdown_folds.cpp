#include "cmd/render/markdown_folds.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>

#include "cmd/render/markdown.h"
#include "cmd/render/plan_text.h"
#include "cmd/render/shortened.h"
#include "cmd/render/value_diff.h"

namespace tlm::cmd {
namespace {

// Bytes, but kMostNamedWorkflows and kMostLeftOut.
constexpr Detail kShort = {.line = 400, .value = 600, .lines = 60, .body = 6'000};
constexpr std::size_t kLongestTitle = 120;
constexpr std::size_t kLongestLeftOut = 120;  // of an address in the lists of what is left out
constexpr std::size_t kMostNamedWorkflows = 8;
constexpr std::size_t kMostLeftOut = 20;  // of a list of what is left out
// Kept free for the counts of what is left out: of everything, and of one fold.
constexpr std::size_t kSentence = 1'500;
constexpr std::size_t kFoldSentence = 1'500;
// A fold that must be cut is worth its place from here on.
constexpr std::size_t kLeastShare = 3'000;

// What each list of names at the top may take.
std::size_t room_for_names(std::size_t budget) {
    constexpr std::size_t kMost = 1'500;
    constexpr std::size_t kPart = 30;
    return std::min(budget / kPart, kMost);
}

// By `what`; a map, so that the order is always the same.
using Counts = std::map<std::string_view, std::size_t>;

std::string counts_text(const Counts& counts) {
    std::string text;
    for (const auto& [what, n] : counts)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, what);
    return text;
}

// The fence of a block takes at most that; a hostile line can't begin with backticks, since its sign does.
std::string fold_markdown(const Fold& fold, std::string_view content) {
    return folded(fmt::format("{}: {}", html_code(shortened(fold.title, kLongestTitle)), fold.note),
                  code_block("diff", content)) +
           "\n";
}

// Names in the order in which they were left out, of which only the first ones are kept.
struct Names {
    std::vector<std::string> first;  // Markdown
    std::size_t all = 0;
    void add(std::string_view address, std::string_view what = {}) {
        if (all++ < kMostLeftOut)
            first.push_back(fmt::format("{}{}", code_span(shortened(address, kLongestLeftOut)), what));
    }
};

struct Left {
    Counts counts;  // of lines that are left out, by `what`
    Names lines;    // the same
    Names bodies;   // only their line is shown
    Names values;   // values are shortened
};

std::string shown_line(const Fold& fold, std::size_t i, const Detail& detail) {
    return shortened(fold.lines[i].line, detail.line) + "\n";
}

struct Body {
    std::string text;
    std::vector<std::string> shortened;  // names of attributes
};

Body shown_body(const Fold& fold, std::size_t i, const Detail& detail) {
    Body body;
    std::size_t more = 0;
    for (const FoldPart& part : fold.body(i, detail)) {
        std::size_t end = part.text.size();
        const std::size_t room = detail.body - std::min(detail.body, body.text.size());
        if (more > 0 || end > room) {
            // At the end of a line; none of what follows the first one that is cut.
            const std::size_t line =
                more > 0 || room == 0 ? std::string::npos : part.text.rfind('\n', room - 1);
            end = line == std::string::npos ? 0 : line + 1;
            more += static_cast<std::size_t>(
                std::count(part.text.begin() + static_cast<std::ptrdiff_t>(end), part.text.end(), '\n'));
        }
        body.text.append(part.text, 0, end);
        if (part.shortened || end < part.text.size()) body.shortened.push_back(part.name);
    }
    if (more > 0) body.text += fmt::format("       … {} more lines not shown\n", more);
    return body;
}

void note_values(const Fold& fold, std::size_t i, const Body& body, Left& left) {
    if (!body.shortened.empty())
        left.values.add(fold.lines[i].name, fmt::format(" ({})", fmt::join(body.shortened, ", ")));
}

// The whole fold, or nothing where it takes more than `most`.
std::optional<std::string> whole(const Fold& fold, std::size_t most, const Detail& detail, Left& left) {
    std::string content;
    std::vector<std::pair<std::size_t, Body>> found;
    for (std::size_t i = 0; i < fold.lines.size(); ++i) {
        Body body = shown_body(fold, i, detail);
        content += shown_line(fold, i, detail) + body.text;
        if (content.size() > most) return std::nullopt;
        if (!body.shortened.empty()) found.emplace_back(i, std::move(body));
    }
    std::string text = fold_markdown(fold, content);
    if (text.size() > most) return std::nullopt;
    for (const auto& [i, body] : found)
        note_values(fold, i, body, left);
    return text;
}

// All of them, or nothing where they take more than `most`.
std::optional<std::vector<std::string>> all_whole(const std::vector<Fold>& folds, std::size_t most,
                                                  const Detail& detail, Left& left) {
    std::vector<std::string> texts;
    for (const Fold& fold : folds) {
        auto text = whole(fold, most, detail, left);
        if (!text) return std::nullopt;
        most -= text->size();
        texts.push_back(std::move(*text));
    }
    return texts;
}

std::string first_to_last(const Fold& fold, const std::vector<std::size_t>& lines) {
    constexpr std::size_t kLongestEnd = 90;
    std::string first = shortened(fold.lines[lines.front()].name, kLongestEnd);
    if (lines.size() == 1) return first;
    return fmt::format("{} … {}", first, shortened(fold.lines[lines.back()].name, kLongestEnd));
}

// As much of the fold as goes into `share` bytes.
std::string part(const Fold& fold, std::size_t share, Left& left) {
    std::vector<std::size_t> order(fold.lines.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return fold.lines[i].rank; });
    std::size_t room = share - std::min(share, fold_markdown(fold, "").size() + kFoldSentence);
    std::vector<std::string> shown(fold.lines.size());
    std::size_t lines = 0;
    std::size_t bodies = 0;
    const auto add_bodies = [&](std::size_t keep) {
        for (; bodies < lines; ++bodies) {
            const Body body = shown_body(fold, order[bodies], kShort);
            if (body.text.size() + keep > room) break;
            room -= body.text.size();
            shown[order[bodies]] += body.text;
            note_values(fold, order[bodies], body, left);
        }
    };
    const int first_rank = order.empty() ? 0 : fold.lines[order.front()].rank;
    bool first = true;
    for (; lines < order.size(); ++lines) {
        // What matters most is worth its details, up to half of the room, before the others get a line.
        if (first && fold.lines[order[lines]].rank != first_rank) {
            first = false;
            add_bodies(room / 2);
        }
        std::string line = shown_line(fold, order[lines], kShort);
        if (line.size() > room) break;
        room -= line.size();
        shown[order[lines]] = std::move(line);
    }
    add_bodies(0);
    for (std::size_t i = bodies; i < lines; ++i)
        left.bodies.add(fold.lines[order[i]].name);
    std::map<std::string_view, std::vector<std::size_t>> cut;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        if (shown[i].empty() && !fold.lines[i].listed) cut[fold.lines[i].what].push_back(i);
    }
    std::string content;
    for (const std::string& text : shown)
        content += text;
    for (const auto& [what, indexes] : cut) {
        left.counts[what] += indexes.size();
        for (const std::size_t i : indexes)
            left.lines.add(fold.lines[i].name);
        content += fmt::format("… {} {} not shown: {}\n", indexes.size(), what, first_to_last(fold, indexes));
    }
    return fold_markdown(fold, content);
}

// The names as far as they have room, and how many more there are.
std::string list(std::string_view title, const Names& names, std::size_t room) {
    if (names.all == 0) return {};
    std::string text;
    std::size_t shown = 0;
    for (; shown < names.first.size() && text.size() + names.first[shown].size() + 2 <= room; ++shown)
        text += (shown == 0 ? "" : ", ") + names.first[shown];
    if (shown == 0) return {};
    if (shown < names.all) text += fmt::format(" and {} more", names.all - shown);
    return fmt::format("- {}: {}\n", title, text);
}

std::string left_out(const Left& left, const std::vector<const Fold*>& missing, std::string_view where,
                     std::size_t budget) {
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
    if (!left.counts.empty()) add(counts_text(left.counts) + " not shown");
    if (left.bodies.all > 0) add(fmt::format("of {} more only the address", left.bodies.all));
    if (left.values.all > 0) add(fmt::format("of {} only a part of their values", left.values.all));
    if (!missing.empty()) {
        constexpr std::size_t kLongestName = 80;
        std::string names;
        for (std::size_t i = 0; i < std::min(missing.size(), kMostNamedWorkflows); ++i)
            names += (i == 0 ? "" : ", ") + code_span(shortened(missing[i]->title, kLongestName));
        if (missing.size() > kMostNamedWorkflows)
            names += fmt::format(" and {} more", missing.size() - kMostNamedWorkflows);
        add("no details of " + names);
    }
    if (text.empty()) return text;
    const std::size_t room = room_for_names(budget);
    return fmt::format("**Left out, since a comment holds no more:** {}. {}.\n\n{}{}{}\n", text, where,
                       list("not shown", left.lines, room), list("only the address", left.bodies, room),
                       list("a part of their values", left.values, room));
}

void count_all(const Fold& fold, Left& left) {
    for (const FoldLine& line : fold.lines) {
        if (line.listed) continue;
        ++left.counts[line.what];
        left.lines.add(line.name);
    }
}

// The indent of a value below its line: under the word, behind the sign.
constexpr std::string_view kIndent = "      ";

// A text on one line, or a list that reads well on one.
bool is_short(const std::optional<Value>& value) {
    constexpr std::size_t kLongestList = 80;
    return !value || !std::holds_alternative<StringList>(*value) || value_text(*value).size() <= kLongestList;
}

std::string side_text(const std::optional<Value>& value) {
    return value ? value_text(*value) : std::string("(not set)");
}

// Lines that are removed and lines that are added instead of them, from `begin` on. Of long ones that stand
// in each other's place only what differs is shown.
struct Block {
    std::vector<std::string> lines;  // in the order of the difference
    bool shortened = false;
};

Block shortened_lines(const std::vector<DiffLine>& diff, std::size_t begin, std::size_t end,
                      std::size_t most) {
    std::vector<std::size_t> removed;
    std::vector<std::size_t> added;
    Block block;
    for (std::size_t i = begin; i < end; ++i) {
        (diff[i].kind == DiffLine::Kind::removed ? removed : added).push_back(i);
        block.lines.push_back(shortened(diff[i].text, most));
        block.shortened = block.shortened || diff[i].text.size() > most;
    }
    for (std::size_t i = 0; i < std::min(removed.size(), added.size()); ++i) {
        Windows windows = differing_windows(diff[removed[i]].text, diff[added[i]].text, most);
        block.lines[removed[i] - begin] = std::move(windows.before);
        block.lines[added[i] - begin] = std::move(windows.after);
    }
    return block;
}

char sign_of(DiffLine::Kind kind) {
    return kind == DiffLine::Kind::removed ? '-' : kind == DiffLine::Kind::added ? '+' : ' ';
}

bool differs(const DiffLine& line) {
    return line.kind == DiffLine::Kind::removed || line.kind == DiffLine::Kind::added;
}

// What can't be seen in what is shown of a value: how long both are, and by what they can be told apart.
std::string sizes_text(const AttributeChange& change) {
    const std::string before = change.before ? value_text(*change.before) : std::string();
    const std::string after = change.after ? value_text(*change.after) : std::string();
    return fmt::format(" {}  … not all is shown: before {} bytes, sha256 {}; after {} bytes, sha256 {}\n",
                       kIndent, before.size(), short_hash(before), after.size(), short_hash(after));
}

}  // namespace

FoldsMarkdown folds_markdown(const std::vector<Fold>& folds, std::size_t budget, std::string_view where) {
    Left nothing;
    if (const auto all = all_whole(folds, budget, {}, nothing))
        return {{}, fmt::format("{}", fmt::join(*all, ""))};
    constexpr std::size_t kLists = 3;
    std::size_t room = budget - std::min(budget, kSentence + where.size() +
                                                     kLists * (room_for_names(budget) + kLongestTitle));
    Left left;
    if (const auto all = all_whole(folds, room, kShort, left))
        return {left_out(left, {}, where, budget), fmt::format("{}", fmt::join(*all, ""))};

    // Small ones first, so that what they do not need of their share is known to those that are cut.
    left = {};
    std::vector<std::string> texts(folds.size());
    std::vector<std::size_t> order(folds.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return folds[i].lines.size(); });
    std::vector<std::size_t> missing;
    for (std::size_t k = 0; k < order.size(); ++k) {
        const Fold& fold = folds[order[k]];
        std::string& text = texts[order[k]];
        const std::size_t share = std::min(room, std::max(room / (order.size() - k), kLeastShare));
        if (auto complete = whole(fold, share, kShort, left)) {
            text = std::move(*complete);
        } else if (share >= kLeastShare) {
            text = part(fold, share, left);
        } else {
            count_all(fold, left);
            missing.push_back(order[k]);
        }
        room -= std::min(room, text.size());
    }
    std::ranges::sort(missing);
    std::vector<const Fold*> missing_folds;
    for (const std::size_t i : missing)
        missing_folds.push_back(&folds[i]);
    return {left_out(left, missing_folds, where, budget), fmt::format("{}", fmt::join(texts, ""))};
}

FoldPart value_line(char sign, Attribute attribute, const Value& value, const Detail& detail) {
    const std::string text = value_text(value);
    return {
        std::string(attribute_name(attribute)),
        fmt::format("{}{}{}: {}\n", sign, kIndent, attribute_name(attribute), shortened(text, detail.value)),
        text.size() > detail.value};
}

FoldPart value_change_lines(const AttributeChange& change, const Detail& detail) {
    const std::string_view name = attribute_name(change.attribute);
    FoldPart part = {std::string(name), {}, false};
    if (is_short(change.before) && is_short(change.after) && fits_one_line(change)) {
        const std::string before = side_text(change.before);
        const std::string after = side_text(change.after);
        const Windows windows = differing_windows(before, after, detail.value);
        part.text = fmt::format("-{0}{1}: {2}\n+{0}{1}: {3}\n", kIndent, name, windows.before, windows.after);
        part.shortened = before.size() > detail.value || after.size() > detail.value;
        return part;
    }
    part.text = fmt::format(" {}{}:{}\n", kIndent, name,
                            !change.before  ? " was not set"
                            : !change.after ? " is not set any more"
                                            : "");
    const auto diff = value_diff(change);
    const std::size_t most =
        diff.size() > detail.lines && diff.size() - detail.lines > 1 ? detail.lines : diff.size();
    for (std::size_t i = 0; i < most;) {
        if (!differs(diff[i])) {
            const bool skipped = diff[i].kind == DiffLine::Kind::skipped;
            part.text +=
                fmt::format(" {}  {}\n", kIndent,
                            skipped ? skipped_text(diff[i], change) : shortened(diff[i].text, detail.value));
            ++i;
            continue;
        }
        std::size_t end = i;
        while (end < diff.size() && differs(diff[end]))
            ++end;
        const Block block = shortened_lines(diff, i, end, detail.value);
        part.shortened = part.shortened || block.shortened;
        for (const std::size_t begin = i; i < std::min(end, most); ++i)
            part.text += fmt::format("{}{}  {}\n", sign_of(diff[i].kind), kIndent, block.lines[i - begin]);
    }
    if (most < diff.size()) {
        part.shortened = true;
        part.text +=
            fmt::format(" {}  … {} more lines of the difference not shown\n", kIndent, diff.size() - most);
    }
    if (part.shortened) part.text += sizes_text(change);
    return part;
}

}  // namespace tlm::cmd
