#include "state/binding_table.h"

#include <fmt/format.h>

#include "engine/resource/address_order.h"

namespace tlm::state {

Result<Address> address_of(const Database& database, std::string_view text) {
    auto address = Address::parse(text);
    if (!address) return database.damaged(fmt::format("`{}` is not an address", text));
    return address;
}

Result<Attributes> attributes_of(const Database& database, std::string_view json) {
    auto attributes = attributes_from_json(json);
    if (!attributes) return database.damaged(fmt::format("`{}` are not attributes", json.substr(0, 80)));
    return std::move(*attributes);
}

namespace {

Result<std::int64_t> count_bindings(Database& database, std::int64_t target) {
    BOOST_OUTCOME_TRY(row, database.query("SELECT count(*) FROM bindings WHERE target = ?", target));
    BOOST_OUTCOME_TRYV(row.next());
    return row.integer(0);
}

}  // namespace

Result<std::vector<Binding>> read_bindings(Database& database, std::int64_t target, bool check) {
    BOOST_OUTCOME_TRY(count, count_bindings(database, target));
    BOOST_OUTCOME_TRY(
        rows,
        database.query("SELECT address, key, id, team, applied FROM bindings WHERE target = ?", target));
    std::vector<Binding> bindings;
    bindings.reserve(static_cast<std::size_t>(count));
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) break;
        BOOST_OUTCOME_TRY(address, address_of(database, rows.view(0)));
        if (check) {
            BOOST_OUTCOME_TRYV(attributes_of(database, rows.view(4)));
        }
        bindings.push_back({std::move(address), rows.text(1), ResourceId(rows.view(2)),
                            ResourceId(rows.view(3)), StoredAttributes::from_json(rows.text(4))});
    }
    // The order of addresses is not that of their text.
    sort_by_address(bindings);
    return bindings;
}

Result<std::vector<LeftBehind>> read_left_behind(Database& database, std::int64_t target) {
    BOOST_OUTCOME_TRY(rows, database.query("SELECT id, address FROM left_behind WHERE target = ?", target));
    std::vector<LeftBehind> left;
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) return left;
        BOOST_OUTCOME_TRY(address, address_of(database, rows.view(1)));
        left.push_back({ResourceId(rows.view(0)), std::move(address)});
    }
}

Result<bool> put_binding(Database& database, std::int64_t target, const Binding& binding) {
    BOOST_OUTCOME_TRY(changed,
                      database.run("INSERT INTO bindings(target, address, key, id, team, applied)"
                                   " VALUES (?, ?, ?, ?, ?, ?)"
                                   " ON CONFLICT (target, address) DO UPDATE"
                                   " SET key = excluded.key, id = excluded.id, team = excluded.team,"
                                   " applied = excluded.applied"
                                   " WHERE (key, id, team, applied)"
                                   " IS NOT (excluded.key, excluded.id, excluded.team, excluded.applied)",
                                   target, binding.address.text(), binding.key, binding.id.text(),
                                   binding.team.text(), binding.applied.json()));
    return changed > 0;
}

Result<bool> has_left_behind(Database& database) {
    BOOST_OUTCOME_TRY(some, database.integer("SELECT EXISTS (SELECT 1 FROM left_behind)"));
    return some != 0;
}

Result<void> erase_left_behind(Database& database, std::int64_t target, const Binding& binding) {
    BOOST_OUTCOME_TRYV(database.run("DELETE FROM left_behind WHERE target = ? AND id = ? AND address = ?",
                                    target, binding.id.text(), binding.address.text()));
    return success();
}

Result<bool> erase_binding(Database& database, std::int64_t target, const Address& address) {
    BOOST_OUTCOME_TRY(changed, database.run("DELETE FROM bindings WHERE target = ? AND address = ?", target,
                                            address.text()));
    return changed > 0;
}

Result<void> put_left_behind(Database& database, std::int64_t target, const LeftBehind& left) {
    BOOST_OUTCOME_TRYV(database.run("INSERT OR IGNORE INTO left_behind(target, id, address) VALUES (?, ?, ?)",
                                    target, left.id.text(), left.address.text()));
    return success();
}

}  // namespace tlm::state
