#pragma once

namespace tlm::cmd {

inline constexpr const char* kVersion = TLM_VERSION;

}  // namespace tlm::cmd
