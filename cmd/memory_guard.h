#pragma once

namespace tlm::cmd {

// From now on nobody else reads this process's memory: a crash leaves no core dump behind (people attach them
// to reports), and other processes of the same user can neither attach to it nor read its environment. Called
// wherever a key or a password comes in; again does no harm. Programs that it starts get no core dumps
// either, but their memory and environment can be read as usual, so that nothing secret is handed on to them.
void guard_memory();

}  // namespace tlm::cmd
