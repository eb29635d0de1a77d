#pragma once

#include <string>

namespace tlm::agamemnon {

// Why a request has no answer, in words for people.
struct Fault {
    std::string words;
    std::string next;       // what to do about it; empty: nothing in particular
    bool hopeless = false;  // it does not mend itself
};

// `code` is libcurl's, `verified` what the check of the server's certificate gave (X509_V_…), `text`
// libcurl's own description. Pure.
[[nodiscard]] Fault fault_of(int code, long verified, const std::string& text, bool https);

}  // namespace tlm::agamemnon
