#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/fault_kinds.h"

namespace tlm::simulator {

// The faults that wait for their requests. One is described by
//   {"method":"POST","path":"/v1/agents/{id}/start","times":1,"skip":0,"fault":{"kind":"status","status":500,
//    "body":"...","headers":{"Retry-After":"1"},"ms":20}}
// Of the requests that match method and path, `skip` pass, then `times` (negative: all) are hit. With
// "share":0.1 and "seed":1 the dice decide about each of them, one in ten is hit, and the same seed throws
// the same dice. Without a method (or with "*") every method matches. In a path `{id}` stands for one
// segment, `*` for anything; a path that contains a `?` is compared with path and query. Where several match,
// the first that was added hits.
class Faults {
  public:
    // What is wrong with the description, if something is.
    [[nodiscard]] std::optional<std::string> add(std::string_view json);
    void clear() { waiting_.clear(); }
    // Those that wait, and how many requests each kind has hit so far.
    [[nodiscard]] std::string to_json() const;

    // The fault that hits this request, if one does.
    [[nodiscard]] std::optional<FaultSpec> take(const Request& request);

  private:
    struct Waiting {
        std::string method, path;
        long times = 1, skip = 0;
        double share = 1;
        std::minstd_rand dice{};
        FaultSpec spec{};
        std::string spec_json{};
    };

    static bool matches(const Waiting& waiting, const Request& request);

    std::vector<Waiting> waiting_;
    std::map<std::string, long> taken_;  // by kind
};

// Whether the pattern (see above) matches the whole text.
[[nodiscard]] bool path_matches(std::string_view pattern, std::string_view text);

}  // namespace tlm::simulator
