#include "cmd/error_text.h"

#include "engine/base/text.h"

namespace tlm::cmd {

std::string error_text(const Error& error, const Style& style) {
    std::string text = style.red("error:") + " ";
    if (!error.where.empty()) text += visible(error.where) + ": ";
    text += visible(error.message) + "\n";
    for (const std::string& hint : error.hints)
        text += "  next: " + visible(hint) + "\n";
    return text;
}

}  // namespace tlm::cmd
