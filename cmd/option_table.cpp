#include "cmd/option_table.h"

#include <algorithm>
#include <array>

namespace tlm::cmd {
namespace {

constexpr std::array kVerbs = {
    VerbInfo{Verb::plan, "plan", "[WORKFLOW...]",
             "show what apply would do, and write it to a file for review",
             "Compares the workflows with the live fleet and shows each difference with its\n"
             "reason. Changes nothing and takes no lock. With --out the plan is also written\n"
             "as text that can be reviewed in a pull request, all that its apply needs.\n"
             "With --destroy it is a plan of what `tlm destroy` would delete: it is about\n"
             "nothing else, so that no safety limit (--max-deletes) holds it back, neither\n"
             "when it is made nor when it is applied. A plan that a limit stops is not\n"
             "written, and prints its digest: with it an allowance is for this plan only.",
             "  tlm plan                          every workflow in workflows/\n"
             "  tlm plan --out plan.json          the same, and a file to review\n"
             "  tlm plan --detailed-exitcode      exit code 2 when there are changes\n"
             "  tlm plan --out plan.json --sign ops.key\n"
             "                                    and plan.json.sig beside it\n"
             "  tlm plan --target 'audit/agent/*' only these, and what they need\n"
             "  tlm plan --prune --max-deletes '12 sha256:...'\n"
             "                                    12 deletes, if it is the plan of this digest\n"
             "  tlm plan --destroy workflows/audit.yaml --out gone.json\n"
             "                                    a teardown to review\n"},
    VerbInfo{Verb::apply, "apply", "[PLAN | WORKFLOW...]", "carry a plan out, or plan and carry out at once",
             "Applies a reviewed plan file exactly as it is, or, without one, makes a plan,\n"
             "shows it and asks. What moved since the plan was made is reported as a conflict\n"
             "and left alone; everything else goes on. Interrupted or failed, it can be\n"
             "repeated: nothing is made twice. A plan file that was carried out to its end is\n"
             "carried out again only with --reapply, where something of it was undone since.",
             "  tlm apply                         plan, ask, apply\n"
             "  tlm apply plan.json --yes         exactly the reviewed plan, without asking\n"
             "  tlm apply plan.json --expect sha256:...\n"
             "                                    only if it is the plan that was approved\n"
             "  tlm apply --prune                 also delete orphans that are provably ours\n"
             "  tlm apply --prune --max-deletes 12\n"
             "                                    where the safety limit allows less\n"
             "  tlm apply --replace 'audit/task/review/Read%20it'\n"
             "                                    submit this task once more\n"
             "  tlm apply --force                 the clean slate: make everything anew\n"},
    VerbInfo{Verb::run, "run", "[PLAN | WORKFLOW...]", "apply, and wait until every task is at its end",
             "The same as `tlm apply --wait`: each task is submitted as soon as all that it is\n"
             "blocked by are completed, until none is left. What can't run any more because\n"
             "another one failed is skipped and named. Exit code 0 when all are completed, 6\n"
             "when one is not. Interrupted, it can be repeated: it goes on where it was. The\n"
             "fleet of a workflow at its end is taken down where its `teardown` says so.",
             "  tlm run                           plan, ask, apply, wait\n"
             "  tlm run workflows/audit.yaml --yes --timeout 30m\n"
             "  tlm run plan.json --yes           exactly the reviewed plan, to its end\n"},
    VerbInfo{Verb::destroy, "destroy", "[WORKFLOW...]", "delete the agents and teams of the workflows",
             "Deletes teams, then stops and deletes agents. Tasks stay on the server, which\n"
             "has no way to delete them. No safety limit (--max-deletes) holds it back, since\n"
             "it is about nothing else: what would go is shown, and --yes does not ask. What\n"
             "`tlm.protect` names stays protected.",
             "  tlm destroy workflows/audit.yaml  this workflow's fleet\n"
             "  tlm destroy --yes                 all of workflows/, without asking\n"},
    VerbInfo{Verb::drift, "drift", "[WORKFLOW...]", "report orphans and what else has moved",
             "Only reads. Reports orphan, duplicate, missing, changed, stopped and unowned\n"
             "resources. Exit code 2 when there is any.",
             "  tlm drift                         for people\n"
             "  tlm drift --format json           for programs\n"
             "  tlm drift --format markdown       for an issue or a comment\n"
             "  tlm drift --ignore unowned        without what was made by hand\n"},
    VerbInfo{Verb::status, "status", "[WORKFLOW...]", "show how far the workflows' tasks have come",
             "Only reads, and takes no lock: also beside a `tlm run` in another terminal. Each\n"
             "task with its status, who works on it, and what it waits for.",
             "  tlm status                        every workflow in workflows/\n"
             "  tlm status audit.yaml --format json\n"},
    VerbInfo{Verb::cancel, "cancel", "NAME...", "stop a running `tlm run` from waiting for workflows",
             "Asks the `tlm run` that is under way with the same state in another terminal not\n"
             "to wait for these workflows any more; NAME is the one in the metadata. Nothing\n"
             "more of them is submitted or taken down; what was submitted goes on on the\n"
             "target, and a later `tlm run` waits for it again. The run ends with 8.",
             "  tlm cancel audit\n", 1},
    VerbInfo{Verb::validate, "validate", "[WORKFLOW...]",
             "check workflow files, and show every fault at once",
             "Reads the files only: no state, no target.",
             "  tlm validate                      every workflow in workflows/\n"
             "  tlm validate audit.yaml\n"},
    VerbInfo{Verb::show, "show", "PLAN", "show a plan file",
             "Prints a plan file as `tlm plan` printed it, after checking its digest.",
             "  tlm show plan.json\n"
             "  tlm show plan.json --format markdown   for a comment on a pull request\n"
             "  tlm show plan.json --format html       a page, to be sent into a file\n"
             "  tlm show plan.json --concise           addresses only\n",
             1, 1},
    VerbInfo{Verb::diff, "diff", "OLD NEW", "compare two plan files, change by change",
             "Says whether two plans would do the same to the same resources: is this still\n"
             "the plan that was approved? Exit code 2 when it is not.",
             "  tlm diff approved.json plan.json\n"
             "  tlm diff approved.json plan.json --format json\n",
             2, 2},
    VerbInfo{Verb::sign, "sign", "PLAN", "approve a plan file by signing it",
             "For whoever approves a plan and has read it (`tlm show PLAN`). Checks the file,\n"
             "shows its digest, target and summary, and writes PLAN.sig beside it, which\n"
             "replaces one that is there. The signature is good for --valid-for (7 days), for\n"
             "the plan's target, and for the state here (--state) where there is one.",
             "  tlm sign plan.json --key ops.key\n"
             "  tlm sign plan.json --key ops.key --valid-for 12h\n"
             "  tlm sign plan.json --key ops.key --expect sha256:...\n"
             "                                    only if it is the plan that you have read\n",
             1, 1},
    VerbInfo{Verb::verify, "verify", "PLAN", "check that a plan is whole, expected and signed",
             "Checks a plan file's digest, and with --expect and --trusted-key that it is the\n"
             "plan that was approved and that one of these keys signed it: for its target and\n"
             "the state here, and not too long ago. TLM_TRUSTED_KEYS, a directory of *.pub,\n"
             "does the same for every apply. A file `revoked` beside the keys names keys and\n"
             "plans that are not taken any more. Exit code 5 when it is not.",
             "  tlm verify plan.json\n"
             "  tlm verify plan.json --trusted-key ops.pub\n",
             1, 1},
    VerbInfo{Verb::keygen, "keygen", "", "make a pair of keys to sign plans with",
             "Writes NAME.key, which signs plans and must be kept secret, and NAME.pub, which\n"
             "checks them: an Ed25519 pair in PEM. Nothing is ever overwritten.",
             "  tlm keygen --out ops\n"
             "  tlm sign plan.json --key ops.key\n"
             "  tlm apply plan.json --trusted-key ops.pub\n",
             0, 0},
    VerbInfo{Verb::state, "state",
             "list | show ADDRESS | lock | check | backup FILE | mv OLD NEW | rm GLOB... | import "
             "ADDRESS ID | protections | unprotect PATTERN...",
             "look into the state, check it, copy it, put it right",
             "list: every binding on this target. show: one of them. lock: who holds the lock.\n"
             "check: reads all of the file and says what is damaged (exit code 1). backup: a\n"
             "copy that is whole, also while an apply is writing.\n"
             "mv: an agent, a team or a whole workflow was given another name: what is live\n"
             "is renamed in place, so that nothing is deleted and made anew; a team's tasks\n"
             "follow; a new name that no workflow here has is warned of. rm: forgets\n"
             "bindings; nothing is sent, and what is live stays. import: an agent or team\n"
             "that was made by hand, and that a workflow here has, gets our key and is managed\n"
             "from then on; a task is bound. protections: what `tlm.protect` keeps from being\n"
             "deleted or replaced, also once the workflow does not say so any more. unprotect:\n"
             "lifts it. Those that change something show what they would do, and ask; where\n"
             "there is no terminal they end there (exit code 3), unless --yes is given. Where\n"
             "TLM_TRUSTED_KEYS is set they are refused: no signed plan says them.",
             "  tlm state list --format json\n"
             "  tlm state show audit/agent/architect\n"
             "  tlm state lock\n"
             "  tlm state check && tlm state backup state-$(date +%F).db\n"
             "  tlm state mv audit/agent/architect audit/agent/chief\n"
             "  tlm state mv audit code-audit     a workflow whose metadata.name was changed\n"
             "  tlm state rm 'audit/task/*'\n"
             "  tlm state unprotect 'audit/agent/*'\n"
             "  tlm state import audit/agent/chief 46b06d08-dafe-4c17-91f5-d8343a93fcae\n"},
    VerbInfo{Verb::log, "log", "[RUN]", "list earlier runs, or the calls of one",
             "The journal: every call was recorded before it was sent, with its outcome after.",
             "  tlm log\n"
             "  tlm log 4f1c                      the run whose id begins so\n",
             0, 1},
    VerbInfo{Verb::graph, "graph", "[PLAN | WORKFLOW...]", "print what must come before what",
             "As text or for Graphviz with every resource, or as a picture (svg), in which\n"
             "what is alike is drawn as one where there is much of it. The picture is laid\n"
             "out by Graphviz's `dot`, which must be installed.",
             "  tlm graph --format svg > graph.svg            what the workflows say\n"
             "  tlm graph plan.json --format svg > plan.svg   with the plan's actions\n"
             "  tlm graph --format dot | sfdp -Tpdf > graph.pdf\n"},
    VerbInfo{Verb::schema, "schema", "workflow | plan | events",
             "print the JSON Schema of workflows, plans or events", "For editors and programs.",
             "  tlm schema workflow > workflow.schema.json\n", 1, 1},
    VerbInfo{Verb::trust, "trust", "[FILE...]",
             "let this directory's .env and tlm.conf set what is sensitive",
             "Shows what `.env` and `tlm.conf` of this directory set, and asks. Sensitive\n"
             "settings (the target, certificates, the broker, a state elsewhere) are taken\n"
             "from these files only after that; `tlm help` lists the class of each. Path and\n"
             "SHA-256 are recorded in $XDG_STATE_HOME/tlm/trusted (~/.local/state): any change\n"
             "of a file ends its trust. A file of another owner, or that others can write to,\n"
             "can't be trusted. --list shows what is recorded; --revoke takes it back for\n"
             "this directory's files, or for each FILE that --list shows.",
             "  tlm trust                         show, ask, record\n"
             "  tlm trust --list                  what is trusted, and what changed since\n"
             "  tlm trust --revoke                no longer\n"},
    VerbInfo{Verb::completion, "completion", "bash | zsh | fish | words", "print completion for a shell",
             "For a shell that was not set up with the package. `words WHAT` prints what the\n"
             "shells offer beside verbs and options, without asking the target, and nothing\n"
             "where something is wrong. WHAT is workflows, the files in their directory, or\n"
             "one of these, from the state: addresses; names, of workflows; movables, which\n"
             "are both; globs, the same for --target and others; protections.",
             "  tlm completion fish | source\n"
             "  source <(tlm completion bash)     the same in bash, and in zsh\n"
             "  tlm completion words globs        what --target can be\n",
             1, 2},
    VerbInfo{Verb::version, "version", "", "print the version", "The version.", "  tlm version\n", 0, 0},
    VerbInfo{Verb::help, "help", "[VERB]", "explain tlm, or one verb", "This.", "  tlm help apply\n", 0, 1},
};

constexpr unsigned kApplying = bit(Verb::apply) | bit(Verb::run);
constexpr unsigned kWithWorkflows = bit(Verb::plan) | kApplying | bit(Verb::destroy) | bit(Verb::drift) |
                                    bit(Verb::status) | bit(Verb::validate) | bit(Verb::graph) |
                                    bit(Verb::state) | bit(Verb::completion);
constexpr unsigned kWithState = bit(Verb::plan) | kApplying | bit(Verb::destroy) | bit(Verb::drift) |
                                bit(Verb::status) | bit(Verb::cancel) | bit(Verb::state) | bit(Verb::log) |
                                bit(Verb::completion);
constexpr unsigned kWithTarget = bit(Verb::plan) | kApplying | bit(Verb::destroy) | bit(Verb::drift);
constexpr unsigned kComparing = bit(Verb::plan) | bit(Verb::drift) | bit(Verb::show);
constexpr unsigned kListing = bit(Verb::status) | bit(Verb::state) | bit(Verb::log) | bit(Verb::diff);
constexpr unsigned kApproving = kApplying | bit(Verb::verify);
constexpr unsigned kSigning = bit(Verb::plan) | bit(Verb::sign);
constexpr unsigned kWriting = kApplying | bit(Verb::destroy) | bit(Verb::state);

// All that read settings; see needs_settings() as well.
constexpr unsigned kWithSettings =
    kWithWorkflows | kWithState | bit(Verb::show) | bit(Verb::diff) | bit(Verb::verify) | bit(Verb::sign);

constexpr std::array kFormats = {
    FormatInfo{"text", Format::text, kComparing | kListing | bit(Verb::graph)},
    FormatInfo{"json", Format::json, kComparing | kListing},
    FormatInfo{"markdown", Format::markdown, kComparing},
    FormatInfo{"html", Format::html, kComparing},
    FormatInfo{"dot", Format::dot, bit(Verb::graph)},
    FormatInfo{"svg", Format::svg, bit(Verb::graph)},
};

constexpr std::array kOptions = {
    OptionInfo{"workflows", "DIR", "directory of workflow files (WORKFLOWS_DIR)", kWithWorkflows},
    OptionInfo{"url", "URL", "the target, https://... or sandbox:PATH (AGAMEMNON_URL)", kWithState},
    OptionInfo{"state", "FILE", "the state (default .tlm/state.db; TLM_STATE)",
               kWithState | bit(Verb::sign) | bit(Verb::verify)},
    OptionInfo{"ca-cert", "FILE", "certificates to trust, PEM (AGAMEMNON_CA_CERT)",
               kWithTarget | bit(Verb::status) | bit(Verb::state)},
    OptionInfo{"no-local-config", "", "do not read .env and tlm.conf (TLM_NO_LOCAL_CONFIG)", kWithSettings},
    OptionInfo{"out", "FILE", "write the plan to this file; - is standard output", bit(Verb::plan)},
    OptionInfo{"out", "NAME", "write NAME.key and NAME.pub", bit(Verb::keygen)},
    OptionInfo{"sign", "KEY", "sign the plan with this private key, into FILE.sig", bit(Verb::plan)},
    OptionInfo{"key", "KEY", "the private key to sign with", bit(Verb::sign)},
    OptionInfo{"valid-for", "TIME", "how long the signature is good, as 12h or 7d (default 7d)", kSigning},
    OptionInfo{"expect", "DIGEST", "take only the plan with this digest, sha256:...",
               kApproving | bit(Verb::sign)},
    OptionInfo{"trusted-key", "PUB", "take only a plan that this key signed; repeatable", kApproving},
    OptionInfo{"require-expiry", "", "refuse signatures that never expire (format 1)", kApproving},
    OptionInfo{"detailed-exitcode", "", "exit with 2 when there are changes", bit(Verb::plan)},
    OptionInfo{"format", "FORMAT", "text (default), json, markdown or html", kComparing},
    OptionInfo{"concise", "", "sign, action and address of each change, no more",
               bit(Verb::plan) | bit(Verb::show)},
    OptionInfo{"format", "FORMAT", "text (default) or json", kListing},
    OptionInfo{"format", "FORMAT", "text (default), dot or svg", bit(Verb::graph)},
    OptionInfo{"refresh", "BOOL", "false: use the snapshot that was read last",
               bit(Verb::plan) | bit(Verb::drift) | bit(Verb::status)},
    OptionInfo{"force", "", "make every resource anew; what exists is left behind",
               bit(Verb::plan) | kApplying},
    OptionInfo{"prune", "", "delete orphans that are provably ours, and duplicates",
               bit(Verb::plan) | kApplying},
    OptionInfo{"destroy", "", "plan what `tlm destroy` would delete, without a limit", bit(Verb::plan)},
    OptionInfo{"max-deletes", "N|P%", "allow so many deletes and replacements (default 30%)",
               bit(Verb::plan) | kApplying},
    OptionInfo{"target", "GLOB", "only these addresses and what they need; repeatable",
               bit(Verb::plan) | kApplying | bit(Verb::destroy)},
    OptionInfo{"exclude", "GLOB", "not these addresses, nor what needs them; repeatable",
               bit(Verb::plan) | kApplying | bit(Verb::destroy)},
    OptionInfo{"replace", "GLOB", "make these anew, submit these tasks again; repeatable",
               bit(Verb::plan) | kApplying},
    OptionInfo{"ignore", "KIND", "leave out one kind of drift; repeatable", bit(Verb::drift)},
    OptionInfo{"reapply", "", "carry out again a plan file that was carried out before", kApplying},
    OptionInfo{"yes", "", "do not ask", kWriting | bit(Verb::state) | bit(Verb::trust)},
    OptionInfo{"list", "", "list the files that are trusted", bit(Verb::trust)},
    OptionInfo{"revoke", "", "no longer trust this directory's files, or FILEs", bit(Verb::trust)},
    OptionInfo{"wait", "", "until every task is at its end, as `tlm run` does", bit(Verb::apply)},
    OptionInfo{"timeout", "TIME", "how long to wait for each workflow, as 30s or 2h", kApplying},
    OptionInfo{"poll-min", "TIME", "between two looks at the tasks at least (default 250ms)", kApplying},
    OptionInfo{"poll-max", "TIME", "and at most, where nothing moves (default 5s)", kApplying},
    OptionInfo{"parallelism", "N", "calls in flight at most, 1 to 256 (default 16)", kWriting},
    OptionInfo{"lock-timeout", "TIME", "how long to wait for the lock, as 30s or 5m (default 0)",
               kWriting | bit(Verb::state)},
    OptionInfo{"events", "FILE", "events as JSON Lines for programs; - is standard output", kWithTarget},
    OptionInfo{"on-finish", "COMMAND", "run this with sh at the end; its input is the summary", kWithTarget},
    OptionInfo{"color", "WHEN", "auto (default), always or never (NO_COLOR)", kEveryVerb},
    OptionInfo{"no-color", "", "the same as --color never", kEveryVerb},
    OptionInfo{"quiet", "", "no progress and no messages, only results and errors", kEveryVerb},
    OptionInfo{"help", "", "explain the verb", kEveryVerb},
};

constexpr std::array kExits = {
    ExitInfo{ExitCode::done, "done; for plan also when there are changes, unless --detailed-exitcode"},
    ExitInfo{ExitCode::internal, "internal or unclassified failure"},
    ExitInfo{ExitCode::changes,
             "there are changes (plan --detailed-exitcode), drift, or a difference (diff)"},
    ExitInfo{ExitCode::bad_input, "bad input: options, settings, workflow or plan file"},
    ExitInfo{ExitCode::locked, "the state is locked by someone else"},
    ExitInfo{ExitCode::conflict, "conflict: the plan does not fit the live fleet any more, or was edited"},
    ExitInfo{ExitCode::partial, "partly applied: some changes failed, or tasks did not complete"},
    ExitInfo{ExitCode::limit, "a safety limit stopped it"},
    ExitInfo{ExitCode::interrupted, "declined at the prompt, or interrupted"},
    ExitInfo{ExitCode::unreachable, "the target can't be reached or used, or refused the credentials"},
};

}  // namespace

std::span<const VerbInfo> verb_table() {
    return kVerbs;
}
std::span<const OptionInfo> option_table() {
    return kOptions;
}
std::span<const FormatInfo> format_table() {
    return kFormats;
}

std::span<const ExitInfo> exit_table() {
    return kExits;
}

const VerbInfo* find_verb(std::string_view name) {
    const auto at = std::ranges::find(kVerbs, name, &VerbInfo::name);
    return at == kVerbs.end() ? nullptr : &*at;
}

const VerbInfo& verb_info(Verb verb) {
    return *std::ranges::find(kVerbs, verb, &VerbInfo::verb);
}

}  // namespace tlm::cmd
