#include "cmd/render/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cmd/render/columns.h"
#include "cmd/render/duration.h"
#include "cmd/render/fit.h"
#include "cmd/render/live_view.h"
#include "cmd/render/report_text.h"
#include "cmd/render/wait_text.h"
#include "cmd/stdio.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

constexpr auto kRedraw =
    std::chrono::milliseconds(100);  // often enough to look alive, rare enough to cost nothing

void put(const std::string& text) {
    write_err(text);
    std::fflush(stderr);
}

// Of a line that may hold colours.
std::size_t plain_columns(const std::string& line) {
    std::string plain;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\x1b') {
            i = line.find('m', i);
            if (i == std::string::npos) break;
        } else {
            plain += line[i];
        }
    }
    return columns(plain);
}

}  // namespace

Progress::~Progress() {
    clear();
}

void Progress::on(const ApplyEvent& event) {
    if (quiet_) return;
    if (const auto* begins = std::get_if<ApplyBegins>(&event)) {
        total_ += begins->changes;
        // Of what is done while tasks are waited for, each part by itself.
        if (!tasks_.empty()) {
            total_ = begins->changes;
            ended_ = worked_ = 0;
            begun_ = Clock::now();
        }
        if (begun_ == Clock::time_point{}) begun_ = Clock::now();
    } else if (const auto* started = std::get_if<ChangeStarted>(&event)) {
        under_way_.insert(started->change);
        redraw(false);
    } else if (const auto* ended = std::get_if<ChangeEnded>(&event)) {
        ++ended_;
        worked_ += under_way_.erase(ended->result->change);
        const ResultKind kind = ended->result->kind;
        const bool trouble = kind != ResultKind::done && kind != ResultKind::already;
        troubled_ += trouble ? 1 : 0;
        if (!redraws_ || trouble) message(result_line(*ended->result, style_));
        redraw(ended_ == total_);
    } else if (const auto* retrying = std::get_if<Retrying>(&event)) {
        message(fmt::format("retry    {}: {} (try {})\n", visible(retrying->change->address.text()),
                            visible(retrying->reason), retrying->attempt));
    } else if (const auto* throttled = std::get_if<Throttled>(&event)) {
        // On a terminal the rate shows it; elsewhere it explains the pause.
        if (!redraws_) {
            message(fmt::format("waiting  {:.1f} s: the target asks to slow down ({})\n",
                                static_cast<double>(throttled->wait.count()) / 1000,
                                visible(throttled->reason)));
        }
    } else if (const auto* moved = std::get_if<TaskMoved>(&event)) {
        const bool trouble = at_end(moved->task->stage) && moved->task->stage != TaskStage::completed;
        if (!redraws_ || trouble) message(task_line(*moved->task, style_));
    } else if (const auto* waiting = std::get_if<WaitProgress>(&event)) {
        show(*waiting->board);
    } else if (const auto* not_read = std::get_if<NotRead>(&event)) {
        message(fmt::format("no answer  {} ({} of {} in a row; again in {:.1f} s)\n",
                            visible(not_read->reason), not_read->failures, not_read->patience,
                            static_cast<double>(not_read->pause.count()) / 1000));
    } else if (const auto* cancelled = std::get_if<WaitCancelled>(&event)) {
        message(fmt::format("cancelled {}: it is not waited for any more\n", visible(cancelled->workflow)));
    } else if (const auto* teardown = std::get_if<TeardownBegins>(&event)) {
        message(fmt::format("taking down {} ({} to delete): {}\n", visible(teardown->what.workflow),
                            teardown->changes,
                            teardown->what.completed ? "all of its tasks are completed"
                                                     : "some of its tasks did not complete"));
    } else if (const auto* listening = std::get_if<Listening>(&event)) {
        message(fmt::format("listening  {} tells {}when something happens to tasks\n",
                            visible(listening->broker), listening->again ? "again " : ""));
    } else if (const auto* not_listening = std::get_if<NotListening>(&event)) {
        message(fmt::format("no events  {}: {}; the tasks are polled instead{}\n",
                            visible(not_listening->broker), visible(not_listening->reason),
                            not_listening->tried_again ? " until it is back" : ""));
    }
}

void Progress::show(const TaskBoard& board) {
    if (!redraws_) return;
    // What was written before stays in sight.
    const std::size_t height = std::max<std::size_t>(terminal_height(), 4) - 2;
    tasks_ = live_view(board, Clock::now(), {style_, terminal_width() - 1}, height);
    drawn_ = Clock::now();
    draw(tasks_);
}

void Progress::message(const std::string& line) {
    clear();
    put(fit(line, has_width_ ? terminal_width() : 0));
    if (!tasks_.empty()) draw(tasks_);
}

// A window that was made narrower has broken the lines into more.
std::size_t Progress::rows_shown() const {
    const std::size_t width = terminal_width();
    std::size_t rows = 0;
    for (const std::size_t columns : shown_)
        rows += columns == 0 ? 1 : (columns + width - 1) / width;
    return rows;
}

void Progress::clear() {
    if (shown_.empty()) return;
    const std::size_t rows = rows_shown();
    put((rows > 1 ? fmt::format("\r\x1b[{}A", rows - 1) : "\r") + "\x1b[J");
    shown_.clear();
}

// Line over line, so that nothing flickers.
void Progress::draw(const std::vector<std::string>& lines) {
    std::string text;
    const std::size_t rows = rows_shown();
    text += rows > 1 ? fmt::format("\r\x1b[{}A", rows - 1) : "\r";
    shown_.clear();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        text += (i == 0 ? "" : "\n") + lines[i] + "\x1b[K";
        shown_.push_back(plain_columns(lines[i]));
    }
    put(text + "\x1b[J");
}

std::string Progress::apply_line() const {
    const double seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
    // What was as planned already took no time and says nothing about the rest.
    const double rate = seconds > 0 ? static_cast<double>(worked_) / seconds : 0;
    std::string line =
        fmt::format("{}/{} done, {} under way, {:.0f} a second", ended_, total_, under_way_.size(), rate);
    if (rate > 0 && ended_ < total_) {
        line += fmt::format(
            ", {} left",
            duration_text(std::chrono::duration<double>(static_cast<double>(total_ - ended_) / rate)));
    }
    if (troubled_ > 0) line += fmt::format(", {} in trouble", troubled_);
    return cut_to(line, terminal_width() - 1);
}

void Progress::redraw(bool at_once) {
    if (!redraws_) return;
    const auto now = Clock::now();
    if (!at_once && now - drawn_ < kRedraw) return;
    drawn_ = now;
    std::vector<std::string> lines = tasks_;
    // One task after the other is part of the view; more is not.
    if (lines.empty() || total_ > 1) lines.push_back(apply_line());
    draw(lines);
}

}  // namespace tlm::cmd
