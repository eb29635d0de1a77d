#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "tests/integration/fixture.h"

namespace tlm::test {

inline const std::vector<std::string> kRun = {"run", "--yes", "--poll-min", "1ms", "--poll-max", "5ms"};

inline std::vector<std::string> with(std::vector<std::string> command, const std::vector<std::string>& more) {
    command.insert(command.end(), more.begin(), more.end());
    return command;
}

// A project on a simulated server that can have workers.
class WithWorkers : public testing::Test {
  protected:
    WithWorkers() { server.attach(project); }
    // Workers take what is submitted and end it after it was looked at once.
    void employ(const std::string& first = {}) const {
        static_cast<void>(
            server.admin("POST", "/workers", R"({"scripts":[)" + first + R"({"after_reads":1}]})"));
    }
    // How often each subject was submitted, and whether something was before its time.
    std::map<std::string, int> submitted() const {
        const rapidjson::Document log = server.admin("GET", "/tasks/log");
        std::map<std::string, int> count;
        for (const auto& task : log["tasks"].GetArray()) {
            EXPECT_FALSE(task["early"].GetBool()) << task["subject"].GetString();
            ++count[task["subject"].GetString()];
        }
        return count;
    }
    // Until the subject is submitted; half a minute at most, so that a fault is a failure and no hang.
    void wait_for(const std::string& subject) const {
        const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!submitted().contains(subject)) {
            ASSERT_LT(std::chrono::steady_clock::now(), patience) << subject << " was never submitted";
        }
    }
    Server server;
    Project project;
};

}  // namespace tlm::test
