#pragma once

#include <utility>
#include <vector>

#include "engine/ports/observer.h"

namespace tlm::cmd {

// Tells several observers of each event, in their order.
class FanOut final : public Observer {
  public:
    explicit FanOut(std::vector<Observer*> observers) : observers_(std::move(observers)) {}
    void on(const ApplyEvent& event) override {
        for (Observer* observer : observers_)
            observer->on(event);
    }

  private:
    std::vector<Observer*> observers_;
};

}  // namespace tlm::cmd
