#include "cmd/servers/servers.h"

namespace tlm::cmd {

Result<const Servers*> load_servers() {
    return &linked_servers();
}

}  // namespace tlm::cmd
