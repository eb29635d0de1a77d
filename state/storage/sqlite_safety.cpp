#include "state/storage/sqlite_safety.h"

#include <sqlite3.h>

namespace tlm::storage {

int harden(sqlite3* handle) {
    int code = sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    if (code == SQLITE_OK) code = sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    if (code == SQLITE_OK)
        code = sqlite3_exec(handle, "PRAGMA cell_size_check = ON", nullptr, nullptr, nullptr);
    return code;
}

}  // namespace tlm::storage
