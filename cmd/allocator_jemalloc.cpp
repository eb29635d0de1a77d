// jemalloc in the place of the system's malloc: a plan of 100,000 agents takes three quarters of the time
// with it. Half of that is huge pages, which spare the page faults of some 400 MB and make waiting for memory
// shorter.
#include <jemalloc/jemalloc.h>
#include <sys/mman.h>

#include "cmd/allocator.h"

// Read by jemalloc before main: one arena for all threads and sizes, since what one gave back is to serve the
// others.
const char* malloc_conf = "narenas:1,oversize_threshold:0";

namespace tlm::cmd {
namespace {

// jemalloc asks the system for ever larger pieces. Programs that stay small never come to this one, and don't
// wait for huge pages to be cleared; jemalloc's own option `thp:always` would take 0.8 ms of every start.
constexpr std::size_t kHugeFrom = std::size_t{8} << 20;

extent_hooks_t* original = nullptr;

void* alloc(extent_hooks_t*, void* wanted, std::size_t size, std::size_t alignment, bool* zero, bool* commit,
            unsigned arena) {
    void* piece = original->alloc(original, wanted, size, alignment, zero, commit, arena);
    // A hint: where there are no huge pages, it fails and nothing is lost.
    if (piece != nullptr && size >= kHugeFrom) madvise(piece, size, MADV_HUGEPAGE);
    return piece;
}

}  // namespace

void set_up_allocator() {
    static extent_hooks_t hooks{};
    std::size_t size = sizeof original;
    if (mallctl("arena.0.extent_hooks", &original, &size, nullptr, 0) != 0) return;
    hooks = *original;
    hooks.alloc = &alloc;
    extent_hooks_t* ours = &hooks;
    mallctl("arena.0.extent_hooks", nullptr, nullptr, &ours, sizeof ours);
}

}  // namespace tlm::cmd
