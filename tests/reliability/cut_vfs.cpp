// Makes SQLite's default file system one that loses power: linked into a copy of the program, it kills the
// process at the k-th time that SQLite makes a file durable, with what a cut of the power would leave behind.
//   TLM_CUT_SYNC=k     at which sync, from 1
//   TLM_CUT_HOW=how    killed  before the sync; what was written stays (the process dies, the machine lives)
//                      lost    before the sync; nothing that was written since the last one stays
//                      torn    before the sync; the first half of it stays, down to the middle of a write
//                      after   after the sync; what other files have not synced is lost
// Without TLM_CUT_SYNC it changes nothing.
#include <sqlite3.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace {

sqlite3_vfs* system_files = nullptr;  // SQLite's own
sqlite3_vfs cutting_files;

struct File {
    sqlite3_file base;
    sqlite3_io_methods methods;
    sqlite3_file* inner;  // behind this struct, in the same allocation
    const char* name;     // SQLite keeps it until the file is closed; null for a temporary file
};

// Making one of its handles durable makes a file durable, whoever wrote to it.
bool same_file(const File& left, const File& right) {
    return &left == &right ||
           (left.name != nullptr && right.name != nullptr && std::strcmp(left.name, right.name) == 0);
}

// What a write has replaced.
struct Unsynced {
    File* file;
    sqlite3_int64 offset;
    std::string before;
    sqlite3_int64 size_before;
    sqlite3_int64 length;  // that was written; 0: the file was cut to `offset`
};

// Connections are written to by one thread.
std::vector<Unsynced>& unsynced() {
    static std::vector<Unsynced> all;
    return all;
}

File& of(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file);
}

sqlite3_int64 size_of(sqlite3_file* inner) {
    sqlite3_int64 size = 0;
    inner->pMethods->xFileSize(inner, &size);
    return size;
}

void remember(File& file, sqlite3_int64 offset, sqlite3_int64 length) {
    const sqlite3_int64 size = size_of(file.inner);
    const sqlite3_int64 end = length == 0 ? size : std::min(size, offset + length);
    std::string before(static_cast<std::size_t>(std::max<sqlite3_int64>(0, end - offset)), '\0');
    if (!before.empty())
        file.inner->pMethods->xRead(file.inner, before.data(), static_cast<int>(before.size()), offset);
    unsynced().push_back({&file, offset, std::move(before), size, length});
}

// Undoes it but for its first `kept` bytes.
void undo(const Unsynced& write, sqlite3_int64 kept) {
    sqlite3_file* inner = write.file->inner;
    const auto skip = std::min<std::size_t>(static_cast<std::size_t>(kept), write.before.size());
    const std::string_view rest = std::string_view(write.before).substr(skip);
    if (!rest.empty()) {
        inner->pMethods->xWrite(inner, rest.data(), static_cast<int>(rest.size()),
                                write.offset + static_cast<sqlite3_int64>(skip));
    }
    const sqlite3_int64 size = std::max(write.size_before, kept == 0 ? 0 : write.offset + kept);
    if (size < size_of(inner)) inner->pMethods->xTruncate(inner, size);
}

[[noreturn]] void die() {
    std::raise(SIGKILL);
    std::abort();
}

void lose_everything_after(std::size_t kept_writes, bool tear) {
    std::vector<Unsynced>& all = unsynced();
    for (std::size_t i = all.size(); i > kept_writes; --i)
        undo(all[i - 1], tear && i - 1 == kept_writes ? all[i - 1].length / 2 : 0);
}

// Whether this is the sync at which the power goes.
bool is_the_one() {
    static int synced = 0;
    static const char* const at = std::getenv("TLM_CUT_SYNC");
    return at != nullptr && ++synced == std::atoi(at);
}

