#pragma once

#include <string>

namespace tlm::simulator {

// Writes a new self-signed certificate for 127.0.0.1 and localhost, good for a day, and its key, as PEM.
// Throws std::runtime_error where that fails.
void write_self_signed_certificate(const std::string& certificate_file, const std::string& key_file);

}  // namespace tlm::simulator
