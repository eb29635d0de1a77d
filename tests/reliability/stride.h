#pragma once

#include "tests/support/sanitized.h"

namespace tlm::test {

// Every how manieth moment of a run is tried by the tests that cut it everywhere. A sanitizer makes each run
// many times slower and finds other faults than these tests are after, so that there a sample is enough.
inline constexpr int kStride = kSanitized ? 7 : 1;

}  // namespace tlm::test
