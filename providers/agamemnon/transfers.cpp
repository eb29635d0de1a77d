#include "providers/agamemnon/transfers.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <map>
#include <unordered_map>

#include "providers/agamemnon/faults.h"
#include "providers/agamemnon/loopback.h"
#include "providers/agamemnon/rate_limit.h"

namespace tlm::agamemnon {
namespace {

using Clock = std::chrono::steady_clock;

// Bytes of an answer's head, and of the interim answers (1xx) before it, which could go on for ever.
constexpr std::size_t kLargestHead = std::size_t{256} << 10U;
// Bytes of the answers that arrive side by side: nearly two hundred pages may, of a megabyte or two where all
// is well, and each may be as large as its own limit, but not all of them.
constexpr std::size_t kMostArriving = std::size_t{384} << 20U;

// curl_global_init is not thread-safe before 7.84 and idempotent after; a static local makes it happen once.
bool curl_is_ready() {
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return ready;
}

struct HeaderList {
    curl_slist* list = nullptr;
    HeaderList() = default;
    HeaderList(const HeaderList&) = delete;
    HeaderList& operator=(const HeaderList&) = delete;
    ~HeaderList() { curl_slist_free_all(list); }
    void add(const std::string& header) { list = curl_slist_append(list, header.c_str()); }
    void clear() {
        curl_slist_free_all(list);
        list = nullptr;
    }
};

// Why an answer was not read to its end.
enum class Refusal : std::uint8_t { none, large_body, large_head, too_much_at_once };

// One request under way, with everything that libcurl points into.
struct Transfer {
    CURL* easy = nullptr;
    std::uint64_t ticket = 0;
    Request request;
    std::size_t uploaded = 0;
    HeaderList headers;
    std::string url;
    Response response;
    std::size_t head = 0;             // bytes of the answer's head
    std::size_t* arriving = nullptr;  // bytes of the bodies of all that is under way
    Refusal refusal = Refusal::none;
    std::array<char, CURL_ERROR_SIZE> error{};

    Transfer() : easy(curl_easy_init()) {}
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    ~Transfer() { curl_easy_cleanup(easy); }
};

// Ends a transfer from within one of libcurl's callbacks, for which any other number than what came stands.
std::size_t refuse(Transfer& transfer, Refusal refusal) {
    transfer.refusal = refusal;
    return 0;
}

std::size_t receive(char* data, std::size_t size, std::size_t count, void* user) {
    auto* transfer = static_cast<Transfer*>(user);
    const std::size_t bytes = size * count;
    if (transfer->response.body.size() + bytes > transfer->request.max_answer)
        return refuse(*transfer, Refusal::large_body);
    if (*transfer->arriving + bytes > kMostArriving) return refuse(*transfer, Refusal::too_much_at_once);
    *transfer->arriving += bytes;
    transfer->response.body.append(data, bytes);
    return bytes;
}

std::size_t receive_head(char*, std::size_t size, std::size_t count, void* user) {
    auto* transfer = static_cast<Transfer*>(user);
    transfer->head += size * count;
    return transfer->head > kLargestHead ? refuse(*transfer, Refusal::large_head) : size * count;
}

std::size_t upload(char* buffer, std::size_t size, std::size_t count, void* user) {
    auto* transfer = static_cast<Transfer*>(user);
    const std::string& body = transfer->request.body;
    const std::size_t bytes = std::min(size * count, body.size() - transfer->uploaded);
    body.copy(buffer, bytes, transfer->uploaded);
    transfer->uploaded += bytes;
    return bytes;
}

std::string refusal_text(const Transfer& transfer) {
    switch (transfer.refusal) {
        case Refusal::large_body:
            return fmt::format("the answer is larger than {} MiB", transfer.request.max_answer >> 20U);
        case Refusal::large_head:
            return fmt::format("the head of the answer is larger than {} KiB", kLargestHead >> 10U);
        case Refusal::too_much_at_once:
            return fmt::format("the answers together are larger than {} MiB", kMostArriving >> 20U);
        case Refusal::none:
            break;
    }
    return {};
}

bool leads_to_this_machine(const std::string& url) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
    char* text = nullptr;
    if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
        curl_url_get(parsed.get(), CURLUPART_HOST, &text, 0) != CURLUE_OK) {
        return false;
    }
    const std::string host(text);
    curl_free(text);
    return is_this_machine(host);
}

std::string header_of(CURL* easy, const char* name) {
    curl_header* header = nullptr;
    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : "";
}

// Whether a request that failed so can't have reached the server: it failed on the way to a connection. The
// time is zero until the connection, TLS included, stands and the request is about to be sent; libcurl uses
// some of the codes for answers that it does not understand, too.
bool never_sent(CURLcode code, CURL* easy) {
    curl_off_t begun = 0;
    if (curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &begun) != CURLE_OK || begun != 0) return false;
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_CONNECT:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_URL_MALFORMAT:
        case CURLE_OPERATION_TIMEDOUT:
            return true;
        default:
            return false;
    }
}

}  // namespace

