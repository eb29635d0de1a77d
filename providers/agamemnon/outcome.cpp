#include "providers/agamemnon/outcome.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/encodedstream.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "engine/base/json_depth.h"
#include "engine/base/text.h"
#include "providers/agamemnon/resources.h"

namespace tlm::agamemnon {
namespace {

constexpr std::size_t kMostWords = 500;

// Stops where there is more than is shown anyway.
class WordsWriter : public rapidjson::Writer<rapidjson::StringBuffer> {
  public:
    explicit WordsWriter(rapidjson::StringBuffer& buffer) : Writer(buffer), buffer_(buffer) {}
    bool StartObject() { return room() && Writer::StartObject(); }
    bool StartArray() { return room() && Writer::StartArray(); }

  private:
    [[nodiscard]] bool room() const { return buffer_.GetSize() <= kMostWords; }
    rapidjson::StringBuffer& buffer_;
};

// A body as JSON. Most answers fit into what it holds itself, without which 64 KB are asked for each time.
class Parsed {
  public:
    explicit Parsed(const std::string& body) {
        constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
        rapidjson::Reader reader;
        rapidjson::MemoryStream bytes(body.data(), body.size());
        rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
        is_json_ = parse_json<kFlags>(document_, reader, stream);
    }
    // Null where the body is no JSON object, or has no such member.
    [[nodiscard]] const rapidjson::Value* find(const char* member) const {
        if (!is_json_ || !document_.IsObject()) return nullptr;
        const auto at = document_.FindMember(member);
        return at == document_.MemberEnd() ? nullptr : &at->value;
    }

