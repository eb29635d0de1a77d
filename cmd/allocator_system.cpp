#include <malloc.h>

#include "cmd/allocator.h"

namespace tlm::cmd {

void set_up_allocator() {
    // Else what a thread gave back serves no other, and tables that have outgrown their place are kept: of a
    // large fleet a fifth of the memory.
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

}  // namespace tlm::cmd
