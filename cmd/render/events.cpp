#include "cmd/render/events.h"

#include <algorithm>
#include <array>

#include "cmd/render/json_document.h"
#include "cmd/system_clock.h"
#include "cmd/version.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"

namespace tlm::cmd {
namespace {

constexpr auto kBetweenProgress = std::chrono::seconds(1);

constexpr std::array<std::string_view, 6> kResults = {"done",   "already", "conflict",
                                                      "failed", "skipped", "not_started"};

std::string_view result_name(ResultKind kind) {
    return kResults[static_cast<std::size_t>(kind)];
}

// What a change that ended so is called: what is as it was planned has come to its end.
std::string_view event_name(ResultKind kind) {
    const bool well = kind == ResultKind::done || kind == ResultKind::already;
    return well ? "finished" : result_name(kind);
}

std::string_view error_name(ErrorCode code) {
    switch (code) {
        case ErrorCode::internal:
            return "internal";
        case ErrorCode::bad_input:
            return "bad_input";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::locked:
            return "locked";
        case ErrorCode::conflict:
            return "conflict";
        case ErrorCode::state:
            return "state";
        case ErrorCode::unreachable:
            return "unreachable";
        case ErrorCode::denied:
            return "denied";
        case ErrorCode::refused:
            return "refused";
        case ErrorCode::limit:
            return "limit";
        case ErrorCode::interrupted:
            return "interrupted";
        case ErrorCode::nobody_reads:
            return "nobody_reads";
    }
    return "internal";
}

}  // namespace

// One JSON object on one line.
class Events::Line : public JsonDocument {
  public:
    Line(std::size_t sequence, TimePoint at, std::string_view event) : JsonDocument(Form::one_line) {
        begin_object();
        number("seq", sequence);
        const Stamp stamp = utc_stamp(at);
        text("at", {stamp.data(), stamp.size()});
        stamp_ = size() - stamp.size() - 1;
        text("event", event);
    }
    void text_unless_empty(std::string_view name, std::string_view value) {
        if (!value.empty()) text(name, value);
    }
    void about(const Change& change) {
        text("address", change.address.text());
        text("action", action_name(change.action));
    }
    // The whole line, with its newline.
    std::string finish() {
        end_object();
        return JsonDocument::finish();
    }
    [[nodiscard]] std::size_t stamp() const { return stamp_; }

