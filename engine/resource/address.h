#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/resource/resource.h"

namespace tlm {

// How people name a resource: workflow/agent/NAME, workflow/team/NAME, workflow/task/TEAM/SUBJECT. A `/`, a
// `%` or a control character inside a part is percent-encoded in the text form.
struct Address {
    std::string workflow;
    Kind kind = Kind::agent;
    std::string team;  // tasks only
    std::string name;  // agent or team name, or the task's subject

    [[nodiscard]] static Address agent(std::string workflow, std::string name);
    [[nodiscard]] static Address team_of(std::string workflow, std::string name);
    [[nodiscard]] static Address task(std::string workflow, std::string team, std::string subject);
    [[nodiscard]] static Result<Address> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
    friend auto operator<=>(const Address&, const Address&) = default;
};

// Whether the pattern selects the address: `*` matches any run of characters, `/` among them, `?` any single
// one, and a backslash takes the meaning of what follows away. An address always selects itself, whatever it
// holds.
[[nodiscard]] bool address_matches(std::string_view pattern, std::string_view address_text);

}  // namespace tlm

template <>
struct std::hash<tlm::Address> {
    std::size_t operator()(const tlm::Address& address) const noexcept;
};
