// jemalloc in the place of the system's malloc: a plan of 100,000 agents takes half of the time with it. Half
// of that is huge pages, which spare the page faults of some 400 MB and make waiting for memory shorter.
#include <jemalloc/jemalloc.h>
#include <sys/mman.h>

#include <cstddef>

#include "cmd/allocator.h"

// Read by jemalloc before main: one arena for all threads and sizes, since what one gave back is to serve the
// others. What nobody took again goes back to the system after two seconds, not ten: a plan of a million
// agents takes a fifteenth less memory, and as much more time.
const char* malloc_conf = "narenas:1,oversize_threshold:0,dirty_decay_ms:2000";

namespace {

// jemalloc asks the system for ever larger pieces. Programs that stay small never come to this one, and don't
// wait for huge pages to be cleared; jemalloc's own option `thp:always` would take a millisecond of every
// start.
constexpr std::size_t kHugeFrom = std::size_t{8} << 20;

}  // namespace

// Where the program is linked with jemalloc's archive, its calls of mmap come here (ld's option --wrap). Not
// by hooks of jemalloc's (extent_hooks): with them a thread that starts waits for ever for a lock of its own,
// as of 5.3.0.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): ld gives these names
extern "C" void* __real_mmap(void* wanted, std::size_t size, int protection, int flags, int file, off_t at);
extern "C" void* __wrap_mmap(void* wanted, std::size_t size, int protection, int flags, int file, off_t at) {
    void* piece = __real_mmap(wanted, size, protection, flags, file, at);
    // A hint: where there are no huge pages, it fails and nothing is lost.
    if (piece != MAP_FAILED && (flags & MAP_ANONYMOUS) != 0 && size >= kHugeFrom)
        madvise(piece, size, MADV_HUGEPAGE);
    return piece;
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace tlm::cmd {

// jemalloc has read malloc_conf by now, and there is no more to say to it.
void set_up_allocator() {}

}  // namespace tlm::cmd
