#include <fmt/format.h>

#include "cmd/completion/offers.h"
#include "cmd/completion/scripts.h"

namespace tlm::cmd {
namespace {

constexpr std::string_view kBashFunctions = R"(# bash completion for tlm, made by `tlm completion bash`

# Those of the words that go on from what was typed.
_tlm_offer() {
    local word
    for word; do
        if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
    done
}

# What only tlm knows: addresses, workflows and so on. The shell quotes what it has to.
_tlm_ask() {
    local -a settings=() words
    local i value
    for ((i = 2; i < COMP_CWORD - 1; i++)); do
        case ${COMP_WORDS[i]} in
            --state | --url | --workflows)
                value=${COMP_WORDS[i + 1]}
                if [[ $value == = ]]; then value=${COMP_WORDS[i + 2]}; fi
                settings+=("${COMP_WORDS[i]}" "$value")
                ;;
        esac
    done
    mapfile -t words < <("${COMP_WORDS[0]/#\~/$HOME}" completion words "$1" "${settings[@]}" 2>/dev/null)
    compopt -o filenames 2>/dev/null
    _tlm_offer "${words[@]}"
}

_tlm_files() {
    local -a words
    mapfile -t words < <(compgen "$@" -- "$cur")
    compopt -o filenames 2>/dev/null
    COMPREPLY+=("${words[@]}")
}

_tlm_workflows() {
    _tlm_ask workflows
    _tlm_files -d
    _tlm_files -f -X '!*.yaml'
    _tlm_files -f -X '!*.yml'
    _tlm_files -f -X '!*.json'
}
)";

std::string call(Offer offer, const std::vector<std::string>& words) {
    switch (offer) {
        case Offer::nothing:
            break;
        case Offer::words:
            return fmt::format("_tlm_offer {}", fmt::join(words, " "));
        case Offer::files:
            return "_tlm_files -f";
        case Offer::directories:
            return "_tlm_files -d";
        case Offer::workflows:
            return "_tlm_workflows";
        case Offer::addresses:
        case Offer::names:
        case Offer::movables:
        case Offer::globs:
        case Offer::protections:
            return fmt::format("_tlm_ask {}", asked_word(offer));
    }
    return ":";
}

// What comes after an option, by verb and option.
std::string value_cases() {
    std::string cases;
    for (const VerbInfo& verb : verb_table()) {
        for (const OptionInfo* option : options_of(verb.verb)) {
            if (option->argument.empty()) continue;
            const ValueOffer value = value_offer(*option, verb.verb);
            cases += fmt::format("        {}:--{}) {}; return ;;\n", verb.name, option->name,
                                 call(value.offer, value.words));
        }
    }
    return cases;
}

std::string option_cases() {
    std::string cases;
    for (const VerbInfo& verb : verb_table()) {
        cases += fmt::format("            {}) _tlm_offer", verb.name);
        for (const OptionInfo* option : options_of(verb.verb))
            cases += fmt::format(" --{}", option->name);
        cases += " ;;\n";
    }
    return cases;
}

// By verb, the number of arguments before this one, and the first of them.
std::string argument_cases() {
    std::string cases;
    for (const VerbInfo& verb : verb_table()) {
        const ArgumentOffer arguments = argument_offer(verb);
        if (!arguments.words.empty())
            cases += fmt::format("        {}:0:*) {} ;;\n", verb.name, call(Offer::words, arguments.words));
        for (const auto& [word, offer] : arguments.after)
            cases += fmt::format("        {}:1:{}) {} ;;\n", verb.name, word, call(offer, {}));
        if (arguments.offer != Offer::nothing)
            cases += fmt::format("        {}:*) {} ;;\n", verb.name, call(arguments.offer, {}));
    }
    return cases;
}

std::string options_with_values() {
    std::string names;
    for (const OptionInfo& option : option_table()) {
        const std::string name = fmt::format("--{}", option.name);
        if (option.argument.empty() || (" " + names + " ").find(" " + name + " ") != std::string::npos)
            continue;
        names += fmt::format("{}{}", names.empty() ? "" : " | ", name);
    }
    return names;
}

}  // namespace

std::string bash_completion() {
    std::vector<std::string> verbs;
    for (const VerbInfo& verb : verb_table())
        verbs.emplace_back(verb.name);
    std::string text(kBashFunctions);
    text += fmt::format(
        R"(
_tlm() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _tlm_offer {} --help --version
        return
    fi
    # `--option=value` comes as three words.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $previous == = ]]; then
        previous=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    # What was typed is compared without its quotes.
    cur=${{cur#[\'\"]}}
    cur=${{cur//\\/}}
    local verb=${{COMP_WORDS[1]}}
    case $verb:$previous in
{}    esac
    if [[ $cur == -* ]]; then
        case $verb in
{}        esac
        return
    fi
    local i arguments=0 first=
    for ((i = 2; i < COMP_CWORD; i++)); do
        case ${{COMP_WORDS[i]}} in
            {})
                if [[ ${{COMP_WORDS[i + 1]}} == = ]]; then i=$((i + 1)); fi
                i=$((i + 1))
                ;;
            -*) ;;
            *)
                if ((arguments == 0)); then first=${{COMP_WORDS[i]}}; fi
                arguments=$((arguments + 1))
                ;;
        esac
    done
    case $verb:$arguments:$first in
{}    esac
}}
complete -F _tlm tlm
)",
        fmt::join(verbs, " "), value_cases(), option_cases(), options_with_values(), argument_cases());
    return text;
}

}  // namespace tlm::cmd
