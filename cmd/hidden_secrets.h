#pragma once

#include "cmd/settings.h"

namespace tlm::cmd {

// Keeps the secrets of the environment out of all output, also of commands that need no settings.
void hide_secrets_of_environment();

// The same for those of the settings: the API key, the broker's password or token, the client certificate's
// key.
void hide_secrets(const Settings& settings);

}  // namespace tlm::cmd
