// The rules for tlm in a workflow's metadata.
#include "tests/engine/workflow/read_text.h"

#include <gtest/gtest.h>

namespace tlm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string with_metadata(const std::string& members) {
    return "metadata: {name: w, " + members +
           "}\nteams: [{name: t, agents: [a], tasks: []}]\nagents: [{name: a}]\n";
}

TEST(Rules, Lists_AreSeparatedByCommasAndMayEndWithOne) {
    const Workflow workflow = read(with_metadata(
        "tlm.protect: ' w/agent/a , w/team/*, ', tlm.ignore-changes: 'w/agent/*:program_args,*:status'"));
    EXPECT_THAT(workflow.protect, ElementsAre("w/agent/a", "w/team/*"));
    ASSERT_EQ(workflow.ignore_changes.size(), 2U);
    EXPECT_EQ(workflow.ignore_changes[0].pattern, "w/agent/*");
    EXPECT_EQ(workflow.ignore_changes[0].attribute, Attribute::program_args);
    EXPECT_EQ(workflow.ignore_changes[1].pattern, "*");
}

TEST(Rules, OtherMembersOfMetadata_AreAnybodys) {
    EXPECT_EQ(faults(with_metadata("owner: me, tlmx: none, protect: 'x'")), "");
}

TEST(Rules, Misspelled_AreFaultsBecauseTheyWouldProtectNothing) {
    EXPECT_THAT(faults(with_metadata("tlm.protects: '*'")), HasSubstr("Did you mean `tlm.protect`?"));
    EXPECT_THAT(faults(with_metadata("tlm.colour: red")),
                HasSubstr("are rules: tlm.protect, tlm.ignore-changes"));
    EXPECT_THAT(faults(with_metadata("tlm.protect: w/agent/b")),
                HasSubstr("`tlm.protect`: `w/agent/b` selects nothing of this workflow"));
    EXPECT_THAT(faults(with_metadata("tlm.protect: w/agent/b")), HasSubstr("Did you mean `w/agent/a`?"));
    EXPECT_THAT(faults(with_metadata("tlm.ignore-changes: 'w/agent/*:modell'")),
                HasSubstr("`modell` is not an attribute"));
    EXPECT_THAT(faults(with_metadata("tlm.ignore-changes: 'w/agent/*:progam'")),
                HasSubstr("Did you mean `program`?"));
    EXPECT_THAT(faults(with_metadata("tlm.ignore-changes: 'w/agent/*'")), HasSubstr("names no attribute"));
    EXPECT_THAT(faults(with_metadata("tlm.ignore-changes: 'x/*:status'")),
                HasSubstr("`tlm.ignore-changes`: `x/*` selects nothing of this workflow"));
    EXPECT_THAT(faults(with_metadata("tlm.protect: [a]")), HasSubstr("is a text, and this is a list"));
}

}  // namespace
}  // namespace tlm
