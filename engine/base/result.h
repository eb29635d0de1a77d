#pragma once

#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/result.hpp>
#include <boost/outcome/success_failure.hpp>
#include <boost/outcome/try.hpp>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"

namespace tlm {

// Either a T or an Error. Observing the wrong side terminates: test with has_value(), or use
// BOOST_OUTCOME_TRY.
template <typename T>
using Result = boost::outcome_v2::result<T, Error, boost::outcome_v2::policy::terminate>;

using boost::outcome_v2::success;

[[nodiscard]] inline Error fail(ErrorCode code, std::string message, std::string where = {},
                                std::vector<std::string> hints = {}) {
    return Error{code, std::move(message), std::move(where), std::move(hints)};
}

}  // namespace tlm
