#include "cmd/text_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace tlm::cmd {

Result<std::string> read_text_file(const std::string& path, const std::string& what, std::size_t most) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        return fail(ErrorCode::bad_input, fmt::format("this is a directory, not a {}", what), path);
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail(ErrorCode::bad_input, fmt::format("can't open the {}: {}", what, std::strerror(errno)),
                    path, {"Check the path and the permissions."});
    std::string text;
    // A plan of 60 MB is not copied as it grows.
    if (const auto size = std::filesystem::file_size(path, ignored); !ignored && size <= most)
        text.reserve(size);
    // By blocks: a pipe has no size, and a device has no end.
    for (std::string block(std::size_t{64} * 1024, '\0'); file && text.size() <= most;) {
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        text.append(block, 0, static_cast<std::size_t>(file.gcount()));
    }
    if (file.bad())
        return fail(ErrorCode::bad_input, fmt::format("the {} can't be read to its end", what), path);
    if (text.size() > most)
        return fail(ErrorCode::bad_input,
                    fmt::format("this is no {}: it is larger than {} bytes", what, most), path);
    return text;
}

}  // namespace tlm::cmd
