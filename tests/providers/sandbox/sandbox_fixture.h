#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "providers/sandbox/sandbox.h"
#include "tests/support/find_one.h"

namespace tlm {

// A directory of the test's own with a place for a sandbox, and short words for calls.
class SandboxTest : public testing::Test {
  protected:
    SandboxTest() {
        std::string name = (std::filesystem::temp_directory_path() / "tlm-sandbox-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        directory_ = name;
        path_ = (directory_ / "deep/fleet.db").string();
    }
    ~SandboxTest() override {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    [[nodiscard]] std::unique_ptr<Sandbox> open() const {
        auto sandbox =
            Sandbox::open(OwnFile(path_, true), [] { return std::string("2026-11-23T10:15:00.123Z"); });
        if (!sandbox) {
            ADD_FAILURE() << sandbox.error().message;
            std::abort();
        }
        return std::move(sandbox.value());
    }

    template <typename What>
    CallId submit(Sandbox& sandbox, Kind kind, What what) {
        const CallId id{++last_call_};
        sandbox.submit({id, "run", kind, std::move(what)});
        return id;
    }
    template <typename What>
    CallOutcome carry_out(Sandbox& sandbox, Kind kind, What what) {
        const CallId id = submit(sandbox, kind, std::move(what));
        auto completions = sandbox.wait(kForever);
        EXPECT_EQ(completions.size(), 1U);
        EXPECT_EQ(completions.front().id, id);
        return std::move(completions.front().outcome);
    }
    // The resource that a call which must succeed gives back.
    template <typename What>
    LiveResource made(Sandbox& sandbox, Kind kind, What what) {
        const CallOutcome outcome = carry_out(sandbox, kind, std::move(what));
        const auto* done = std::get_if<CallDone>(&outcome);
        if (done == nullptr || !done->resource) {
            ADD_FAILURE() << "the call gave back no resource";
            return {};
        }
        return *done->resource;
    }
    LiveResource task(Sandbox& sandbox, const std::string& subject, const StringList& blocked_by = {}) {
        Attributes attributes;
        if (!blocked_by.empty()) attributes.set(Attribute::blocked_by, blocked_by);
        return made(sandbox, Kind::task, CreateCall{subject, {"team-1"}, attributes});
    }

    // Everything in the fleet by name; read anew.
    [[nodiscard]] static std::map<std::string, LiveResource> by_name(Sandbox& sandbox) {
        std::map<std::string, LiveResource> found;
        auto fleet = sandbox.read_fleet();
        if (!fleet) ADD_FAILURE() << fleet.error().message;
        if (fleet) {
            for (LiveResource& resource : fleet.value().resources)
                found[resource.name] = resource;
        }
        return found;
    }

    std::filesystem::path directory_;
    std::string path_;
    std::int64_t last_call_ = 0;
};

}  // namespace tlm
