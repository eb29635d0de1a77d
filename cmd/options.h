#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cmd/terminal.h"
#include "engine/base/result.h"
#include "engine/plan/limits.h"

namespace tlm::cmd {

enum class Verb {
    plan,
    apply,
    run,
    destroy,
    drift,
    status,
    cancel,
    validate,
    show,
    diff,
    sign,
    verify,
    keygen,
    state,
    log,
    graph,
    schema,
    trust,
    completion,
    version,
    help
};
enum class StateVerb { list, show, lock, check, backup, mv, rm, import, protections, unprotect };
enum class Format { text, json, markdown, html, dot, svg };

// Everything that the command line can say.
struct Options {
    Verb verb = Verb::help;
    StateVerb state_verb = StateVerb::list;
    std::string help_topic;               // verb that `help` was asked about, may be empty
    std::vector<std::string> positional;  // workflows, plan file, address or run, by verb
    Format format = Format::text;
    std::string out;                             // plan, keygen
    std::string events;                          // may be empty
    std::string on_finish;                       // a command for sh, may be empty
    std::string sign;                            // private key file, may be empty: plan --sign, sign --key
    std::chrono::seconds valid_for{7 * 86'400};  // a signature that is made
    bool require_expiry = false;
    bool reapply = false;
    std::string expect;                     // digest, may be empty
    std::vector<std::string> trusted_keys;  // public key files
    bool detailed_exitcode = false;
    bool concise = false;
    bool refresh = true;
    bool force = false;
    bool prune = false;
    bool destroy = false;  // plan --destroy
    bool yes = false;
    bool quiet = false;
    Color color = Color::automatic;
    std::vector<std::string> targets;
    std::vector<std::string> excludes;
    std::vector<std::string> replaces;
    std::vector<std::string> ignore;  // drift kinds
    DeleteLimit max_deletes;
    std::size_t parallelism = 16;
    std::chrono::milliseconds lock_timeout{0};
    bool wait = false;                                 // apply --wait, and run
    std::optional<std::chrono::milliseconds> timeout;  // of the waiting
    std::chrono::milliseconds poll_min{250};
    std::chrono::milliseconds poll_max{5000};
    bool list = false;    // trust
    bool revoke = false;  // trust
    // Where they are given they win over the settings of the same meaning.
    bool no_local_config = false;
    std::optional<std::string> url;
    std::optional<std::string> workflows_dir;
    std::optional<std::string> state;
    std::optional<std::string> ca_cert;
};

// `arguments` without the program's name. Errors: bad_input, with the nearest verb or option where one is
// near.
[[nodiscard]] Result<Options> parse_command_line(const std::vector<std::string>& arguments);

// Whether the verb works with a state, a target or workflows.
[[nodiscard]] bool needs_settings(Verb verb);

}  // namespace tlm::cmd
