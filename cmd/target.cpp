#include "cmd/target.h"

#include "cmd/version.h"
#include "providers/agamemnon/agamemnon.h"
#include "providers/sandbox/sandbox.h"

namespace tlm::cmd {

Result<Target> Target::open(const Settings& settings, std::size_t parallelism) {
    if (!settings.sandbox_path.empty()) {
        BOOST_OUTCOME_TRY(sandbox, Sandbox::open(settings.sandbox_path));
        return Target(std::move(sandbox));
    }
    AgamemnonOptions options;
    options.url = settings.target;
    options.api_key = settings.api_key.reveal();
    options.user_agent = std::string("tlm/") + kVersion;
    options.timeout = settings.timeout;
    options.rate_limit_rps = settings.rate_limit_rps;
    options.rate_limit_burst = settings.rate_limit_burst;
    options.max_connections = parallelism;
    options.ca_file = settings.ca_file;
    BOOST_OUTCOME_TRY(agamemnon, Agamemnon::open(std::move(options)));
    return Target(std::move(agamemnon));
}

}  // namespace tlm::cmd
