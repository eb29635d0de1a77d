#include <dlfcn.h>
#include <fmt/format.h>

#include "cmd/servers/module.h"
#include "cmd/servers/servers.h"
#include "cmd/version.h"

namespace tlm::cmd {
namespace {

Error unusable(std::string_view why) {
    return fail(
        ErrorCode::internal, fmt::format("the part of tlm that talks to servers can't be used: {}", why), {},
        {fmt::format("Install tlm as a whole, with `cmake --install` or as a package: {} belongs into "
                     "lib/tlm/ where the program is in bin/.",
                     kServersModule)});
}

// The dynamic loader puts the program's own directory in for $ORIGIN. Not by a RUNPATH of the program: it
// would look there for every library that the program needs, at each start.
Result<const Servers*> load() {
    const std::string path = fmt::format("$ORIGIN/{}/{}", TLM_MODULE_DIR, kServersModule);
    // It stays: threads of it may outlive every use.
    void* module = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (module == nullptr) return unusable(dlerror());
    const auto entry = reinterpret_cast<ServersEntry>(dlsym(module, kServersEntry));
    const Servers* servers = entry == nullptr ? nullptr : entry(kVersion);
    if (servers == nullptr) return unusable(fmt::format("{} is not of this version of tlm", kServersModule));
    return servers;
}

}  // namespace

Result<const Servers*> load_servers() {
    static const Result<const Servers*> loaded = load();
    return loaded;
}

}  // namespace tlm::cmd
