#include "engine/base/shell_quote.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "engine/base/text.h"

namespace tlm {
namespace {

// Not by the locale, which a shell may have another one of.
bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./:@%+=,-").find(c) != std::string_view::npos;
}

}  // namespace

std::string in_single_quotes(std::string_view word) {
    std::string quoted = "'";
    for (const char c : word)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

std::string shell_quoted(std::string_view word) {
    // zsh takes `=ls` for the path of ls.
    if (!word.empty() && word.front() != '=' && std::ranges::all_of(word, is_plain)) return std::string(word);
    if (visible(word) != word) {
        std::string quoted = "$'";
        for (const char c : word) {
            if (is_plain(c) || c == ' ') {
                quoted += c;
            } else {
                // Octal takes three digits at most, so that what follows is not taken for a part of it.
                fmt::format_to(std::back_inserter(quoted), "\\{:03o}", static_cast<unsigned char>(c));
            }
        }
        return quoted + "'";
    }
    return in_single_quotes(word);
}

std::string shell_quoted_path(std::string_view path) {
    return shell_quoted((path.starts_with("-") ? "./" : "") + std::string(path));
}

std::string shell_arguments(std::initializer_list<std::string_view> arguments) {
    const bool dash =
        std::ranges::any_of(arguments, [](std::string_view word) { return word.starts_with("-"); });
    std::string text = dash ? "--" : "";
    for (const std::string_view argument : arguments)
        text += (text.empty() ? "" : " ") + shell_quoted(argument);
    return text;
}

std::string shell_option(std::string_view option, std::string_view value) {
    return fmt::format("{}{}{}", option, value.starts_with("-") ? "=" : " ", shell_quoted(value));
}

}  // namespace tlm
