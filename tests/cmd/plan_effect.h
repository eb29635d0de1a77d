#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string>

#include "tests/support/world.h"

namespace tlm::test {

// Decisions of a test: of a seed, or of bytes that a fuzzer gives. When these are used up, always the first.
class Choices {
  public:
    explicit Choices(std::uint32_t seed) : seeded_(true), random_(seed) {}
    explicit Choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    // 0 up to and without `count`, which is at most 65,536.
    std::size_t pick(std::size_t count);
    bool one_in(std::size_t count) { return pick(count) == count - 1; }
    [[nodiscard]] bool used_up() const { return !seeded_ && bytes_.empty(); }

  private:
    bool seeded_ = false;
    std::minstd_rand random_;
    std::span<const std::uint8_t> bytes_;
};

// A fleet and a state in which something has happened, and a plan that tlm makes there. Workflows `prod` and
// `tmp` are planned; `safe` is applied and not read any more; others have agents and teams there, too; `prod`
// protects some of its own.
struct EffectScene {
    World world;
    Planned planned;
};
// The same for the same seed.
[[nodiscard]] std::unique_ptr<EffectScene> effect_scene(std::uint32_t seed);

// Makes the plan say something else, in up to six ways: members swapped, removed or forged, ids exchanged.
void mutate_plan(Plan& plan, const World& world, Choices& choices);

enum class EffectKind { refused, kept };
struct Effect {
    EffectKind kind =
        EffectKind::refused;  // by the reader, or a protection; else carried out as far as it fits
    std::size_t calls = 0;
    std::string violation;  // what was done and not shown; empty: nothing
};

// Reads the plan file and applies it to the world. Every call that the fleet gets and every binding that the
// state keeps must be what the text of the plan shows: at the address that the live resource has by the state
// as it was before, or else by its key; by that action; with those values.
[[nodiscard]] Effect check_effect(World& world, const std::string& plan_file);

}  // namespace tlm::test
