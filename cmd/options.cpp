#include "cmd/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <boost/program_options.hpp>
#include <cctype>
#include <charconv>
#include <limits>

#include "cmd/completion/offers.h"
#include "cmd/completion/scripts.h"
#include "cmd/delete_limit.h"
#include "cmd/option_table.h"
#include "cmd/schemas.h"
#include "engine/base/sha256.h"
#include "engine/base/text.h"
#include "engine/drift/drift.h"

namespace tlm::cmd {
namespace {

namespace po = boost::program_options;

Error bad(std::string message, std::vector<std::string> hints = {}) {
    return fail(ErrorCode::bad_input, std::move(message), {}, std::move(hints));
}

std::string verb_hint(std::string_view verb) {
    return verb.empty() ? "`tlm help` lists the verbs."
                        : fmt::format("`tlm help {}` lists its options.", verb);
}

Error unknown_verb(const std::string& word) {
    std::vector<std::string> names;
    for (const VerbInfo& info : verb_table())
        names.emplace_back(info.name);
    std::vector<std::string> hints;
    if (const auto near = nearest(word, names)) hints.push_back(fmt::format("Did you mean `tlm {}`?", *near));
    hints.push_back(verb_hint({}));
    return bad(fmt::format("there is no verb `{}`", word), std::move(hints));
}

// An option that exists, for other verbs, or that is near to one that exists.
Error unknown_option(std::string word, const VerbInfo& verb) {
    word.erase(0, word.find_first_not_of('-'));
    word = word.substr(0, word.find('='));
    std::vector<std::string> names;
    std::string others;
    for (const OptionInfo& option : option_table()) {
        if ((option.verbs & bit(verb.verb)) != 0) names.emplace_back(option.name);
        if (option.name != word) continue;
        for (const VerbInfo& other : verb_table()) {
            if ((option.verbs & bit(other.verb)) == 0) continue;
            others += fmt::format("{}`tlm {}`", others.empty() ? "" : ", ", other.name);
        }
    }
    if (!others.empty()) {
        return bad(fmt::format("`tlm {}` takes no --{}", verb.name, word),
                   {fmt::format("It belongs to {}.", others)});
    }
    std::vector<std::string> hints;
    if (const auto near = nearest(word, names)) hints.push_back(fmt::format("Did you mean --{}?", *near));
    hints.push_back(verb_hint(verb.name));
    return bad(fmt::format("`tlm {}` has no option --{}", verb.name, word), std::move(hints));
}

// There are none but -h.
Error short_option(const std::string& argument, const VerbInfo& verb) {
    std::vector<std::string> hints = {verb_hint(verb.name)};
    for (const OptionInfo& option : option_table()) {
        if ((option.verbs & bit(verb.verb)) != 0 && option.name[0] == argument[1])
            hints.insert(hints.begin(), fmt::format("Did you mean `--{}`?", option.name));
    }
    return bad(fmt::format("`tlm {}` has no option {}", verb.name, argument), std::move(hints));
}

// The options of one verb, as Boost.Program_options wants them.
po::options_description described(Verb verb) {
    po::options_description description;
    for (const OptionInfo& option : option_table()) {
        if ((option.verbs & bit(verb)) == 0) continue;
        const std::string name(option.name);
        if (option.argument.empty()) {
            description.add_options()(name.c_str(), "");
        } else {
            description.add_options()(name.c_str(), po::value<std::vector<std::string>>()->composing(), "");
        }
    }
    description.add_options()("positional", po::value<std::vector<std::string>>(), "");
    return description;
}

// The values that were given, by option. Throws what the library throws.
class Given {
  public:
    Given(const std::vector<std::string>& arguments, Verb verb) {
        const auto description = described(verb);
        po::positional_options_description positional;
        positional.add("positional", -1);
        // No guessing: an option that is abbreviated today is ambiguous tomorrow.
        const int style = po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent |
                          po::command_line_style::long_allow_next;
        po::store(
            po::command_line_parser(arguments).options(description).positional(positional).style(style).run(),
            values_);
    }
    [[nodiscard]] bool has(const char* name) const { return values_.count(name) > 0; }
    [[nodiscard]] std::vector<std::string> all(const char* name) const {
        return has(name) ? values_[name].as<std::vector<std::string>>() : std::vector<std::string>();
    }
    [[nodiscard]] std::optional<std::string> last(const char* name) const {
        return has(name) ? std::optional<std::string>(all(name).back()) : std::nullopt;
    }

