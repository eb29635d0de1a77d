#include "cmd/render/markdown_folds.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>

#include "cmd/render/columns.h"
#include "cmd/render/markdown.h"
#include "cmd/render/plan_text.h"
#include "cmd/render/value_diff.h"

namespace tlm::cmd {
namespace {

// All in bytes, but kMostDiffLines and kMostNamedWorkflows.
constexpr std::size_t kLongestLine = 400;
constexpr std::size_t kLongestValue = 600;
constexpr std::size_t kLongestBody = 6'000;
constexpr std::size_t kLongestTitle = 120;
constexpr std::size_t kMostDiffLines = 60;
constexpr std::size_t kMostNamedWorkflows = 8;
// Kept free for the sentence about what is left out: of everything, and of one fold.
constexpr std::size_t kSentence = 1'500;
constexpr std::size_t kFoldSentence = 1'500;
// A fold that must be cut is worth its place from here on.
constexpr std::size_t kLeastShare = 3'000;

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
    return folded(fmt::format("{}: {}", html_code(cut_bytes(fold.title, kLongestTitle)), fold.note),
                  code_block("diff", content)) +
           "\n";
}

std::string shown_line(const Fold& fold, std::size_t i) {
    return cut_bytes(fold.lines[i].line, kLongestLine) + "\n";
}

std::string shown_body(const Fold& fold, std::size_t i) {
    std::string body = fold.body(i);
    if (body.size() <= kLongestBody) return body;
    const std::size_t end = body.rfind('\n', kLongestBody);
    const auto more = std::count(body.begin() + static_cast<std::ptrdiff_t>(end) + 1, body.end(), '\n');
    body.resize(end + 1);
    return body + fmt::format("       … {} more lines not shown\n", more);
}

// The whole fold, or nothing where it takes more than `most`.
std::optional<std::string> whole(const Fold& fold, std::size_t most) {
    std::string content;
    for (std::size_t i = 0; i < fold.lines.size(); ++i) {
        content += shown_line(fold, i) + shown_body(fold, i);
        if (content.size() > most) return std::nullopt;
    }
    std::string text = fold_markdown(fold, content);
    if (text.size() > most) return std::nullopt;
    return text;
}

struct Left {
    Counts lines;            // left out
    std::size_t bodies = 0;  // only their line is shown
};

std::string first_to_last(const Fold& fold, const std::vector<std::size_t>& lines) {
    constexpr std::size_t kLongestEnd = 80;
    std::string first = cut_bytes(fold.lines[lines.front()].name, kLongestEnd);
    if (lines.size() == 1) return first;
    return fmt::format("{} … {}", first, cut_bytes(fold.lines[lines.back()].name, kLongestEnd));
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
            const std::string body = shown_body(fold, order[bodies]);
            if (body.size() + keep > room) break;
            room -= body.size();
            shown[order[bodies]] += body;
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
        std::string line = shown_line(fold, order[lines]);
        if (line.size() > room) break;
        room -= line.size();
        shown[order[lines]] = std::move(line);
    }
    add_bodies(0);
    left.bodies += lines - bodies;
    std::map<std::string_view, std::vector<std::size_t>> cut;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        if (shown[i].empty() && !fold.lines[i].listed) cut[fold.lines[i].what].push_back(i);
    }
    std::string content;
    for (const std::string& text : shown)
        content += text;
    for (const auto& [what, indexes] : cut) {
        left.lines[what] += indexes.size();
        content += fmt::format("… {} {} not shown: {}\n", indexes.size(), what, first_to_last(fold, indexes));
    }
    return fold_markdown(fold, content);
}

