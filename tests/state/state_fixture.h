#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <string>

#include "state/state_file.h"
#include "tests/state/temporary_directory.h"

namespace tlm {

// A JournalBatch of which only some parts are named.
struct Parts {
    std::vector<IntentOutcome> outcomes = {};
    std::vector<Binding> bind = {};
    std::vector<Address> unbind = {};
    std::vector<LeftBehind> left_behind = {};
    std::vector<Intent> intents = {};
    operator JournalBatch() const { return {outcomes, bind, unbind, left_behind, intents}; }
};

// A place for a state, and the values that the tests put into it.
class StateTest : public testing::Test {
  protected:
    static constexpr const char* kTarget = "https://agamemnon.example";
    static constexpr const char* kNow = "2026-11-23T10:15:00.123Z";

    [[nodiscard]] Result<std::unique_ptr<StateFile>> try_open(StateMode mode,
                                                              const std::string& target = kTarget) {
        return StateFile::open(OwnFile(path_, true), target, mode, [] { return std::string(kNow); });
    }
    [[nodiscard]] std::unique_ptr<StateFile> open(StateMode mode, const std::string& target = kTarget) {
        auto file = try_open(mode, target);
        if (!file) {
            ADD_FAILURE() << file.error().message;
            std::abort();
        }
        return std::move(file.value());
    }

    // Runs SQL on the file behind the state's back.
    void tamper(const std::string& sql) {
        sqlite3* handle = nullptr;
        ASSERT_EQ(sqlite3_open(path_.c_str(), &handle), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(handle);
        sqlite3_close(handle);
    }

    // The number that SQL gives, asked behind the state's back.
    std::int64_t number(const std::string& sql) {
        sqlite3* handle = nullptr;
        EXPECT_EQ(sqlite3_open(path_.c_str(), &handle), SQLITE_OK);
        std::int64_t result = -1;
        const auto take = [](void* to, int, char** columns, char**) {
            *static_cast<std::int64_t*>(to) = std::stoll(columns[0]);
            return 0;
        };
        EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), take, &result, nullptr), SQLITE_OK)
            << sqlite3_errmsg(handle);
        sqlite3_close(handle);
        return result;
    }

    static Attributes attributes() {
        Attributes attributes;
        attributes.set(Attribute::label, std::string("na\xC3\xAFve \"agent\"\n"));
        attributes.set(Attribute::program_args, StringList{"--model", "opus"});
        attributes.set(Attribute::cpus, std::int64_t{2});
        return attributes;
    }
    static Binding binding(const std::string& name, const std::string& id) {
        return {Address::agent("audit", name), "tlm-0011223344556677-" + name, {id}, {}, attributes()};
    }
    static Intent intent(CallId id, const std::string& name, const std::string& verb = "create") {
        Intent intent;
        intent.id = id;
        intent.address = Address::task("audit", "team/a", name);
        intent.plan = "digest-1";
        intent.verb = verb;
        intent.key = name;
        if (verb != "create") intent.target = {"live-" + name};
        intent.team = {"team-id"};
        intent.forced = true;
        intent.attributes = attributes();
        return intent;
    }

    TemporaryDirectory directory_;
    std::string path_ = directory_.file("deep/er/state.db");
};

}  // namespace tlm
