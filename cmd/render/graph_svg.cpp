#include "cmd/render/graph_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <set>

#include "cmd/render/action_words.h"
#include "cmd/render/assets.h"
#include "cmd/render/columns.h"
#include "cmd/render/html.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

constexpr std::size_t kMostColumns = 28;  // of a name; longer ones are cut, the tooltip has all of it
constexpr std::size_t kMostNamed = 20;    // in a tooltip
constexpr double kBoxHeight = 46;
constexpr double kBadge = 30;
constexpr double kColumn = 7.9;       // of the title's monospaced type
constexpr double kSmallColumn = 6.6;  // of the line below it
constexpr double kMargin = 20;        // around the whole
constexpr double kLine = 22;          // of the legend

std::size_t workflows_of(const GraphNode& node) {
    std::size_t count = 0;
    const std::string* last = nullptr;
    for (const Address* address : node.members) {
        if (last == nullptr || *last != address->workflow) ++count;
        last = &address->workflow;
    }
    return count;
}

bool one_kind(const GraphNode& node) {
    return std::ranges::all_of(
        node.members, [&](const Address* address) { return address->kind == node.members.front()->kind; });
}

std::string title_of(const GraphNode& node) {
    const Address& first = *node.members.front();
    const std::size_t count = node.members.size();
    if (const std::size_t workflows = workflows_of(node); workflows > 1)
        return fmt::format("{} more workflows", workflows);
    if (count == 1) return cut_to(visible(first.name), kMostColumns);
    if (one_kind(node)) return fmt::format("{} {}s", count, kind_name(first.kind));
    return cut_to(visible(first.workflow), kMostColumns);
}

// "agent, create", "12 resources, +10 ~2".
std::string subtitle_of(const GraphNode& node) {
    const Address& first = *node.members.front();
    const bool one = node.members.size() == 1;
    std::string text;
    if (one) {
        text = std::string(kind_name(first.kind));
    } else if (!one_kind(node)) {
        text = fmt::format("{} resources", node.members.size());
    } else if (first.kind == Kind::task && first.team == node.members.back()->team) {
        text = "of " + cut_to(visible(first.team), kMostColumns - 8);
    } else if (std::ranges::all_of(node.actions, [](std::size_t count) { return count == 0; })) {
        text = fmt::format("{} and {} more", cut_to(visible(first.name), kMostColumns - 8),
                           node.members.size() - 1);
    }
    if (const auto action = action_of(node)) {
        return text + (text.empty() ? "" : ", ") + std::string(action_words(*action).word);
    }
    std::string counts;
    for (std::size_t i = 0; i < kActionCount; ++i) {
        if (node.actions[i] == 0) continue;
        counts += fmt::format("{}{} {}", counts.empty() ? "" : "  ",
                              action_words(static_cast<Action>(i)).sign, node.actions[i]);
    }
    return text + (text.empty() || counts.empty() ? "" : ", ") + counts;
}

std::string tooltip_of(const GraphNode& node) {
    std::string text;
    for (std::size_t i = 0; i < std::min(node.members.size(), kMostNamed); ++i) {
        escape_to(text, node.members[i]->text());
        text += '\n';
    }
    if (node.members.size() > kMostNamed)
        text += fmt::format("… and {} more\n", node.members.size() - kMostNamed);
    text.pop_back();
    return text;
}

std::string_view class_of(const GraphNode& node) {
    const auto action = action_of(node);
    return action ? action_words(*action).css : "plain";
}

// By workflow; nothing where every box has one of its own, or all the same.
std::vector<std::string> frames_of(const Graph& graph) {
    std::set<std::string> workflows;
    for (const GraphNode& node : graph.nodes)
        workflows.insert(node.members.front()->workflow);
    if (workflows.size() < 2 || workflows.size() == graph.nodes.size()) return {};
    return {workflows.begin(), workflows.end()};
}

std::size_t frame_of(const std::vector<std::string>& frames, const GraphNode& node) {
    const auto at = std::ranges::lower_bound(frames, node.members.front()->workflow);
    return frames.empty() ? 0 : static_cast<std::size_t>(at - frames.begin());
}

