#include "cmd/core_dumps.h"

#include <sys/resource.h>

namespace tlm::cmd {

void forbid_core_dumps() {
    // One byte is too little for a file, and is what keeps the kernel from handing the dump to a program,
    // which a limit of 0 does not (do_coredump in the kernel's fs/coredump.c).
    const rlimit none = {1, 1};
    setrlimit(RLIMIT_CORE, &none);
}

}  // namespace tlm::cmd
