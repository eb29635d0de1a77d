#include "cmd/render/live_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "cmd/render/columns.h"
#include "cmd/render/duration.h"
#include "cmd/render/wait_text.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

constexpr std::size_t kBar = 20;
constexpr std::size_t kStatus = 9;  // columns: as long as "completed"

// Of little use without it being known at once, first.
int urgency(const TrackedTask& task) {
    switch (task.stage) {
        case TaskStage::failed:
        case TaskStage::lost:
            return 0;
        case TaskStage::submitted:
            return task.status == "pending" ? 2 : 1;
        case TaskStage::ready:
            return 3;
        case TaskStage::waiting:
            return 4;
        case TaskStage::skipped:
            return 5;
        case TaskStage::completed:
            break;
    }
    return 6;
}

std::string padded(const std::string& text, std::size_t width) {
    const std::size_t has = columns(text);
    return text + std::string(width - std::min(width, has), ' ');
}

std::string coloured_status(const TrackedTask& task, const Style& style) {
    const std::string text = padded(cut_to(status_word(task), kStatus), kStatus);
    if (task.stage == TaskStage::completed) return style.green(text);
    if (task.stage == TaskStage::failed || task.stage == TaskStage::lost) return style.red(text);
    return task.stage == TaskStage::submitted ? style.bold(text) : style.dim(text);
}

class View {
  public:
    View(const TaskBoard& board, TrackedTask::TimePoint now, const Layout& layout, std::size_t height)
        : board_(board), now_(now), layout_(layout), height_(std::max<std::size_t>(height, 1)) {}

    std::vector<std::string> lines() {
        std::vector<std::string> lines = {summary()};
        const auto chosen = choose();
        const TrackedTask* before = nullptr;
        for (const std::size_t i : chosen) {
            const TrackedTask& task = board_.tasks()[i];
            if (before == nullptr || team_of(*before) != team_of(task)) lines.push_back(heading(task));
            lines.push_back(line(task));
            before = &task;
        }
        if (chosen.size() < board_.tasks().size() && lines.size() < height_) lines.push_back(rest(chosen));
        return lines;
    }

  private:
    static std::tuple<const std::string&, const std::string&> team_of(const TrackedTask& task) {
        return {task.address.workflow, task.address.team};
    }

    std::string cut(const std::string& text) const { return cut_to(text, layout_.width); }

    std::string summary() const {
        const std::size_t all = board_.tasks().size();
        std::size_t ended = 0;
        for (const TrackedTask& task : board_.tasks())
            ended += at_end(task.stage) ? 1 : 0;
        const std::size_t filled = all == 0 ? kBar : ended * kBar / all;
        std::string text = fmt::format("{} of {} completed", board_.count(TaskStage::completed), all);
        const auto add = [&](TaskStage stage, const char* what) {
            if (const std::size_t n = board_.count(stage); n > 0) text += fmt::format(", {} {}", n, what);
        };
        add(TaskStage::submitted, "under way");
        add(TaskStage::ready, "ready");
        add(TaskStage::waiting, "waiting");
        add(TaskStage::failed, "failed");
        add(TaskStage::skipped, "skipped");
        add(TaskStage::lost, "lost");
        const std::string bar =
            fmt::format("[{}{}] ", std::string(filled, '#'), std::string(kBar - filled, '.'));
        // A narrow window keeps the numbers.
        const bool fits = layout_.width == 0 || columns(bar) + columns(text) <= layout_.width;
        return cut(fits ? bar + text : text);
    }

    // The indices of those that have room, in the order of addresses.
    std::vector<std::size_t> choose() const {
        const auto& tasks = board_.tasks();
        std::vector<std::size_t> order(tasks.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::ranges::sort(order, {},
                          [&](std::size_t i) { return std::tuple(urgency(tasks[i]), tasks[i].since, i); });
        std::set<std::tuple<std::string, std::string>> teams;
        std::vector<std::size_t> chosen;
        std::size_t left = height_ - 1;
        for (const std::size_t i : order) {
            const bool first = !teams.contains(team_of(tasks[i]));
            const std::size_t needs = first ? 2 : 1;
            // A line stays for what is left out, unless this is the last one.
            const std::size_t kept = chosen.size() + 1 == order.size() ? 0 : 1;
            if (left < needs + kept) break;
            left -= needs;
            teams.emplace(team_of(tasks[i]));
            chosen.push_back(i);
        }
        std::ranges::sort(chosen);
        return chosen;
    }

    std::string heading(const TrackedTask& task) const {
        return layout_.style.dim(
            cut(fmt::format("{}/team/{}", visible(task.address.workflow), visible(task.address.team))));
    }

    std::string line(const TrackedTask& task) const {
        std::string text = visible(task.address.name);
        if (!task.assign_to.empty()) text += fmt::format("  ({})", visible(task.assign_to));
        text += remark(task);
        constexpr std::size_t kBefore = 2 + kStatus + 1;
        const bool narrow = layout_.width > 0 && layout_.width <= kBefore;
        return fmt::format("  {} {}", coloured_status(task, layout_.style),
                           layout_.width == 0 || narrow ? text : cut_to(text, layout_.width - kBefore));
    }

    std::string remark(const TrackedTask& task) const {
        switch (task.stage) {
            case TaskStage::submitted:
                return "  for " + duration_text(now_ - task.since);
            case TaskStage::completed:
                return task.since > task.submitted_at
                           ? "  after " + duration_text(task.since - task.submitted_at)
                           : "";
            case TaskStage::failed:
                return task.reason.empty() ? "" : "  " + visible(task.reason);
            case TaskStage::skipped:
                return task.reason.empty() ? "" : "  because of " + visible(task.reason);
            case TaskStage::waiting:
                return waits(task);
            case TaskStage::ready:
            case TaskStage::lost:
                break;
        }
        return {};
    }

    std::string waits(const TrackedTask& task) const {
        std::string text;
        if (task.create == nullptr) return text;
        const auto& tasks = board_.tasks();
        for (const Address& address : task.create->waits_for) {
            const auto at = std::ranges::lower_bound(tasks, address, {}, &TrackedTask::address);
            const bool done =
                at != tasks.end() && at->address == address && at->stage == TaskStage::completed;
            if (!done) text += (text.empty() ? "  for " : ", ") + visible(address.name);
        }
        return text;
    }

    std::string rest(const std::vector<std::size_t>& chosen) const {
        std::array<std::size_t, kTaskStages> counts{};
        for (std::size_t stage = 0; stage < kTaskStages; ++stage)
            counts.at(stage) = board_.count(static_cast<TaskStage>(stage));
        for (const std::size_t i : chosen)
            --counts.at(static_cast<std::size_t>(board_.tasks()[i].stage));
        std::string text;
        for (std::size_t stage = 0; stage < kTaskStages; ++stage) {
            if (counts.at(stage) == 0) continue;
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counts.at(stage),
                                stage_name(static_cast<TaskStage>(stage)));
        }
        return layout_.style.dim(
            cut(fmt::format("  and {} more: {}", board_.tasks().size() - chosen.size(), text)));
    }

    const TaskBoard& board_;
    const TrackedTask::TimePoint now_;
    const Layout& layout_;
    const std::size_t height_;
};

}  // namespace

std::vector<std::string> live_view(const TaskBoard& board, TrackedTask::TimePoint now, const Layout& layout,
                                   std::size_t height) {
    return View(board, now, layout, height).lines();
}

}  // namespace tlm::cmd
