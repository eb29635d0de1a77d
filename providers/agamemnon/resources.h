#pragma once

#include <rapidjson/fwd.h>

#include <string>

#include "engine/base/result.h"
#include "engine/ports/call.h"

namespace tlm::agamemnon {

// The server's JSON of one resource. Members of a wrong type, and texts that are no UTF-8, count as not
// reported; without an id or a name it is not a resource, and the error says what is wrong.
[[nodiscard]] Result<LiveResource> read_resource(Kind kind, const rapidjson::Value& json);

// The body of a create or an update, in the server's words.
[[nodiscard]] std::string create_body(Kind kind, const CreateCall& call);
[[nodiscard]] std::string update_body(Kind kind, const UpdateCall& call);
// Of a rename, which leaves everything else as it is, a team's members too.
[[nodiscard]] std::string rename_body(const RenameCall& call);

}  // namespace tlm::agamemnon
