#include "cmd/memory_guard.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace tlm::cmd {

void guard_memory() {
    // One byte is too little for a file, and is what keeps the kernel from handing the dump to a program,
    // which a limit of 0 does not (do_coredump in the kernel's fs/coredump.c).
    const rlimit none = {1, 1};
    setrlimit(RLIMIT_CORE, &none);
    // What is left in /proc/PID belongs to root then. It ends with execve, the limit does not.
    prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace tlm::cmd
