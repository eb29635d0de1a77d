#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/state/state_fixture.h"

namespace tlm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class JournalTest : public StateTest {};

TEST_F(JournalTest, OpenIntents_AfterReopening_AreExactlyWhatWasCommitted) {
    Intent first;
    Intent second;
    {
        const auto file = open(StateMode::write);
        ASSERT_TRUE(file->begin_run("apply", "digest-1").has_value());
        first = intent(file->reserve(), "one");
        second = intent(file->reserve(), "two", "update");
        second.forced = false;
        second.attributes = {};
        // Handed over out of order: the journal's order is that of the numbers.
        ASSERT_TRUE(file->commit(Parts{.intents = {second, first}}).has_value());
    }
    EXPECT_THAT(open(StateMode::read)->open_intents().value(), ElementsAre(first, second));
    EXPECT_THAT(open(StateMode::read, "sandbox:other")->open_intents().value(), IsEmpty());
}

TEST_F(JournalTest, Outcome_Committed_ClosesItsIntentOnly) {
    const auto file = open(StateMode::write);
    const std::string run = file->begin_run("apply", "digest-1").value();
    const Intent first = intent(file->reserve(), "one");
    const Intent second = intent(file->reserve(), "two");
    ASSERT_TRUE(file->commit(Parts{.intents = {first, second}}).has_value());
    const IntentOutcome outcome{first.id, "failed", "no \"such\" team", {"made-1"}};
    ASSERT_TRUE(file->commit(Parts{.outcomes = {outcome}}).has_value());

    EXPECT_THAT(file->open_intents().value(), ElementsAre(second));
    const auto entries = file->entries(run).value();
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].intent, first);
    EXPECT_EQ(entries[0].outcome, outcome);
    EXPECT_EQ(entries[0].begun_at, kNow);
    EXPECT_EQ(entries[1].intent, second);
    EXPECT_FALSE(entries[1].outcome.has_value());
}

TEST_F(JournalTest, Commit_OneFaultyPart_LeavesNothingOfTheBatch) {
    const auto file = open(StateMode::write);
    ASSERT_TRUE(file->begin_run("apply", "digest-1").has_value());
    JournalBatch batch;
    batch.intents = {intent(file->reserve(), "one")};
    batch.bind = {binding("a", "1")};
    batch.outcomes = {{CallId{999}, "done", "", {}}};  // of an intent that does not exist
    EXPECT_FALSE(file->commit(batch).has_value());
    EXPECT_THAT(file->open_intents().value(), IsEmpty());
    EXPECT_THAT(file->bindings().value(), IsEmpty());
    EXPECT_EQ(file->serial().value(), 0);
    batch.outcomes.clear();
    EXPECT_TRUE(file->commit(batch).has_value()) << "the failure must not leave a transaction open";
}

TEST_F(JournalTest, Commit_IntentWithoutRun_IsRefused) {
    const auto file = open(StateMode::write);
    EXPECT_FALSE(file->commit(Parts{.intents = {intent(file->reserve(), "one")}}).has_value());
}

TEST_F(JournalTest, Commit_OutcomeOfAnotherTargetsIntent_IsRefused) {
    const auto file = open(StateMode::write);
    ASSERT_TRUE(file->begin_run("apply", "digest-1").has_value());
    const Intent one = intent(file->reserve(), "one");
    ASSERT_TRUE(file->commit(Parts{.intents = {one}}).has_value());
    EXPECT_FALSE(open(StateMode::write, "sandbox:x")
                     ->commit(Parts{.outcomes = {{one.id, "done", "", {}}}})
                     .has_value());
    EXPECT_THAT(file->open_intents().value(), ElementsAre(one));
}

