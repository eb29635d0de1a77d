#include "cmd/graphviz.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace tlm::cmd {
namespace {

constexpr double kPixelsPerInch = 72;
constexpr std::chrono::seconds kLimit{20};

Error unusable(std::string_view why) {
    return fail(ErrorCode::internal, fmt::format("the picture can't be laid out: Graphviz's `dot` {}", why),
                {}, {"`tlm graph --format text` and `--format dot` need no layout."});
}

// The words of one line.
class Words {
  public:
    explicit Words(std::string_view line) : rest_(line) {}

    std::string_view next() {
        const std::size_t begin = std::min(rest_.find_first_not_of(' '), rest_.size());
        rest_.remove_prefix(begin);
        const std::string_view word = rest_.substr(0, rest_.find(' '));
        rest_.remove_prefix(word.size());
        return word;
    }
    std::optional<double> number() {
        const std::string_view word = next();
        double value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (word.empty() || error != std::errc() || end != word.data() + word.size()) return std::nullopt;
        return value;
    }
    // Boxes are called n0, n1, ….
    std::optional<std::size_t> box(std::size_t boxes) {
        const std::string_view word = next();
        std::size_t value = 0;
        if (!word.starts_with('n')) return std::nullopt;
        const auto [end, error] = std::from_chars(word.data() + 1, word.data() + word.size(), value);
        if (error != std::errc() || end != word.data() + word.size() || value >= boxes) return std::nullopt;
        return value;
    }

  private:
    std::string_view rest_;
};

// dot counts inches from the bottom.
std::optional<Point> read_point(Words& words, double height) {
    const auto x = words.number();
    const auto y = words.number();
    if (!x || !y) return std::nullopt;
    return Point{*x * kPixelsPerInch, height - *y * kPixelsPerInch};
}

bool read_box(Words& words, Placement& placement, std::vector<bool>& seen) {
    const auto box = words.box(seen.size());
    if (!box) return false;
    const auto centre = read_point(words, placement.height);
    if (!centre) return false;
    placement.centres[*box] = *centre;
    seen[*box] = true;
    return true;
}

bool read_curve(Words& words, Placement& placement, std::size_t boxes) {
    const auto from = words.box(boxes);
    const auto to = words.box(boxes);
    const auto n = words.number();
    constexpr double kMostPoints = 100'000;
    if (!from || !to || !n || *n < 4 || *n > kMostPoints) return false;
    Curve curve{{*from, *to}, {}};
    for (int i = 0; i < static_cast<int>(*n); ++i) {
        const auto point = read_point(words, placement.height);
        if (!point) return false;
        curve.points.push_back(*point);
    }
    if (curve.points.size() % 3 != 1) return false;
    placement.curves.push_back(std::move(curve));
    return true;
}

}  // namespace

std::string placement_request(const std::vector<BoxSize>& boxes, const std::vector<BoxEdge>& edges) {
    std::string text =
        "digraph{rankdir=LR;nodesep=0.2;ranksep=0.75;"
        "node[shape=box,fixedsize=true,label=\"\"];edge[arrowhead=none];\n";
    std::vector<std::vector<std::size_t>> frames;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        if (boxes[i].frame >= frames.size()) frames.resize(boxes[i].frame + 1);
        frames[boxes[i].frame].push_back(i);
    }
    // dot puts the frame that it reads last on top, and boxes that nothing connects as well, unless a frame
    // holds them together; then the first one is on top. So there is always one, with room for its line and
    // title where it is drawn.
    const int margin = frames.size() > 1 ? 32 : 0;
    for (std::size_t frame = frames.size(); frame-- > 0;) {
        text += fmt::format("subgraph cluster{}{{margin={};\n", frame, margin);
        for (const std::size_t i : frames[frame]) {
            text += fmt::format("n{}[width={:.3f},height={:.3f}];\n", i, boxes[i].width / kPixelsPerInch,
                                boxes[i].height / kPixelsPerInch);
        }
        text += "}\n";
    }
    for (const auto& [from, to] : edges)
        text += fmt::format("n{}->n{};\n", from, to);
    return text + "}\n";
}

Result<Placement> read_placement(std::string_view plain, std::size_t boxes) {
    Placement placement;
    placement.centres.resize(boxes);
    std::vector<bool> seen(boxes);
    bool good = true;
    while (good && !plain.empty()) {
        const std::string_view line = plain.substr(0, plain.find('\n'));
        plain.remove_prefix(std::min(line.size() + 1, plain.size()));
        Words words(line);
        const std::string_view what = words.next();
        if (what == "graph") {
            const auto scale = words.number();
            const auto width = words.number();
            const auto height = words.number();
            good = scale && width && height;
            if (!good) break;
            placement.width = *width * kPixelsPerInch;
            placement.height = *height * kPixelsPerInch;
        } else if (what == "node") {
            good = read_box(words, placement, seen);
        } else if (what == "edge") {
            good = read_curve(words, placement, boxes);
        } else if (what == "stop") {
            break;
        }
    }
    for (const bool one : seen)
        good = good && one;
    if (!good) return unusable("gave an answer that can't be used");
    return placement;
}

void Dot::start() {
    if (!child_) child_.emplace(std::vector<std::string>{"dot", "-Tplain"}, kLimit);
}

Result<Placement> Dot::place(const std::vector<BoxSize>& boxes, const std::vector<BoxEdge>& edges) {
    start();
    BOOST_OUTCOME_TRY(outcome, child_->finish(placement_request(boxes, edges)));
    switch (outcome.end) {
        case ChildOutcome::End::not_found:
            return fail(ErrorCode::internal,
                        "the picture can't be laid out: Graphviz's `dot` is not installed", {},
                        {"Install it, on Debian with: apt-get install graphviz",
                         "`tlm graph --format text` and `--format dot` need no layout."});
        case ChildOutcome::End::timed_out:
            return unusable(fmt::format("did not come to an end within {} s", kLimit.count()));
        case ChildOutcome::End::signalled:
            return unusable("was stopped");
        case ChildOutcome::End::exited:
            break;
    }
    if (outcome.exit_code != 0) {
        return unusable(fmt::format("failed: {}", outcome.err.substr(0, outcome.err.find('\n'))));
    }
    return read_placement(outcome.out, boxes.size());
}

}  // namespace tlm::cmd
