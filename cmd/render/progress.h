#pragma once

#include <chrono>
#include <string>
#include <unordered_set>
#include <vector>

#include "cmd/render/plan_text.h"
#include "cmd/terminal.h"
#include "engine/ports/observer.h"

namespace tlm::cmd {

// Shows an apply on standard error while it runs: on a terminal one line, redrawn (done of total, in flight,
// rate, time left), and the tasks in a view that fits the window while they are waited for; elsewhere a line
// for each change and for each task that moves. Four escape sequences that every terminal knows do it: a
// library for whole screens (ncurses) would take what was printed before off the screen.
class Progress final : public Observer {
  public:
    // `redraws`: standard error is a terminal on which lines can be written over.
    Progress(const Style& style, bool redraws, bool quiet)
        : style_(style), redraws_(redraws), quiet_(quiet) {}
    ~Progress() override;
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void on(const ApplyEvent& event) override;
    // Takes away what can be written over, before something else is printed.
    void clear();

  private:
    using Clock = std::chrono::steady_clock;
    void message(const std::string& line);
    [[nodiscard]] std::string apply_line() const;
    void show(const TaskBoard& board);
    void draw(const std::vector<std::string>& lines);
    void redraw(bool at_once);
    [[nodiscard]] std::size_t rows_shown() const;

    Style style_;
    bool redraws_;
    bool quiet_;
    const bool has_width_ = is_terminal(Stream::err);  // asked once: it costs a system call, a line each
    std::size_t total_ = 0;
    std::size_t ended_ = 0;
    std::size_t troubled_ = 0;
    std::size_t worked_ = 0;  // ended, of those that needed a call
    std::unordered_set<const Change*> under_way_;
    Clock::time_point begun_{};
    Clock::time_point drawn_{};
    std::vector<std::string> tasks_;  // the view of the tasks, once they are waited for
    std::vector<std::size_t> shown_;  // columns of the lines that are on the screen
};

}  // namespace tlm::cmd
