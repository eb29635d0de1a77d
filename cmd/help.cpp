#include "cmd/help.h"

#include <fmt/format.h>

#include "cmd/option_table.h"

namespace tlm::cmd {
namespace {

constexpr std::string_view kExitCodes = R"(
Exit codes:
  0  done; for plan also when there are changes, unless --detailed-exitcode
  1  internal or unclassified failure
  2  there are changes (plan --detailed-exitcode), drift, or a difference (diff)
  3  bad input: options, settings, workflow or plan file
  4  the state is locked by someone else
  5  conflict: the plan does not fit the live fleet any more, or was edited
  6  partly applied: some changes failed
  7  a safety limit stopped it
  8  declined at the prompt, or interrupted
  9  the target can't be reached or used, or refused the credentials
)";

constexpr std::string_view kSettings = R"(
Settings, from the environment, then .env, then tlm.conf in this directory:
  AGAMEMNON_URL            the target (default: an embedded sandbox)
  AGAMEMNON_API_KEY        its key; never an option, never shown
  AGAMEMNON_TIMEOUT        seconds for one request (default 30)
  AGAMEMNON_CA_CERT        certificates to trust, PEM
  AGAMEMNON_CLIENT_CERT    our own certificate, PEM; _CLIENT_KEY: its key
  AGAMEMNON_RATE_LIMIT_RPS, AGAMEMNON_RATE_LIMIT_BURST
                           requests a second, and at once (default: no limit)
  HOST_ID                  the machine on which docker agents run
  REQUIRE_TLS              false allows http:// to other machines
  TLM_TRUSTED_KEYS         directory of *.pub: only plans that one of them signed
                           are applied
  WORKFLOWS_DIR, TLM_STATE, NO_COLOR
)";

std::string overview() {
    std::string text =
        "tlm plans and applies fleets of agents, as workflow files describe them.\n\n"
        "Usage: tlm VERB [arguments] [options]\n\nVerbs:\n";
    for (const VerbInfo& verb : verb_table())
        text += fmt::format("  {:<9} {}\n", verb.name, verb.summary);
    text += "\nIn a directory with workflows/ these need no set-up at all:\n";
    text += "  tlm plan        tlm apply        tlm drift\n";
    text += kSettings;
    text += kExitCodes;
    return text + "\n`tlm help VERB` explains a verb, with examples.\n";
}

std::string about(const VerbInfo& verb) {
    std::string text =
        fmt::format("tlm {}: {}\n\nUsage: tlm {} {}{}[options]\n\n{}\n\nOptions:\n", verb.name, verb.summary,
                    verb.name, verb.arguments, verb.arguments.empty() ? "" : " ", verb.text);
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