TEST_F(JournalTest, Reserve_AfterReopening_GivesNumbersAboveEveryTargets) {
    CallId last;
    {
        const auto file = open(StateMode::write);
        ASSERT_TRUE(file->begin_run("apply", "digest-1").has_value());
        const CallId first = file->reserve();
        last = file->reserve();
        EXPECT_LT(first, last);
        ASSERT_TRUE(file->commit(Parts{.intents = {intent(last, "one")}}).has_value());
    }
    EXPECT_LT(last, open(StateMode::write, "sandbox:other")->reserve());
}

TEST_F(JournalTest, Reserve_RunOfAnotherProcessBetweenOpeningAndBeginning_GivesNumbersAboveIts) {
    const auto early = open(StateMode::write);
    CallId last;
    {
        const auto other = open(StateMode::write);
        ASSERT_TRUE(other->begin_run("apply", "digest-1").has_value());
        last = other->reserve();
        ASSERT_TRUE(other->commit(Parts{.intents = {intent(last, "one")}}).has_value());
    }
    ASSERT_TRUE(early->begin_run("apply", "digest-1").has_value());
    EXPECT_LT(last, early->reserve());
}

TEST_F(JournalTest, ProgressOf_PlanWhoseLastRunWithCallsIsDone_NamesThatRun) {
    const auto file = open(StateMode::write);
    const auto run = [&](const std::string& plan, const char* result, bool calls) {
        const std::string id = file->begin_run("apply", plan).value();
        if (calls) {
            EXPECT_TRUE(file->commit(Parts{.intents = {intent(file->reserve(), "one")}}).has_value());
        }
        EXPECT_TRUE(result == nullptr || file->end_run(result, {}).has_value());
        return id;
    };
    const auto finished = [&] {
        const auto found = file->progress_of("digest-1").value().finished;
        return found ? found->id : std::string();
    };
    run("digest-1", "partial", true);
    run("digest-2", "done", true);
    EXPECT_EQ(finished(), "");
    const std::string first = run("digest-1", "done", true);
    EXPECT_EQ(finished(), first);
    EXPECT_EQ(file->progress_of("digest-1").value().finished->ended_at, kNow);
    run("digest-1", "conflict", false);
    run("digest-2", "partial", true);
    EXPECT_EQ(finished(), first) << "a run that called nothing, and one of another plan";
    EXPECT_EQ(open(StateMode::read, "sandbox:x")->progress_of("digest-1").value().finished, std::nullopt);
    run("digest-1", nullptr, true);
    EXPECT_EQ(finished(), "") << "carried out again, and killed";
    const std::string last = run("digest-1", "done", false);
    EXPECT_EQ(finished(), last);
}

