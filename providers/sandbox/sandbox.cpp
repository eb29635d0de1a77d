#include "providers/sandbox/sandbox.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <chrono>
#include <ctime>

#include "providers/sandbox/database.h"
#include "providers/sandbox/fleet_table.h"

namespace tlm {

using boost::outcome_v2::success;
using sandbox::Database;
using sandbox::Failure;
using sandbox::Try;

namespace {

std::string utc_now() {
    using namespace std::chrono;
    const auto now = floor<milliseconds>(system_clock::now());
    const std::time_t seconds = system_clock::to_time_t(now);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 32> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    return fmt::format("{}.{:03}Z", std::string_view(text.data(), length),
                       now.time_since_epoch().count() % 1000);
}

// A random UUID, version 4.
std::string random_uuid() {
    std::array<unsigned char, 16> bytes{};
    // So few bytes are never cut short; only a signal early in the machine's life can interrupt.
    while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    }
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
    std::string uuid;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) uuid += '-';
        uuid += fmt::format("{:02x}", bytes.at(i));
    }
    return uuid;
}

Failure unsafe(const Error& error) {
    return {error.message, false, false, error.hints};
}

}  // namespace

Sandbox::Sandbox(OwnFile own, std::string path, Now now)
    : own_(std::move(own)), path_(std::move(path)), now_(std::move(now)) {}

Sandbox::~Sandbox() = default;

Result<std::unique_ptr<Sandbox>> Sandbox::open(const OwnFile& own, Now now) {
    if (own.path.empty()) {
        return fail(ErrorCode::unreachable, "can't open the sandbox: its path is empty", {},
                    {"Name it as `sandbox:PATH`."});
    }
    auto file = storage::locate(own.path);
    if (!file) {
        return fail(ErrorCode::unreachable, "can't use the sandbox: " + file.error().message,
                    file.error().where, file.error().hints);
    }
    if (!now) now = utc_now;
    std::unique_ptr<Sandbox> sandbox(new Sandbox(own, file.value(), std::move(now)));
    if (auto opened = sandbox->open_existing(); !opened) return sandbox->unreachable(opened.error());
    return sandbox;
}

Error Sandbox::unreachable(const Failure& failure) const {
    std::vector<std::string> hints = failure.hints;
    if (failure.busy) hints = {"Another process is writing to it; run the command again."};
    if (failure.read_only) hints = {"Check the permissions of the file and of its directory."};
    return fail(ErrorCode::unreachable, "can't use the sandbox: " + failure.cause, path_, std::move(hints));
}

// The transaction that it happened in is rolled back, so that nothing has reached the file.
CallOutcome Sandbox::not_done(const Failure& failure) const {
    std::string reason = fmt::format("can't write to the sandbox {}: {}", path_, failure.cause);
    if (failure.busy) return CallNotNow{std::chrono::milliseconds(200), std::move(reason)};
    return CallNotSent{std::move(reason)};
}

Try<void> Sandbox::open_existing() {
    auto presence = storage::inspect(path_);
    if (!presence) return unsafe(presence.error());
    if (presence.value() == storage::Presence::missing) return success();
    BOOST_OUTCOME_TRY(database, Database::open(path_));
    BOOST_OUTCOME_TRY(usable, database->is_sandbox());
    if (usable) {
        database_ = std::move(database);
    } else if (auto fillable = storage::may_fill(own_, path_); !fillable) {
        return unsafe(fillable.error());
    }
    return success();
}

Try<void> Sandbox::prepare_write() {
    if (database_ == nullptr) {
        auto place = storage::prepare_to_write(own_);
        if (!place) return unsafe(place.error());
        BOOST_OUTCOME_TRY(database, Database::open(path_));
        BOOST_OUTCOME_TRY(usable, database->is_sandbox());
        if (!usable && !place.value().fillable)
            return Failure{"it is an empty database that tlm did not make"};
        if (!usable) {
            BOOST_OUTCOME_TRYV(database->initialise());
        }
        database_ = std::move(database);
    }
    if (database_->in_transaction()) return success();
    return database_->begin();
}

Result<Snapshot> Sandbox::read_fleet() {
    finish_transaction();
    auto fleet = snapshot();
    if (!fleet) return unreachable(fleet.error());
    return std::move(fleet.value());
}

Result<Snapshot> Sandbox::read_tasks(const std::vector<ResourceId>& /*teams*/) {
    BOOST_OUTCOME_TRY(fleet, read_fleet());
    std::erase_if(fleet.resources, [](const LiveResource& live) { return live.kind != Kind::task; });
    return fleet;
}

Try<Snapshot> Sandbox::snapshot() {
    if (database_ == nullptr) {
        BOOST_OUTCOME_TRYV(open_existing());
    }
    if (database_ == nullptr) return Snapshot();
    if (auto progress = make_progress(); !progress) {
        database_->roll_back();
        // Who may only look, or finds someone else writing, sees the fleet as it is.
        if (!progress.error().read_only && !progress.error().busy) return progress.error();
    }
    BOOST_OUTCOME_TRY(resources, sandbox::read_all(*database_));
    return Snapshot{std::move(resources), true};
}

