#include "cmd/completion/offers.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <cctype>

#include "engine/drift/drift.h"

namespace tlm::cmd {
namespace {

// By the word that stands for a value in the tables. What stands for something else is a file's name.
Offer offer_of(std::string_view placeholder) {
    if (placeholder == "DIR") return Offer::directories;
    if (placeholder == "WORKFLOW") return Offer::workflows;
    if (placeholder == "ADDRESS") return Offer::addresses;
    if (placeholder == "GLOB") return Offer::globs;
    if (placeholder == "PATTERN") return Offer::protections;
    for (const std::string_view other :
         {"", "URL", "N", "N|P%", "TIME", "RUN", "DIGEST", "VERB", "ID", "COMMAND"}) {
        if (placeholder == other) return Offer::nothing;
    }
    return Offer::files;
}

std::vector<std::string> split(std::string text, const char* at) {
    std::vector<std::string> parts;
    boost::split(parts, text, boost::is_any_of(at), boost::token_compress_on);
    for (std::string& part : parts)
        boost::trim(part);
    return parts;
}

constexpr std::array kAskedWords = {
    std::pair(Offer::workflows, std::string_view("workflows")),
    std::pair(Offer::addresses, std::string_view("addresses")),
    std::pair(Offer::names, std::string_view("names")),
    std::pair(Offer::movables, std::string_view("movables")),
    std::pair(Offer::globs, std::string_view("globs")),
    std::pair(Offer::protections, std::string_view("protections")),
};

}  // namespace

std::string_view asked_word(Offer offer) {
    const auto* const at = std::ranges::find(kAskedWords, offer, [](const auto& each) { return each.first; });
    return at == kAskedWords.end() ? std::string_view() : at->second;
}

bool is_asked_word(std::string_view word) {
    return std::ranges::any_of(kAskedWords, [&](const auto& each) { return each.second == word; });
}

ValueOffer value_offer(const OptionInfo& option, Verb verb) {
    if (option.argument == "FORMAT") {
        ValueOffer formats{Offer::words, {}};
        for (const FormatInfo& format : format_table()) {
            if ((format.verbs & bit(verb)) != 0) formats.words.emplace_back(format.name);
        }
        return formats;
    }
    if (option.argument == "KIND") {
        ValueOffer kinds{Offer::words, {}};
        for (auto kind = DriftKind::orphan; kind <= DriftKind::unowned;
             kind = static_cast<DriftKind>(static_cast<int>(kind) + 1))
            kinds.words.emplace_back(drift_name(kind));
        return kinds;
    }
    if (option.argument == "BOOL") return {Offer::words, {"true", "false"}};
    if (option.argument == "WHEN") return {Offer::words, {"auto", "always", "never"}};
    return {offer_of(option.argument), {}};
}

ArgumentOffer argument_offer(const VerbInfo& verb) {
    ArgumentOffer result;
    for (const std::string& alternative : split(std::string(verb.arguments), "|")) {
        const std::vector<std::string> words =
            split(boost::trim_copy_if(alternative, boost::is_any_of("[]. ")), " ");
        const std::string& first = words.front();
        if (first.empty()) continue;
        if (first == "VERB") {
            for (const VerbInfo& other : verb_table())
                result.words.emplace_back(other.name);
        } else if (std::isupper(static_cast<unsigned char>(first[0])) == 0) {
            result.words.push_back(first);
            // `diff` has an OLD as well, which is a file.
            if (words.size() > 1)
                result.after[first] = words[1] == "OLD" ? Offer::movables : offer_of(words[1]);
        } else if (result.offer != Offer::workflows) {
            // Where there may be a plan or a workflow, workflows are offered, with the files among them.
            // An option's NAME is a file's.
            result.offer = first == "NAME" ? Offer::names : offer_of(first);
        }
    }
    return result;
}

std::vector<const OptionInfo*> options_of(Verb verb) {
    std::vector<const OptionInfo*> options;
    for (const OptionInfo& option : option_table()) {
        if ((option.verbs & bit(verb)) != 0) options.push_back(&option);
    }
    return options;
}

}  // namespace tlm::cmd