// Version 5 kept the plan with every call.
TEST_F(JournalTest, Open_FileOfVersion5_KnowsWhatItsPlansMadeAndLeftOpen) {
    {
        const auto file = open(StateMode::write);
        ASSERT_TRUE(file->begin_run("apply", "digest-1").has_value());
        const Intent made = intent(file->reserve(), "made");
        ASSERT_TRUE(file->commit(Parts{.intents = {made}}).has_value());
        ASSERT_TRUE(file->commit(Parts{.outcomes = {{made.id, "done", "", {"1"}}},
                                       .intents = {intent(file->reserve(), "open")}})
                        .has_value());
    }
    tamper(R"sql(
        CREATE TEMP TABLE calls AS SELECT * FROM journal;
        DROP VIEW entries;
        DROP TABLE journal;
        CREATE TABLE journal(
            id INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES runs(number),
            address TEXT NOT NULL,
            plan TEXT NOT NULL,
            verb TEXT NOT NULL,
            key TEXT NOT NULL,
            resource TEXT NOT NULL,
            team TEXT NOT NULL,
            forced INTEGER NOT NULL,
            attributes TEXT NOT NULL,
            begun_at TEXT NOT NULL,
            result TEXT,
            reason TEXT NOT NULL DEFAULT '',
            made TEXT NOT NULL DEFAULT '');
        INSERT INTO journal SELECT id, run, address, 'digest-1', verb, key, resource, team, forced, attributes,
            begun_at, result, reason, made FROM calls;
        CREATE VIEW entries AS
            SELECT j.id, j.address, j.plan, j.verb, j.key, j.resource, j.team, j.forced, j.attributes,
                   j.begun_at, j.result, j.reason, j.made, r.id AS run, r.target
            FROM journal AS j JOIN runs AS r ON r.number = j.run;
        CREATE INDEX journal_of_run ON journal(run);
        CREATE INDEX journal_open ON journal(id) WHERE result IS NULL;
        CREATE INDEX journal_creates ON journal(plan) WHERE verb = 'create';
        CREATE INDEX journal_unfinished_force ON journal(id) WHERE forced = 1;
        DROP TABLE snapshot_pages;
        CREATE TABLE snapshot_pages(
            target INTEGER NOT NULL REFERENCES targets(number),
            number INTEGER NOT NULL,
            resources TEXT NOT NULL,
            PRIMARY KEY (target, number));
        DROP TABLE holders;
        PRAGMA user_version = 5;
    )sql");
    const auto file = open(StateMode::write);
    EXPECT_THAT(file->progress_of("digest-1").value().made,
                ElementsAre(Pair(Address::task("audit", "team/a", "made"), ResourceId{"1"})));
    const auto left = file->open_intents().value();
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0], intent(left[0].id, "open"));
    ASSERT_TRUE(file->begin_run("apply", "digest-2").has_value());
    EXPECT_TRUE(file->commit(Parts{.intents = {intent(file->reserve(), "new")}}).has_value());
}

TEST_F(JournalTest, MadeByPlan_GivesOnlyItsCarriedOutCreates) {
    const auto file = open(StateMode::write);
    ASSERT_TRUE(file->begin_run("apply", "digest-1").has_value());
    JournalBatch batch;
    const auto add = [&](const std::string& name, const std::string& verb, const std::string& result,
                         const std::string& made) {
        const Intent added = intent(file->reserve(), name, verb);
        batch.intents.push_back(added);
        if (!result.empty()) batch.outcomes.push_back({added.id, result, "", {made}});
    };
    add("done", "create", "done", "1");
    add("settled", "create", "settled_done", "2");
    add("failed", "create", "failed", "");
    add("open", "create", "", "");
    add("other verb", "update", "done", "3");
    add("stopped", "stop", "", "");
    add("deleted", "delete", "done", "");
    ASSERT_TRUE(file->commit(batch).has_value());
    ASSERT_TRUE(file->end_run("partial", {}).has_value());
    ASSERT_TRUE(file->begin_run("apply", "digest-2").has_value());
    batch = {};
    add("other plan", "create", "done", "4");
    add("late", "create", "settled_not_done", "");
    ASSERT_TRUE(file->commit(batch).has_value());
    const PlanProgress progress = file->progress_of("digest-1").value();
    EXPECT_THAT(progress.made,
                ElementsAre(Pair(Address::task("audit", "team/a", "done"), ResourceId{"1"}),
                            Pair(Address::task("audit", "team/a", "settled"), ResourceId{"2"})));
    EXPECT_THAT(progress.taken_down,
                testing::UnorderedElementsAre(ResourceId{"live-stopped"}, ResourceId{"live-deleted"}));
    EXPECT_THAT(open(StateMode::read, "sandbox:x")->progress_of("digest-1").value().made, IsEmpty());
    const auto live = [](const char* id, const char* name) {
        LiveResource resource;
        resource.id = {id};
        resource.name = name;
        return resource;
    };
    const LiveResource made = live("2", "settled");
    const LiveResource others = live("3", "other verb");
    LiveResource late = live("9", "late");
    late.created_at = {"2026-11-23T10:15:31Z"};  // half a minute after the call
    LiveResource later = late;
    later.id = {"10"};
    later.created_at = {"2026-11-24T10:15:31Z"};  // on another day: somebody else's
    EXPECT_THAT(file->made_here({&made, &others, &late, &later}).value(),
                testing::UnorderedElementsAre(ResourceId{"2"}, ResourceId{"9"}));
}

