#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/reliability/random_workflow.h"
#include "tests/reliability/victim.h"

namespace tlm::test {

// Two random workflows that change from round to round, applied by the real program to a server that loses
// answers, resets connections, fails, delays and pushes back at given rates, while the program is killed,
// told to stop, or loses power. A round ends with one run in calm weather; then the fleet is compared with a
// model. The seed decides everything but the order in which requests that are in flight together arrive.
class Storm {
  public:
    explicit Storm(unsigned seed);
    ~Storm();

    // One round. Every way in which the fleet, the state or the last run is not as it must be, one sentence
    // each.
    [[nodiscard]] std::vector<std::string> round();
    // What has happened so far, in a line.
    [[nodiscard]] std::string figures() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tlm::test
