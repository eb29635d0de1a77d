#include "cmd/man_page.h"

#include <fmt/format.h>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/split.hpp>
#include <vector>

#include "cmd/option_table.h"
#include "cmd/setting_table.h"
#include "cmd/version.h"

namespace tlm::cmd {
namespace {

// Roff makes typography of these, and commands of lines that begin with a dot or a quote.
std::string roff(std::string_view text) {
    std::string result;
    bool line_begins = true;
    for (const char c : text) {
        switch (c) {
            case '\\':
                result += "\\e";
                break;
            case '-':
                result += "\\-";
                break;
            case '\'':
                result += "\\(aq";
                break;
            case '`':
                result += "\\(ga";
                break;
            case '^':
                result += "\\(ha";
                break;
            case '~':
                result += "\\(ti";
                break;
            case '.':
                result += line_begins ? "\\&." : ".";
                break;
            default:
                result += c;
        }
        line_begins = c == '\n';
    }
    return result;
}

// Commands stand in backquotes in the texts; here they are bold.
std::string prose(std::string_view text) {
    std::vector<std::string> parts;
    boost::split(parts, text, [](char c) { return c == '`'; });
    std::string result;
    for (std::size_t i = 0; i < parts.size(); ++i)
        result += i % 2 == 0 ? roff(parts[i]) : "\\fB" + roff(parts[i]) + "\\fP";
    return result;
}

std::string item(const std::string& head, std::string_view text) {
    return fmt::format(".TP\n{}\n{}\n", head, prose(text));
}

std::string bold(std::string_view text) {
    return "\\fB" + roff(text) + "\\fP";
}

// In the examples the first lines, without their indentation.
std::string verbatim(std::string_view text) {
    std::string lines;
    std::vector<std::string> parts;
    boost::split(parts, text, [](char c) { return c == '\n'; });
    for (std::string& line : parts) {
        line.erase(0, line.find_first_not_of(' '));
        if (!line.empty()) lines += roff(line) + "\n";
    }
    return ".nf\n" + lines + ".fi\n";
}

std::string header(const std::string& name, std::string_view summary) {
    return fmt::format(
        ".\\\" Made by tlm_generate from the tables of `tlm help`.\n"
        ".TH {} 1 {} \"tlm {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n",
        boost::to_upper_copy(roff(name)), TLM_DATE, kVersion, roff(name), roff(summary));
}

std::string options_section(Verb verb) {
    std::string text = ".SH OPTIONS\n";
    for (const OptionInfo& option : option_table()) {
        if ((option.verbs & bit(verb)) == 0) continue;
        std::string head = bold(fmt::format("--{}", option.name));
        if (!option.argument.empty()) head += fmt::format(" \\fI{}\\fP", roff(option.argument));
        text += item(head, option.help);
    }
    return text;
}

std::string settings_section() {
    std::string text =
        ".SH ENVIRONMENT\nThe same names are read from .env and tlm.conf in the working directory, and from\n"
        "~/.config/tlm/tlm.conf. Options win over the environment, that over .env, that over\ntlm.conf, that "
        "over "
        "the user\\(aqs file.\n";
    for (const SettingClass kind : {SettingClass::harmless, SettingClass::sensitive, SettingClass::secret})
        text += item(fmt::format("\\fI{}\\fP settings", class_name(kind)), class_text(kind));
    for (const SettingInfo& setting : setting_table())
        text += item(
            fmt::format("{} ({})", bold(setting.name), class_name(setting.kind)),
            fmt::format("{}{}{}", setting.text,
                        setting.harmless_below ? "; harmless where it is a path below the directory" : "",
                        setting.from == ReadFrom::every_source ? "" : "; never from .env and tlm.conf"));
    return text;
}

std::string exits_section() {
    std::string text = ".SH EXIT STATUS\n";
    for (const ExitInfo& exit : exit_table())
        text += item(bold(fmt::format("{}", static_cast<int>(exit.code))), exit.text);
    return text;
}

std::string see_also(std::string_view but) {
    std::string text = ".SH SEE ALSO\n";
    if (!but.empty()) text += ".BR tlm (1),\n";
    std::vector<std::string> others;
    for (const VerbInfo& verb : verb_table()) {
        if (verb.name != but) others.push_back(fmt::format(".BR tlm\\-{} (1)", roff(verb.name)));
    }
    return text + fmt::format("{}\n", fmt::join(others, ",\n"));
}

std::string overview_page() {
    std::string text = header("tlm", "plan and apply fleets of agents");
    text += ".SH SYNOPSIS\n.B tlm\n.I VERB\n[\\fIarguments\\fP] [\\fIoptions\\fP]\n";
    text += ".SH DESCRIPTION\nPlans and applies fleets of agents, as workflow files describe them.\n";
    text += ".SH VERBS\n";
    for (const VerbInfo& verb : verb_table()) {
        std::string head = bold(fmt::format("tlm {}", verb.name));
        if (!verb.arguments.empty()) head += fmt::format(" \\fI{}\\fP", roff(verb.arguments));
        text += item(head, verb.summary);
    }
    text += settings_section() + exits_section();
    text += ".SH FILES\n" + item("\\fIworkflows/\\fP", "workflow files") +
            item("\\fI.tlm/state.db\\fP", "the state") +
            item("\\fI~/.config/tlm/tlm.conf\\fP", "settings of the user") +
            item("\\fI~/.local/state/tlm/trusted\\fP", "what `tlm trust` recorded") +
            item("\\fI.tlm/sandbox.db\\fP", "the sandbox, which is the target where no other is set");
    return text + see_also({});
}

std::string verb_page(const VerbInfo& verb) {
    std::string text = header(fmt::format("tlm-{}", verb.name), verb.summary);
    text += fmt::format(".SH SYNOPSIS\n.B tlm {}\n", roff(verb.name));
    if (!verb.arguments.empty()) text += fmt::format("\\fI{}\\fP\n", roff(verb.arguments));
    text += "[\\fIoptions\\fP]\n";
    text += fmt::format(".SH DESCRIPTION\n{}\n", prose(verb.text));
    text += options_section(verb.verb);
    text += ".SH EXAMPLES\n" + verbatim(verb.examples);
    return text + settings_section() + exits_section() + see_also(verb.name);
}

}  // namespace

std::string man_page(const std::string& verb) {
    const VerbInfo* info = find_verb(verb);
    return info == nullptr ? overview_page() : verb_page(*info);
}

}  // namespace tlm::cmd
