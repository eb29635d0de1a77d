#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "state/maintenance.h"
#include "state/schema.h"
#include "tests/state/state_fixture.h"

namespace tlm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SchemaTest : public StateTest {
  protected:
    void write_file(const std::string& content) {
        path_ = directory_.file("state.db");
        std::ofstream(path_, std::ios::binary) << content;
    }
    [[nodiscard]] std::string read_file() const {
        std::ifstream in(path_, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void expect_refused(StateMode mode, const std::string& words, const std::string& hint) {
        const auto file = try_open(mode);
        ASSERT_FALSE(file.has_value());
        EXPECT_EQ(file.error().code, ErrorCode::state);
        EXPECT_EQ(file.error().where, path_);
        EXPECT_THAT(file.error().message, HasSubstr(words));
        ASSERT_FALSE(file.error().hints.empty());
        EXPECT_THAT(file.error().hints.front(), HasSubstr(hint));
    }
};

TEST_F(SchemaTest, Open_VersionOfANewerProgram_IsRefusedWithBothVersions) {
    static_cast<void>(open(StateMode::write));
    tamper("PRAGMA user_version = 9");
    for (const StateMode mode : {StateMode::read, StateMode::write}) {
        expect_refused(mode, "newer tlm: it has version 9, this program knows versions up to 8",
                       "Update tlm");
    }
}

TEST_F(SchemaTest, Open_FileThatIsNoDatabase_SaysHowToRebuildAndLeavesIt) {
    const std::string content(5000, 'x');
    write_file(content);
    for (const StateMode mode : {StateMode::read, StateMode::write}) {
        expect_refused(mode, "damaged", "Move the file away");
    }
    EXPECT_EQ(read_file(), content);
}

TEST_F(SchemaTest, Open_DatabaseOfAnotherProgram_IsRefusedAndLeavesIt) {
    path_ = directory_.file("state.db");
    tamper("PRAGMA application_id = 77; CREATE TABLE bindings(x)");
    const std::string content = read_file();
    for (const StateMode mode : {StateMode::read, StateMode::write}) {
        expect_refused(mode, "another program", "--state");
    }
    EXPECT_EQ(read_file(), content);
}

// Whoever writes the file could otherwise have a view answer in a table's place, or a trigger change what we
// write.
TEST_F(SchemaTest, Open_SchemaThatIsNotOurs_IsDamage) {
    const std::vector<std::pair<std::string, std::string>> changes = {
        {"CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM protections; END", "a trigger `t`"},
        {"ALTER TABLE bindings RENAME TO b; CREATE VIEW bindings AS SELECT * FROM b", "no table `bindings`"},
        {"DROP VIEW entries; CREATE VIEW entries AS SELECT 1 AS id",
         "its view `entries` is not as tlm makes it"},
        {"CREATE TABLE more(x)", "a table `more`"},
        {"DROP INDEX journal_open; CREATE INDEX journal_open ON journal(id) WHERE result = ''",
         "`journal_open`"},
        {"DROP TABLE protections", "no table `protections`"},
        {"ALTER TABLE meta ADD COLUMN x TEXT", "its table `meta`"},
        {"ANALYZE", "sqlite_stat1"}};
    for (const auto& [sql, words] : changes) {
        path_ = directory_.file(words + ".db");
        ASSERT_TRUE(open(StateMode::write)->begin_run("apply", "").has_value());
        ASSERT_TRUE(check_state(path_).has_value());
        tamper(sql);
        expect_refused(StateMode::read, words, "Move the file away");
        expect_refused(StateMode::write, words, "Move the file away");
        const auto checked = check_state(path_);
        ASSERT_FALSE(checked.has_value());
        EXPECT_THAT(checked.error().message, HasSubstr("it is damaged"));
    }
}

// Where it is not, every opening takes longer.
TEST_F(SchemaTest, Fingerprint_IsOfTheSchemaThatMigrationsMake) {
    static_cast<void>(open(StateMode::write));
    const auto schema = state::Database::open(path_).value()->schema();
    ASSERT_TRUE(schema.has_value());
    EXPECT_EQ(state::schema_fingerprint(schema.value()), state::kSchemaFingerprint);
}

TEST_F(SchemaTest, Open_BlanksOfTheSchemaDiffer_IsTheSameSchema) {
    static_cast<void>(open(StateMode::write));
    tamper("DROP INDEX journal_of_run; CREATE INDEX  journal_of_run\n ON journal ( run )");
    EXPECT_TRUE(try_open(StateMode::write).has_value());
}

// A state cut at any page is refused or reads well; it never crashes and never loses its error's meaning.
TEST_F(SchemaTest, Read_FileCutAtEachPage_GivesAClearErrorOrTheContent) {
    {
        const auto file = open(StateMode::write);
        JournalBatch batch;
        for (int i = 0; i < 200; ++i)
            batch.bind.push_back(binding(std::to_string(i), std::to_string(i)));
        ASSERT_TRUE(file->commit(batch).has_value());
    }
    const std::string content = read_file();
    ASSERT_GT(content.size(), 20U * 4096U);
    int refused = 0;
    for (std::size_t size = 1000; size < content.size(); size += 4096) {
        write_file(content.substr(0, size));
        const auto file = try_open(StateMode::read);
        auto bindings = file ? file.value()->bindings() : Result<std::vector<Binding>>(file.error());
        if (bindings) {
            EXPECT_EQ(bindings.value().size(), 200U);
            continue;
        }
        ++refused;
        EXPECT_EQ(bindings.error().code, ErrorCode::state);
        EXPECT_THAT(bindings.error().hints, ElementsAre(HasSubstr("Move the file away")));
    }
    EXPECT_GT(refused, 10);
}

TEST_F(SchemaTest, Bindings_RowThatMakesNoSense_IsAnErrorThatQuotesIt) {
    ASSERT_TRUE(open(StateMode::write)->commit(Parts{.bind = {binding("a", "1")}}).has_value());
    tamper("UPDATE bindings SET applied = '{\"colour\":1}'");
    const auto bindings = open(StateMode::write)->bindings();
    ASSERT_FALSE(bindings.has_value());
    EXPECT_EQ(bindings.error().code, ErrorCode::state);
    EXPECT_THAT(bindings.error().message, HasSubstr("colour"));
    // Who only looks passes over it.
    const auto seen = open(StateMode::read)->bindings();
    ASSERT_TRUE(seen.has_value());
    EXPECT_TRUE(seen.value().front().applied.read().empty());
    tamper("UPDATE bindings SET address = 'nonsense'");
    EXPECT_THAT(open(StateMode::read)->bindings().error().message, HasSubstr("`nonsense` is not an address"));
}

TEST_F(SchemaTest, Open_PathIsADirectory_IsAnError) {
    path_ = directory_.file("state.db");
    std::filesystem::create_directory(path_);
    EXPECT_EQ(try_open(StateMode::read).error().code, ErrorCode::state);
    EXPECT_EQ(try_open(StateMode::write).error().code, ErrorCode::state);
}

TEST_F(SchemaTest, OpenToWrite_DirectoryIsAFile_NamesItInTheError) {
    write_file("");
    path_ += "/below/state.db";
    const auto file = try_open(StateMode::write);
    ASSERT_FALSE(file.has_value());
    EXPECT_EQ(file.error().code, ErrorCode::state);
    EXPECT_THAT(file.error().message, HasSubstr("Not a directory"));
    EXPECT_THAT(file.error().where, HasSubstr("state.db"));
}

// Someone who may read the file and write nowhere. Root may write everywhere, so that the child becomes
// someone else.
TEST_F(SchemaTest, OpenToRead_NothingIsWritable_ReadsAndRefusesToCache) {
    path_ = directory_.file("state.db");
    ASSERT_TRUE(open(StateMode::write)->commit(Parts{.bind = {binding("a", "1")}}).has_value());
    ASSERT_EQ(::chmod(path_.c_str(), 0444), 0);
    ASSERT_EQ(::chmod(directory_.file("").c_str(), 0555), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
        const auto file = try_open(StateMode::read);
        if (!file || !file.value()->bindings() || file.value()->bindings().value().size() != 1) ::_exit(3);
        const auto saved = file.value()->save_snapshot({});
        ::_exit(!saved && saved.error().code == ErrorCode::state ? 0 : 4);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(::chmod(directory_.file("").c_str(), 0700), 0);
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace tlm
