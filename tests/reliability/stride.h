#pragma once

#include "tests/integration/fixture.h"

namespace tlm::test {

// Every how manieth moment of a run is tried by the tests that cut it everywhere. A sanitizer makes each run
// many times slower and finds other faults than these tests are after, so that there a sample is enough.
inline int stride() {
    return tested_program_is_sanitized() ? 7 : 1;
}

}  // namespace tlm::test
