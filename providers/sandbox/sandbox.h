#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/ports/provider.h"
#include "state/storage/private_file.h"

namespace tlm {

namespace sandbox {
class Database;
struct Failure;
template <typename T>
using Try = boost::outcome_v2::result<T, Failure, boost::outcome_v2::policy::terminate>;
}  // namespace sandbox

// The embedded target: a fleet in one SQLite file, to try things out without a server. It behaves as
// Agamemnon does where that matters: names are not unique, ids are random, agents start offline and tasks
// pending, tasks can't be deleted and outlive their team, member ids are not checked. Nobody works on its
// tasks: a pending task whose predecessors (the ids in blocked_by) are all completed completes by itself when
// the fleet is read, one link of a chain with each read.
//
// Reading a file that does not exist gives an empty fleet and creates nothing; the first write creates it,
// with its directory, for the owner's eyes only. A file that can't be written is read without progress.
class Sandbox final : public FleetReader, public FleetWriter {
  public:
    using Now = std::function<std::string()>;  // ISO 8601 UTC, what a new resource says of its creation

    // Errors: unreachable, with the path and the cause, also for a file that is not safe to use (a link, a
    // mount point, another user's).
    [[nodiscard]] static Result<std::unique_ptr<Sandbox>> open(const OwnFile& own, Now now = {});
    ~Sandbox() override;

    [[nodiscard]] Result<Snapshot> read_fleet() override;
    [[nodiscard]] Result<Snapshot> read_tasks(const std::vector<ResourceId>& teams) override;
    [[nodiscard]] Result<std::vector<std::vector<LiveResource>>> find(
        const std::vector<LookUp>& wanted) override;
    // Carries the call out at once. What is carried out is durable, and seen by others, when wait() returns.
    [[nodiscard]] std::size_t at_once(std::size_t calls) override { return calls; }
    void submit(Call call) override;
    [[nodiscard]] std::vector<Completion> wait(std::chrono::steady_clock::time_point until) override;
    void give_up_unsent() override {}

  private:
    Sandbox(OwnFile own, std::string path, Now now);
    [[nodiscard]] Error unreachable(const sandbox::Failure& failure) const;
    [[nodiscard]] CallOutcome not_done(const sandbox::Failure& failure) const;
    [[nodiscard]] sandbox::Try<void> open_existing();
    [[nodiscard]] sandbox::Try<void> prepare_write();
    [[nodiscard]] sandbox::Try<void> make_progress();
    [[nodiscard]] sandbox::Try<Snapshot> snapshot();
    void finish_transaction();
    void abandon_transaction(const CallOutcome& outcome);

    [[nodiscard]] sandbox::Try<CallOutcome> carry_out(const Call& call);
    [[nodiscard]] sandbox::Try<CallOutcome> carry_out(Kind kind, const CreateCall& call);
    [[nodiscard]] sandbox::Try<CallOutcome> carry_out(Kind kind, const UpdateCall& call);
    [[nodiscard]] sandbox::Try<CallOutcome> carry_out(Kind kind, const RenameCall& call);
    [[nodiscard]] sandbox::Try<CallOutcome> carry_out(Kind kind, const StartCall& call);
    [[nodiscard]] sandbox::Try<CallOutcome> carry_out(Kind kind, const StopCall& call);
    [[nodiscard]] sandbox::Try<CallOutcome> carry_out(Kind kind, const DeleteCall& call);
    [[nodiscard]] sandbox::Try<CallOutcome> set(Kind kind, const ResourceId& id,
                                                const Attributes& attributes);

    OwnFile own_;
    std::string path_;  // resolved
    Now now_;
    std::unique_ptr<sandbox::Database> database_;  // null while the file does not exist or is empty
    std::vector<Completion> completions_;
    std::size_t committed_ = 0;  // of the completions, those before the open transaction
};

}  // namespace tlm
