#include "cmd/plan_input.h"

#include <fstream>

#include "cmd/text_file.h"
#include "engine/plan/plan_file.h"

namespace tlm::cmd {
namespace {

// A plan of a million changes has half of this.
constexpr std::size_t kMostPlanBytes = std::size_t{1} << 30U;

}  // namespace

// The first member of a plan file is its format, so that its beginning tells. A workflow has no such member.
bool looks_like_plan(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string begin(256, '\0');
    file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    return begin.find("\"format\"") != std::string::npos && begin.find("tlm-plan/") != std::string::npos;
}

Result<Plan> read_plan_file(const std::string& path) {
    BOOST_OUTCOME_TRY(text, read_text_file(path, "plan file", kMostPlanBytes));
    return plan_from_text(text, path);
}

Result<std::optional<Plan>> plan_input(const Options& options) {
    bool any = false;
    for (const std::string& path : options.positional)
        any = any || looks_like_plan(path);
    if (!any) return std::optional<Plan>();
    if (options.positional.size() > 1) {
        return fail(ErrorCode::bad_input, "a plan file is applied by itself, not beside other files",
                    options.positional.front());
    }
    BOOST_OUTCOME_TRY(plan, read_plan_file(options.positional.front()));
    return std::optional<Plan>(std::move(plan));
}

}  // namespace tlm::cmd
