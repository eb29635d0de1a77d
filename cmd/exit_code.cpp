#include "cmd/exit_code.h"

namespace tlm::cmd {

ExitCode exit_code(ErrorCode code) {
    switch (code) {
        case ErrorCode::bad_input:
        case ErrorCode::not_found:
            return ExitCode::bad_input;
        case ErrorCode::locked:
            return ExitCode::locked;
        case ErrorCode::conflict:
            return ExitCode::conflict;
        case ErrorCode::refused:
            return ExitCode::partial;
        case ErrorCode::limit:
            return ExitCode::limit;
        case ErrorCode::interrupted:
            return ExitCode::interrupted;
        case ErrorCode::unreachable:
        case ErrorCode::denied:
            return ExitCode::unreachable;
        case ErrorCode::internal:
        case ErrorCode::nobody_reads:
        case ErrorCode::state:
            break;
    }
    return ExitCode::internal;
}

}  // namespace tlm::cmd
