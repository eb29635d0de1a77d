#pragma once

#include <chrono>
#include <string>
#include <unordered_set>

#include "cmd/render/plan_text.h"
#include "engine/ports/observer.h"

namespace tlm::cmd {

// Shows an apply on standard error while it runs: on a terminal one line, redrawn (done of total, in flight,
// rate, time left), elsewhere a line for each change.
class Progress final : public Observer {
  public:
    Progress(const Style& style, bool terminal, bool quiet, std::size_t width)
        : style_(style), terminal_(terminal), quiet_(quiet), width_(width) {}
    ~Progress() override;
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void on(const ApplyEvent& event) override;
    // Takes the line away, before something else is printed.
    void clear();

  private:
    using Clock = std::chrono::steady_clock;
    void message(const std::string& line);
    void redraw(bool at_once);
    void redraw_wait(const TaskBoard& board);

    Style style_;
    bool terminal_;
    bool quiet_;
    std::size_t width_;
    std::size_t total_ = 0;
    std::size_t ended_ = 0;
    std::size_t troubled_ = 0;
    std::size_t worked_ = 0;  // ended, of those that needed a call
    std::unordered_set<const Change*> under_way_;
    Clock::time_point begun_{};
    Clock::time_point drawn_{};
    bool shown_ = false;
};

}  // namespace tlm::cmd
