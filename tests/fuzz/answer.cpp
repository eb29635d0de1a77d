// Answers to single calls. The first line of an input is two bytes for kind and call and then the status, the
// second one the header Retry-After, and the rest the body.

#include <charconv>

#include "engine/base/text.h"
#include "providers/agamemnon/outcome.h"
#include "tests/fuzz/property.h"

namespace tlm::fuzz {
namespace {

using agamemnon::Response;

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::size_t kMostWords = 510;
constexpr const char* kKey = "s3cret";

std::string_view line_of(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return line;
}

Call call_of(char kind, char call) {
    Call result{{1}, "run", static_cast<Kind>(static_cast<unsigned char>(kind - '0') % 3), CreateCall{}};
    switch (static_cast<unsigned char>(call - '0') % 6) {
        case 0:
            result.what = CreateCall{"tlm-x", {"team-1"}, {}};
            break;
        case 1:
            result.what = UpdateCall{{"id-1"}, {"team-1"}, {}};
            break;
        case 2:
            result.what = StartCall{{"id-1"}};
            break;
        case 4:
            result.what = RenameCall{{"id-1"}, "tlm-x"};
            break;
        case 3:
            result.what = StopCall{{"id-1"}};
            break;
        default:
            result.what = DeleteCall{{"id-1"}};
            break;
    }
    return result;
}

// The id of the resource that a call is about; empty for a create.
std::string id_of(const Call& call) {
    return std::visit(
        [](const auto& what) -> std::string {
            if constexpr (requires { what.id; }) return what.id.text();
            return {};
        },
        call.what);
}

void check_wait(const std::optional<std::chrono::milliseconds>& wait) {
    if (wait)
        require(*wait >= std::chrono::seconds(0) && *wait <= std::chrono::hours(1), "a wait is sensible");
}

void check_done(const Call& call, const CallDone& done) {
    const auto* create = std::get_if<CreateCall>(&call.what);
    require(create == nullptr || done.resource.has_value(), "what was created is known");
    if (!done.resource) return;
    require(done.resource->kind == call.kind && !done.resource->id.empty(), "what was done has an id");
    if (create != nullptr) require(done.resource->name == create->name, "what was created is what was asked");
    if (create == nullptr)
        require(done.resource->id.text() == id_of(call), "an answer is about what was asked");
}

// Which outcomes a status may have, said once more and coarser than in the source.
void check_outcome(const Call& call, int status, const CallOutcome& outcome) {
    const bool create = std::holds_alternative<CreateCall>(call.what);
    const bool done = std::holds_alternative<CallDone>(outcome);
    const bool unknown = std::holds_alternative<CallUnknown>(outcome);
    require(!std::holds_alternative<CallNotSent>(outcome), "what was answered was sent");
    require(!done || (status >= 200 && status < 300), "only a 2xx is done");
    if (status >= 200 && status < 300) require(done || unknown, "a 2xx may have happened");
    if (status == 401 || status == 403)
        require(std::holds_alternative<CallDenied>(outcome), "a refused key is told");
    if (status == 429 || status == 503)
        require(std::holds_alternative<CallNotNow>(outcome), "pushback is no failure");
    if (status >= 500 && status != 503) require(unknown, "a 5xx may have happened");
    if (create) require(!std::holds_alternative<CallGone>(outcome), "what is to be made can't be gone");
    if (const auto* not_now = std::get_if<CallNotNow>(&outcome)) check_wait(not_now->wait);
    if (done) check_done(call, std::get<CallDone>(outcome));
}

void check(std::string_view input) {
    const std::string_view head = line_of(input);
    if (head.size() < 2) return;
    Response response;
    std::from_chars(head.data() + 2, head.data() + head.size(), response.status);
    if (response.status < 100 || response.status > 999) return;
    response.retry_after = line_of(input);
    response.body = input;
    const Call call = call_of(head[0], head[1]);
    const agamemnon::Redactor redact{Secret(kKey)};
    check_outcome(call, response.status, agamemnon::outcome_of(call, response, kNow, redact));
    for (const std::int64_t now : {std::int64_t{0}, kNow})
        check_wait(agamemnon::retry_after(response, now));
    const std::string words = agamemnon::words_of(response, redact);
    require(!words.empty() && words.size() <= kMostWords, "a server's words are bounded");
    require(valid_utf8(words), "words are text");
    require(visible(words) == words, "words hold nothing that a terminal obeys", words);
    require(words.find(kKey) == std::string::npos, "words do not hold the key", words);
}

}  // namespace
}  // namespace tlm::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tlm::fuzz::check(tlm::fuzz::text_of(data, size));
    return 0;
}
