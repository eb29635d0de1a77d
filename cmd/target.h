#pragma once

#include <memory>
#include <string>

#include "cmd/context.h"
#include "engine/ports/provider.h"

namespace tlm::cmd {

// A fleet that can be read and changed. Verbs that must not write hand on `reader()` only.
class Target {
  public:
    // Opens what the settings name; no network yet. The context must outlive it. Errors: bad_input for an
    // address that can't be used, unreachable for a sandbox file that can't be opened.
    [[nodiscard]] static Result<Target> open(const Context& context);

    [[nodiscard]] FleetReader& reader() { return *reader_; }
    [[nodiscard]] FleetWriter& writer() { return *writer_; }

    template <typename Provider>
    explicit Target(std::unique_ptr<Provider> provider) : reader_(provider.get()), writer_(provider.get()) {
        owner_ = std::move(provider);
    }

  private:
    std::shared_ptr<void> owner_;
    FleetReader* reader_;
    FleetWriter* writer_;
};

}  // namespace tlm::cmd
