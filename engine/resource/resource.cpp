#include "engine/resource/resource.h"

namespace tlm {

std::string_view kind_name(Kind kind) {
    switch (kind) {
        case Kind::agent:
            return "agent";
        case Kind::team:
            return "team";
        case Kind::task:
            return "task";
    }
    return "resource";
}

}  // namespace tlm
