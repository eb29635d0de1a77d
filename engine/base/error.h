#pragma once

#include <string>
#include <vector>

namespace tlm {

// What went wrong, for programs. cmd/exit_code.cpp is the one place that turns it into an exit code.
enum class ErrorCode {
    internal,      // a fault of tlm itself, or of the machine it runs on
    bad_input,     // options, settings, workflow or plan file
    not_found,     // something named on the command line does not exist
    locked,        // another process holds the state's lock
    conflict,      // the plan does not fit the live fleet, or the plan file was altered
    state,         // the state file can't be read or written
    unreachable,   // the target did not answer, or not with anything usable
    denied,        // the target refused the credentials
    refused,       // the target refused one request and said why
    limit,         // a safety limit stopped it
    interrupted,   // stopped by the user
    nobody_reads,  // the reader of standard output has gone
};

// A failure in normal life. `message` says what failed and why in words for people, `where` the file, address
// or URL that it concerns (may be empty), `hints` what to do next, one sentence each.
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;
    std::string where;
    std::vector<std::string> hints;
};

}  // namespace tlm
