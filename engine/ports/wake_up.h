#pragma once

#include <chrono>
#include <vector>

#include "engine/ports/observer.h"
#include "engine/resource/resource.h"

namespace tlm {

// Hints that tasks may have moved, from whoever hears of it, so that whoever waits need not look all the
// time. A hint can be lost, doubled, early or wrong: it says when to look, never what there is to see.
class WakeUp {
  public:
    virtual ~WakeUp() = default;
    // Returns at `until`, or when the user asks to stop. From `earliest` on also, with true, because of a
    // hint about a task of one of the teams (none: of any), or because the hints began to come or came to an
    // end. What happened since the last such return counts, once.
    [[nodiscard]] virtual bool sleep(std::chrono::steady_clock::time_point earliest,
                                     std::chrono::steady_clock::time_point until,
                                     const std::vector<ResourceId>& teams) = 0;
    // Whether hints come.
    [[nodiscard]] virtual bool connected() const = 0;
    // Tells whether they do, where that was not told yet.
    virtual void tell(Observer& observer) = 0;
};

}  // namespace tlm
