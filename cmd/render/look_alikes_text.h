#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/plan/plan.h"

namespace tlm::cmd {

// How a name is written into a sentence: in backquotes, as a code span, as HTML.
using NameQuote = std::function<std::string(std::string_view name)>;

// A sentence for each group of names of the plan that look alike, with the code points in which they differ,
// and for each name of several scripts. At most `most` sentences; a last one counts the others.
[[nodiscard]] std::vector<std::string> look_alike_sentences(const Plan& plan, std::size_t most,
                                                            const NameQuote& quote);

}  // namespace tlm::cmd
