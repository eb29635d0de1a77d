#pragma once

#include <string>

namespace tlm::test {

// Where this build of the tests finds what is not compiled into it. These are functions of one generated
// source, not macros on the command line: a path there would make every test of another clone a miss in
// ccache.

// The project's directory, without a slash at the end.
std::string source_dir();

// The build directory that the running test program belongs to.
std::string build_dir();

// Shared objects that tests load into the program, or put in the place of one of its own.
std::string faulty_machine();
std::string state_meter();
std::string servers_module();

}  // namespace tlm::test