  private:
    po::variables_map values_;
};

template <typename T>
Result<T> one_of(const char* option, const std::string& word,
                 std::initializer_list<std::pair<const char*, T>> choices) {
    std::string names;
    for (const auto& [name, value] : choices) {
        if (word == name) return value;
        names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
    }
    return bad(fmt::format("--{} takes one of {}; `{}` is none of them", option, names, word));
}

Result<Format> read_format(const std::string& word, Verb verb) {
    std::string names;
    for (const FormatInfo& info : format_table()) {
        if ((info.verbs & bit(verb)) == 0) continue;
        if (word == info.name) return info.format;
        names += fmt::format("{}{}", names.empty() ? "" : ", ", info.name);
    }
    return bad(fmt::format("--format takes one of {}; `{}` is none of them", names, word));
}

Result<std::size_t> read_parallelism(const std::string& word) {
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
    if (error != std::errc() || end != word.data() + word.size() || n < 1 || n > 256) {
        return bad(fmt::format("--parallelism takes a whole number from 1 to 256; `{}` is none", word));
    }
    return n;
}

// 30s, 5m, 1h, 250ms; a plain number counts seconds.
Result<std::chrono::milliseconds> read_duration(const std::string& option, const std::string& word) {
    std::int64_t n = 0;
    const char* last = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data(), last, n);
    const std::string_view unit(end, static_cast<std::size_t>(last - end));
    const std::int64_t factor = unit == "ms"                  ? 1
                                : unit == "s" || unit.empty() ? 1000
                                : unit == "m"                 ? 60'000
                                : unit == "h"                 ? 3'600'000
                                                              : 0;
    constexpr std::int64_t kMost = 1'000'000;
    if (error != std::errc() || factor == 0 || n < 0 || n > kMost) {
        return bad(fmt::format("--{} takes a time such as 30s or 5m; `{}` is none", option, word));
    }
    return std::chrono::milliseconds(n * factor);
}

// 90m, 12h, 7d: a signature that lasted for ever would not be an approval of today's plan.
Result<std::chrono::seconds> read_validity(const std::string& word) {
    constexpr std::chrono::seconds kLeast(1);
    constexpr std::chrono::seconds kMost(std::chrono::days(366));
    std::int64_t n = 0;
    const char* last = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data(), last, n);
    const std::string_view unit(end, static_cast<std::size_t>(last - end));
    const std::int64_t factor = unit == "d"   ? 86'400
                                : unit == "h" ? 3'600
                                : unit == "m" ? 60
                                : unit == "s" ? 1
                                              : 0;
    if (error != std::errc() || factor == 0 || n < kLeast.count() || n > kMost.count() / factor) {
        return bad(fmt::format(
            "--valid-for takes a time from 1s to 366d with its unit, such as 12h or 7d; `{}` is none", word));
    }
    return std::chrono::seconds(n * factor);
}

Result<std::string> read_digest(const std::string& word) {
    if (is_sha256(word)) return word;
    return bad(fmt::format("--expect takes a digest, sha256: and 64 hex digits; `{}` is none", word),
               {"`tlm verify PLAN` prints a plan's digest."});
}

// What makes sense only with something else, or without it.
Result<void> check_together(const Options& options) {
    if (options.verb == Verb::keygen && options.out.empty())
        return bad("`tlm keygen` needs --out NAME, and writes NAME.key and NAME.pub", {verb_hint("keygen")});
    if (options.verb == Verb::sign && options.sign.empty())
        return bad("`tlm sign` needs --key KEY, the private key to sign with", {verb_hint("sign")});
    if (options.verb == Verb::plan && !options.sign.empty() && (options.out.empty() || options.out == "-"))
        return bad("--sign needs --out FILE: the signature is written beside it, as FILE.sig",
                   {verb_hint("plan")});
    if (options.destroy && (options.force || options.prune))
        return bad("--destroy deletes everything; --force and --prune have no place beside it",
                   {verb_hint("plan")});
    return success();
}

