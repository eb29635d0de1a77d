#include "cmd/url.h"

#include <curl/curl.h>

#include <memory>

#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

// libcurl has decoded what was %-encoded: what can't stand in a host name is no host.
bool can_be_host(const std::string& host) {
    return !host.empty() && valid_utf8(host) && visible(host) == host &&
           host.find_first_of(" /\\?#@%<>\"{}|^`") == std::string::npos;
}

// False where it can't be decoded.
bool take(CURLU* url, CURLUPart part, unsigned flags, std::string& into) {
    char* text = nullptr;
    const CURLUcode taken = curl_url_get(url, part, &text, flags);
    if (taken == CURLUE_OK) into = text;
    curl_free(text);
    return taken != CURLUE_URLDECODE;
}

}  // namespace

std::optional<Url> read_url(const std::string& text) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), curl_url_cleanup);
    if (url == nullptr ||
        curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        return std::nullopt;
    Url parts;
    const bool readable =
        take(url.get(), CURLUPART_SCHEME, 0, parts.scheme) &&
        take(url.get(), CURLUPART_USER, CURLU_URLDECODE, parts.user) &&
        take(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE, parts.password) &&
        take(url.get(), CURLUPART_HOST, 0, parts.host) && take(url.get(), CURLUPART_PORT, 0, parts.port) &&
        take(url.get(), CURLUPART_PATH, 0, parts.path) && take(url.get(), CURLUPART_QUERY, 0, parts.query) &&
        take(url.get(), CURLUPART_FRAGMENT, 0, parts.fragment);
    if (!readable || !can_be_host(parts.host)) return std::nullopt;
    return parts;
}

}  // namespace tlm::cmd
