#include "cmd/render/html.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/render/assets.h"
#include "engine/base/scan.h"
#include "engine/base/sha256.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

const std::string& style() {
    static const std::string text = std::string("\n").append(graph_css()).append(page_css());
    return text;
}

const std::string& script() {
    static const std::string text = std::string("\n").append(page_js());
    return text;
}

constexpr auto kSpecial = [](unsigned char c) {
    return (c == '&') | (c == '<') | (c == '>') | (c == '"') | (c == '\'');
};

}  // namespace

void escape_to(std::string& out, std::string_view text) {
    const std::string shown = visible(text);
    for (std::string_view rest = shown; !rest.empty();) {
        const std::size_t plain = plain_bytes(rest, kSpecial);
        out += rest.substr(0, plain);
        rest.remove_prefix(plain);
        if (rest.empty()) break;
        switch (rest.front()) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += "&#39;";
        }
        rest.remove_prefix(1);
    }
}

std::string escaped(std::string_view text) {
    std::string out;
    escape_to(out, text);
    return out;
}

void put_lines(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        escape_to(out, line);
        out += '\n';
    }
}

// The markup is well-formed XML as well, so that tests can hold a strict parser to it.
std::string page_begin(std::string_view title) {
    return fmt::format(
        "<!DOCTYPE html>\n"
        "<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{}'; "
        "style-src 'sha256-{}'; base-uri 'none'; form-action 'none'\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
        "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
        "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
        "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n"
        "<a class=\"skip\" href=\"#list\">Skip to the list</a>\n<main>\n",
        sha256_base64(script()), sha256_base64(style()), escaped(title), style());
}

std::string page_end() {
    return fmt::format("</main>\n<script>{}</script>\n</body>\n</html>\n", script());
}

}  // namespace tlm::cmd
