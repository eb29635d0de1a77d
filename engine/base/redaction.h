#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/secret.h"

namespace tlm {

// Takes a secret out of what is to be shown: as it is, and as it looks within JSON, HTML and URLs.
class Redaction {
  public:
    // `instead` stands in its place. An empty secret is nowhere.
    Redaction(const Secret& secret, std::string instead);

    [[nodiscard]] bool finds_in(std::string_view text) const;
    // Where the result gets longer than `most` bytes, the rest may be left out.
    [[nodiscard]] std::string operator()(std::string text, std::size_t most = std::string::npos) const;

  private:
    std::vector<Secret> forms_;
    std::string instead_;
};

}  // namespace tlm
