// Loaded into the program under test with LD_PRELOAD: a machine whose disk fills up or breaks, and whose
// clock goes back. Only files below a directory `.tlm` are concerned.
//
//   TLM_TEST_DISK_FAULT   errno to fail with from the n-th call on (28 is ENOSPC, 5 is EIO); 0: none
//   TLM_TEST_DISK_CALLS   how many calls that change the disk succeed before that
//   TLM_TEST_DISK_ONCE    set: only one call fails
//   TLM_TEST_DISK_COUNT   a file into which the number of such calls is written at the end
//   TLM_TEST_NO_MODES     set: a file system that holds no modes, on which every file has mode 0777
//   TLM_TEST_CLOCK_SHIFT  seconds added to the time of day
//   TLM_TEST_CLOCK_JUMP   after so many looks at the clock, the time of day goes back by an hour
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

long setting(const char* name, long otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtol(text, nullptr, 10);
}

template <typename Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

bool concerned(int fd) {
    char link[64];
    char path[4096];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return false;
    path[length] = '\0';
    return std::strstr(path, "/.tlm/") != nullptr;
}

std::atomic<long> calls{0};

__attribute__((destructor)) void write_count() {
    const char* path = std::getenv("TLM_TEST_DISK_COUNT");
    if (path == nullptr) return;
    if (std::FILE* file = std::fopen(path, "w")) {
        std::fprintf(file, "%ld", calls.load());
        std::fclose(file);
    }
}

// Whether this call, which would change the disk, fails.
bool fails(int fd) {
    const long fault = setting("TLM_TEST_DISK_FAULT", 0);
    if (fault == 0 || !concerned(fd)) return false;
    const long number = calls++;
    const long allowed = setting("TLM_TEST_DISK_CALLS", 0);
    if (number < allowed || (std::getenv("TLM_TEST_DISK_ONCE") != nullptr && number > allowed)) return false;
    errno = static_cast<int>(fault);
    return true;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* data, size_t size) {
    static auto* const next = real<ssize_t(int, const void*, size_t)>("write");
    return fails(fd) ? -1 : next(fd, data, size);
}

// A disk that fills up takes a part first.
ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
    static auto* const next = real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
    if (!fails(fd)) return next(fd, data, size, offset);
    if (errno == ENOSPC && size > 1) return next(fd, data, size / 2, offset);
    return -1;
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
    static auto* const next = real<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
    if (!fails(fd)) return next(fd, data, size, offset);
    if (errno == ENOSPC && size > 1) return next(fd, data, size / 2, offset);
    return -1;
}

int fsync(int fd) {
    static auto* const next = real<int(int)>("fsync");
    return fails(fd) ? -1 : next(fd);
}

int fdatasync(int fd) {
    static auto* const next = real<int(int)>("fdatasync");
    return fails(fd) ? -1 : next(fd);
}

// As DrvFs and CIFS do it: no error, and no effect.
int fchmod(int fd, mode_t mode) {
    static auto* const next = real<int(int, mode_t)>("fchmod");
    return next(fd, std::getenv("TLM_TEST_NO_MODES") == nullptr ? mode : 0777);
}

int ftruncate(int fd, off_t size) {
    static auto* const next = real<int(int, off_t)>("ftruncate");
    return fails(fd) ? -1 : next(fd, size);
}

int ftruncate64(int fd, off64_t size) {
    static auto* const next = real<int(int, off64_t)>("ftruncate64");
    return fails(fd) ? -1 : next(fd, size);
}

int clock_gettime(clockid_t clock, timespec* time) {
    static std::atomic<long> looks{0};
    // Not by dlsym, which allocates: a sanitizer's allocator looks at the clock with its lock held.
    const auto result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
    if (result != 0 || clock != CLOCK_REALTIME) return result;
    time->tv_sec += setting("TLM_TEST_CLOCK_SHIFT", 0);
    const long jump = setting("TLM_TEST_CLOCK_JUMP", -1);
    if (jump >= 0 && looks++ >= jump) time->tv_sec -= 3600;
    return result;
}
}