std::string sentence(const Left& left, const std::vector<const Fold*>& missing, std::string_view where) {
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
    if (!left.lines.empty()) add(counts_text(left.lines) + " not shown");
    if (left.bodies > 0) add(fmt::format("of {} more only the address", left.bodies));
    if (!missing.empty()) {
        constexpr std::size_t kLongestName = 60;
        std::string names;
        for (std::size_t i = 0; i < std::min(missing.size(), kMostNamedWorkflows); ++i)
            names += (i == 0 ? "" : ", ") + code_span(cut_bytes(missing[i]->title, kLongestName));
        if (missing.size() > kMostNamedWorkflows)
            names += fmt::format(" and {} more", missing.size() - kMostNamedWorkflows);
        add("no details of " + names);
    }
    return text.empty()
               ? text
               : fmt::format("**Left out, since a comment holds no more:** {}. {}.\n\n", text, where);
}

void count_all(const Fold& fold, Left& left) {
    for (const FoldLine& line : fold.lines) {
        if (!line.listed) ++left.lines[line.what];
    }
}

// The indent of a value below its line: under the word, behind the sign.
constexpr std::string_view kIndent = "      ";

// A text on one line, or a list that reads well on one.
bool is_short(const std::optional<Value>& value) {
    constexpr std::size_t kLongestList = 80;
    return !value || !std::holds_alternative<StringList>(*value) || value_text(*value).size() <= kLongestList;
}

std::string side(char sign, Attribute attribute, const std::optional<Value>& value) {
    return value ? value_line(sign, attribute, *value)
                 : fmt::format("{}{}{}: (not set)\n", sign, kIndent, attribute_name(attribute));
}

}  // namespace

std::string folds_markdown(const std::vector<Fold>& folds, std::size_t budget, std::string_view where) {
    std::vector<std::string> texts(folds.size());
    std::size_t used = 0;
    bool all = true;
    for (std::size_t i = 0; i < folds.size() && all; ++i) {
        auto text = whole(folds[i], budget - used);
        all = text.has_value();
        if (!all) break;
        used += text->size();
        texts[i] = std::move(*text);
    }
    if (all) return fmt::format("{}", fmt::join(texts, ""));

    // Small ones first, so that what they do not need of their share is known to those that are cut.
    std::vector<std::size_t> order(folds.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return folds[i].lines.size(); });
    std::size_t room = budget - std::min(budget, kSentence + where.size());
    Left left;
    std::vector<std::size_t> missing;
    for (std::size_t k = 0; k < order.size(); ++k) {
        const Fold& fold = folds[order[k]];
        std::string& text = texts[order[k]];
        const std::size_t share = std::min(room, std::max(room / (order.size() - k), kLeastShare));
        text.clear();
        if (auto complete = whole(fold, share)) {
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
    return fmt::format("{}", fmt::join(texts, "")) + sentence(left, missing_folds, where);
}

std::string value_line(char sign, Attribute attribute, const Value& value) {
    return fmt::format("{}{}{}: {}\n", sign, kIndent, attribute_name(attribute),
                       cut_bytes(value_text(value), kLongestValue));
}

std::string value_change_lines(const AttributeChange& change) {
    const std::string_view name = attribute_name(change.attribute);
    if (is_short(change.before) && is_short(change.after) && fits_one_line(change)) {
        return side('-', change.attribute, change.before) + side('+', change.attribute, change.after);
    }
    std::string lines = fmt::format(" {}{}:{}\n", kIndent, name,
                                    !change.before  ? " was not set"
                                    : !change.after ? " is not set any more"
                                                    : "");
    const auto diff = value_diff(change);
    for (std::size_t i = 0; i < diff.size(); ++i) {
        if (i == kMostDiffLines && diff.size() > kMostDiffLines + 1) {
            lines +=
                fmt::format(" {}  … {} more lines of the difference not shown\n", kIndent, diff.size() - i);
            break;
        }
        const char sign = diff[i].kind == DiffLine::Kind::removed ? '-'
                          : diff[i].kind == DiffLine::Kind::added ? '+'
                                                                  : ' ';
        const std::string text = diff[i].kind == DiffLine::Kind::skipped
                                     ? skipped_text(diff[i], change)
                                     : cut_bytes(diff[i].text, kLongestValue);
        lines += fmt::format("{}{}  {}\n", sign, kIndent, text);
    }
    return lines;
}

}  // namespace tlm::cmd
