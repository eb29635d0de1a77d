#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "cmd/interrupt.h"
#include "engine/base/result.h"

namespace tlm::cmd {

// The line that ends the events should a signal end the process at once.
struct Farewell {
    std::string line;       // with its newline; empty: none
    std::size_t stamp = 0;  // where the time stands in it, see utc_stamp
};

// Where events go, line by line.
class EventSink {
  public:
    virtual ~EventSink() = default;
    // Writes a line, given with its newline; from then on `farewell` is the last one. Errors: nobody_reads,
    // internal. Nothing may be written after one.
    [[nodiscard]] virtual Result<void> write(std::string_view line, const Farewell& farewell) = 0;
};

// A file, pipe, terminal or open descriptor that takes events as they come, so that they can be followed.
class EventFile final : public EventSink {
  public:
    // A file is replaced by a new one that only its owner can read; a link there is replaced, not followed. A
    // pipe or a device is opened as it is, and opening a named pipe waits for its reader. `/dev/fd/N` is that
    // descriptor, and nothing of it is truncated. `-` is standard output: whatever else is written there goes
    // to standard error from then on. Errors: bad_input, internal.
    [[nodiscard]] static Result<std::unique_ptr<EventFile>> open(const std::string& path);

    ~EventFile() override;
    EventFile(const EventFile&) = delete;
    EventFile& operator=(const EventFile&) = delete;

    // A reader who takes nothing for ten seconds counts as gone: nobody may hold an apply up.
    [[nodiscard]] Result<void> write(std::string_view line, const Farewell& farewell) override;

  private:
    EventFile(int descriptor, std::string path);
    void prepare(const Farewell& farewell);

    int descriptor_;
    bool may_block_;  // no file: whoever reads it may be slow
    std::string path_;
    std::array<LastWords, 2> last_words_;  // one is in force while the other is filled
    std::size_t next_ = 0;
};

}  // namespace tlm::cmd
