#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "engine/resource/address.h"
#include "engine/workflow/workflow.h"

namespace tlm {

// A workflow file's text, already read by the caller. `name` is how messages call the file; a name that ends
// in .json is read as JSON, everything else as YAML (of which JSON is a part).
struct Source {
    std::string name;
    std::string text;
    bool quotable = true;  // messages may show parts of it; false where it may be another user's
};

inline constexpr std::size_t kUnknownOffset = static_cast<std::size_t>(-1);

// A fault at a place. `hint` is what to do about it ("did you mean `blocked_by`?"), may be empty. `related`
// is a second place, for example that of the first of two equal names.
struct Diagnostic {
    Position position;
    std::string message;
    std::string hint;
    std::vector<std::pair<Position, std::string>> related;
    // The byte of the source at which `position` stands, without a byte order mark; saves counting lines.
    std::size_t offset = kUnknownOffset;
};

// A name with a code point that can't be seen and is not part of a well-formed emoji sequence. An error,
// unless the name is in use already: who reads the state can tell.
struct UnseenInName {
    Address address;           // of the resource; of a workflow's own name only `workflow` is set
    bool of_workflow = false;  // the name is metadata.name
    Diagnostic diagnostic;     // where, which code point, and what to do
};

struct ReadResult {
    std::vector<Workflow> workflows;  // one for each source, in their order; of use only without diagnostics
    std::vector<Diagnostic> diagnostics;  // every fault of every source, sorted by file, line, column
    std::vector<UnseenInName> unseen;     // likewise; the first thousand
    [[nodiscard]] bool ok() const { return diagnostics.empty(); }
};

// Reads and checks all sources together. Pure: opens no file. Never throws; hostile input ends in a
// diagnostic within bounded time and memory.
[[nodiscard]] ReadResult read_workflows(const std::vector<Source>& sources);

// `file:line:column: message`, then the source line, a caret and the hint, for people. Control characters and
// bidirectional overrides of the source are made visible. Of a source that is not quotable only the place is
// given. Ends with a newline.
[[nodiscard]] std::string format_diagnostic(const Diagnostic& diagnostic, const std::vector<Source>& sources);

}  // namespace tlm
