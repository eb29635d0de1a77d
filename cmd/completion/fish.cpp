#include <fmt/format.h>

#include <set>

#include "cmd/completion/offers.h"
#include "cmd/completion/scripts.h"

namespace tlm::cmd {
namespace {

constexpr std::string_view kFishFunctions = R"(# fish completion for tlm, made by `tlm completion fish`

function __tlm_has_no_verb
    test (count (commandline -opc)) -lt 2
end

function __tlm_verb_is
    set -l words (commandline -opc)
    test (count $words) -ge 2; and contains -- $words[2] $argv
end

# The arguments that stand before the cursor, options and their values left out.
function __tlm_arguments
    set -l words (commandline -opc)
    set -l value false
    for word in $words[3..-1]
        if test $value = true
            set value false
        else if contains -- $word @VALUES@
            set value true
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end

function __tlm_is_first
    __tlm_verb_is $argv; and test (count (__tlm_arguments)) -eq 0
end

function __tlm_is_after
    set -l before (__tlm_arguments)
    __tlm_verb_is $argv[1]; and test (count $before) -eq 1; and test $before[1] = $argv[2]
end

# What only tlm knows: addresses, workflows and so on.
function __tlm_ask
    set -l words (commandline -opc)
    set -l settings
    set -l takes false
    for word in $words[3..-1]
        if test $takes = true
            set -a settings $word
            set takes false
        else if contains -- $word --state --url --workflows
            set -a settings $word
            set takes true
        else if string match -qr -- '^--(state|url|workflows)=' $word
            set -a settings $word
        end
    end
    $words[1] completion words $argv[1] $settings 2>/dev/null
end

complete -c tlm -f
complete -c tlm -n __tlm_has_no_verb -l help -d 'explain tlm'
complete -c tlm -n __tlm_has_no_verb -l version -d 'print the version'
)";

// In fish a backslash escapes within single quotes, too.
std::string fish_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "'";
}

std::string how(Offer offer, const std::vector<std::string>& words) {
    switch (offer) {
        case Offer::nothing:
            return "-x";
        case Offer::words:
            return "-x -a " + fish_quoted(fmt::format("{}", fmt::join(words, " ")));
        case Offer::files:
            return "-r -F";
        case Offer::directories:
            return "-x -a '(__fish_complete_directories)'";
        case Offer::workflows:
            return "-k -F -a '(__tlm_ask workflows)'";
        case Offer::addresses:
        case Offer::names:
        case Offer::movables:
        case Offer::globs:
        case Offer::protections:
            return fmt::format("-x -a '(__tlm_ask {})'", asked_word(offer));
    }
    return "";
}

std::string with_values() {
    std::set<std::string> names;
    for (const OptionInfo& option : option_table()) {
        if (!option.argument.empty()) names.insert(fmt::format("--{}", option.name));
    }
    return fmt::format("{}", fmt::join(names, " "));
}

}  // namespace

std::string fish_completion() {
    std::string text(kFishFunctions);
    const std::string_view place = "@VALUES@";
    text.replace(text.find(place), place.size(), with_values());
    for (const VerbInfo& verb : verb_table()) {
        text += fmt::format("\ncomplete -c tlm -n __tlm_has_no_verb -a {} -d {}\n", verb.name,
                            fish_quoted(verb.summary));
        for (const OptionInfo* option : options_of(verb.verb)) {
            const ValueOffer value = value_offer(*option, verb.verb);
            text +=
                fmt::format("complete -c tlm -n '__tlm_verb_is {}' -l {}{} -d {}\n", verb.name, option->name,
                            option->argument.empty() ? "" : " " + how(value.offer, value.words),
                            fish_quoted(option->help));
        }
        const ArgumentOffer arguments = argument_offer(verb);
        if (!arguments.words.empty())
            text += fmt::format("complete -c tlm -n '__tlm_is_first {}' {}\n", verb.name,
                                how(Offer::words, arguments.words));
        for (const auto& [word, offer] : arguments.after) {
            if (offer != Offer::nothing)
                text += fmt::format("complete -c tlm -n '__tlm_is_after {} {}' {}\n", verb.name, word,
                                    how(offer, {}));
        }
        if (arguments.offer != Offer::nothing)
            text += fmt::format("complete -c tlm -n '__tlm_verb_is {}' {}\n", verb.name,
                                how(arguments.offer, {}));
    }
    return text;
}

std::string completion_script(std::string_view shell) {
    if (shell == "bash") return bash_completion();
    if (shell == "zsh") return zsh_completion();
    return shell == "fish" ? fish_completion() : std::string();
}

}  // namespace tlm::cmd
