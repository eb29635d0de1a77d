#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cmd/event_file.h"

namespace tlm::cmd {

// Passes events on to another sink, where there is one, and keeps the last line, the summary. Where the other
// one takes no more, `lost` is called once, and the summary is kept all the same.
class SummarySink final : public EventSink {
  public:
    using Lost = std::function<void(const Error&)>;
    // `summary` outlives it.
    SummarySink(std::unique_ptr<EventSink> inner, std::string& summary, Lost lost)
        : inner_(std::move(inner)), summary_(summary), lost_(std::move(lost)) {}

    [[nodiscard]] Result<void> write(std::string_view line, const Farewell& farewell) override;

  private:
    std::unique_ptr<EventSink> inner_;
    std::string& summary_;
    Lost lost_;
};

// Runs the command with `sh -c`, the summary on its standard input, for a minute at most. What it prints goes
// to standard error. Errors: internal, where it can't be started or does not end well; the run that it is
// told of is over by then, and its exit code stands.
[[nodiscard]] Result<void> run_on_finish(const std::string& command, const std::string& summary);

}  // namespace tlm::cmd
