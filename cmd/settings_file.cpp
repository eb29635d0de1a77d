#include "cmd/settings_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/setting_table.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const SettingInfo& setting : setting_table())
        names.emplace_back(setting.name);
    return names;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

// Quoted: up to the other quote. Unquoted: up to a comment. Returns false where a quote is not closed.
bool read_value(std::string_view text, std::string& value) {
    if (!text.empty() && (text.front() == '"' || text.front() == '\'')) {
        const std::size_t end = text.find(text.front(), 1);
        if (end == std::string_view::npos) return false;
        const std::string_view rest = trimmed(text.substr(end + 1));
        value = text.substr(1, end - 1);
        return rest.empty() || rest.front() == '#';
    }
    value = trimmed(text.substr(0, text.find(" #")));
    return true;
}

void warn_of_misspelling(const std::string& name, const std::string& place,
                         std::vector<std::string>& warnings) {
    const bool looks_like_ours = name.starts_with("AGAMEMNON_") || name.starts_with("TLM_");
    if (!looks_like_ours) return;
    const std::vector<std::string> known = names();
    if (std::ranges::find(known, name) != known.end()) return;
    const auto near = nearest(name, known);
    warnings.push_back(fmt::format("{}: {} is no setting of tlm{}", place, visible(name),
                                   near ? fmt::format("; did you mean {}?", *near) : ""));
}

}  // namespace

Result<void> read_settings_file(const SettingsFile& file, SettingMap& settings,
                                std::vector<std::string>& warnings) {
    std::string_view rest = file.text;
    SettingMap found;
    for (int line = 1; !rest.empty(); ++line) {
        std::string_view text = trimmed(rest.substr(0, rest.find('\n')));
        rest.remove_prefix(std::min(
            rest.size(), rest.find('\n') == std::string_view::npos ? rest.size() : rest.find('\n') + 1));
        if (text.empty() || text.front() == '#') continue;
        if (text.starts_with("export ")) text = trimmed(text.substr(7));
        const std::string place = fmt::format("{}:{}", file.name, line);
        if (text.find('\0') != std::string_view::npos) {
            return fail(ErrorCode::bad_input, "a NUL character can't stand here", place);
        }
        const std::size_t equals = text.find('=');
        const std::string name(trimmed(text.substr(0, equals)));
        std::string value;
        if (equals == std::string_view::npos || !is_name(name)) {
            return fail(ErrorCode::bad_input, "not a setting", place,
                        {"A line is NAME=VALUE, a comment (#) or empty."});
        }
        if (!read_value(trimmed(text.substr(equals + 1)), value)) {
            return fail(ErrorCode::bad_input, fmt::format("the quote in the value of {} is not closed", name),
                        place);
        }
        warn_of_misspelling(name, place, warnings);
        found.insert_or_assign(name, Setting{std::move(value), place, file.source, file.trust});
    }
    for (const auto& [name, setting] : found) {
        const auto at = settings.find(name);
        if (at != settings.end() && file.trust == Trust::full && at->second.value != setting.value)
            at->second.overrides_trusted = true;
    }
    settings.merge(found);
    return success();
}

}  // namespace tlm::cmd