Result<void> read_waiting(const Given& given, Options& options) {
    options.wait = given.has("wait") || options.verb == Verb::run;
    if (const auto word = given.last("timeout")) {
        BOOST_OUTCOME_TRY(time, read_duration("timeout", *word));
        options.timeout = time;
    }
    if (const auto word = given.last("poll-min")) {
        BOOST_OUTCOME_TRY(time, read_duration("poll-min", *word));
        options.poll_min = time;
    }
    if (const auto word = given.last("poll-max")) {
        BOOST_OUTCOME_TRY(time, read_duration("poll-max", *word));
        options.poll_max = time;
    }
    if (!options.wait && (options.timeout || given.has("poll-min") || given.has("poll-max"))) {
        return bad("--timeout, --poll-min and --poll-max say how to wait, and nothing waits",
                   {"Give --wait with them, or use `tlm run`."});
    }
    if (options.poll_min.count() < 1 || options.poll_max < options.poll_min) {
        return bad(fmt::format("--poll-min ({} ms) must be over 0, and --poll-max ({} ms) at least as long",
                               options.poll_min.count(), options.poll_max.count()));
    }
    return success();
}

Result<void> read_signing(const Given& given, Options& options) {
    const char* const name = options.verb == Verb::sign ? "key" : "sign";
    options.sign = given.last(name).value_or("");
    if (options.sign.empty() && given.has(name))
        return bad(fmt::format("--{} takes a file, and its name is empty", name));
    if (const auto word = given.last("valid-for")) {
        BOOST_OUTCOME_TRY(time, read_validity(*word));
        options.valid_for = time;
        if (options.sign.empty())
            return bad(fmt::format("--valid-for is about a signature, and there is no --{}", name));
    }
    options.require_expiry = given.has("require-expiry");
    return success();
}

