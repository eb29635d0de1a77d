#include "cmd/wait_settings.h"

#include <algorithm>

namespace tlm::cmd {
namespace {

// Longer than that is as good as no limit, and still fits wherever it is added to a time.
constexpr double kLongestSeconds = 3.2e8;

}  // namespace

WaitSettings wait_settings(const Context& context, const std::vector<std::string>& names,
                           const std::vector<Workflow>& workflows) {
    const Settings& settings = context.settings;
    WaitSettings wait;
    wait.poll_min = context.options.poll_min;
    wait.poll_max = context.options.poll_max;
    wait.patience = settings.failure_threshold;
    wait.retry_after = settings.failure_interval;
    for (const std::string& name : names)
        wait.limits[name] = settings.workflow_timeout;
    for (const Workflow& workflow : workflows) {
        if (workflow.timeout_seconds) {
            const double seconds = std::min(*workflow.timeout_seconds, kLongestSeconds);
            wait.limits[workflow.name] = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
        }
    }
    for (auto& [name, limit] : wait.limits) {
        if (settings.monitor_timeout.count() > 0) limit = std::min(limit, settings.monitor_timeout);
        if (context.options.timeout) limit = *context.options.timeout;
    }
    return wait;
}

}  // namespace tlm::cmd
