#pragma once

#include <string>
#include <vector>

namespace tlm::cmd {

// What the kernel has taken from this process.
struct Confinement {
    bool files = false;  // all files but those that were named, and every write
    bool calls = false;  // the network, other processes, other programs
};

// For verbs that only read files which somebody else may have written: should such a file get the better of
// the program, it can do no more than print. From now on this process can open `readable` (files, and
// directories with all below them) for reading, and nothing else; it can't make sockets, look into other
// processes or start programs. What is open already stays usable, standard output too; what runs already is
// not confined. Of `readable` what does not exist is passed over: opening it fails as it always does. By
// Landlock and seccomp; where the kernel lacks one, that part stays as it is, and nothing is said. There is
// no way back. Called while no other thread runs.
Confinement confine(const std::vector<std::string>& readable);

}  // namespace tlm::cmd
