#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "cmd/exit_code.h"
#include "cmd/options.h"

namespace tlm::cmd {

// One verb as it is typed and explained.
struct VerbInfo {
    Verb verb;
    std::string_view name;
    std::string_view arguments;  // in the synopsis
    std::string_view summary;    // one line
    std::string_view text;       // a paragraph, wrapped by hand
    std::string_view examples;   // lines
    int least_positional = 0;
    int most_positional = -1;  // -1: any number
};

// One option: parsing, help and suggestions are all made from this.
struct OptionInfo {
    std::string_view name;      // without the dashes
    std::string_view argument;  // empty for a switch
    std::string_view help;
    unsigned verbs;  // bit set of Verb; kEveryVerb for those that all take
};

// One thing that --format takes, and the verbs that can be shown so.
struct FormatInfo {
    std::string_view name;
    Format format;
    unsigned verbs;
};

// What an exit code means.
struct ExitInfo {
    ExitCode code;
    std::string_view text;
};

inline constexpr unsigned kEveryVerb = ~0U;
[[nodiscard]] constexpr unsigned bit(Verb verb) {
    return 1U << static_cast<unsigned>(verb);
}

[[nodiscard]] std::span<const VerbInfo> verb_table();
[[nodiscard]] std::span<const OptionInfo> option_table();
[[nodiscard]] std::span<const FormatInfo> format_table();
[[nodiscard]] std::span<const ExitInfo> exit_table();
[[nodiscard]] const VerbInfo* find_verb(std::string_view name);
[[nodiscard]] const VerbInfo& verb_info(Verb verb);

}  // namespace tlm::cmd
