#include "cmd/help.h"

#include <fmt/format.h>

#include "cmd/option_table.h"
#include "cmd/setting_table.h"

namespace tlm::cmd {
namespace {

// On one line, or the name on a line of its own where it is long.
std::string setting_line(const SettingInfo& setting) {
    constexpr std::size_t kColumn = 24;
    const std::string text = fmt::format("{}{}{}", setting.text, setting.harmless_below ? " (1)" : "",
                                         setting.from == ReadFrom::every_source ? "" : " (2)");
    return setting.name.size() <= kColumn
               ? fmt::format("  {:<{}} {}\n", setting.name, kColumn, text)
               : fmt::format("  {}\n  {:<{}} {}\n", setting.name, "", kColumn, text);
}

std::string settings() {
    std::string text =
        "\nSettings, the first of these that has one: options, the environment, .env and\n"
        "tlm.conf in this directory, ~/.config/tlm/tlm.conf. All but those two files are\n"
        "trusted. docs/settings.md has the rules.\n";
    for (const SettingClass kind : {SettingClass::harmless, SettingClass::sensitive, SettingClass::secret}) {
        text += fmt::format(" {}, {}:\n", class_name(kind), class_text(kind));
        for (const SettingInfo& setting : setting_table()) {
            if (setting.kind == kind) text += setting_line(setting);
        }
    }
    return text +
           "  (1) harmless: a path (sandbox:PATH) below the directory, without links\n"
           "  (2) never from .env and tlm.conf\n";
}

std::string exit_codes() {
    std::string text = "\nExit codes:\n";
    for (const ExitInfo& exit : exit_table())
        text += fmt::format("  {}  {}\n", static_cast<int>(exit.code), exit.text);
    return text;
}

std::string overview() {
    std::string text =
        "tlm plans and applies fleets of agents, as workflow files describe them.\n\n"
        "Usage: tlm VERB [arguments] [options]\n\nVerbs:\n";
    for (const VerbInfo& verb : verb_table())
        text += fmt::format("  {:<10} {}\n", verb.name, verb.summary);
    text += "\nIn a directory with workflows/ these need no set-up at all:\n";
    text += "  tlm plan        tlm apply        tlm drift\n";
    text += settings() + exit_codes();
    return text + "\n`tlm help VERB` explains a verb, with examples.\n";
}

// On one line where that fits, else broken where one form of the arguments ends.
std::string usage(const VerbInfo& verb) {
    constexpr std::size_t kWidth = 80;
    std::string text = fmt::format("Usage: tlm {} {}{}[options]", verb.name, verb.arguments,
                                   verb.arguments.empty() ? "" : " ");
    const std::string indent(fmt::format("Usage: tlm {} ", verb.name).size(), ' ');
    for (std::size_t begin = 0; text.size() - begin > kWidth;) {
        const std::size_t at = text.rfind(" | ", begin + kWidth - 3);
        if (at == std::string::npos || at <= begin + indent.size()) break;
        text.replace(at, 3, " |\n" + indent);
        begin = at + 3;
    }
    return text;
}

std::string about(const VerbInfo& verb) {
    std::string text =
        fmt::format("tlm {}: {}\n\n{}\n\n{}\n\nOptions:\n", verb.name, verb.summary, usage(verb), verb.text);
    for (const OptionInfo& option : option_table()) {
        if ((option.verbs & bit(verb.verb)) == 0) continue;
        const std::string name = option.argument.empty()
                                     ? fmt::format("--{}", option.name)
                                     : fmt::format("--{} {}", option.name, option.argument);
        text += fmt::format("  {:<20} {}\n", name, option.help);
    }
    text += fmt::format("\nExamples:\n{}", verb.examples);
    return text + "\nSettings and exit codes: tlm help\n";
}

}  // namespace

std::string help_text(const std::string& verb) {
    const VerbInfo* info = find_verb(verb);
    return info == nullptr ? overview() : about(*info);
}

}  // namespace tlm::cmd
