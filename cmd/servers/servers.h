#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cmd/target.h"
#include "cmd/url.h"
#include "engine/ports/wake_up.h"
#include "providers/agamemnon/agamemnon.h"
#include "providers/nats/task_events.h"

namespace tlm::cmd {

// All that talks to servers. It needs libcurl and libnats, which bring some thirty shared libraries: loading
// them takes longer than all else that `tlm version` or a small plan on the sandbox does. So they are in a
// module of the program, tlm-servers.so, which is loaded when the address of a server has to be read.
struct Servers {
    std::optional<Url> (*read_url)(const std::string& text);  // as cmd/url.h says
    Result<void> (*check_tls_files)(const TlsFiles& files);
    Result<Target> (*open_target)(AgamemnonOptions options);
    std::unique_ptr<WakeUp> (*listen)(NatsOptions options);
};

// The functions themselves, for what they are linked into: the module, and programs that need no quick start.
[[nodiscard]] const Servers& linked_servers();

// The same for the command line; valid as long as the program runs. Errors: internal, where the module is not
// where it belongs or is of another version. Calls after the first do nothing.
[[nodiscard]] Result<const Servers*> load_servers();

}  // namespace tlm::cmd