Result<void> read_values(const Given& given, Options& options) {
    options.detailed_exitcode = given.has("detailed-exitcode");
    options.concise = given.has("concise");
    options.force = given.has("force");
    options.prune = given.has("prune");
    options.destroy = given.has("destroy");
    options.yes = given.has("yes");
    options.reapply = given.has("reapply");
    options.quiet = given.has("quiet");
    options.no_local_config = given.has("no-local-config");
    options.list = given.has("list");
    options.revoke = given.has("revoke");
    options.targets = given.all("target");
    options.excludes = given.all("exclude");
    options.replaces = given.all("replace");
    options.ignore = given.all("ignore");
    options.out = given.last("out").value_or("");
    options.events = given.last("events").value_or("");
    if (options.events.empty() && given.has("events"))
        return bad("--events takes a file, and its name is empty", {"`-` is standard output."});
    options.on_finish = given.last("on-finish").value_or("");
    if (options.on_finish.empty() && given.has("on-finish"))
        return bad("--on-finish takes a command, and it is empty");
    BOOST_OUTCOME_TRYV(read_signing(given, options));
    options.trusted_keys = given.all("trusted-key");
    if (const auto word = given.last("expect")) {
        BOOST_OUTCOME_TRY(digest, read_digest(*word));
        options.expect = std::move(digest);
    }
    BOOST_OUTCOME_TRYV(check_together(options));
    options.url = given.last("url");
    options.workflows_dir = given.last("workflows");
    options.state = given.last("state");
    options.ca_cert = given.last("ca-cert");
    if (const auto word = given.last("max-deletes")) {
        BOOST_OUTCOME_TRY(limit, read_delete_limit(*word));
        options.max_deletes = limit;
    }
    if (const auto word = given.last("parallelism")) {
        BOOST_OUTCOME_TRY(n, read_parallelism(*word));
        options.parallelism = n;
    }
    if (const auto word = given.last("lock-timeout")) {
        BOOST_OUTCOME_TRY(time, read_duration("lock-timeout", *word));
        options.lock_timeout = time;
    }
    BOOST_OUTCOME_TRYV(read_waiting(given, options));
    if (const auto word = given.last("refresh")) {
        BOOST_OUTCOME_TRY(refresh, one_of<bool>("refresh", *word, {{"true", true}, {"false", false}}));
        options.refresh = refresh;
    }
    if (const auto word = given.last("color")) {
        BOOST_OUTCOME_TRY(
            color,
            one_of<Color>("color", *word,
                          {{"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}}));
        options.color = color;
    }
    if (given.has("no-color")) options.color = Color::never;
    if (const auto word = given.last("format")) {
        BOOST_OUTCOME_TRY(format, read_format(*word, options.verb));
        options.format = format;
    }
    if (options.concise && options.format != Format::text)
        return bad("--concise is for text, and --format asks for another format", {"Leave one of them out."});
    for (const std::string& kind : options.ignore) {
        if (!parse_drift(kind)) {
            return bad(fmt::format(
                "--ignore takes one of orphan, duplicate, missing, changed, stopped, unowned; `{}` is "
                "none of them",
                kind));
        }
    }
    return success();
}

// Two outputs in one place would come out mixed.
Result<void> check_outputs(const Options& options) {
    if (options.events.empty()) return success();
    if (options.events == options.out)
        return bad(fmt::format("--out and --events both go to `{}`", options.out),
                   {"Give one of them another file."});
    if (options.events == "-" && options.format != Format::text)
        return bad("--events - and --format both take standard output",
                   {"Give --events a file, or leave --format out."});
    return success();
}

struct StateVerbInfo {
    StateVerb verb;
    std::string_view name;
    std::string_view takes;  // what follows it, empty: nothing
    std::size_t least = 0;   // arguments
    std::size_t most = 0;
};

constexpr std::size_t kMany = std::numeric_limits<std::size_t>::max();

constexpr std::array kStateVerbs = {
    StateVerbInfo{StateVerb::list, "list", ""},
    StateVerbInfo{StateVerb::show, "show", "ADDRESS", 1, 1},
    StateVerbInfo{StateVerb::lock, "lock", ""},
    StateVerbInfo{StateVerb::check, "check", ""},
    StateVerbInfo{StateVerb::backup, "backup", "FILE", 1, 1},
    StateVerbInfo{StateVerb::mv, "mv", "OLD NEW", 2, 2},
    StateVerbInfo{StateVerb::rm, "rm", "GLOB...", 1, kMany},
    StateVerbInfo{StateVerb::import, "import", "ADDRESS ID", 2, 2},
    StateVerbInfo{StateVerb::protections, "protections", ""},
    StateVerbInfo{StateVerb::unprotect, "unprotect", "PATTERN...", 1, kMany},
};

Result<void> read_state_verb(Options& options) {
    std::vector<std::string> names;
    for (const StateVerbInfo& info : kStateVerbs)
        names.emplace_back(info.name);
    const std::string all = fmt::format("{}", fmt::join(names, ", "));
    if (options.positional.empty()) return bad("`tlm state` needs one of " + all, {verb_hint("state")});
    const std::string word = options.positional.front();
    const auto* const info = std::ranges::find(kStateVerbs, word, &StateVerbInfo::name);
    if (info == kStateVerbs.end()) {
        const auto near = nearest(word, names);
        return bad(fmt::format("`tlm state` has no `{}`: there are {}", word, all),
                   {near ? fmt::format("Did you mean `tlm state {}`?", *near) : verb_hint("state")});
    }
    options.state_verb = info->verb;
    options.positional.erase(options.positional.begin());
    const bool changes = info->verb == StateVerb::mv || info->verb == StateVerb::rm ||
                         info->verb == StateVerb::import || info->verb == StateVerb::unprotect;
    const Options usual;
    if (!changes && (options.yes || options.lock_timeout != usual.lock_timeout ||
                     options.parallelism != usual.parallelism)) {
        return bad(
            "--yes, --lock-timeout and --parallelism are for the verbs of `tlm state` that change something",
            {verb_hint("state")});
    }
    if (info->verb != StateVerb::import && info->verb != StateVerb::mv && options.workflows_dir)
        return bad("--workflows is for `tlm state import` and `tlm state mv`", {verb_hint("state")});
    const std::size_t given = options.positional.size();
    if (given >= info->least && given <= info->most) return success();
    return bad(info->takes.empty() ? fmt::format("`tlm state {}` takes no argument", word)
                                   : fmt::format("the form is: tlm state {} {}", word, info->takes),
               {verb_hint("state")});
}

Result<void> check_completion(const Options& options) {
    const std::string& what = options.positional[0];
    const bool known = what == "words" || !completion_script(what).empty();
    if (!known)
        return bad(fmt::format("there is no completion for `{}`: there are bash, zsh and fish", what));
    const std::string second = options.positional.size() == 2 ? options.positional[1] : "";
    if (what == "words" ? is_asked_word(second) : options.positional.size() == 1) return success();
    return bad("the form is: tlm completion bash | zsh | fish, or words WHAT", {verb_hint("completion")});
}

Result<void> check_trust(const Options& options) {
    if (options.list && options.revoke)
        return bad("--list and --revoke are two commands", {verb_hint("trust")});
    if (options.yes && (options.list || options.revoke))
        return bad("--list and --revoke do not ask, so that --yes has no meaning with them",
                   {verb_hint("trust")});
    if (!options.positional.empty() && !options.revoke)
        return bad("`tlm trust` is for .env and tlm.conf of the working directory; only --revoke takes files",
                   {"Run it in the directory of these files."});
    return success();
}

Result<void> check_positional(const VerbInfo& verb, Options& options) {
    if (options.verb == Verb::state) return read_state_verb(options);
    const auto n = static_cast<int>(options.positional.size());
    if (n < verb.least_positional || (verb.most_positional >= 0 && n > verb.most_positional)) {
        return bad(fmt::format("the form is: tlm {}{}{}", verb.name, verb.arguments.empty() ? "" : " ",
                               verb.arguments),
                   {verb_hint(verb.name)});
    }
    if (options.verb == Verb::schema && schema_named(options.positional[0]).empty()) {
        return bad(fmt::format("there is no schema `{}`: there are workflow, plan and events",
                               options.positional[0]));
    }
    if (options.verb == Verb::trust) return check_trust(options);
    if (options.verb == Verb::completion) return check_completion(options);
    if (options.verb == Verb::help && n == 1) {
        if (find_verb(options.positional[0]) == nullptr) return unknown_verb(options.positional[0]);
        options.help_topic = options.positional[0];
    }
    return success();
}

Options help_about(std::string topic) {
    Options options;
    options.verb = Verb::help;
    options.help_topic = std::move(topic);
    return options;
}

Result<Options> parse_verb(const VerbInfo& verb, const std::vector<std::string>& arguments) {
    Options options;
    options.verb = verb.verb;
    try {
        const Given given(arguments, verb.verb);
        if (given.has("help")) return help_about(std::string(verb.name));
        options.positional = given.all("positional");
        BOOST_OUTCOME_TRYV(read_values(given, options));
    } catch (const po::unknown_option& fault) {
        return unknown_option(fault.get_option_name(), verb);
    } catch (const po::error& fault) {
        return bad(fault.what(), {verb_hint(verb.name)});
    }
    BOOST_OUTCOME_TRYV(check_outputs(options));
    BOOST_OUTCOME_TRYV(check_positional(verb, options));
    return options;
}

}  // namespace

Result<Options> parse_command_line(const std::vector<std::string>& arguments) {
    if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") return help_about({});
    std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    if (arguments[0] == "--version") return parse_verb(verb_info(Verb::version), rest);
    if (arguments[0].starts_with("-")) {
        return bad(fmt::format("the verb comes first, then {}", arguments[0]), {verb_hint({})});
    }
    // What stands behind `--` is no option, whatever it begins with.
    const auto end = std::ranges::find(rest, "--");
    for (std::string& argument : std::ranges::subrange(rest.begin(), end)) {
        if (argument == "-h") argument = "--help";
    }
    const VerbInfo* verb = find_verb(arguments[0]);
    if (verb == nullptr) return unknown_verb(arguments[0]);
    for (const std::string& argument : std::ranges::subrange(rest.begin(), end)) {
        if (argument.size() > 1 && argument[0] == '-' &&
            std::isalpha(static_cast<unsigned char>(argument[1])) != 0)
            return short_option(argument, *verb);
    }
    return parse_verb(*verb, rest);
}

bool needs_settings(Verb verb) {
    return verb != Verb::help && verb != Verb::version && verb != Verb::schema && verb != Verb::keygen &&
           verb != Verb::completion && verb != Verb::trust;
}

}  // namespace tlm::cmd
