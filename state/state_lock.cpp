#include "state/state_lock.h"

#include <algorithm>
#include <thread>

#include "state/file_lock.h"
#include "state/holder_table.h"
#include "state/opening.h"

namespace tlm {

using state::Attempt;
using state::LegacyLock;
using state::StateDescriptor;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Members end in the reverse of this order: the connection before the descriptor of the same file, and the
// lock last.
struct StateLock::Held {
    StateDescriptor descriptor;
    LegacyLock legacy;
    std::unique_ptr<state::Database> database = {};  // through which the holder's row is written

    ~Held() {
        // Otherwise the next holder would be mistaken for this one until it has written its own row.
        if (database != nullptr) static_cast<void>(state::erase_holder(*database));
    }
};

namespace {

// Who holds the lock of the state's own file. Nothing is known of a holder that has taken it and not written
// its row yet, nor where the state can't be read.
std::optional<LockHolder> holder_of_state(const OwnFile& state) {
    const auto found = state::open_to_read(state);
    if (!found || found.value().database == nullptr) return std::nullopt;
    auto holder = state::read_holder(*found.value().database);
    return holder ? std::move(holder.value()) : std::nullopt;
}

LockHolder holder_of_legacy(const std::string& file) {
    const auto lock = LegacyLock::open(file);
    return lock ? state::from_record(lock.value().record()) : LockHolder();
}

// A holder takes the lock a moment before it writes who it is.
LockHolder known_holder(const OwnFile& state, const std::string& file, bool of_state) {
    constexpr int kTries = 20;
    for (int i = 0; i < kTries; ++i) {
        auto holder = of_state ? holder_of_state(state) : std::nullopt;
        if (!holder) holder = holder_of_legacy(file);
        if (holder != LockHolder()) return *holder;
        std::this_thread::sleep_for(milliseconds(1));
    }
    return {};
}

Error locked_by(const LockHolder& holder, const std::string& file) {
    return fail(ErrorCode::locked, "the state is locked by " + state::describe(holder), file,
                {"Wait for it with `--lock-timeout`, for example `--lock-timeout 60s`.",
                 "The lock ends by itself with the process that holds it; there is nothing to delete."});
}

// Who holds the lock is written in both places.
Result<void> record_holder(const std::string& doing, LegacyLock& legacy, state::Database& database) {
    const LockHolder holder = state::this_process(doing);
    BOOST_OUTCOME_TRYV(legacy.write_record(state::to_record(holder)));
    // It is of no use once the process is gone, so that it need not be durable.
    BOOST_OUTCOME_TRYV(database.script("PRAGMA synchronous = NORMAL"));
    return state::put_holder(database, holder);
}

}  // namespace

StateLock::StateLock(std::unique_ptr<Held> held) : held_(std::move(held)) {}
StateLock::StateLock(StateLock&& other) noexcept = default;
StateLock& StateLock::operator=(StateLock&& other) noexcept = default;
StateLock::~StateLock() = default;

Result<StateLock> StateLock::acquire(const OwnFile& state, const std::string& doing, milliseconds timeout) {
    constexpr milliseconds kLongestPause(500);
    const auto deadline = steady_clock::now() + timeout;
    milliseconds pause(10);
    auto place = storage::prepare_to_write(state);
    if (!place) return state::unusable(place.error());
    const std::string& file = place.value().file;
    while (true) {
        BOOST_OUTCOME_TRY(descriptor, StateDescriptor::open(file, true));
        BOOST_OUTCOME_TRY(attempt, descriptor.try_lock());
        const bool of_state = attempt == Attempt::held;
        if (attempt == Attempt::taken && descriptor.is_at_path()) {
            BOOST_OUTCOME_TRY(legacy, LegacyLock::open_or_create(file));
            BOOST_OUTCOME_TRY(also, legacy.try_lock());
            if (also == Attempt::taken) {
                // From here on both end with this object.
                StateLock lock(std::unique_ptr<Held>(new Held{std::move(descriptor), std::move(legacy)}));
                BOOST_OUTCOME_TRY(database, state::open_or_create(place.value()));
                lock.held_->database = std::move(database);
                BOOST_OUTCOME_TRYV(record_holder(doing, lock.held_->legacy, *lock.held_->database));
                return lock;
            }
        }
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        if (left <= milliseconds::zero()) return locked_by(known_holder(state, file, of_state), file);
        std::this_thread::sleep_for(std::min(pause, left));
        pause = std::min(pause * 2, kLongestPause);
    }
}

Result<std::optional<LockHolder>> StateLock::holder(const OwnFile& state) {
    auto located = storage::locate(state.path);
    if (!located) return state::unusable(located.error());
    const std::string& file = located.value();
    if (auto safe = storage::inspect(file); !safe) return state::unusable(safe.error());
    const auto descriptor = StateDescriptor::open(file, false);
    if (!descriptor && descriptor.error().code != ErrorCode::not_found) return descriptor.error();
    bool of_state = false;
    if (descriptor) {
        BOOST_OUTCOME_TRY(held, descriptor.value().locked_elsewhere());
        of_state = held;
    }
    const auto legacy = LegacyLock::open(file);
    if (!legacy && legacy.error().code != ErrorCode::not_found) return legacy.error();
    if (!of_state) {
        if (!legacy) return std::optional<LockHolder>();
        BOOST_OUTCOME_TRY(held, legacy.value().locked_elsewhere());
        if (!held) return std::optional<LockHolder>();
    }
    return std::optional<LockHolder>(known_holder(state, file, of_state));
}

}  // namespace tlm
