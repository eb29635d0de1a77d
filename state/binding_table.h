#pragma once

#include <cstdint>
#include <vector>

#include "engine/ports/state.h"
#include "state/database.h"

namespace tlm::state {

// The tables `bindings` and `left_behind`. `target` is a number of the table `targets`.
// Sorted by address. With `check` what was last applied is looked at too; else damage to it is passed over.
[[nodiscard]] Result<std::vector<Binding>> read_bindings(Database& database, std::int64_t target, bool check);
[[nodiscard]] Result<std::vector<LeftBehind>> read_left_behind(Database& database, std::int64_t target);

// True where it made a difference.
[[nodiscard]] Result<bool> put_binding(Database& database, std::int64_t target, const Binding& binding);
// Whether anything is left behind, on whatever target.
[[nodiscard]] Result<bool> has_left_behind(Database& database);
// What is bound is not left behind any more.
[[nodiscard]] Result<void> erase_left_behind(Database& database, std::int64_t target, const Binding& binding);
// True where it made a difference.
[[nodiscard]] Result<bool> erase_binding(Database& database, std::int64_t target, const Address& address);
[[nodiscard]] Result<void> put_left_behind(Database& database, std::int64_t target, const LeftBehind& left);

// The address that a row holds as text.
[[nodiscard]] Result<Address> address_of(const Database& database, std::string_view text);
// The attributes that a row holds as JSON.
[[nodiscard]] Result<Attributes> attributes_of(const Database& database, std::string_view json);

}  // namespace tlm::state
