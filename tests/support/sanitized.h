#pragma once

namespace tlm::test {

// Whether this is a build with AddressSanitizer or ThreadSanitizer, as GCC and clang tell it. They make
// everything several times slower, so that tests of the sheer size of something try less of it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
inline constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace tlm::test
