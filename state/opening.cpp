#include "state/opening.h"

namespace tlm::state {

Error unusable(const Error& cause) {
    return fail(ErrorCode::state, "can't use the state: " + cause.message, cause.where, cause.hints);
}

Result<Found> open_to_read(const OwnFile& own) {
    auto file = storage::locate(own.path);
    if (!file) return unusable(file.error());
    Found found{file.value(), nullptr, Content::empty};
    auto presence = storage::inspect(found.path);
    if (!presence) return unusable(presence.error());
    if (presence.value() == storage::Presence::missing) return found;
    if (presence.value() == storage::Presence::empty) {
        // Whoever only looks may cache what was read.
        if (auto fillable = storage::may_fill(own, found.path); !fillable) return unusable(fillable.error());
    }
    BOOST_OUTCOME_TRY(database, Database::open(found.path));
    BOOST_OUTCOME_TRY(content, identify(*database));
    found.content = content;
    if (content == Content::empty) return found;
    BOOST_OUTCOME_TRYV(check_schema(*database));
    found.database = std::move(database);
    return found;
}

Result<std::unique_ptr<Database>> open_or_create(const OwnFile& own) {
    auto place = storage::prepare_to_write(own);
    if (!place) return unusable(place.error());
    return open_or_create(place.value());
}

Result<std::unique_ptr<Database>> open_or_create(const storage::Place& place) {
    BOOST_OUTCOME_TRY(database, Database::open_to_write(place.file));
    BOOST_OUTCOME_TRY(content, identify(*database));
    if (content == Content::empty && !place.fillable) {
        return fail(ErrorCode::state, "can't use the state: it is an empty database that tlm did not make",
                    place.file, {"Name it with `--state` or TLM_STATE if it is meant, or remove it."});
    }
    if (content != Content::empty) {
        BOOST_OUTCOME_TRYV(check_schema(*database));
    }
    BOOST_OUTCOME_TRYV(configure(*database));
    if (content != Content::current) {
        BOOST_OUTCOME_TRYV(migrate(*database));
    }
    return database;
}

}  // namespace tlm::state
