#pragma once

namespace tlm::cmd {

// Sets up what hands out memory, before any of it is needed and while there is one thread.
void set_up_allocator();

}  // namespace tlm::cmd
