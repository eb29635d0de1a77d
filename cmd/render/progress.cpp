#include "cmd/render/progress.h"

#include <fmt/format.h>

#include <cstdio>

#include "cmd/render/duration.h"
#include "cmd/render/report_text.h"
#include "cmd/render/wait_text.h"
#include "engine/base/text.h"
#include "engine/wait/task_board.h"

namespace tlm::cmd {
namespace {

constexpr auto kRedraw =
    std::chrono::milliseconds(100);  // often enough to look alive, rare enough to cost nothing

void put(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

}  // namespace

Progress::~Progress() {
    clear();
}

void Progress::on(const ApplyEvent& event) {
    if (quiet_) return;
    if (const auto* begins = std::get_if<ApplyBegins>(&event)) {
        total_ += begins->changes;
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
        if (!terminal_ || trouble) message(result_line(*ended->result, style_));
        redraw(ended_ == total_);
    } else if (const auto* retrying = std::get_if<Retrying>(&event)) {
        message(fmt::format("retry    {}: {} (try {})\n", visible(retrying->change->address.text()),
                            visible(retrying->reason), retrying->attempt));
    } else if (const auto* throttled = std::get_if<Throttled>(&event)) {
        // On a terminal the rate shows it; elsewhere it explains the pause.
        if (!terminal_) {
            message(fmt::format("waiting  {:.1f} s: the target asks to slow down ({})\n",
                                static_cast<double>(throttled->wait.count()) / 1000,
                                visible(throttled->reason)));
        }
    } else if (const auto* moved = std::get_if<TaskMoved>(&event)) {
        const bool trouble = at_end(moved->task->stage) && moved->task->stage != TaskStage::completed;
        if (!terminal_ || trouble) message(task_line(*moved->task, style_));
    } else if (const auto* waiting = std::get_if<WaitProgress>(&event)) {
        redraw_wait(*waiting->board);
    } else if (const auto* not_read = std::get_if<NotRead>(&event)) {
        message(fmt::format("no answer  {} ({} of {} in a row; again in {:.1f} s)\n",
                            visible(not_read->reason), not_read->failures, not_read->patience,
                            static_cast<double>(not_read->pause.count()) / 1000));
    } else if (const auto* listening = std::get_if<Listening>(&event)) {
        message(fmt::format("listening  {} tells {}when something happens to tasks\n",
                            visible(listening->broker), listening->again ? "again " : ""));
    } else if (const auto* not_listening = std::get_if<NotListening>(&event)) {
        message(fmt::format("no events  {}: {}; the tasks are polled instead{}\n",
                            visible(not_listening->broker), visible(not_listening->reason),
                            not_listening->tried_again ? " until it is back" : ""));
    }
}

void Progress::redraw_wait(const TaskBoard& board) {
    if (!terminal_) return;
    std::string line =
        fmt::format("{} of {} tasks completed", board.count(TaskStage::completed), board.tasks().size());
    const auto add = [&](TaskStage stage, const char* what) {
        if (const std::size_t n = board.count(stage); n > 0) line += fmt::format(", {} {}", n, what);
    };
    add(TaskStage::submitted, "under way");
    add(TaskStage::waiting, "waiting");
    add(TaskStage::failed, "failed");
    add(TaskStage::skipped, "skipped");
    add(TaskStage::lost, "lost");
    if (width_ > 1 && line.size() >= width_) line.resize(width_ - 1);
    put("\r\x1b[K" + line);
    shown_ = true;
}

void Progress::message(const std::string& line) {
    clear();
    put(line);
}

void Progress::clear() {
    if (shown_) put("\r\x1b[K");
    shown_ = false;
}

void Progress::redraw(bool at_once) {
    if (!terminal_) return;
    const auto now = Clock::now();
    if (!at_once && now - drawn_ < kRedraw) return;
    drawn_ = now;
    const double seconds = std::chrono::duration<double>(now - begun_).count();
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
    if (width_ > 1 && line.size() >= width_) line.resize(width_ - 1);
    put("\r\x1b[K" + line);
    shown_ = true;
}

}  // namespace tlm::cmd
