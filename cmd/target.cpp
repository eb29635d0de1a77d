#include "cmd/target.h"

#include <fmt/format.h>

#include <fstream>

#include "cmd/version.h"
#include "engine/base/text.h"
#include "providers/agamemnon/agamemnon.h"
#include "providers/sandbox/sandbox.h"

namespace tlm::cmd {
namespace {

Result<void> readable(const char* setting, const std::string& file) {
    if (file.empty() || std::ifstream(file).good()) return success();
    return fail(ErrorCode::bad_input, fmt::format("can't read the file that {} names", setting), file,
                {"Check the path and the permissions."});
}

}  // namespace

Result<Target> Target::open(const Context& context) {
    const Settings& settings = context.settings;
    if (!settings.sandbox_path.empty()) {
        BOOST_OUTCOME_TRY(sandbox, Sandbox::open(settings.sandbox_path));
        return Target(std::move(sandbox));
    }
    BOOST_OUTCOME_TRYV(readable("AGAMEMNON_CA_CERT", settings.tls.ca_cert));
    BOOST_OUTCOME_TRYV(readable("AGAMEMNON_CLIENT_CERT", settings.tls.client_cert));
    BOOST_OUTCOME_TRYV(readable("AGAMEMNON_CLIENT_KEY", settings.tls.client_key));
    AgamemnonOptions options;
    options.url = settings.target;
    options.api_key = settings.api_key.reveal();
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
    BOOST_OUTCOME_TRY(agamemnon, Agamemnon::open(std::move(options)));
    return Target(std::move(agamemnon));
}

}  // namespace tlm::cmd