class Transfers::Impl {
  public:
    using TimePoint = Transfers::TimePoint;

    Impl(const AgamemnonOptions& options, const Redactor& redact)
        : options_(options),
          redact_(redact),
          local_(leads_to_this_machine(options.url)),
          limit_(options.rate_limit_rps, options.rate_limit_burst, Clock::now()),
          learnt_(Clock::now()) {
        if (!curl_is_ready()) return;
        multi_ = curl_multi_init();
        const auto connections = static_cast<long>(options.max_connections);
        curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        for (auto& [easy, transfer] : running_)
            curl_multi_remove_handle(multi_, easy);
        running_.clear();
        idle_.clear();
        curl_multi_cleanup(multi_);
    }

    [[nodiscard]] bool usable() const { return multi_ != nullptr; }

    std::uint64_t start(Request request, TimePoint not_before) {
        waiting_.emplace(not_before, std::pair(++last_ticket_, std::move(request)));
        begin_waiting();
        perform();
        return last_ticket_;
    }

    void hold_until(TimePoint until) { gate_ = std::max(gate_, until); }

    std::vector<Ended> wait(TimePoint until) {
        while (ended_.empty() && (!running_.empty() || !waiting_.empty()) && Clock::now() < until) {
            begin_waiting();
            perform();
            if (ended_.empty()) curl_multi_poll(multi_, nullptr, 0, poll_milliseconds(until), nullptr);
        }
        return std::exchange(ended_, {});
    }

    void give_up_unsent() {
        for (auto& [time, item] : waiting_) {
            Response response;
            response.transport = Transport::not_sent;
            response.fault = "not sent: the run was stopped";
            ended_.push_back({item.first, std::move(response)});
        }
        waiting_.clear();
    }

  private:
    // As many as there are connections: what waits in libcurl's own queue would use up its time there.
    [[nodiscard]] bool may_begin(TimePoint now) const {
        return !waiting_.empty() && running_.size() < options_.max_connections && now >= due();
    }
    // When the first of those that wait may be begun, for all that gate and time say.
    [[nodiscard]] TimePoint due() const { return std::max(gate_, waiting_.begin()->first); }

    void begin_waiting() {
        const TimePoint now = Clock::now();
        while (may_begin(now) && limit_.ready(now) && learnt_.limit().ready(now)) {
            limit_.take();
            learnt_.limit().take();
            auto [ticket, request] = std::move(waiting_.begin()->second);
            waiting_.erase(waiting_.begin());
            begin(ticket, std::move(request));
        }
    }

    [[nodiscard]] int poll_milliseconds(TimePoint until) {
        constexpr std::chrono::milliseconds kSlice(1000);
        const TimePoint now = Clock::now();
        const auto longest =
            until - now < kSlice ? std::chrono::ceil<std::chrono::milliseconds>(until - now) : kSlice;
        if (waiting_.empty() || running_.size() >= options_.max_connections)
            return static_cast<int>(longest.count());
        const auto left = now < due() ? std::chrono::ceil<std::chrono::milliseconds>(due() - now)
                                      : std::max(limit_.until_next(), learnt_.limit().until_next());
        return static_cast<int>(std::min(longest, left).count());
    }

    void begin(std::uint64_t ticket, Request request) {
        std::unique_ptr<Transfer> transfer;
        if (idle_.empty()) {
            transfer = std::make_unique<Transfer>();
        } else {
            transfer = std::move(idle_.back());
            idle_.pop_back();
        }
        transfer->ticket = ticket;
        transfer->request = std::move(request);
        transfer->response = {};
        transfer->uploaded = 0;
        transfer->head = 0;
        transfer->arriving = &arriving_;
        transfer->refusal = Refusal::none;
        set_up(*transfer);
        curl_multi_add_handle(multi_, transfer->easy);
        CURL* const easy = transfer->easy;
        running_.emplace(easy, std::move(transfer));
    }

