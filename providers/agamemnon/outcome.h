#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "engine/ports/call.h"
#include "providers/agamemnon/http.h"
#include "providers/agamemnon/redactor.h"

namespace tlm::agamemnon {

// What became of a call: the one place where transport, status and body turn into the engine's closed set.
// `now` is seconds since 1970, for a Retry-After that is a date. Pure.
[[nodiscard]] CallOutcome outcome_of(const Call& call, const Response& response, std::int64_t now,
                                     const Redactor& redact);

// The server's own words about a failure: its `error` or `detail`, where it redirects to, else the body, else
// the status; redacted, and cut to 500 characters.
[[nodiscard]] std::string words_of(const Response& response, const Redactor& redact);

// Whether the answer holds an `error` or `detail` of the server's own.
[[nodiscard]] bool says_error(const Response& response);

// Whether a 404 came from a proxy or an ingress, not from Agamemnon, whose own is a JSON object with its
// words.
[[nodiscard]] bool is_from_elsewhere(const Response& response);

// Whether the server asks for a pause: 429 or 503.
[[nodiscard]] bool asks_to_wait(const Response& response);
// For how long it is to be left alone then: what it says, or a second; never less than 50 ms.
[[nodiscard]] std::chrono::milliseconds wait_for(const Response& response, std::int64_t now);

// Retry-After in seconds or as a date, or the body's retry_after_seconds; nothing where there is none that
// makes sense. At most an hour. A date is compared with the Date header, the server's clock, and with `now`
// (seconds since 1970, ours) where there is none.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(const Response& response,
                                                                   std::int64_t now);

}  // namespace tlm::agamemnon
