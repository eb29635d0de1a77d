#pragma once

#include <string_view>

#include "engine/diff/change.h"

namespace tlm::cmd {

// How an action is shown in pictures and pages: by a sign and a word, and by a colour that only adds to them.
struct ActionWords {
    std::string_view sign;
    std::string_view word;
    std::string_view css;  // class; page.css and graph.css give it its colour
};

[[nodiscard]] constexpr ActionWords action_words(Action action) {
    switch (action) {
        case Action::create:
            return {"+", "create", "create"};
        case Action::update:
            return {"~", "update", "update"};
        case Action::replace:
            return {"±", "replace", "replace"};
        case Action::remove:
            return {"−", "delete", "delete"};
        case Action::adopt:
            return {"=", "adopt", "adopt"};
        case Action::none:
            break;
    }
    return {"·", "waits", "waits"};
}

}  // namespace tlm::cmd