  private:
    std::size_t stamp_ = 0;
};

Events::Events(std::unique_ptr<EventSink> sink, std::string_view verb, Now now, Lost lost)
    : sink_(std::move(sink)), verb_(verb), now_(std::move(now)), lost_(std::move(lost)) {
    if (!sink_) return;
    Line begin = line("begin");
    begin.text("format", kEventsFormat);
    begin.text("version", kVersion);
    begin.text("verb", verb_);
    write(begin);
}

Events::~Events() {
    ended(ExitCode::internal, nullptr);
}

void Events::planned(const Plan& plan) {
    if (!sink_) return;
    planned_ = summarise(plan);
    Line whole = line("plan");
    whole.text("target", plan.target);
    whole.text("digest", plan_digest(plan));
    whole.texts("workflows", plan.workflows);
    write(whole);
    for (const Change& change : plan.changes) {
        Line one = line("planned");
        one.about(change);
        one.text("reason", reason_name(change.reason));
        one.text_unless_empty("id", change.id.text());
        if (!change.waits_for.empty()) {
            std::vector<std::string> others;
            for (const Address& address : change.waits_for)
                others.push_back(address.text());
            one.texts("waits_for", others);
        }
        write(one);
    }
}

void Events::settled(const std::vector<std::string>& told) {
    for (const std::string& text : told) {
        if (!sink_) return;
        Line one = line("settled");
        one.text("message", text);
        write(one);
    }
}

void Events::on(const ApplyEvent& event) {
    if (!sink_) return;
    if (const auto* begins = std::get_if<ApplyBegins>(&event)) {
        total_ += begins->changes;
        results_.resize(kResults.size());
        progress_at_ = now_();
    } else if (const auto* started = std::get_if<ChangeStarted>(&event)) {
        under_way_.insert(started->change);
        Line one = line("started");
        one.about(*started->change);
        write(one);
    } else if (const auto* ended = std::get_if<ChangeEnded>(&event)) {
        under_way_.erase(ended->result->change);
        ++ended_;
        result(*ended->result);
        if (ended_ == total_ || now_() - progress_at_ >= kBetweenProgress) progress();
    } else if (const auto* retrying = std::get_if<Retrying>(&event)) {
        Line one = line("retried");
        one.about(*retrying->change);
        one.text("reason", retrying->reason);
        one.number("attempt", static_cast<std::uint64_t>(retrying->attempt));
        write(one);
    } else if (const auto* throttled = std::get_if<Throttled>(&event)) {
        Line one = line("throttled");
        one.number("wait_ms", static_cast<std::uint64_t>(throttled->wait.count()));
        one.text("reason", throttled->reason);
        write(one);
    } else if (const auto* moved = std::get_if<TaskMoved>(&event)) {
        const TrackedTask& task = *moved->task;
        Line one = line("task");
        one.text("address", task.address.text());
        one.text("stage", stage_name(task.stage));
        one.text_unless_empty("id", task.id.text());
        one.text_unless_empty("status", task.status);
        one.text_unless_empty("reason", task.reason);
        write(one);
    } else if (const auto* not_read = std::get_if<NotRead>(&event)) {
        Line one = line("not_read");
        one.text("reason", not_read->reason);
        one.number("failures", static_cast<std::uint64_t>(not_read->failures));
        one.number("pause_ms", static_cast<std::uint64_t>(not_read->pause.count()));
        write(one);
    } else if (const auto* cancelled = std::get_if<WaitCancelled>(&event)) {
        Line one = line("cancelled");
        one.text("workflow", cancelled->workflow);
        write(one);
    } else if (const auto* teardown = std::get_if<TeardownBegins>(&event)) {
        Line one = line("teardown");
        one.text("workflow", teardown->what.workflow);
        one.flag("completed", teardown->what.completed);
        one.number("changes", teardown->changes);
        write(one);
    } else if (const auto* listening = std::get_if<Listening>(&event)) {
        Line one = line("listening");
        one.text("broker", listening->broker);
        one.flag("again", listening->again);
        write(one);
    } else if (const auto* not_listening = std::get_if<NotListening>(&event)) {
        Line one = line("not_listening");
        one.text("broker", not_listening->broker);
        one.text("reason", not_listening->reason);
        one.flag("tried_again", not_listening->tried_again);
        write(one);
    }
}

void Events::waited(const WaitReport& report) {
    if (!sink_) return;
    stages_.assign(kTaskStages, 0);
    for (const TrackedTask& task : report.tasks)
        ++stages_[static_cast<std::size_t>(task.stage)];
    if (report.interrupted || !report.cancelled.empty()) interrupted_ = true;
}

void Events::result(const ChangeResult& result) {
    ++results_[static_cast<std::size_t>(result.kind)];
    Line one = line(event_name(result.kind));
    one.about(*result.change);
    if (event_name(result.kind) == "finished") {
        one.text("result", result_name(result.kind));
    } else {
        one.text("reason", result.reason);
    }
    if (!result.details.empty()) one.texts("details", result.details);
    write(one);
}

void Events::progress() {
    progress_at_ = now_();
    Line one = line("progress");
    one.number("ended", ended_);
    one.number("total", total_);
    one.number("under_way", under_way_.size());
    write(one);
}

void Events::applied(const ApplyReport& report) {
    interrupted_ = report.interrupted;
    if (!sink_) return;
    for (const ChangeResult& one : report.results) {
        if (one.kind == ResultKind::not_started) result(one);
    }
    settled(report.settled);
    for (const LeftBehind& left : report.left_behind) {
        Line one = line("left_behind");
        one.text("address", left.address.text());
        one.text("id", left.id.text());
        write(one);
    }
    for (const std::string& mismatch : report.mismatches) {
        Line one = line("mismatch");
        one.text("message", mismatch);
        write(one);
    }
}

void Events::found(const std::vector<Finding>& findings, const std::string& target) {
    if (!sink_) return;
    drift_.resize(static_cast<std::size_t>(DriftKind::unowned) + 1);
    Line whole = line("drift");
    whole.text("target", target);
    whole.number("findings", findings.size());
    write(whole);
    for (const Finding& finding : findings) {
        ++drift_[static_cast<std::size_t>(finding.kind)];
        Line one = line("found");
        one.text("kind", drift_name(finding.kind));
        if (finding.address) {
            one.text("address", finding.address->text());
        } else {
            one.null("address");
        }
        one.text("name", finding.name);
        one.text_unless_empty("id", finding.id.text());
        if (finding.left_behind) one.flag("left_behind", true);
        if (!finding.attributes.empty()) one.begin_object("attributes");
        for (const AttributeChange& change : finding.attributes) {
            one.begin_object(attribute_name(change.attribute));
            one.value("wanted", change.after);
            one.value("live", change.before);
            one.end_object();
        }
        if (!finding.attributes.empty()) one.end_object();
        write(one);
    }
}

void Events::ended(ExitCode code, const Error* error) {
    if (!sink_) return;
    Line last = line("summary");
    last.text("verb", verb_);
    last.number("exit_code", static_cast<std::uint64_t>(code));
    last.flag("interrupted", interrupted_ || (error != nullptr && error->code == ErrorCode::interrupted));
    add_counts(last);
    if (error != nullptr) {
        last.begin_object("error");
        last.text("code", error_name(error->code));
        last.text("message", error->message);
        last.text_unless_empty("where", error->where);
        last.texts("hints", error->hints);
        last.end_object();
    }
    if (auto written = sink_->write(last.finish(), {}); !written && lost_) lost_(written.error());
    sink_.reset();
}

void Events::add_counts(Line& line) const {
    if (planned_) {
        line.begin_object("planned");
        line.number("create", planned_->create);
        line.number("update", planned_->update);
        line.number("replace", planned_->replace);
        line.number("delete", planned_->remove);
        line.number("adopt", planned_->adopt);
        line.number("waiting", planned_->waiting);
        line.number("unchanged", planned_->unchanged);
        line.end_object();
    }
    if (!results_.empty()) {
        line.begin_object("results");
        for (std::size_t i = 0; i < results_.size(); ++i)
            line.number(kResults[i], results_[i]);
        line.end_object();
    }
    if (!stages_.empty()) {
        line.begin_object("tasks");
        for (std::size_t i = 0; i < stages_.size(); ++i)
            line.number(stage_name(static_cast<TaskStage>(i)), stages_[i]);
        line.end_object();
    }
    if (!drift_.empty()) {
        line.begin_object("drift");
        for (std::size_t i = 0; i < drift_.size(); ++i)
            line.number(drift_name(static_cast<DriftKind>(i)), drift_[i]);
        line.end_object();
    }
}

// With the counts as they are now: there is no time for it when it is needed.
Farewell Events::farewell() const {
    Line last = line("summary");
    last.text("verb", verb_);
    last.number("exit_code", static_cast<std::uint64_t>(ExitCode::interrupted));
    last.flag("interrupted", true);
    add_counts(last);
    const std::size_t stamp = last.stamp();
    return {last.finish(), stamp};
}

Events::Line Events::line(std::string_view event) const {
    return {sequence_, now_(), event};
}

void Events::write(Line& line) {
    if (!sink_) return;
    ++sequence_;
    auto written = sink_->write(line.finish(), farewell());
    if (written) return;
    sink_.reset();
    if (lost_) lost_(written.error());
}

}  // namespace tlm::cmd
