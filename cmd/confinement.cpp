#include "cmd/confinement.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <openssl/crypto.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <span>

namespace tlm::cmd {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kBuiltWithSanitizer = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kBuiltWithSanitizer = true;
#else
constexpr bool kBuiltWithSanitizer = false;
#endif
#else
constexpr bool kBuiltWithSanitizer = false;
#endif

class RulesetFd {
  public:
    explicit RulesetFd(long fd) : fd_(static_cast<int>(fd)) {}
    RulesetFd(const RulesetFd&) = delete;
    RulesetFd& operator=(const RulesetFd&) = delete;
    ~RulesetFd() {
        if (fd_ >= 0) close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

// Everything that this version of Landlock can forbid. Our headers may be older than the kernel: what they
// name is version 1, whose last one is MAKE_SYM; 2 added REFER, 3 TRUNCATE.
std::uint64_t every_access(long version) {
    constexpr std::uint64_t kLastOfVersion1 = LANDLOCK_ACCESS_FS_MAKE_SYM;
    const std::uint64_t last = kLastOfVersion1 << (version < 3 ? version - 1 : 2);
    return (last << 1U) - 1;
}

// Where it can't be allowed (it does not exist, or is a pipe, which Landlock lets be read anyway), opening it
// says why.
void allow_reading(const RulesetFd& ruleset, const std::string& path) {
    const RulesetFd opened(open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat status {};
    if (opened.get() < 0 || fstat(opened.get(), &status) != 0) return;
    landlock_path_beneath_attr rule{};
    rule.parent_fd = opened.get();
    rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
    if (S_ISDIR(status.st_mode)) rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
    syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

bool confine_files(const std::vector<std::string>& readable) {
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return false;
    landlock_ruleset_attr forbidden{};
    forbidden.handled_access_fs = every_access(version);
    const RulesetFd ruleset(syscall(SYS_landlock_create_ruleset, &forbidden, sizeof forbidden, 0));
    if (ruleset.get() < 0) return false;
    for (const std::string& path : readable)
        allow_reading(ruleset, path);
    // How many processors there are, for who shares work among threads.
    allow_reading(ruleset, "/sys/devices/system/cpu/online");
    // LeakSanitizer looks at the maps and threads of its process when it ends. What finds names for the
    // addresses in a report is a program, and can't be started.
    if (kBuiltWithSanitizer) allow_reading(ruleset, "/proc");
    return syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
}

// The network, also by io_uring, which seccomp does not see into, and by the sockets of other processes.
constexpr std::array kNetworkCalls = {
    SCMP_SYS(socket),   SCMP_SYS(connect),        SCMP_SYS(bind),        SCMP_SYS(listen),
    SCMP_SYS(accept),   SCMP_SYS(accept4),        SCMP_SYS(sendto),      SCMP_SYS(sendmsg),
    SCMP_SYS(sendmmsg), SCMP_SYS(io_uring_setup), SCMP_SYS(pidfd_getfd),
};
// Changes of files that Landlock knows nothing of, truncate(2) where the kernel is Debian 12's.
constexpr std::array kFileCalls = {
    SCMP_SYS(truncate),     SCMP_SYS(chmod),        SCMP_SYS(fchmod),    SCMP_SYS(fchmodat),
    SCMP_SYS(chown),        SCMP_SYS(fchown),       SCMP_SYS(lchown),    SCMP_SYS(fchownat),
    SCMP_SYS(setxattr),     SCMP_SYS(lsetxattr),    SCMP_SYS(fsetxattr), SCMP_SYS(removexattr),
    SCMP_SYS(lremovexattr), SCMP_SYS(fremovexattr), SCMP_SYS(utimensat),
};
// The same, newer than libseccomp's tables and our headers; these numbers are those of every architecture.
constexpr int kFchmodat2 = 452;
constexpr int kSetxattrat = 463;
constexpr int kRemovexattrat = 466;
constexpr int kFileSetattr = 469;
constexpr std::array kNewerFileCalls = {kFchmodat2, kSetxattrat, kRemovexattrat, kFileSetattr};
// Other processes, and other programs in the place of this one.
constexpr std::array kProcessCalls = {
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
};
// LeakSanitizer stops the threads of its own process by it.
constexpr std::array kTraceCalls = {SCMP_SYS(ptrace)};

bool forbid_calls(scmp_filter_ctx filter, std::span<const int> calls) {
    for (const int call : calls) {
        // As other calls that are not allowed: who looks after the error sees no crash.
        if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0) != 0) return false;
    }
    return true;
}

// Also sets no_new_privs, without which neither of the two is to be had.
bool confine_calls() {
    const std::unique_ptr<void, decltype(&seccomp_release)> filter(seccomp_init(SCMP_ACT_ALLOW),
                                                                   seccomp_release);
    return filter != nullptr && forbid_calls(filter.get(), kNetworkCalls) &&
           forbid_calls(filter.get(), kFileCalls) && forbid_calls(filter.get(), kNewerFileCalls) &&
           forbid_calls(filter.get(), kProcessCalls) &&
           (kBuiltWithSanitizer || forbid_calls(filter.get(), kTraceCalls)) &&
           seccomp_load(filter.get()) == 0;
}

}  // namespace

Confinement confine(const std::vector<std::string>& readable) {
    // What is read once and late otherwise: which algorithms the machine's OpenSSL allows.
    OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr);
    Confinement confinement;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return confinement;
    confinement.files = confine_files(readable);
    confinement.calls = confine_calls();
    return confinement;
}

}  // namespace tlm::cmd
