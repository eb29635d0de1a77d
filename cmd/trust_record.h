#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace tlm::cmd {

// A settings file that was trusted with a certain content.
struct TrustedFile {
    std::string path;    // absolute
    std::string sha256;  // of all its bytes, in hex
    bool operator==(const TrustedFile&) const = default;
};

// The files that `tlm trust` recorded, by path; none where `record` does not exist. Errors: bad_input where
// it can't be read, is damaged, belongs to someone else or can be written to by others.
[[nodiscard]] Result<std::vector<TrustedFile>> read_trust_record(const std::string& record);

// Whether this content of the file at this absolute path is on record.
[[nodiscard]] bool is_recorded(const std::vector<TrustedFile>& files, std::string_view path,
                               std::string_view content);

// Removes the paths of `revoked` and adds `trusted`, each in the place of an older entry of its path. Takes a
// lock meanwhile, and replaces the record as a whole: mode 0600, in a directory of mode 0700. Errors:
// bad_input, naming the record; as read_trust_record.
[[nodiscard]] Result<void> change_trust_record(const std::string& record,
                                               const std::vector<TrustedFile>& trusted,
                                               const std::vector<std::string>& revoked);

}  // namespace tlm::cmd
