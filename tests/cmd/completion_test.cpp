#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmd/completion/offers.h"
#include "cmd/completion/scripts.h"
#include "engine/base/shell_quote.h"

namespace tlm::cmd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ArgumentOffer, IsReadFromTheSynopsis) {
    EXPECT_EQ(argument_offer(verb_info(Verb::plan)).offer, Offer::workflows);
    EXPECT_EQ(argument_offer(verb_info(Verb::apply)).offer, Offer::workflows);
    EXPECT_EQ(argument_offer(verb_info(Verb::show)).offer, Offer::files);
    EXPECT_EQ(argument_offer(verb_info(Verb::diff)).offer, Offer::files);
    EXPECT_EQ(argument_offer(verb_info(Verb::log)).offer, Offer::nothing);
    EXPECT_EQ(argument_offer(verb_info(Verb::cancel)).offer, Offer::names);
    EXPECT_EQ(argument_offer(verb_info(Verb::help)).words.size(), verb_table().size());
    const ArgumentOffer state = argument_offer(verb_info(Verb::state));
    EXPECT_THAT(state.words, testing::IsSupersetOf({"list", "show", "lock", "check", "backup"}));
    EXPECT_EQ(state.after.at("show"), Offer::addresses);
    EXPECT_EQ(state.after.at("backup"), Offer::files);
    EXPECT_EQ(state.after.at("import"), Offer::addresses);
    EXPECT_EQ(state.after.at("mv"), Offer::movables) << "a whole workflow, too";
    EXPECT_EQ(state.after.at("rm"), Offer::globs);
    EXPECT_EQ(state.after.at("unprotect"), Offer::protections);
}

TEST(ValueOffer, IsReadFromThePlaceholder) {
    const auto offer = [](std::string_view name, Verb verb) {
        for (const OptionInfo* option : options_of(verb)) {
            if (option->name == name) return value_offer(*option, verb);
        }
        throw std::runtime_error("no such option");
    };
    EXPECT_THAT(offer("format", Verb::graph).words, ElementsAre("text", "dot", "svg"));
    EXPECT_THAT(offer("ignore", Verb::drift).words,
                ElementsAre("orphan", "duplicate", "missing", "changed", "stopped", "unowned"));
    EXPECT_THAT(offer("color", Verb::plan).words, ElementsAre("auto", "always", "never"));
    EXPECT_EQ(offer("workflows", Verb::plan).offer, Offer::directories);
    EXPECT_EQ(offer("out", Verb::plan).offer, Offer::files);
    EXPECT_EQ(offer("out", Verb::keygen).offer, Offer::files);
    for (const char* name : {"target", "exclude", "replace"})
        EXPECT_EQ(offer(name, Verb::plan).offer, Offer::globs) << name;
    EXPECT_EQ(offer("parallelism", Verb::apply).offer, Offer::nothing);
    EXPECT_EQ(offer("force", Verb::apply).offer, Offer::nothing);
}

TEST(Scripts, HoldEveryVerbOptionAndFixedValueOfTheTables) {
    for (const char* shell : {"bash", "zsh", "fish"}) {
        const std::string script = completion_script(shell);
        for (const VerbInfo& verb : verb_table()) {
            EXPECT_THAT(script, HasSubstr(verb.name)) << shell;
            for (const OptionInfo* option : options_of(verb.verb)) {
                // fish names options without their dashes.
                const std::string dashes = shell == std::string("fish") ? "-l " : "--";
                EXPECT_THAT(script, HasSubstr(dashes + std::string(option->name))) << shell;
                for (const std::string& word : value_offer(*option, verb.verb).words)
                    EXPECT_THAT(script, HasSubstr(word)) << shell;
            }
            for (const std::string& word : argument_offer(verb).words)
                EXPECT_THAT(script, HasSubstr(word)) << shell;
        }
    }
}

TEST(ShellQuoted, IsOneWordWhateverItHolds) {
    EXPECT_EQ(in_single_quotes("it's $HOME"), R"('it'\''s $HOME')");
}

}  // namespace
}  // namespace tlm::cmd
