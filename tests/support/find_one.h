#pragma once

#include <string>
#include <vector>

#include "engine/ports/provider.h"

namespace tlm {

// The live carriers of one name, which must be readable.
inline std::vector<LiveResource> find_one(FleetReader& reader, Kind kind, const std::string& name,
                                          const ResourceId& team) {
    return reader.find({{kind, name, team}}).value().at(0);
}

}  // namespace tlm
