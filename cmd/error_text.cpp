#include "cmd/error_text.h"

#include "engine/base/text.h"

namespace tlm::cmd {

namespace {

std::string told(std::string text, const Error& error) {
    if (!error.where.empty()) text += visible(error.where) + ": ";
    text += visible(error.message) + "\n";
    for (const std::string& hint : error.hints)
        text += "  next: " + visible(hint) + "\n";
    return text;
}

}  // namespace

std::string error_text(const Error& error, const Style& style) {
    return told(style.red("error:") + " ", error);
}

std::string warning_text(const Error& error, const Style& style, const std::string& about) {
    return told(style.yellow("warning:") + " " + about + ": ", error);
}

}  // namespace tlm::cmd
