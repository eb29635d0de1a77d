#include "state/lock_record.h"

#include <fmt/format.h>
#include <pwd.h>
#include <rapidjson/document.h>
#include <rapidjson/encodedstream.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <unistd.h>

#include <array>

#include "engine/base/json_depth.h"
#include "state/stamp.h"

namespace tlm::state {
namespace {

std::string user_name() {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
        return found->pw_name;
    }
    return fmt::format("uid {}", ::geteuid());
}

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return {};
    return name.data();
}

std::string text_member(const rapidjson::Document& document, const char* name) {
    const auto at = document.FindMember(name);
    if (at == document.MemberEnd() || !at->value.IsString()) return {};
    return {at->value.GetString(), at->value.GetStringLength()};
}

const std::string& or_unknown(const std::string& text) {
    static const std::string unknown = "(unknown)";
    return text.empty() ? unknown : text;
}

}  // namespace

LockHolder this_process(const std::string& doing) {
    return {user_name(), host_name(), ::getpid(), utc_now(), doing};
}

std::string to_record(const LockHolder& holder) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer writer(buffer);
    writer.StartObject();
    writer.Key("user");
    writer.String(holder.user);
    writer.Key("host");
    writer.String(holder.host);
    writer.Key("pid");
    writer.Int64(holder.pid);
    writer.Key("since");
    writer.String(holder.since);
    writer.Key("doing");
    writer.String(holder.doing);
    writer.EndObject();
    return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

LockHolder from_record(std::string_view text) {
    rapidjson::Document document;
    rapidjson::Reader reader;
    rapidjson::MemoryStream bytes(text.data(), text.size());
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
    if (!parse_json<rapidjson::kParseIterativeFlag>(document, reader, stream) || !document.IsObject())
        return {};
    LockHolder holder;
    holder.user = text_member(document, "user");
    holder.host = text_member(document, "host");
    holder.since = text_member(document, "since");
    holder.doing = text_member(document, "doing");
    const auto pid = document.FindMember("pid");
    if (pid != document.MemberEnd() && pid->value.IsInt64()) holder.pid = pid->value.GetInt64();
    return holder;
}

std::string describe(const LockHolder& holder) {
    return fmt::format("{} on {} (pid {}) since {}, doing {}", or_unknown(holder.user),
                       or_unknown(holder.host), holder.pid, or_unknown(holder.since),
                       or_unknown(holder.doing));
}

}  // namespace tlm::state
