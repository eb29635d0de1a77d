#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/ports/call.h"
#include "providers/agamemnon/http.h"

namespace tlm::agamemnon {

// The request for a call. Errors: refused, where an id that the server gave can't stand in a path.
[[nodiscard]] Result<Request> request_for(const Call& call);

// The path of a list, below the server's URL: of all agents, teams or tasks, or of the tasks of one team.
[[nodiscard]] const char* list_path(Kind kind);
// The member that holds the items of a list: agents, teams, tasks.
[[nodiscard]] const char* list_member(Kind kind);

}  // namespace tlm::agamemnon
