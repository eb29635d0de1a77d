#include "cmd/error_text.h"

#include "cmd/render/fit.h"
#include "engine/base/text.h"

namespace tlm::cmd {

namespace {

// A hint that ends with a command has it on a line of its own where there is no room: it is to be copied.
std::string hint_text(const std::string& hint, std::size_t width) {
    const std::size_t colon = hint.find(": tlm ");
    if (colon == std::string::npos) return fit("  next: " + hint + "\n", width);
    return sentence_with_command("  next: " + hint.substr(0, colon + 1), hint.substr(colon + 2), width);
}

std::string told(std::string text, const Error& error, std::size_t width) {
    if (!error.where.empty()) text += visible(error.where) + ": ";
    text = fit(text + visible(error.message) + "\n", width);
    for (const std::string& hint : error.hints)
        text += hint_text(visible(hint), width);
    return text;
}

}  // namespace

std::string error_text(const Error& error, const Style& style, std::size_t width) {
    return told(style.red("error:") + " ", error, width);
}

std::string warning_text(const Error& error, const Style& style, const std::string& about,
                         std::size_t width) {
    return told(style.yellow("warning:") + " " + about + ": ", error, width);
}

}  // namespace tlm::cmd