TEST_F(JournalTest, UnfinishedForce_IsWhatForcedRunsMadeWhereNoRunSinceEndedWell) {
    const auto file = open(StateMode::write);
    const auto make = [&](const std::string& name, const std::string& id, const std::string& result,
                          bool stands) {
        static_cast<void>(file->begin_run("apply", "digest-1").value());
        const Intent made = intent(file->reserve(), name);
        ASSERT_TRUE(
            file->commit(Parts{.outcomes = {{made.id, "done", "", {id}}}, .intents = {made}}).has_value());
        ASSERT_TRUE(
            file->end_run(result, stands ? std::vector{made.address} : std::vector<Address>{}).has_value());
    };
    make("old", "1", "done", true);
    EXPECT_THAT(file->made_by_unfinished_force().value(), IsEmpty());
    make("first", "2", "interrupted", false);
    make("second", "3", "partial", false);
    make("elsewhere", "4", "done", true);
    EXPECT_THAT(file->made_by_unfinished_force().value(),
                ElementsAre(Pair(testing::_, ResourceId{"2"}), Pair(testing::_, ResourceId{"3"})));
    make("first", "5", "done", true);
    EXPECT_THAT(file->made_by_unfinished_force().value(), ElementsAre(Pair(testing::_, ResourceId{"3"})));
}

TEST_F(JournalTest, Runs_AreListedNewestFirstWithTheirCalls) {
    std::string killed;
    std::string ended;
    {
        const auto file = open(StateMode::write);
        killed = file->begin_run("apply", "digest-1").value();
        ASSERT_TRUE(
            file->commit(Parts{.intents = {intent(file->reserve(), "a"), intent(file->reserve(), "b")}})
                .has_value());
    }
    {
        const auto file = open(StateMode::write);
        ended = file->begin_run("destroy", "digest-2").value();
        ASSERT_TRUE(file->end_run("partial", {}).has_value());
        EXPECT_FALSE(file->end_run("done", {}).has_value()) << "it has ended already";
    }
    EXPECT_NE(killed, ended);
    const auto runs = open(StateMode::read)->runs().value();
    ASSERT_EQ(runs.size(), 2U);
    EXPECT_EQ(runs[0].id, ended);
    EXPECT_EQ(runs[0].verb, "destroy");
    EXPECT_EQ(runs[0].plan, "digest-2");
    EXPECT_EQ(runs[0].target, kTarget);
    EXPECT_EQ(runs[0].started_at, kNow);
    EXPECT_EQ(runs[0].ended_at, kNow);
    EXPECT_EQ(runs[0].result, "partial");
    EXPECT_EQ(runs[0].calls, 0);
    EXPECT_EQ(runs[1].id, killed);
    EXPECT_EQ(runs[1].ended_at, "");
    EXPECT_EQ(runs[1].result, "");
    EXPECT_EQ(runs[1].calls, 2);
    EXPECT_THAT(open(StateMode::read, "sandbox:x")->runs().value(), IsEmpty());
}

// The child dies by its own hand right after each commit, without closing anything.
TEST_F(JournalTest, Commit_ProcessKilledRightAfter_IsThereInTheNextProcess) {
    for (int run = 1; run <= 3; ++run) {
        const pid_t child = ::fork();
        if (child == 0) {
            const auto file = open(StateMode::write);
            static_cast<void>(file->begin_run("apply", "digest-1"));
            const auto committed =
                file->commit(Parts{.intents = {intent(file->reserve(), std::to_string(run))}});
            if (committed) ::raise(SIGKILL);
            ::_exit(1);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status));
        EXPECT_EQ(open(StateMode::read)->open_intents().value().size(), static_cast<std::size_t>(run));
    }
}

}  // namespace
}  // namespace tlm
