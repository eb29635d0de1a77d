#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace tlm::cmd {

// What a setting can do in the hands of someone else, which decides the sources it is taken from.
enum class SettingClass {
    harmless,   // taken from every source
    sensitive,  // guards or redirects: from the directory's files only after `tlm trust`
    secret,     // sent only to an address from the same source or from a trusted one
};

// Sources that a setting is limited to, whatever its class.
enum class ReadFrom {
    every_source,
    trusted_places,    // options, environment, the user's file; never a file of the directory
    environment_only,  // for what decides which files are read
};

struct NumberRange {
    double least;
    double most;
    bool zero_is_none = false;  // 0 stands for no limit, although it is below `least`
};

// One setting. Resolving, help, manual pages, completion and docs/settings.md go by this table.
struct SettingInfo {
    std::string_view name;
    SettingClass kind;
    std::string_view text;
    std::string_view option = {};  // that sets the same; may be empty
    bool harmless_below = false;   // harmless where it is a path below the directory, without links
    bool of_connection = false;    // how the server or broker is reached, see setting_rules.h
    bool names_a_file = false;     // of certificates or keys
    bool may_be_empty = true;      // false: an empty value is an error
    ReadFrom from = ReadFrom::every_source;
    std::optional<NumberRange> range = std::nullopt;  // of those that are numbers
};

[[nodiscard]] std::span<const SettingInfo> setting_table();

// Null where there is no such setting.
[[nodiscard]] const SettingInfo* find_setting(std::string_view name);

// "harmless", "sensitive" or "secret".
[[nodiscard]] std::string_view class_name(SettingClass kind);

// A heading for the settings of a class: which sources they are taken from.
[[nodiscard]] std::string_view class_text(SettingClass kind);

}  // namespace tlm::cmd
