#include <fmt/format.h>

#include "cmd/confirmation.h"
#include "cmd/render/rekey_text.h"
#include "cmd/stdio.h"
#include "cmd/verbs/state_change.h"
#include "engine/base/text.h"
#include "engine/rekey/adoption.h"

namespace tlm::cmd {
namespace {

// The command's positionals name no workflow files, so that all of the directory is read.
Result<std::vector<DesiredResource>> wanted(const Context& context) {
    Context directory = context;
    directory.options.positional.clear();
    BOOST_OUTCOME_TRY(workflows, load_workflows(directory));
    return take_desired_resources(workflows, context.settings.host_id);
}

class Import {
  public:
    Import(const Context& context, Address address, std::vector<DesiredResource> desired)
        : context_(context), address_(std::move(address)), desired_(std::move(desired)) {}

    Result<ExitCode> run() {
        BOOST_OUTCOME_TRY(change, begin_change(context_, "state import"));
        BOOST_OUTCOME_TRY(planned, plan(change, true));
        if (!planned) {
            BOOST_OUTCOME_TRYV(
                write_out(fmt::format("Imported already: {} is id {}.\n", visible(address_.text()),
                                      visible(context_.options.positional[1]))));
            return ExitCode::done;
        }
        BOOST_OUTCOME_TRY(yes, agreed(context_.options, "Import this?",
                                      "Nothing was changed. Give --yes to import without asking."));
        if (!yes) {
            say(context_, "Declined: nothing was changed.\n");
            return ExitCode::interrupted;
        }
        if (!context_.options.yes) {
            BOOST_OUTCOME_TRY(now, change.target.reader().read_fleet());
            change.snapshot = std::move(now);
            BOOST_OUTCOME_TRY(again, plan(change, false));
            if (again != planned) return changed_meanwhile();
        }
        return rename_and_tell(context_, change, {*planned}, "Imported");
    }

  private:
    // Nothing where it is so already.
    Result<std::optional<Rekeying>> plan(const StateChange& change, bool shown) const {
        BOOST_OUTCOME_TRY(bindings, change.state->bindings());
        BOOST_OUTCOME_TRY(left_behind, change.state->left_behind());
        const FleetIndex fleet(change.snapshot, bindings, left_behind);
        BOOST_OUTCOME_TRY(adoption, plan_adoption(address_, ResourceId(context_.options.positional[1]),
                                                  desired_, fleet, bindings));
        if (adoption.bound_before) return std::optional<Rekeying>();
        if (shown) {
            BOOST_OUTCOME_TRYV(write_out(adoption_text(adoption, fleet, context_.out)));
        }
        return std::optional<Rekeying>(std::move(adoption.item));
    }

    const Context& context_;
    const Address address_;
    const std::vector<DesiredResource> desired_;
};

}  // namespace

Result<ExitCode> run_state_import(const Context& context) {
    BOOST_OUTCOME_TRY(address, Address::parse(context.options.positional[0]));
    BOOST_OUTCOME_TRY(desired, wanted(context));
    return Import(context, std::move(address), std::move(desired)).run();
}

}  // namespace tlm::cmd
