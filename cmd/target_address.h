#pragma once

#include <string>

#include "engine/base/result.h"

namespace tlm::cmd {

// A target as plans, states and messages name it.
struct TargetAddress {
    std::string text;          // canonical
    std::string sandbox_path;  // empty for a server
};

// Where nothing is set: the embedded sandbox in this directory.
[[nodiscard]] Result<TargetAddress> default_target();

// `https://HOST[:PORT][/PATH]`, `http://…` to this machine (to others only where `require_tls` is false), or
// `sandbox:PATH`. `origin` says where the text came from. Errors: bad_input.
[[nodiscard]] Result<TargetAddress> read_target_address(const std::string& text, const std::string& origin,
                                                        bool require_tls);

}  // namespace tlm::cmd
