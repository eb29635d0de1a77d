#include "cmd/target_address.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

#include "engine/base/text.h"
#include "providers/agamemnon/loopback.h"

namespace tlm::cmd {
namespace {

constexpr std::string_view kSandbox = "sandbox:";

// libcurl's own parser, so that what is checked here is what is connected to later.
class Url {
  public:
    explicit Url(const std::string& text) : url_(curl_url(), curl_url_cleanup) {
        valid_ = url_ != nullptr && curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
    }
    [[nodiscard]] bool valid() const { return valid_; }
    [[nodiscard]] std::string part(CURLUPart part) const {
        char* text = nullptr;
        if (curl_url_get(url_.get(), part, &text, 0) != CURLUE_OK) return {};
        std::string result(text);
        curl_free(text);
        return result;
    }

  private:
    std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url_;
    bool valid_ = false;
};

// libcurl has decoded what was %-encoded: what can't stand in a host name is no host.
bool can_be_host(const std::string& host) {
    return !host.empty() && valid_utf8(host) && visible(host) == host &&
           host.find_first_of(" /\\?#@%<>\"{}|^`") == std::string::npos;
}

}  // namespace

Result<TargetAddress> default_target() {
    return TargetAddress{"sandbox:.tlm/sandbox.db", ".tlm/sandbox.db"};
}

Result<TargetAddress> read_target_address(const std::string& text, const std::string& origin,
                                          bool require_tls) {
    if (!valid_utf8(text)) {
        return fail(ErrorCode::bad_input, "the target is not UTF-8, and plans hold it", origin);
    }
    if (text.starts_with(kSandbox)) {
        if (text.size() > kSandbox.size()) return TargetAddress{text, text.substr(kSandbox.size())};
        return fail(ErrorCode::bad_input, "a sandbox needs a file", origin, {"Write it as sandbox:PATH."});
    }
    const Url url(text);
    const std::string scheme = url.valid() ? url.part(CURLUPART_SCHEME) : "";
    const std::string host = url.valid() ? url.part(CURLUPART_HOST) : "";
    if ((scheme != "http" && scheme != "https") || !can_be_host(host)) {
        return fail(ErrorCode::bad_input, "the target is not an address that tlm can use", origin,
                    {"Write it as https://HOST[:PORT], or sandbox:PATH."});
    }
    if (!url.part(CURLUPART_USER).empty() || !url.part(CURLUPART_PASSWORD).empty() ||
        !url.part(CURLUPART_QUERY).empty() || !url.part(CURLUPART_FRAGMENT).empty()) {
        return fail(ErrorCode::bad_input,
                    "the target must not hold a user, a password, a query or a fragment", origin,
                    {"The key belongs into AGAMEMNON_API_KEY."});
    }
    if (scheme == "http" && require_tls && !is_this_machine(host)) {
        return fail(ErrorCode::bad_input,
                    fmt::format("http:// to {} would send the key and the fleet in the clear", host), origin,
                    {"Use https://. In a network that encrypts by itself, set REQUIRE_TLS=false."});
    }
    const std::string port = url.part(CURLUPART_PORT);
    std::string path = url.part(CURLUPART_PATH);
    while (path.ends_with("/"))
        path.pop_back();
    return TargetAddress{fmt::format("{}://{}{}{}", scheme, host, port.empty() ? "" : ":" + port, path), {}};
}

}  // namespace tlm::cmd
