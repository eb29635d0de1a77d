#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/simulator/documents.h"

namespace tlm::simulator {

// What is wrong with some events:
// | lost      | it is not published                                                    |
// | doubled   | it is published twice                                                  |
// | early     | a worker's `completed` or `failed` comes when it starts, and not again |
// | malformed | half of it, another shape, or no text at all is published in its place |
enum class EventFault { kLost, kDoubled, kEarly, kMalformed };

// The events of server and workers about tasks, on their way to a broker. For one thread.
class Events {
  public:
    using Publish = std::function<void(const std::string& subject, const std::string& payload)>;

    // Without an argument: nobody listens.
    void send_to(Publish publish) { publish_ = std::move(publish); }
    // Takes [{"kind":"lost","subject":"*.completed","every":2}], which take the place of those before: every
    // second event whose subject matches the pattern (fnmatch(3)) is lost. Without `every` all are, without
    // `subject` of any. The first fault that matches counts. Throws std::invalid_argument with what is wrong.
    void set_faults(const rapidjson::Value& list);

    void created(const Record& task);  // by the server, as the next one
    void updated(const Record& task);
    // By the worker, who has the task end like `planned`, if he will.
    void started(const Record& task, const std::optional<std::string>& planned);
    void ended(const Record& task, const std::string& how);

    // How many events went out, and how many each fault hit.
    [[nodiscard]] std::string to_json() const;

  private:
    struct Waiting {
        EventFault kind;
        std::string subject = "*";
        std::uint64_t every = 1;
        std::uint64_t matched = 0, hit = 0;
    };

    [[nodiscard]] std::optional<EventFault> take_fault(const std::string& subject);
    void send(const std::string& subject, const std::string& payload, std::optional<EventFault> fault);
    void publish(const std::string& subject, const std::string& payload);
    [[nodiscard]] std::string worker_payload(const Record& task, std::string_view step);

    Publish publish_;
    std::vector<Waiting> faults_;
    std::set<std::string> told_early_;  // ids
    std::uint64_t published_ = 0, malformed_ = 0, by_workers_ = 0;
};

}  // namespace tlm::simulator