Try<void> Sandbox::make_progress() {
    BOOST_OUTCOME_TRY(waiting, sandbox::ready_tasks(*database_));
    if (waiting.empty()) return success();
    BOOST_OUTCOME_TRYV(database_->begin());
    // All are found before any is completed, so that a chain moves by one link only.
    BOOST_OUTCOME_TRY(ready, sandbox::ready_tasks(*database_));
    for (const ResourceId& id : ready) {
        BOOST_OUTCOME_TRYV(sandbox::complete_task(*database_, id));
    }
    return database_->commit();
}

Result<std::vector<std::vector<LiveResource>>> Sandbox::find(const std::vector<LookUp>& wanted) {
    finish_transaction();
    std::vector<std::vector<LiveResource>> all(wanted.size());
    if (database_ == nullptr) {
        if (auto opened = open_existing(); !opened) return unreachable(opened.error());
        if (database_ == nullptr) return all;
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        auto found = sandbox::read_named(*database_, wanted[i].kind, wanted[i].name, wanted[i].team);
        if (!found) return unreachable(found.error());
        all[i] = std::move(found.value());
    }
    return all;
}

void Sandbox::submit(Call call) {
    const CallId id = call.id;
    auto outcome = carry_out(call);
    if (outcome) {
        completions_.push_back({id, std::move(outcome.value())});
        return;
    }
    completions_.push_back({id, CallNotSent{}});
    abandon_transaction(not_done(outcome.error()));
}

std::vector<Completion> Sandbox::wait(std::chrono::steady_clock::time_point) {
    finish_transaction();
    committed_ = 0;
    return std::exchange(completions_, {});
}

// One sync for all calls since the last time.
void Sandbox::finish_transaction() {
    if (database_ != nullptr && database_->in_transaction()) {
        auto committed = database_->commit();
        if (!committed) {
            // A commit that fails half-way may be found complete when the file is read again, except where it
            // did not begin for another process' sake.
            const Failure& failure = committed.error();
            abandon_transaction(failure.busy ? not_done(failure) : CallUnknown{failure.cause});
        }
    }
    committed_ = completions_.size();
}

void Sandbox::abandon_transaction(const CallOutcome& outcome) {
    if (database_ != nullptr) database_->roll_back();
    for (; committed_ < completions_.size(); ++committed_)
        completions_[committed_].outcome = outcome;
}

Try<CallOutcome> Sandbox::carry_out(const Call& call) {
    BOOST_OUTCOME_TRYV(prepare_write());
    return std::visit([&](const auto& what) { return carry_out(call.kind, what); }, call.what);
}

Try<CallOutcome> Sandbox::carry_out(Kind kind, const CreateCall& call) {
    LiveResource resource{kind, ResourceId(random_uuid()), call.name, {}, Timestamp(now_()), call.attributes};
    if (kind == Kind::agent) resource.attributes.set(Attribute::status, std::string("offline"));
    if (kind == Kind::task) {
        resource.team = call.team;
        resource.attributes.set(Attribute::status, std::string("pending"));
    }
    BOOST_OUTCOME_TRYV(sandbox::insert(*database_, resource));
    return CallOutcome(CallDone{std::move(resource)});
}

Try<CallOutcome> Sandbox::carry_out(Kind kind, const UpdateCall& call) {
    return set(kind, call.id, call.attributes);
}

Try<CallOutcome> Sandbox::carry_out(Kind kind, const RenameCall& call) {
    if (kind == Kind::task) return CallOutcome(CallRefused{"tasks can't be renamed"});
    BOOST_OUTCOME_TRY(found, sandbox::read_one(*database_, kind, call.id));
    if (!found) return CallOutcome(CallGone{fmt::format("{} not found", kind_name(kind))});
    found->name = call.name;
    BOOST_OUTCOME_TRYV(sandbox::store_name(*database_, *found));
    return CallOutcome(CallDone{std::move(*found)});
}

Try<CallOutcome> Sandbox::carry_out(Kind kind, const StartCall& call) {
    if (kind != Kind::agent) return CallOutcome(CallRefused{"only agents can be started"});
    Attributes online;
    online.set(Attribute::status, std::string("online"));
    return set(kind, call.id, online);
}

Try<CallOutcome> Sandbox::carry_out(Kind kind, const StopCall& call) {
    if (kind != Kind::agent) return CallOutcome(CallRefused{"only agents can be stopped"});
    Attributes offline;
    offline.set(Attribute::status, std::string("offline"));
    return set(kind, call.id, offline);
}

Try<CallOutcome> Sandbox::carry_out(Kind kind, const DeleteCall& call) {
    if (kind == Kind::task) return CallOutcome(CallRefused{"tasks can't be deleted"});
    BOOST_OUTCOME_TRY(erased, sandbox::erase(*database_, kind, call.id));
    if (!erased) return CallOutcome(CallGone{fmt::format("{} not found", kind_name(kind))});
    return CallOutcome(CallDone{});
}

Try<CallOutcome> Sandbox::set(Kind kind, const ResourceId& id, const Attributes& attributes) {
    BOOST_OUTCOME_TRY(found, sandbox::read_one(*database_, kind, id));
    if (!found) return CallOutcome(CallGone{fmt::format("{} not found", kind_name(kind))});
    LiveResource& resource = *found;
    for (const auto& [attribute, value] : attributes)
        resource.attributes.set(attribute, value);
    BOOST_OUTCOME_TRYV(sandbox::store_attributes(*database_, resource));
    return CallOutcome(CallDone{std::move(resource)});
}

}  // namespace tlm
