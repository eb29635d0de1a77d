#include "tests/simulator/faults.h"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <iterator>

#include "tests/simulator/json_text.h"

namespace tlm::simulator {
namespace {

using rapidjson::Value;

std::string dump(const Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

std::string text_or(const Value& object, const char* name, std::string otherwise) {
    const auto found = object.FindMember(name);
    return found != object.MemberEnd() && found->value.IsString()
               ? std::string(found->value.GetString(), found->value.GetStringLength())
               : std::move(otherwise);
}

long number_or(const Value& object, const char* name, long otherwise) {
    const auto found = object.FindMember(name);
    return found != object.MemberEnd() && found->value.IsInt() ? found->value.GetInt() : otherwise;
}

double share_of(const Value& object) {
    const auto found = object.FindMember("share");
    return found != object.MemberEnd() && found->value.IsNumber() ? found->value.GetDouble() : 1;
}

FaultSpec read_spec(const Value& fault) {
    FaultSpec spec;
    spec.kind = text_or(fault, "kind", "");
    spec.status = static_cast<unsigned>(std::clamp(number_or(fault, "status", 0), 0L, 999L));
    spec.delay = std::chrono::milliseconds(std::max(0L, number_or(fault, "ms", 0)));
    if (const auto body = fault.FindMember("body"); body != fault.MemberEnd()) {
        spec.body = body->value.IsString() ? text_or(fault, "body", "") : dump(body->value);
    }
    if (const auto headers = fault.FindMember("headers");
        headers != fault.MemberEnd() && headers->value.IsObject()) {
        for (const auto& [name, value] : headers->value.GetObject()) {
            spec.headers.emplace_back(name.GetString(), value.IsString() ? value.GetString() : dump(value));
        }
    }
    return spec;
}

}  // namespace

std::optional<std::string> Faults::add(std::string_view json) {
    if (too_deep(json)) return "invalid JSON: nested too deeply";
    rapidjson::Document document;
    document.Parse<kParseFlags>(json.data(), json.size());
    if (document.HasParseError()) return "invalid JSON";
    if (!document.IsObject()) return "a fault is an object";
    const auto fault = document.FindMember("fault");
    if (fault == document.MemberEnd() || !fault->value.IsObject()) return "fault must be an object";
    Waiting waiting{.method = text_or(document, "method", "*"),
                    .path = text_or(document, "path", "*"),
                    .times = number_or(document, "times", 1),
                    .skip = number_or(document, "skip", 0),
                    .share = share_of(document),
                    .dice = std::minstd_rand(static_cast<unsigned>(number_or(document, "seed", 1))),
                    .spec = read_spec(fault->value),
                    .spec_json = dump(fault->value)};
    if (!is_fault_kind(waiting.spec.kind)) return fmt::format("unknown fault kind '{}'", waiting.spec.kind);
    if (waiting.times != 0) waiting_.push_back(std::move(waiting));
    return std::nullopt;
}

std::string Faults::to_json() const {
    std::string list;
    for (const Waiting& waiting : waiting_) {
        fmt::format_to(std::back_inserter(list),
                       R"({}{{"method":{},"path":{},"times":{},"skip":{},"fault":{}}})",
                       list.empty() ? "" : ",", quoted(waiting.method), quoted(waiting.path), waiting.times,
                       waiting.skip, waiting.spec_json);
    }
    std::string taken;
    for (const auto& [kind, count] : taken_)
        fmt::format_to(std::back_inserter(taken), "{}{}:{}", taken.empty() ? "" : ",", quoted(kind), count);
    return fmt::format(R"({{"faults":[{}],"taken":{{{}}}}})", list, taken);
}

std::optional<FaultSpec> Faults::take(const Request& request) {
    for (auto waiting = waiting_.begin(); waiting != waiting_.end(); ++waiting) {
        if (!matches(*waiting, request)) continue;
        if (waiting->skip > 0) {
            --waiting->skip;
            continue;
        }
        if (waiting->share < 1 && std::uniform_real_distribution<>()(waiting->dice) >= waiting->share)
            continue;
        FaultSpec spec = waiting->spec;
        ++taken_[spec.kind];
        if (waiting->times > 0 && --waiting->times == 0) waiting_.erase(waiting);
        return spec;
    }
    return std::nullopt;
}

bool Faults::matches(const Waiting& waiting, const Request& request) {
    if (waiting.method != "*" && waiting.method != request.method) return false;
    const bool with_query = waiting.path.find('?') != std::string::npos;
    return path_matches(waiting.path, with_query ? request.path + "?" + request.query : request.path);
}

bool path_matches(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern.front() == '*') {
        for (std::size_t taken = 0; taken <= text.size(); ++taken) {
            if (path_matches(pattern.substr(1), text.substr(taken))) return true;
        }
        return false;
    }
    if (pattern.front() == '{') {
        const std::size_t close = pattern.find('}');
        const std::size_t end = std::min(text.find('/'), text.size());
        return close != std::string_view::npos && end > 0 &&
               path_matches(pattern.substr(close + 1), text.substr(end));
    }
    return !text.empty() && text.front() == pattern.front() &&
           path_matches(pattern.substr(1), text.substr(1));
}

}  // namespace tlm::simulator
