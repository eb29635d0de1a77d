#include "cmd/on_finish.h"

#include <fmt/format.h>

#include "cmd/child_process.h"
#include "cmd/stdio.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

constexpr auto kLongest = std::chrono::seconds(60);  // a notification, not a job

void pass_on(const std::string& output) {
    // It comes from another program, and may be anything.
    std::size_t begin = 0;
    while (begin < output.size()) {
        const std::size_t end = std::min(output.find('\n', begin), output.size());
        write_err(visible(output.substr(begin, end - begin)) + "\n");
        begin = end + 1;
    }
}

}  // namespace

Result<void> SummarySink::write(std::string_view line, const Farewell& farewell) {
    // After the last line there is nothing to say farewell with.
    if (farewell.line.empty()) summary_ = redacted(std::string(line));
    if (inner_ == nullptr) return success();
    if (auto written = inner_->write(line, farewell); !written) {
        inner_.reset();
        lost_(written.error());
    }
    return success();
}

Result<void> run_on_finish(const std::string& command, const std::string& summary) {
    BOOST_OUTCOME_TRY(outcome, run_child({"sh", "-c", command}, summary, kLongest));
    pass_on(outcome.out);
    pass_on(outcome.err);
    using End = ChildOutcome::End;
    if (outcome.end == End::exited && outcome.exit_code == 0) return success();
    const std::string how = outcome.end == End::timed_out ? fmt::format("took over {} s", kLongest.count())
                            : outcome.end == End::exited  ? fmt::format("ended with {}", outcome.exit_code)
                                                          : "could not be run to its end";
    return fail(ErrorCode::internal, fmt::format("the command of --on-finish {}", how), command);
}

}  // namespace tlm::cmd
