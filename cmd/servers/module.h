#pragma once

namespace tlm::cmd {

struct Servers;

// What the module exports: its functions, or null where the program is not of the same version.
using ServersEntry = const Servers* (*)(const char* version);
inline constexpr const char* kServersEntry = "tlm_servers";
inline constexpr const char* kServersModule = "tlm-servers.so";

}  // namespace tlm::cmd
