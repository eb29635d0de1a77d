#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/resource/resource.h"

namespace tlm::agamemnon {

// One page of a list.
struct Page {
    std::vector<LiveResource> items;
    std::optional<std::size_t> total;  // absent where a proxy took it out
    std::string sha256 = {};           // of the body
};

// Reads a page's body, which is changed on the way. Errors: unreachable, saying what is wrong with the
// answer.
[[nodiscard]] Result<Page> read_page(Kind kind, std::string& body);

}  // namespace tlm::agamemnon
