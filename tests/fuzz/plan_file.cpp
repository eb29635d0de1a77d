// Plan files. What is accepted must say nothing that is not read: written again it is the same JSON.

#include "engine/plan/plan_file.h"

#include <rapidjson/document.h>

#include "engine/base/text.h"
#include "tests/fuzz/property.h"

namespace tlm::fuzz {
namespace {

void check_accepted(const Plan& plan, const std::string& text) {
    require(text.find('\0') == std::string::npos, "nothing stands behind a plan");
    const std::string written = plan_to_text(plan);
    require(valid_utf8(written), "a plan is UTF-8", written);
    const auto again = plan_from_text(written, "plan.json");
    require(again.has_value(), "an accepted plan can be written and read", written);
    require(again.value() == plan, "a plan survives being written", written);
    require(plan_to_text(again.value()) == written, "a plan has one text", written);
    rapidjson::Document before;
    rapidjson::Document after;
    before.Parse(text.data(), text.size());
    after.Parse(written.data(), written.size());
    require(before == after, "an accepted plan says nothing that is not read", written);
}

void check(std::string_view input) {
    std::string text(input);
    auto plan = plan_from_text(text, "plan.json");
    if (!plan && plan.error().code == ErrorCode::conflict) {
        text = with_digest(input, plan.error().message);
        plan = plan_from_text(text, "plan.json");
    }
    if (plan) check_accepted(plan.value(), text);
}

}  // namespace
}  // namespace tlm::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tlm::fuzz::check(tlm::fuzz::text_of(data, size));
    return 0;
}
