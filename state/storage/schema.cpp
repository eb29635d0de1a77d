#include "state/storage/schema.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "engine/base/text.h"

namespace tlm::storage {
namespace {

constexpr std::size_t kMostFaults = 10;

std::string column(sqlite3_stmt* statement, int number) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, number));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement, number))};
}

bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

bool is_punctuation(char c) {
    return c == '(' || c == ')' || c == ',' || c == '=';
}

// Blanks become one where they part two words, and none elsewhere.
std::string compact(const std::string& sql) {
    std::string result;
    for (std::size_t i = 0; i < sql.size(); ++i) {
        if (!is_blank(sql[i])) {
            result += sql[i];
            continue;
        }
        while (i + 1 < sql.size() && is_blank(sql[i + 1]))
            ++i;
        const bool parts = !result.empty() && !is_punctuation(result.back()) && i + 1 < sql.size() &&
                           !is_punctuation(sql[i + 1]);
        if (parts) result += ' ';
    }
    return result;
}

}  // namespace

int read_schema(sqlite3* handle, Schema& schema) {
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(handle,
                                  "SELECT user_version, type, name, tbl_name, sql"
                                  " FROM pragma_user_version LEFT JOIN sqlite_schema",
                                  -1, &statement, nullptr);
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        schema.version = sqlite3_column_int64(statement, 0);
        if (sqlite3_column_type(statement, 1) != SQLITE_NULL) {
            schema.objects.emplace(fmt::format("{} `{}`", column(statement, 1), column(statement, 2)),
                                   column(statement, 3) + ":" + compact(column(statement, 4)));
        }
        code = SQLITE_OK;
    }
    const int finished = sqlite3_finalize(statement);
    return code == SQLITE_DONE ? finished : code;
}

std::vector<std::string> schema_faults(const Schema& found, const Schema& ours) {
    std::vector<std::string> faults;
    for (const auto& [name, sql] : ours.objects) {
        const auto at = found.objects.find(name);
        if (at == found.objects.end()) {
            faults.push_back(fmt::format("it has no {}", name));
        } else if (at->second != sql) {
            faults.push_back(fmt::format("its {} is not as tlm makes it", name));
        }
    }
    for (const auto& [name, sql] : found.objects) {
        if (!ours.objects.contains(name))
            faults.push_back(fmt::format("it has a {} that tlm did not make", visible(name)));
    }
    if (faults.size() > kMostFaults) faults.resize(kMostFaults);
    return faults;
}

}  // namespace tlm::storage
