#include "tests/simulator/worker_script.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "tests/simulator/json_text.h"

namespace tlm::simulator {
namespace {

using rapidjson::Value;
using std::chrono::milliseconds;

struct OutcomeName {
    std::string_view name;
    Outcome outcome;
};

constexpr std::array<OutcomeName, 4> kOutcomes{{{"completed", Outcome::kCompleted},
                                                {"failed", Outcome::kFailed},
                                                {"never", Outcome::kNever},
                                                {"untaken", Outcome::kUntaken}}};

Outcome outcome_named(std::string_view name) {
    const auto* found = std::ranges::find(kOutcomes, name, &OutcomeName::name);
    if (found == kOutcomes.end())
        throw std::invalid_argument(
            fmt::format("outcome must be completed, failed, never or untaken, not '{}'", name));
    return found->outcome;
}

std::string text_of(const Value& value, std::string_view name) {
    if (!value.IsString()) throw std::invalid_argument(fmt::format("{} must be a string", name));
    return {value.GetString(), value.GetStringLength()};
}

long count_of(const Value& value, std::string_view name) {
    if (!value.IsUint()) throw std::invalid_argument(fmt::format("{} must be a whole number", name));
    return value.GetUint();
}

WorkerScript read_script(const Value& object) {
    if (!object.IsObject()) throw std::invalid_argument("a script is an object");
    WorkerScript script;
    bool has_end = false;
    for (const auto& [key, value] : object.GetObject()) {
        const std::string name = text_of(key, "a member");
        if (name == "subject") {
            script.subject = text_of(value, name);
        } else if (name == "outcome") {
            script.outcome = outcome_named(text_of(value, name));
        } else if (name == "after_reads" || name == "ms") {
            if (has_end) throw std::invalid_argument("a script has after_reads or ms, not both");
            has_end = true;
            if (name == "ms") {
                script.end = milliseconds(count_of(value, name));
            } else {
                script.end = count_of(value, name);
            }
        } else {
            throw std::invalid_argument(fmt::format("a script has no member '{}'", name));
        }
    }
    return script;
}

long short_count(std::string_view name, std::string_view digits) {
    unsigned count = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
        throw std::invalid_argument(fmt::format("{} must be a whole number, not '{}'", name, digits));
    return count;
}

}  // namespace

const WorkerScript* find_script(const std::vector<WorkerScript>& scripts, const std::string& subject) {
    const auto found = std::ranges::find_if(scripts, [&](const WorkerScript& script) {
        return script.subject == subject || fnmatch(script.subject.c_str(), subject.c_str(), 0) == 0;
    });
    return found == scripts.end() ? nullptr : &*found;
}

std::vector<WorkerScript> read_scripts(std::string_view json) {
    if (too_deep(json)) throw std::invalid_argument("invalid JSON: nested too deeply");
    rapidjson::Document document;
    document.Parse<kParseFlags>(json.data(), json.size());
    if (document.HasParseError() || !document.IsObject()) throw std::invalid_argument("invalid JSON");
    const auto list = document.FindMember("scripts");
    if (list == document.MemberEnd() || !list->value.IsArray())
        throw std::invalid_argument("scripts must be an array");
    std::vector<WorkerScript> scripts;
    for (const Value& script : list->value.GetArray())
        scripts.push_back(read_script(script));
    return scripts;
}

std::vector<WorkerScript> read_short_scripts(std::string_view text) {
    std::vector<WorkerScript> scripts;
    WorkerScript others;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        const std::string_view name = part.substr(0, part.find('='));
        const std::string_view value = part.substr(std::min(part.size(), name.size() + 1));
        if (name == "ms") {
            others.end = milliseconds(short_count(name, value));
        } else if (name == "reads") {
            others.end = short_count(name, value);
        } else if (name == "fail" || name == "never") {
            scripts.push_back({std::string(value), name == "fail" ? Outcome::kFailed : Outcome::kNever});
        } else {
            throw std::invalid_argument(
                fmt::format("workers know ms=N, reads=N, fail=SUBJECT and never=SUBJECT, not '{}'", part));
        }
    }
    for (WorkerScript& script : scripts)
        script.end = others.end;
    scripts.push_back(others);
    return scripts;
}

}  // namespace tlm::simulator
