#include "cmd/render/change_line.h"

#include <fmt/format.h>

#include "cmd/render/plan_text.h"

namespace tlm::cmd {

DiffSign diff_sign(Action action) {
    switch (action) {
        case Action::update:
            return {"! ", "update ", "updates", 0};
        case Action::create:
            return {"+ ", "create ", "creates", 1};
        case Action::adopt:
            return {"= ", "adopt  ", "adoptions", 2};
        case Action::none:
            return {". ", "waits  ", "waiting tasks", 3};
        // Named before everything else already, so that their details go first.
        case Action::replace:
            return {"-+", "replace", "replacements", 4};
        case Action::remove:
            return {"- ", "delete ", "deletes", 4};
    }
    return {"? ", "?      ", "changes", 4};
}

std::string change_line(const Change& change, const std::string& address) {
    const DiffSign look = diff_sign(change.action);
    return fmt::format("{} {}  {}  ({})", look.sign, look.word, address, reason_text(change.reason));
}

}  // namespace tlm::cmd
