#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "cmd/event_file.h"
#include "cmd/exit_code.h"
#include "engine/apply/report.h"
#include "engine/drift/drift.h"
#include "engine/plan/plan.h"
#include "engine/ports/observer.h"
#include "engine/wait/wait.h"

namespace tlm::cmd {

inline constexpr std::string_view kEventsFormat = "tlm-events/1";

// A run as JSON Lines, for programs: docs/events.md, and `tlm schema events`. Where a line can't be written
// any more, `lost` is called once and nothing else happens: whoever watches must not change the run.
class Events final : public Observer {
  public:
    using Now = std::function<std::chrono::system_clock::time_point()>;
    using Lost = std::function<void(const Error&)>;

    // Without a sink nothing is written.
    Events(std::unique_ptr<EventSink> sink, std::string_view verb, Now now, Lost lost);
    // A run that ended in no other way failed.
    ~Events() override;
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;

    // The plan with its digest, and each of its changes.
    void planned(const Plan& plan);
    // What was settled with earlier runs or simultaneous ones, in words.
    void settled(const std::vector<std::string>& told);
    void on(const ApplyEvent& event) override;
    // What only the end shows: changes that were not started, and what the last read found.
    void applied(const ApplyReport& report);
    // What became of the tasks that were waited for.
    void waited(const WaitReport& report);
    // Every finding of a drift.
    void found(const std::vector<Finding>& findings, const std::string& target);
    // The last line: nothing is written after it.
    void ended(ExitCode code, const Error* error);

  private:
    class Line;
    using TimePoint = std::chrono::system_clock::time_point;

    [[nodiscard]] Line line(std::string_view event) const;
    void result(const ChangeResult& result);
    void progress();
    void write(Line& line);
    void add_counts(Line& line) const;
    [[nodiscard]] Farewell farewell() const;

    std::unique_ptr<EventSink> sink_;
    std::string verb_;
    Now now_;
    Lost lost_;
    std::size_t sequence_ = 0;
    TimePoint progress_at_{};
    std::size_t total_ = 0;
    std::size_t ended_ = 0;
    std::unordered_set<const Change*> under_way_;
    bool interrupted_ = false;
    std::optional<PlanSummary> planned_;
    std::vector<std::size_t> results_;  // by ResultKind; empty before an apply begins
    std::vector<std::size_t> stages_;   // by TaskStage; empty where nothing was waited for
    std::vector<std::size_t> drift_;    // by DriftKind; empty where there was none
};

}  // namespace tlm::cmd
