#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/apply/executor.h"
#include "engine/apply/work.h"
#include "engine/snapshot/fleet_index.h"

namespace tlm {

// What an apply has to remember: the batch for the journal, the ids made so far, and with them the
// translation of names into ids.
class Bookkeeping {
  public:
    Bookkeeping(const FleetIndex& fleet, const ApplySettings& settings)
        : fleet_(fleet), settings_(settings) {}

    // The journal batch under way. The caller commits and clears it.
    [[nodiscard]] JournalBatch& batch() { return batch_; }
    // After a commit failed: outcomes are kept for a later try, intents and what they would leave behind are
    // not, since they were never sent.
    void drop_intents() {
        batch_.intents.clear();
        batch_.left_behind.clear();
    }

    // The call for the step in front, with its intent added to the batch. `sent` receives the attributes as
    // sent. Errors: a reference that does not exist on the target.
    [[nodiscard]] Result<Call> make_call(Work& work, CallId id, Attributes& sent);
    void outcome(CallId id, std::string result, std::string reason, ResourceId made);

    // From now on the address means this live resource.
    void known(const Address& address, const ResourceId& id);
    // A create was answered: binds what was made at once, so that it can't be forgotten. What is still to be
    // set is not yet remembered as applied.
    void bind_made(const Work& work);
    // The change is carried out, or was so already: binds (or, after a delete, unbinds) its address. `live`
    // is the resource as it was before, where it was.
    void close(const Change& change, const LiveResource* live, const ResourceId& id);

    // References turned into ids. Errors: one that does not exist on the target.
    [[nodiscard]] Result<Attributes> to_ids(const Address& owner, const Attributes& named) const;
    // What to look for in order to know whether an uncertain create was carried out. Errors: a team that does
    // not exist.
    [[nodiscard]] Result<LookUp> look_up_of(const Work& work) const;
    // What it has made, of the carriers that were found: those that were not there before, the oldest first.
    [[nodiscard]] std::vector<LiveResource> made_among(const Work& work,
                                                       std::vector<LiveResource> found) const;

    [[nodiscard]] std::vector<LeftBehind> left_behind() const { return left_behind_; }

  private:
    [[nodiscard]] Result<std::string> id_of(const Address& address) const;
    [[nodiscard]] Attributes applied(const Change& change, const LiveResource* live) const;
    void unbind(const Change& change);
    void unbind_tasks_of_another(const Address& team, const ResourceId& id);

    const FleetIndex& fleet_;
    const ApplySettings& settings_;
    JournalBatch batch_;
    std::unordered_map<Address, ResourceId> made_;
    std::unordered_set<ResourceId> made_ids_;
    std::vector<LeftBehind> left_behind_;
};

}  // namespace tlm
