#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "engine/resource/resource.h"

namespace tlm {

// A journal entry's number. It identifies one call to the target, in the journal, in the target's own log
// (the provider passes it on) and between submit and wait.
struct CallId {
    std::int64_t value = 0;
    friend auto operator<=>(const CallId&, const CallId&) = default;
};

// A resource to be made. References inside `attributes` are already ids.
struct CreateCall {
    std::string name;  // agents and teams: the key; tasks: the subject
    ResourceId team;   // tasks only
    Attributes attributes;
};
// Attributes to be set on a live resource; `status` is never among them.
struct UpdateCall {
    ResourceId id;
    ResourceId team;  // tasks only
    Attributes attributes;
};
// A live name: what makes an agent or team carry another key. The same one again changes nothing.
struct RenameCall {  // agents and teams; a task's subject stays
    ResourceId id;
    std::string name;
};
struct StartCall {  // agents only
    ResourceId id;
};
struct StopCall {  // agents only
    ResourceId id;
};
struct DeleteCall {  // agents and teams; tasks can't be deleted
    ResourceId id;
};

// One write to the target, which is one request or one transaction.
struct Call {
    CallId id;
    std::string run;  // the run's id, so that the pair names the call uniquely in the target's log
    Kind kind = Kind::agent;
    std::variant<CreateCall, UpdateCall, RenameCall, StartCall, StopCall, DeleteCall> what;
};

// The closed set of what can become of a call. engine/apply handles each alternative in one place.
struct CallDone {  // carried out; the resource as the target reports it, where it does
    std::optional<LiveResource> resource;
};
struct CallAlreadySo {  // 409, or 400 with "running" on a start: it is so already
    std::string reason;
};
struct CallNotNow {  // 429, 503: the whole target wants to wait, not a failure
    std::chrono::milliseconds wait{1000};
    std::string reason;
    bool certain = true;  // that nothing was done; a 503 may come from a proxy that had passed the request on
};
struct CallNotSent {  // refused connection, DNS, TLS: nothing reached the target
    std::string reason;
};
struct CallUnknown {  // time-out or reset after sending, 500, 502, 504, unreadable answer: it may have
                      // happened
    std::string reason;
};
struct CallDenied {  // 401, 403
    std::string reason;
};
struct CallGone {  // 404 on something that has an id: it no longer exists
    std::string reason;
};
struct CallRefused {  // any other 4xx, in the target's own words
    std::string reason;
};
using CallOutcome = std::variant<CallDone, CallAlreadySo, CallNotNow, CallNotSent, CallUnknown, CallDenied,
                                 CallGone, CallRefused>;

struct Completion {
    CallId id;
    CallOutcome outcome;
};

}  // namespace tlm
