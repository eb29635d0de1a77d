#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "tests/simulator/message.h"

namespace tlm::simulator {

// What a fault does with one request; which members count depends on the kind.
struct FaultSpec {
    std::string kind;
    unsigned status = 0;
    std::string body{};
    Headers headers{};
    std::chrono::milliseconds delay{0};
    std::function<void()> kill{};  // SimulatorOptions::kill
};

// Does what the request asks for and returns the answer to it. Called at most once; may be kept for later.
using Work = std::function<Reply()>;

// | kind         | what happens                                                        |
// |--------------|---------------------------------------------------------------------|
// | status       | nothing is done; the given status, body and headers are the answer  |
// | status_after | it is done; the given status, body and headers are the answer       |
// | drop         | nothing is done; the connection closes                              |
// | drop_after   | it is done; the connection closes                                   |
// | delay        | after `ms` it is done and answered, even if the client has left     |
// | delay_after  | it is done; the answer comes after `ms`                             |
// | truncate     | it is done; half of the body comes, then the connection closes      |
// | body         | it is done; the given body (and headers) is answered in its place   |
// | hang         | nothing is done, nothing comes until the client leaves              |
// | hang_after   | it is done, nothing comes until the client leaves                   |
// | kill         | nothing is done; SimulatorOptions::kill is called, no answer        |
// | kill_after   | it is done; SimulatorOptions::kill is called, no answer             |
[[nodiscard]] bool is_fault_kind(std::string_view kind);
[[nodiscard]] Reply with_fault(const FaultSpec& spec, const Work& work);

}  // namespace tlm::simulator
