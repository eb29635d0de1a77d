#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/option_table.h"

namespace tlm::cmd {

// What a shell can offer in a place of the command line.
enum class Offer { nothing, words, files, directories, workflows, addresses };

// What an option takes: nothing of its own where it is a switch.
struct ValueOffer {
    Offer offer = Offer::nothing;
    std::vector<std::string> words;  // only of Offer::words
};
[[nodiscard]] ValueOffer value_offer(const OptionInfo& option, Verb verb);

// What a verb takes beside its options, read from its synopsis: `list | show ADDRESS` are two words, and an
// address after the second.
struct ArgumentOffer {
    std::vector<std::string> words;      // as the first argument
    Offer offer = Offer::nothing;        // as any other argument, or as the first where there are no words
    std::map<std::string, Offer> after;  // as the second, by word
};
[[nodiscard]] ArgumentOffer argument_offer(const VerbInfo& verb);

// The options that a verb takes.
[[nodiscard]] std::vector<const OptionInfo*> options_of(Verb verb);

// The text in single quotes, as every shell takes it.
[[nodiscard]] std::string shell_quoted(std::string_view text);

}  // namespace tlm::cmd
