#pragma once

#include <string>
#include <vector>

#include "cmd/render/plan_text.h"
#include "engine/rekey/adoption.h"
#include "engine/rekey/carry_out.h"
#include "engine/rekey/in_the_way.h"
#include "engine/rekey/move.h"

namespace tlm::cmd {

// What `tlm state mv`, `rm` and `import` are going to do, for people.
[[nodiscard]] std::string move_text(const MovePlan& plan, const Layout& layout);
// A warning where what is moved would be an orphan at its new address, since none of the workflows, all that
// there are here, has it. May be empty.
[[nodiscard]] std::string unwanted_text(const MovePlan& plan, const std::vector<Workflow>& workflows,
                                        const Layout& layout);
[[nodiscard]] std::string forget_text(const std::vector<Binding>& bindings, const Layout& layout);
// With the live attributes, those of its references that are known as names, and where the workflow wants
// others.
[[nodiscard]] std::string adoption_text(const Adoption& adoption, const FleetIndex& fleet,
                                        const Layout& layout);

// What became of it. `verb`: "moved" or "imported".
[[nodiscard]] std::string rekey_report_text(const RekeyReport& report, const std::string& verb,
                                            const Layout& layout);

// For creates that something is in the way of: the commands that adopt it, or how to find it. May be empty.
[[nodiscard]] std::string in_the_way_text(const std::vector<InTheWay>& found, const Layout& layout);

}  // namespace tlm::cmd
