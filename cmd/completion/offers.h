#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/option_table.h"

namespace tlm::cmd {

// What a shell can offer in a place of the command line. What stands behind `workflows`, which are files, is
// known to the state: names are the workflows', movables these as addresses have them and the addresses,
// globs the same as patterns over addresses, protections the patterns that are remembered.
enum class Offer {
    nothing,
    words,
    files,
    directories,
    workflows,
    addresses,
    names,
    movables,
    globs,
    protections,
};

// What `tlm completion words` is to be asked for; empty where a shell knows by itself.
[[nodiscard]] std::string_view asked_word(Offer offer);
// Whether there is such a word.
[[nodiscard]] bool is_asked_word(std::string_view word);

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

}  // namespace tlm::cmd
