#include <fmt/format.h>

#include "cmd/completion/offers.h"
#include "cmd/completion/scripts.h"
#include "engine/base/shell_quote.h"

namespace tlm::cmd {
namespace {

constexpr std::string_view kZshFunctions = R"zsh(#compdef tlm
# zsh completion for tlm, made by `tlm completion zsh`

# What only tlm knows: addresses, workflows and so on.
_tlm_ask() {
    local -a settings found
    local i
    for ((i = 1; i < CURRENT; i++)); do
        case $words[i] in
            --state=*|--url=*|--workflows=*) settings+=(${(Q)words[i]}) ;;
            --state|--url|--workflows) settings+=($words[i] ${(Q)words[i+1]}) ;;
        esac
    done
    found=(${(f)"$(_call_program words ${(q)tlm_program} completion words $1 ${(q)settings} 2>/dev/null)"})
    shift
    compadd "$@" -a found
}
_tlm_addresses() { _tlm_ask addresses "$@" }
_tlm_names() { _tlm_ask names "$@" }
_tlm_movables() { _tlm_ask movables "$@" }
_tlm_globs() { _tlm_ask globs "$@" }
_tlm_protections() { _tlm_ask protections "$@" }
_tlm_workflows() {
    local -i none=1
    _tlm_ask workflows "$@" && none=0
    _files "$@" -g '*.(yaml|yml|json)' && none=0
    return none
}
)zsh";

std::string action(Offer offer, const std::vector<std::string>& words) {
    switch (offer) {
        case Offer::nothing:
            break;
        case Offer::words:
            return fmt::format("({})", fmt::join(words, " "));
        case Offer::files:
            return "_files";
        case Offer::directories:
            return "_files -/";
        case Offer::workflows:
            return "_tlm_workflows";
        case Offer::addresses:
        case Offer::names:
        case Offer::movables:
        case Offer::globs:
        case Offer::protections:
            return fmt::format("_tlm_{}", asked_word(offer));
    }
    return " ";
}

// In the specifications of _arguments these end something.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
        result += c;
    }
    return result;
}

bool is_repeatable(const OptionInfo& option) {
    return option.help.find("repeatable") != std::string_view::npos;
}

std::string option_specification(const OptionInfo& option, Verb verb) {
    std::string text = fmt::format("{}--{}{}[{}]", is_repeatable(option) ? "*" : "", option.name,
                                   option.argument.empty() ? "" : "=", escaped(option.help));
    if (option.argument.empty()) return text;
    const ValueOffer value = value_offer(option, verb);
    return text + fmt::format(":{}:{}", option.argument, action(value.offer, value.words));
}

std::string verb_case(const VerbInfo& verb) {
    std::vector<std::string> specifications;
    for (const OptionInfo* option : options_of(verb.verb))
        specifications.push_back(option_specification(*option, verb.verb));
    const ArgumentOffer arguments = argument_offer(verb);
    if (!arguments.words.empty())
        specifications.push_back("1:argument:" + action(Offer::words, arguments.words));
    std::string after;
    for (const auto& [word, offer] : arguments.after)
        after += fmt::format("{} {}; ", word, action(offer, {}));
    if (!arguments.after.empty()) specifications.push_back("*:argument:->after");
    if (arguments.offer != Offer::nothing && arguments.after.empty())
        specifications.push_back("*:argument:" + action(arguments.offer, {}));
    std::string text = fmt::format("        {})\n            _arguments -C", verb.name);
    for (const std::string& specification : specifications)
        text += fmt::format(" \\\n                {}", in_single_quotes(specification));
    text += " && return\n";
    if (!arguments.after.empty()) {
        // Where the second argument is completed, `line` holds the first.
        text += "            case $state:$line[1] in\n";
        for (const auto& [word, offer] : arguments.after) {
            if (offer != Offer::nothing)
                text += fmt::format("                after:{}) {} && return ;;\n", word, action(offer, {}));
        }
        text += "            esac\n";
    }
    return text + "            ;;\n";
}

}  // namespace

std::string zsh_completion() {
    std::string text(kZshFunctions);
    text += "_tlm_verbs() {\n    local -a verbs=(\n";
    for (const VerbInfo& verb : verb_table())
        text += fmt::format("        {}\n", in_single_quotes(fmt::format("{}:{}", verb.name, verb.summary)));
    text += R"(    )
    _describe verb verbs
}

_tlm() {
    local curcontext=$curcontext state line tlm_program=$words[1]
    typeset -A opt_args
    _arguments -C '(- *)--help[explain tlm]' '(- *)--version[print the version]' \
        '1:verb:_tlm_verbs' '*::argument:->verb' && return
    [[ $state == verb ]] || return 1
    state=
    case $words[1] in
)";
    for (const VerbInfo& verb : verb_table())
        text += verb_case(verb);
    return text + R"(    esac
    return 1
}

# Loaded by the completion system, or by `source <(tlm completion zsh)`.
if [[ $funcstack[1] == _tlm ]]; then
    _tlm "$@"
else
    compdef _tlm tlm
fi
)";
}

}  // namespace tlm::cmd