    void set_up(Transfer& transfer) {
        CURL* const easy = transfer.easy;
        curl_easy_reset(easy);
        transfer.url = options_.url + transfer.request.path;
        transfer.error[0] = '\0';
        curl_easy_setopt(easy, CURLOPT_URL, transfer.url.c_str());
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
        curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                         static_cast<long>(std::min(options_.connect_timeout, options_.timeout).count()));
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error.data());
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_head);
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
        curl_easy_setopt(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
        // A server on this machine is never behind a proxy, which would be sent the key in the clear. For
        // others what the environment says holds, NO_PROXY included.
        if (local_) curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
        curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        const TlsFiles& tls = options_.tls;
        if (!tls.ca_cert.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, tls.ca_cert.c_str());
        if (!tls.client_cert.empty()) curl_easy_setopt(easy, CURLOPT_SSLCERT, tls.client_cert.c_str());
        if (!tls.client_key.empty()) curl_easy_setopt(easy, CURLOPT_SSLKEY, tls.client_key.c_str());
        set_up_headers(transfer);
        set_up_method(transfer);
    }

    void set_up_headers(Transfer& transfer) {
        transfer.headers.clear();
        transfer.headers.add("Accept: application/json");
        // Waiting for leave to send a body would cost a round trip.
        transfer.headers.add("Expect:");
        if (!transfer.request.body.empty()) transfer.headers.add("Content-Type: application/json");
        if (!options_.api_key.empty())
            transfer.headers.add("Authorization: Bearer " + options_.api_key.reveal());
        if (!transfer.request.request_id.empty()) {
            transfer.headers.add("X-Request-Id: " + transfer.request.request_id);
        }
        curl_easy_setopt(transfer.easy, CURLOPT_HTTPHEADER, transfer.headers.list);
    }

    void set_up_method(Transfer& transfer) {
        const Request& request = transfer.request;
        if (request.method == "GET") return;
        CURL* const easy = transfer.easy;
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        // With an empty body this sends `Content-Length: 0`, for which the server would wait ten seconds.
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        if (!request.sent_at_most_once) {
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
            return;
        }
        // libcurl repeats a request by itself when a kept-alive connection turns out to be dead. A body that
        // can't be rewound is what keeps it from repeating a create: it fails with CURLE_SEND_FAIL_REWIND
        // instead.
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, nullptr);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, upload);
        curl_easy_setopt(easy, CURLOPT_READDATA, &transfer);
    }

    void perform() {
        int running = 0;
        curl_multi_perform(multi_, &running);
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
            if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
        }
    }

    void finish(CURL* easy, CURLcode code) {
        const auto at = running_.find(easy);
        std::unique_ptr<Transfer> transfer = std::move(at->second);
        running_.erase(at);
        curl_multi_remove_handle(multi_, easy);
        Response& response = transfer->response;
        if (code == CURLE_OK) {
            long status = 0;
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            response.status = static_cast<int>(status);
            constexpr int kTooMany = 429;
            if (response.status == kTooMany) {
                learnt_.pushed_back(Clock::now());
            } else {
                learnt_.accepted(Clock::now());
            }
            response.retry_after = header_of(easy, "Retry-After");
            response.location = header_of(easy, "Location");
        } else {
            response.transport = never_sent(code, easy) ? Transport::not_sent : Transport::uncertain;
            describe(*transfer, code);
        }
        arriving_ -= response.body.size();
        ended_.push_back({transfer->ticket, std::move(response)});
        idle_.push_back(std::move(transfer));
    }

    // What went wrong, in words for people.
    void describe(Transfer& transfer, CURLcode code) const {
        long verified = 0;
        curl_easy_getinfo(transfer.easy, CURLINFO_SSL_VERIFYRESULT, &verified);
        const char* text = transfer.error[0] != '\0' ? transfer.error.data() : curl_easy_strerror(code);
        Fault fault = fault_of(code, verified, redact_(text), options_.url.starts_with("https:"));
        Response& response = transfer.response;
        if (transfer.refusal != Refusal::none) {
            fault = {refusal_text(transfer),
                     "Check that AGAMEMNON_URL is the address of an Agamemnon server.",
                     transfer.refusal != Refusal::too_much_at_once};
        }
        response.fault = std::move(fault.words);
        response.next = std::move(fault.next);
        response.hopeless = fault.hopeless;
    }

    const AgamemnonOptions options_;
    const Redactor& redact_;
    const bool local_;          // the server is on this machine
    std::size_t arriving_ = 0;  // bytes of the bodies of what is running
    RateLimit limit_;           // the user's
    LearntRate learnt_;         // the server's, as far as it has shown
    CURLM* multi_ = nullptr;
    std::uint64_t last_ticket_ = 0;
    std::multimap<TimePoint, std::pair<std::uint64_t, Request>> waiting_;  // by when they may be begun
    TimePoint gate_{};
    std::unordered_map<CURL*, std::unique_ptr<Transfer>> running_;
    std::vector<std::unique_ptr<Transfer>> idle_;
    std::vector<Ended> ended_;
};

Transfers::Transfers(const AgamemnonOptions& options, const Redactor& redact)
    : impl_(std::make_unique<Impl>(options, redact)) {}
Transfers::~Transfers() = default;
bool Transfers::usable() const {
    return impl_->usable();
}
std::uint64_t Transfers::start(Request request, TimePoint not_before) {
    return impl_->start(std::move(request), not_before);
}
void Transfers::hold_until(TimePoint until) {
    impl_->hold_until(until);
}
std::vector<Ended> Transfers::wait(TimePoint until) {
    return impl_->wait(until);
}
void Transfers::give_up_unsent() {
    impl_->give_up_unsent();
}

std::optional<std::string> path_segment(const std::string& text) {
    if (text.empty() || text == "." || text == "..") return std::nullopt;
    char* encoded = curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size()));
    if (encoded == nullptr) return std::nullopt;
    std::string result(encoded);
    curl_free(encoded);
    return result;
}

}  // namespace tlm::agamemnon
