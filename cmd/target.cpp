#include "cmd/target.h"

#include <fmt/format.h>

#include "cmd/interrupt.h"
#include "cmd/servers/servers.h"
#include "cmd/version.h"
#include "engine/base/text.h"
#include "providers/sandbox/sandbox.h"

namespace tlm::cmd {

Result<Target> Target::open(const Context& context) {
    const Settings& settings = context.settings;
    if (!settings.sandbox_path.empty()) {
        BOOST_OUTCOME_TRY(sandbox, Sandbox::open({settings.sandbox_path, settings.sandbox_named}));
        return Target(std::move(sandbox));
    }
    BOOST_OUTCOME_TRY(servers, load_servers());
    BOOST_OUTCOME_TRYV(servers->check_tls_files(settings.tls));
    AgamemnonOptions options;
    options.url = settings.target;
    options.api_key = settings.api_key;
    options.user_agent = std::string("tlm/") + kVersion;
    options.timeout = settings.timeout;
    options.rate_limit_rps = settings.rate_limit_rps;
    options.rate_limit_burst = settings.rate_limit_burst;
    options.max_connections = context.options.parallelism;
    options.tls = settings.tls;
    options.on_wait = [&context](std::chrono::milliseconds wait, const std::string& reason) {
        say(context, fmt::format("waiting  {:.1f} s: the target asks to slow down ({})\n",
                                 static_cast<double>(wait.count()) / 1000, visible(reason)));
    };
    options.stop_requested = stop_requested;
    return servers->open_target(std::move(options));
}

}  // namespace tlm::cmd