int sync(sqlite3_file* raw, int flags) {
    File& file = of(raw);
    const bool cut = is_the_one();
    const char* chosen = std::getenv("TLM_CUT_HOW");
    const std::string_view how = chosen == nullptr ? "killed" : chosen;
    if (cut && how != "after") {
        if (how == "lost") lose_everything_after(0, false);
        if (how == "torn") lose_everything_after(unsynced().size() / 2, true);
        die();
    }
    const int code = file.inner->pMethods->xSync(file.inner, flags);
    std::erase_if(unsynced(), [&](const Unsynced& write) { return same_file(*write.file, file); });
    if (cut) {
        lose_everything_after(0, false);
        die();
    }
    return code;
}

int write(sqlite3_file* raw, const void* data, int length, sqlite3_int64 offset) {
    File& file = of(raw);
    remember(file, offset, length);
    return file.inner->pMethods->xWrite(file.inner, data, length, offset);
}

int truncate(sqlite3_file* raw, sqlite3_int64 size) {
    File& file = of(raw);
    if (size < size_of(file.inner)) remember(file, size, 0);
    return file.inner->pMethods->xTruncate(file.inner, size);
}

int close(sqlite3_file* raw) {
    File& file = of(raw);
    // Closed is not durable, but there is no way back to it.
    std::erase_if(unsynced(), [&](const Unsynced& write) { return write.file == &file; });
    return file.inner->pMethods->xClose(file.inner);
}

// Passes a call on to SQLite's own file, whatever its arguments.
template <auto Method>
struct PassOn;

template <typename... Arguments, int (*sqlite3_io_methods::*Method)(sqlite3_file*, Arguments...)>
struct PassOn<Method> {
    static int call(sqlite3_file* raw, Arguments... arguments) {
        sqlite3_file* inner = of(raw).inner;
        return (inner->pMethods->*Method)(inner, arguments...);
    }
};

void shm_barrier(sqlite3_file* raw) {
    sqlite3_file* inner = of(raw).inner;
    inner->pMethods->xShmBarrier(inner);
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* raw, int flags, int* out_flags) {
    auto* file = new (raw) File{};
    file->inner = reinterpret_cast<sqlite3_file*>(file + 1);
    file->name = name;
    const int code = system_files->xOpen(system_files, name, file->inner, flags, out_flags);
    if (file->inner->pMethods == nullptr) return code;
    using Io = sqlite3_io_methods;
    file->methods = {
        .iVersion = std::min(2, file->inner->pMethods->iVersion),  // 3 would be read past us, by mmap
        .xClose = close,
        .xRead = PassOn<&Io::xRead>::call,
        .xWrite = write,
        .xTruncate = truncate,
        .xSync = sync,
        .xFileSize = PassOn<&Io::xFileSize>::call,
        .xLock = PassOn<&Io::xLock>::call,
        .xUnlock = PassOn<&Io::xUnlock>::call,
        .xCheckReservedLock = PassOn<&Io::xCheckReservedLock>::call,
        .xFileControl = PassOn<&Io::xFileControl>::call,
        .xSectorSize = PassOn<&Io::xSectorSize>::call,
        .xDeviceCharacteristics = PassOn<&Io::xDeviceCharacteristics>::call,
        .xShmMap = PassOn<&Io::xShmMap>::call,
        .xShmLock = PassOn<&Io::xShmLock>::call,
        .xShmBarrier = shm_barrier,
        .xShmUnmap = PassOn<&Io::xShmUnmap>::call,
        .xFetch = nullptr,
        .xUnfetch = nullptr,
    };
    file->base.pMethods = &file->methods;
    return code;
}

[[maybe_unused]] const int registered = [] {
    system_files = sqlite3_vfs_find(nullptr);
    cutting_files = *system_files;
    cutting_files.zName = "cutting";
    cutting_files.pNext = nullptr;
    cutting_files.szOsFile = static_cast<int>(sizeof(File)) + system_files->szOsFile;
    cutting_files.xOpen = open;
    return sqlite3_vfs_register(&cutting_files, 1);
}();

}  // namespace
