#pragma once

namespace tlm::test {

// Every how manieth moment of a run is tried by the tests that cut it everywhere. A sanitizer makes each run
// many times slower and finds other faults than these tests are after, so that there a sample is enough.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr int kStride = 7;
#else
inline constexpr int kStride = 1;
#endif

}  // namespace tlm::test
