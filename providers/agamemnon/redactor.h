#pragma once

#include <string>

#include "engine/base/redaction.h"
#include "engine/base/secret.h"

namespace tlm::agamemnon {

// Makes a server's text fit to be shown and stored: what it holds of the key, as a server or proxy that sends
// a request back does, is taken out, and what a terminal would obey is escaped.
class Redactor {
  public:
    explicit Redactor(const Secret& key);

    // At most `most` bytes of the text are kept, and an ellipsis where it was longer.
    [[nodiscard]] std::string operator()(std::string text, std::size_t most = 500) const;

  private:
    Redaction key_;
};

}  // namespace tlm::agamemnon
