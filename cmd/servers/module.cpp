#include "cmd/servers/module.h"

#include <string_view>

#include "cmd/servers/servers.h"
#include "cmd/version.h"

extern "C" [[gnu::visibility("default")]] const tlm::cmd::Servers* tlm_servers(const char* version) {
    return std::string_view(version) == tlm::cmd::kVersion ? &tlm::cmd::linked_servers() : nullptr;
}