struct Extent {
    double left = std::numeric_limits<double>::max();
    double top = std::numeric_limits<double>::max();
    double right = 0;
    double bottom = 0;
};

class Picture {
  public:
    Picture(const CollapsedGraph& drawn, const Placement& placement, SvgUse use)
        : drawn_(drawn), placement_(placement), use_(use), sizes_(box_sizes(drawn.graph)) {}

    std::string text() {
        begin();
        frames();
        for (const Curve& curve : placement_.curves)
            edge(curve);
        for (std::size_t i = 0; i < drawn_.graph.nodes.size(); ++i)
            box(i);
        if (use_ == SvgUse::file) legend();
        return text_ + "</svg>\n";
    }

  private:
    template <typename... T>
    void put(fmt::format_string<T...> format, T&&... values) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<T>(values)...);
    }

    [[nodiscard]] double height() const { return placement_.height + 2 * kMargin; }

    [[nodiscard]] std::string description() const {
        return fmt::format("Order of execution from left to right, {} {}.", drawn_.graph.nodes.size(),
                           drawn_.graph.nodes.size() == 1 ? "box" : "boxes");
    }

    void begin() {
        constexpr double kNarrowest = 480;  // room for the legend
        const double lines = drawn_.note.empty() ? 1 : 2;
        const double legend_height = use_ == SvgUse::file ? lines * kLine + 6 : 0;
        const double note_width = use_ == SvgUse::file ? 6.6 * static_cast<double>(drawn_.note.size()) : 0;
        const double width = std::max({placement_.width + 2 * kMargin, use_ == SvgUse::file ? kNarrowest : 0,
                                       note_width + 2 * kMargin});
        put("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" role=\"img\" aria-label=\"{0}\" "
            "width=\"{1:.0f}\" height=\"{2:.0f}\" viewBox=\"0 0 {1:.0f} {2:.0f}\">\n",
            description(), width, height() + legend_height);
        if (use_ == SvgUse::file) {
            put("<title>{}</title>\n<style>\n{}</style>\n", description(), graph_css());
            put("<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n");
        }
        put("<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" "
            "markerHeight=\"8\" orient=\"auto\"><path class=\"tip\" d=\"M0 0.5L8 4L0 "
            "7.5z\"/></marker></defs>\n");
    }

    void frames() {
        const std::vector<std::string> names = frames_of(drawn_.graph);
        std::vector<Extent> extents(names.size());
        for (std::size_t i = 0; !names.empty() && i < sizes_.size(); ++i) {
            Extent& extent = extents[sizes_[i].frame];
            const Point centre = placement_.centres[i];
            extent.left = std::min(extent.left, centre.x - sizes_[i].width / 2);
            extent.top = std::min(extent.top, centre.y - sizes_[i].height / 2);
            extent.right = std::max(extent.right, centre.x + sizes_[i].width / 2);
            extent.bottom = std::max(extent.bottom, centre.y + sizes_[i].height / 2);
        }
        for (std::size_t i = 0; i < names.size(); ++i) {
            const Extent& at = extents[i];
            const double width = at.right - at.left;
            put("<rect class=\"frame\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
                "rx=\"10\"/>",
                at.left - 16 + kMargin, at.top - 30 + kMargin, width + 32, at.bottom - at.top + 44);
            const auto room = static_cast<std::size_t>(width / kSmallColumn);
            put("<text class=\"workflow\" x=\"{:.1f}\" y=\"{:.1f}\">", at.left + kMargin,
                at.top - 12 + kMargin);
            escape_to(text_, cut_to(visible(names[i]), room));
            text_ += "</text>\n";
        }
    }

    void edge(const Curve& curve) {
        text_ += "<path class=\"edge\" marker-end=\"url(#tip)\" d=\"";
        for (std::size_t i = 0; i < curve.points.size(); ++i) {
            put("{}{:.1f} {:.1f}",
                i == 0   ? "M"
                : i == 1 ? "C"
                         : " ",
                curve.points[i].x + kMargin, curve.points[i].y + kMargin);
        }
        text_ += "\"/>\n";
    }

    void box(std::size_t i) {
        const GraphNode& node = drawn_.graph.nodes[i];
        const double width = sizes_[i].width;
        put("<g class=\"box {}{}\" transform=\"translate({:.1f} {:.1f})\"><title>{}</title>", class_of(node),
            node.members.size() > 1 ? " many" : "", placement_.centres[i].x - width / 2 + kMargin,
            placement_.centres[i].y - kBoxHeight / 2 + kMargin, tooltip_of(node));
        // The second sheet of a pile.
        if (node.members.size() > 1)
            put("<rect class=\"pile\" x=\"4\" y=\"4\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"6\"/>", width,
                kBoxHeight);
        put("<rect class=\"card\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"6\"/>", width, kBoxHeight);
        double left = 12;  // of the text
        if (const auto action = action_of(node)) {
            put("<path class=\"badge\" d=\"M6 0H{0}V{1}H6A6 6 0 0 1 0 {2}V6A6 6 0 0 1 6 0z\"/>"
                "<text class=\"sign\" x=\"{3}\" y=\"{4}\">{5}</text>",
                kBadge, kBoxHeight, kBoxHeight - 6, kBadge / 2, kBoxHeight / 2 + 6,
                action_words(*action).sign);
            left += kBadge - 2;
        }
        put("<rect class=\"outline\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"6\"/>", width, kBoxHeight);
        put("<text class=\"name\" x=\"{}\" y=\"20\">", left);
        escape_to(text_, title_of(node));
        put("</text><text class=\"what\" x=\"{}\" y=\"36\">", left);
        escape_to(text_, subtitle_of(node));
        text_ += "</text></g>\n";
    }

    void legend() {
        std::array<std::size_t, kActionCount> counts{};
        for (const GraphNode& node : drawn_.graph.nodes) {
            for (std::size_t i = 0; i < kActionCount; ++i)
                counts[i] += node.actions[i];
        }
        double x = kMargin;
        const double y = height() + 10;
        for (std::size_t i = 0; i < kActionCount; ++i) {
            if (counts[i] == 0) continue;
            const ActionWords words = action_words(static_cast<Action>(i));
            const std::string count = std::to_string(counts[i]);
            put("<text class=\"legend {}\" x=\"{:.1f}\" y=\"{:.1f}\">{} {} {}</text>\n", words.css, x, y,
                words.sign, count, words.word);
            x += 8.0 * static_cast<double>(count.size() + words.word.size() + 4);
        }
        put("<text class=\"note\" x=\"{}\" y=\"{:.1f}\">{}</text>\n", kMargin, y + (x > kMargin ? kLine : 0),
            escaped(drawn_.note));
    }

    const CollapsedGraph& drawn_;
    const Placement& placement_;
    SvgUse use_;
    std::vector<BoxSize> sizes_;
    std::string text_;
};

}  // namespace

std::vector<BoxSize> box_sizes(const Graph& graph) {
    const std::vector<std::string> frames = frames_of(graph);
    std::vector<BoxSize> sizes;
    sizes.reserve(graph.nodes.size());
    for (const GraphNode& node : graph.nodes) {
        const double text = std::max(kColumn * static_cast<double>(columns(title_of(node))),
                                     kSmallColumn * static_cast<double>(columns(subtitle_of(node))));
        const double badge = action_of(node) ? kBadge - 2 : 0;
        sizes.push_back({std::max(120.0, text + badge + 24), kBoxHeight, frame_of(frames, node)});
    }
    return sizes;
}

std::vector<BoxEdge> box_edges(const Graph& graph) {
    std::vector<BoxEdge> edges;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        for (const std::size_t other : graph.nodes[i].after)
            edges.emplace_back(other, i);
    }
    return edges;
}

std::string graph_svg(const CollapsedGraph& drawn, const Placement& placement, SvgUse use) {
    return Picture(drawn, placement, use).text();
}

}  // namespace tlm::cmd
