#include "engine/resource/address.h"

#include <fmt/format.h>

#include <array>

namespace tlm {
namespace {

bool needs_escape(unsigned char c) {
    return c == '/' || c == '%' || c < 0x20 || c == 0x7F;
}

void append_part(std::string& text, std::string_view part) {
    for (const char c : part) {
        const auto byte = static_cast<unsigned char>(c);
        if (needs_escape(byte)) {
            fmt::format_to(std::back_inserter(text), "%{:02X}", byte);
        } else {
            text += c;
        }
    }
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool decode_part(std::string_view part, std::string& out) {
    if (part.find('%') == std::string_view::npos) {
        out = part;
        return true;
    }
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (part[i] != '%') {
            out += part[i];
            continue;
        }
        if (i + 2 >= part.size()) return false;
        const int high = hex_value(part[i + 1]);
        const int low = hex_value(part[i + 2]);
        if (high < 0 || low < 0) return false;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return true;
}

// The parts of an address; of more than there can be, one too many.
struct Parts {
    std::array<std::string_view, 5> all;
    std::size_t count = 0;
};

Parts split(std::string_view text) {
    Parts parts;
    while (parts.count < parts.all.size()) {
        const std::size_t slash = text.find('/');
        parts.all.at(parts.count++) = text.substr(0, slash);
        if (slash == std::string_view::npos) break;
        text.remove_prefix(slash + 1);
    }
    return parts;
}

}  // namespace

Address Address::agent(std::string workflow, std::string name) {
    return {std::move(workflow), Kind::agent, {}, std::move(name)};
}

Address Address::team_of(std::string workflow, std::string name) {
    return {std::move(workflow), Kind::team, {}, std::move(name)};
}

Address Address::task(std::string workflow, std::string team, std::string subject) {
    return {std::move(workflow), Kind::task, std::move(team), std::move(subject)};
}

std::string Address::text() const {
    std::string out;
    out.reserve(workflow.size() + team.size() + name.size() + 8);
    append_part(out, workflow);
    out.append("/").append(kind_name(kind)).append("/");
    if (kind == Kind::task) {
        append_part(out, team);
        out += '/';
    }
    append_part(out, name);
    return out;
}

Result<Address> Address::parse(std::string_view text) {
    const auto wrong = [&] {
        return fail(
            ErrorCode::bad_input, fmt::format("`{}` is not an address", text), {},
            {"An address is WORKFLOW/agent/NAME, WORKFLOW/team/NAME or WORKFLOW/task/TEAM/SUBJECT; a `/` "
             "inside a part is written %2F. `tlm state list` shows those that are bound."});
    };
    const auto [parts, count] = split(text);
    if (count < 3) return wrong();
    Address address;
    std::size_t expected = 3;
    if (parts[1] == "agent") {
        address.kind = Kind::agent;
    } else if (parts[1] == "team") {
        address.kind = Kind::team;
    } else if (parts[1] == "task") {
        address.kind = Kind::task;
        expected = 4;
    } else {
        return wrong();
    }
    if (count != expected || !decode_part(parts[0], address.workflow) ||
        (expected == 4 && !decode_part(parts[2], address.team)) ||
        !decode_part(parts.at(expected - 1), address.name) || address.workflow.empty() ||
        address.name.empty()) {
        return wrong();
    }
    return address;
}

bool address_matches(std::string_view pattern, std::string_view text) {
    if (pattern == text) return true;
    // The usual two-pointer match: on a mismatch, let the last `*` take one more character. Linear for one
    // star, never exponential.
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t star_text = 0;
    while (t < text.size()) {
        const bool escapes = p + 1 < pattern.size() && pattern[p] == '\\';
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_text = t;
        } else if (escapes ? pattern[p + 1] == text[t]
                           : p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            p += escapes ? 2 : 1;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

}  // namespace tlm

std::size_t std::hash<tlm::Address>::operator()(const tlm::Address& address) const noexcept {
    const std::hash<std::string> hash_of;
    std::size_t seed = static_cast<std::size_t>(address.kind);
    for (const std::string* part : {&address.workflow, &address.team, &address.name}) {
        seed ^= hash_of(*part) + 0x9e3779b97f4a7c15ULL + (seed << 6U) + (seed >> 2U);
    }
    return seed;
}
