#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/secret.h"

namespace tlm::cmd {

// Opens what of standard input, output and error the caller closed, so that no file of ours gets their
// numbers and is written to by mistake. Reads there then end, and writes fail. Call before anything is
// opened.
void open_standard_streams();

// From now on nothing that these functions write, and nothing that passes redacted(), holds the secret;
// `instead` stands in its place. For the whole process, as its standard streams are. Not thread-safe.
void hide_in_output(const Secret& secret, const std::string& instead);
[[nodiscard]] bool holds_secret(std::string_view text);
[[nodiscard]] std::string redacted(std::string text);

// A message for people, to standard error.
void write_err(std::string_view text);

// Writes a result to standard output. Errors: internal, where it is closed or its disk is full.
[[nodiscard]] Result<void> write_out(std::string_view text);
// Opens a FIFO or device that exists, to be written to; never through a link. For the reader of a FIFO 30 s
// are waited. Gives a descriptor that the caller closes. Errors: bad_input.
[[nodiscard]] Result<int> open_existing_to_write(const std::string& path);

// Makes sure that everything written has arrived.
[[nodiscard]] Result<void> flush_out();

// Replaces a file as a whole or not at all: temporary file, sync, rename, sync of the directory. A link there
// is replaced, not followed. `-` means standard output, and `/dev/fd/N` that descriptor. `mode` is that of
// the new file, less the umask: a plan is made to be committed and read. Errors: bad_input, also where a
// directory on the way is a link out of the working directory; internal, naming the path and the cause.
[[nodiscard]] Result<void> write_file_atomically(const std::string& path, std::string_view text,
                                                 mode_t mode = 0666);
// The same for a name under which nothing but a regular file of ours makes sense: whatever else stands there,
// a link or a pipe, is replaced, and not written through.
[[nodiscard]] Result<void> replace_file_atomically(const std::string& path, std::string_view text,
                                                   mode_t mode = 0666);

}  // namespace tlm::cmd
