#pragma once

namespace tlm::cmd {

// From now on a crash leaves no core dump behind: people attach them to reports, and what is secret would be
// in them.
void forbid_core_dumps();

}  // namespace tlm::cmd
