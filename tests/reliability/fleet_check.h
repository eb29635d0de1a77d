#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/integration/fixture.h"

namespace tlm::test {

// What there must be when everything has ended, read from the server itself and from `tlm state list`,
// without the engine's own comparison.
struct Expectation {
    std::vector<std::string> workflows;  // YAML: what is desired
    // Live carriers of keys beside the desired ones, by kind ("agent", "team"): what --force left behind, and
    // orphans that nobody pruned.
    std::map<std::string, std::size_t> others;
    // YAML of workflows that came to their end and were taken down: of each task one, which is completed.
    std::vector<std::string> torn_down = {};
};

// Every way in which the fleet is not as expected, one sentence each: an agent or team that is there twice or
// not at all, has other attributes, or is not the one that the state is bound to; members that are others; a
// task that is there twice, or was sent before what blocks it was completed; a call without an outcome.
[[nodiscard]] std::vector<std::string> wrong_with(const Server& server, const Project& project,
                                                  const Expectation& expectation);

}  // namespace tlm::test