  private:
    std::array<std::byte, 4096> values_;  // NOLINT(*-member-init): filled by the parser
    rapidjson::MemoryPoolAllocator<> pool_{values_.data(), values_.size()};
    rapidjson::Document document_{&pool_};
    bool is_json_ = false;
};

// The resource in an answer such as {"agent":{…}}; nothing where the body is of another shape.
std::optional<LiveResource> resource_in(const Call& call, const Response& response) {
    const Parsed answer(response.body);
    const rapidjson::Value* found = answer.find(std::string(kind_name(call.kind)).c_str());
    if (found == nullptr) return std::nullopt;
    auto resource = read_resource(call.kind, *found);
    if (!resource) return std::nullopt;
    return std::move(resource.value());
}

// The id of the resource that a call is about; empty for a create.
std::string id_of(const Call& call) {
    return std::visit(
        [](const auto& what) -> std::string {
            if constexpr (requires { what.id; })
                return what.id.text();
            else
                return {};
        },
        call.what);
}

bool is_create(const Call& call) {
    return std::holds_alternative<CreateCall>(call.what);
}
bool is_start(const Call& call) {
    return std::holds_alternative<StartCall>(call.what);
}

CallOutcome success_of(const Call& call, const Response& response, const Redactor& redact) {
    auto resource = resource_in(call, response);
    if (resource) {
        if (const auto* create = std::get_if<CreateCall>(&call.what);
            create != nullptr && resource->name != create->name) {
            return CallUnknown{fmt::format("the server answered with `{}` to the creation of `{}`",
                                           redact(resource->name), create->name)};
        }
        if (const auto* rename = std::get_if<RenameCall>(&call.what);
            rename != nullptr && resource->name != rename->name) {
            return CallUnknown{fmt::format("the server answered with the name `{}` to the name `{}`",
                                           redact(resource->name), rename->name)};
        }
        if (const std::string id = id_of(call); !id.empty() && resource->id.text() != id) {
            return CallUnknown{fmt::format("the server answered about `{}` to a call about `{}`",
                                           redact(resource->id.text()), id)};
        }
        return CallDone{std::move(resource)};
    }
    if (is_create(call)) return CallUnknown{"the server's answer does not hold what it made"};
    return CallDone{};
}

bool says_running(const std::string& words) {
    std::string lower = words;
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return lower.find("running") != std::string::npos;
}

// The server's `error` or `detail`; empty where it has none.
std::string own_words(const Response& response) {
    const Parsed answer(response.body);
    for (const char* name : {"error", "detail"}) {
        const rapidjson::Value* found = answer.find(name);
        if (found == nullptr) continue;
        std::string words;
        if (found->IsString()) {
            words.assign(found->GetString(), found->GetStringLength());
        } else {
            rapidjson::StringBuffer buffer;
            WordsWriter writer(buffer);
            found->Accept(writer);
            words.assign(buffer.GetString(), buffer.GetSize());
        }
        // The parser lets half of a surrogate pair through, which is no text.
        return valid_utf8(words) ? words : std::string();
    }
    return {};
}

std::string own_or_body(const Response& response) {
    std::string words = own_words(response);
    return words.empty() ? response.body : words;
}

bool redirects(const Response& response) {
    return response.status >= 300 && response.status < 400 && !response.location.empty();
}

}  // namespace

std::string words_of(const Response& response, const Redactor& redact) {
    if (redirects(response)) {
        return fmt::format("the server redirects to {}, which tlm does not follow",
                           redact(response.location));
    }
    std::string words = own_or_body(response);
    if (words.empty()) words = "no explanation from the server";
    return redact(std::move(words));
}

bool says_error(const Response& response) {
    return !own_words(response).empty();
}

bool is_from_elsewhere(const Response& response) {
    return response.status == 404 && !says_error(response);
}

std::optional<std::chrono::milliseconds> retry_after(const Response& response, std::int64_t now) {
    constexpr std::int64_t kMost = 3600;
    const std::string& header = response.retry_after;
    std::int64_t seconds = -1;
    const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
    if (error != std::errc() || end != header.data() + header.size()) {
        const time_t date = header.empty() ? -1 : curl_getdate(header.c_str(), nullptr);
        // The date is of the server's clock, from which ours may be an hour off.
        const time_t sent = response.date.empty() ? -1 : curl_getdate(response.date.c_str(), nullptr);
        seconds = date < 0 ? -1 : std::max<std::int64_t>(0, date - (sent < 0 ? now : std::int64_t{sent}));
    }
    if (seconds < 0) {
        const Parsed answer(response.body);
        const rapidjson::Value* found = answer.find("retry_after_seconds");
        if (found != nullptr && found->IsInt64()) seconds = found->GetInt64();
    }
    if (seconds < 0) return std::nullopt;
    return std::chrono::seconds(std::min(seconds, kMost));
}

bool asks_to_wait(const Response& response) {
    return response.transport == Transport::answered && (response.status == 429 || response.status == 503);
}

std::chrono::milliseconds wait_for(const Response& response, std::int64_t now) {
    constexpr std::chrono::milliseconds kDefault(1000);
    constexpr std::chrono::milliseconds kLeast(50);
    return std::max(retry_after(response, now).value_or(kDefault), kLeast);
}

CallOutcome outcome_of(const Call& call, const Response& response, std::int64_t now, const Redactor& redact) {
    if (response.transport == Transport::not_sent) return CallNotSent{response.fault};
    if (response.transport == Transport::uncertain) return CallUnknown{response.fault};
    const int status = response.status;
    if (status >= 200 && status < 300) return success_of(call, response, redact);
    const std::string words = words_of(response, redact);
    const auto with_status = [&] { return fmt::format("{} ({})", words, status); };
    switch (status) {
        case 401:
        case 403:
            return CallDenied{"the server refused the key: " + with_status()};
        case 404:
            // An ingress without a route answers so, too; what it knows nothing of may well exist.
            if (is_from_elsewhere(response))
                return CallUnknown{"not an answer of Agamemnon's: " + with_status()};
            return is_create(call) ? CallOutcome(CallRefused{with_status()}) : CallOutcome(CallGone{words});
        case 409:
            return CallAlreadySo{words};
        case 429:
        case 503:
            return CallNotNow{wait_for(response, now), words, status == 429};
        case 400:
            if (is_start(call) && says_running(own_or_body(response).substr(0, kMostWords)))
                return CallAlreadySo{words};
            return CallRefused{with_status()};
        default:
            break;
    }
    // A redirect (who knows of what) and a time-out in between (408) do not say that nothing was done.
    if (status >= 500 || status < 400 || status == 408) return CallUnknown{with_status()};
    return CallRefused{with_status()};
}

}  // namespace tlm::agamemnon
