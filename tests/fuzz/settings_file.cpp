// Settings files. The parts of an input are .env, tlm.conf and so on, in order of precedence.

#include "cmd/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cmd/target_address.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"
#include "engine/resource/key.h"
#include "tests/fuzz/property.h"

namespace tlm::fuzz {
namespace {

using cmd::Settings;
using cmd::SettingsFile;

// Part of the keys in the corpus: where no other line holds it, no message may.
constexpr std::string_view kSecret = "s3cret";

bool key_holds_secret(const std::vector<SettingsFile>& files) {
    cmd::SettingMap map;
    std::vector<std::string> warnings;
    std::string all;
    for (const SettingsFile& file : files) {
        all += file.text;
        // A file with a fault adds nothing.
        if (!cmd::read_settings_file(file, map, warnings)) continue;
    }
    const bool once = all.find(kSecret) == all.rfind(kSecret);
    const auto key = map.find("AGAMEMNON_API_KEY");
    return once && key != map.end() && key->second.value.find(kSecret) != std::string::npos;
}

// Target and host stand in plans, which must be readable.
void check_plan(const Settings& settings) {
    Plan plan;
    plan.target = settings.target;
    plan.workflows = {"w"};
    Change& change = plan.changes.emplace_back();
    change.address = Address::agent("w", "a");
    change.action = Action::create;
    change.key = Key::derive("w", "a").text();
    for (const auto& [attribute, value] :
         {std::pair(Attribute::label, std::string("a")), std::pair(Attribute::program, std::string("none")),
          std::pair(Attribute::working_dir, std::string("/tmp")),
          std::pair(Attribute::description, std::string("An agent")),
          std::pair(Attribute::runtime, std::string("docker")),
          std::pair(Attribute::host_id, settings.host_id),
          std::pair(Attribute::status, std::string("online"))})
        change.attributes.push_back({attribute, std::nullopt, Value(value)});
    const std::string text = plan_to_text(plan);
    const auto read = plan_from_text(text, "plan.json");
    require(read && read.value() == plan, "what is set can be written into a plan", text);
}

void check_accepted(const Settings& settings) {
    const auto again = cmd::read_target_address(settings.target, "again", false);
    require(again && again.value().text == settings.target, "a target is canonical", settings.target);
    require(again.value().sandbox_path == settings.sandbox_path, "a target has one meaning", settings.target);
    const std::string& key = settings.api_key.reveal();
    require(std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7F; }), "a key can be sent");
    require(settings.timeout.count() >= 1 && settings.timeout.count() <= 3'600'000, "a time-out is sensible");
    require(std::isfinite(settings.rate_limit_rps) && std::isfinite(settings.rate_limit_burst),
            "limits are numbers");
    require(settings.rate_limit_rps >= 0 && settings.rate_limit_burst >= 1, "limits are sensible");
    for (const std::string& path : {settings.sandbox_path, settings.workflows_dir, settings.state_path.path,
                                    settings.tls.ca_cert, settings.target, settings.host_id})
        require(path.find('\0') == std::string::npos, "no path or name ends before its end", path);
    check_plan(settings);
}

void check(const std::vector<SettingsFile>& files) {
    const bool secret = key_holds_secret(files);
    const auto keeps_secret = [&](std::string_view text) {
        require(!secret || text.find(kSecret) == std::string_view::npos, "no message shows the key", text);
    };
    const auto settings = cmd::resolve_settings({}, {}, files, {[](const std::string&) { return false; }});
    if (settings) {
        for (const std::string& warning : settings.value().warnings)
            keeps_secret(warning);
        return check_accepted(settings.value());
    }
    require(settings.error().code == ErrorCode::bad_input, "a faulty setting is bad input");
    require(!settings.error().where.empty(), "a fault says where it is");
    keeps_secret(settings.error().message);
    keeps_secret(settings.error().where);
}

}  // namespace
}  // namespace tlm::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<tlm::cmd::SettingsFile> files;
    for (std::string& part : tlm::fuzz::parts_of(tlm::fuzz::text_of(data, size)))
        files.push_back({tlm::cmd::SettingSource::user_file, fmt::format("file-{}", files.size()),
                         std::move(part), tlm::cmd::Trust::full});
    tlm::fuzz::check(files);
    return 0;
}
