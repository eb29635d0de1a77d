#include "providers/agamemnon/curl_requests.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <map>
#include <unordered_map>

#include "providers/agamemnon/connections.h"
#include "providers/agamemnon/faults.h"
#include "providers/agamemnon/loopback.h"
#include "providers/agamemnon/rate_limit.h"
#include "providers/agamemnon/sockets.h"

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
};

// Why an answer was not read to its end.
enum class Refusal : std::uint8_t { none, large_body, large_head, too_much_at_once };

// One request under way, with everything that libcurl points into.
struct Transfer {
    CURL* easy = nullptr;
    std::uint64_t ticket = 0;
    Request request;
    int sendings = 0;  // how often it was about to be sent
    int port = 0;      // this end's of the connection
    Connections* connections = nullptr;
    std::string id_header;
    std::array<curl_slist, 2> own_headers{};  // in front of those that all have
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

// Called when a connection stands and the request is about to be sent. libcurl repeats a request by itself
// when a kept-alive connection turns out to be dead, which a create must not be: it ends instead, with an
// outcome that is not known.
int before_sending(void* user, char*, char*, int, int local_port) {
    auto* transfer = static_cast<Transfer*>(user);
    const bool again = transfer->sendings++ > 0;
    if (again && transfer->request.sent_at_most_once) return CURL_PREREQFUNC_ABORT;
    transfer->port = local_port;
    const bool last = transfer->connections->is_last_request(local_port);
    curl_easy_setopt(transfer->easy, CURLOPT_FORBID_REUSE, last ? 1L : 0L);
    return CURL_PREREQFUNC_OK;
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

// Whether a request that failed so can't have reached the server: it failed on the way to a connection,
// before it was about to be sent. libcurl uses some of the codes for answers that it does not understand,
// too.
bool never_sent(CURLcode code, const Transfer& transfer) {
    if (transfer.sendings > 0) return false;
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

class CurlRequests::Impl {
  public:
    using TimePoint = CurlRequests::TimePoint;

    Impl(const AgamemnonOptions& options, const Redactor& redact)
        : options_(options),
          redact_(redact),
          local_(leads_to_this_machine(options.url)),
          limit_(options.rate_limit_rps, options.rate_limit_burst, Clock::now()),
          learnt_(Clock::now()) {
        if (!curl_is_ready() || !sockets_.usable()) return;
        multi_ = curl_multi_init();
        const auto connections = static_cast<long>(options.max_connections);
        curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, want_socket);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, &sockets_);
        curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, want_timer);
        curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, &timer_);
        headers_.add("Accept: application/json");
        // What libcurl makes of its own options for these two it puts together anew for each request.
        headers_.add("Accept-Encoding: gzip");
        headers_.add("User-Agent: " + options_.user_agent);
        // Waiting for leave to send a body would cost a round trip.
        headers_.add("Expect:");
        if (!options_.api_key.empty()) headers_.add("Authorization: Bearer " + options_.api_key.reveal());
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

    void start(std::uint64_t ticket, Request request, TimePoint not_before) {
        waiting_.emplace(not_before, std::pair(ticket, std::move(request)));
    }

    void set(const Rules& rules) { rules_ = rules; }

    std::vector<Ended> go_on() {
        begin_waiting();
        perform();
        return std::exchange(ended_, {});
    }

    void wake() { sockets_.wake(); }

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
    // Only as many as there are connections: what waits in libcurl's own queue would use up its time there.
    [[nodiscard]] bool is_full() const {
        return rules_.paused || running_.size() >= std::min(rules_.at_once, options_.max_connections);
    }
    // When the first of those that wait may be begun, for all that gate and time say.
    [[nodiscard]] TimePoint due() const { return std::max(rules_.gate, waiting_.begin()->first); }

    void begin_waiting() {
        const TimePoint now = Clock::now();
        while (!waiting_.empty() && !is_full() && now >= due() && limit_.ready(now) &&
               learnt_.limit().ready(now)) {
            limit_.take();
            learnt_.limit().take();
            auto [ticket, request] = std::move(waiting_.begin()->second);
            waiting_.erase(waiting_.begin());
            begin(ticket, std::move(request));
        }
    }

    // How long there is nothing to do, if nothing happens.
    [[nodiscard]] std::chrono::milliseconds idle_time() {
        using std::chrono::milliseconds;
        constexpr milliseconds kLongest(60'000);
        const TimePoint now = Clock::now();
        milliseconds longest = kLongest;
        if (timer_ != TimePoint::max()) longest = until(timer_, now, longest);
        if (waiting_.empty() || is_full()) return longest;
        return now < due() ? until(due(), now, longest)
                           : std::min(longest, std::max(limit_.until_next(), learnt_.limit().until_next()));
    }
    static std::chrono::milliseconds until(TimePoint then, TimePoint now, std::chrono::milliseconds most) {
        if (then <= now) return std::chrono::milliseconds(0);
        return then - now > most ? most : std::chrono::ceil<std::chrono::milliseconds>(then - now);
    }

    void begin(std::uint64_t ticket, Request request) {
        std::unique_ptr<Transfer> transfer;
        if (idle_.empty()) {
            transfer = make_transfer();
        } else {
            transfer = std::move(idle_.back());
            idle_.pop_back();
        }
        transfer->ticket = ticket;
        transfer->request = std::move(request);
        transfer->response = {};
        transfer->sendings = 0;
        transfer->port = 0;
        transfer->connections = &connections_;
        transfer->head = 0;
        transfer->arriving = &arriving_;
        transfer->refusal = Refusal::none;
        transfer->error[0] = '\0';
        set_up_request(*transfer);
        curl_multi_add_handle(multi_, transfer->easy);
        CURL* const easy = transfer->easy;
        running_.emplace(easy, std::move(transfer));
    }

    // What is the same for all requests.
    std::unique_ptr<Transfer> make_transfer() {
        auto transfer = std::make_unique<Transfer>();
        CURL* const easy = transfer->easy;
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
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error.data());
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_head);
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer.get());
        curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending);
        curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer.get());
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &sockets_);
        curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
        curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
        // A server on this machine is never behind a proxy, which would be sent the key in the clear. For
        // others what the environment says holds, NO_PROXY included.
        if (local_) curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
        curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        const TlsFiles& tls = options_.tls;
        if (!tls.ca_cert.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, tls.ca_cert.c_str());
        if (!tls.client_cert.empty()) curl_easy_setopt(easy, CURLOPT_SSLCERT, tls.client_cert.c_str());
        if (!tls.client_key.empty()) curl_easy_setopt(easy, CURLOPT_SSLKEY, tls.client_key.c_str());
        return transfer;
    }

    void set_up_request(Transfer& transfer) {
        const Request& request = transfer.request;
        CURL* const easy = transfer.easy;
        transfer.url = options_.url + request.path;
        curl_easy_setopt(easy, CURLOPT_URL, transfer.url.c_str());
        set_up_headers(transfer);
        if (request.method == "GET") {
            curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, nullptr);
            curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
            return;
        }
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        // With an empty body this sends `Content-Length: 0`, for which the server would wait ten seconds.
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
    }

    // libcurl reads the list and neither keeps nor changes it.
    void set_up_headers(Transfer& transfer) {
        static char json[] = "Content-Type: application/json";
        curl_slist* list = headers_.list;
        if (!transfer.request.body.empty()) {
            transfer.own_headers[0] = {json, list};
            list = &transfer.own_headers[0];
        }
        if (!transfer.request.request_id.empty()) {
            transfer.id_header = "X-Request-Id: " + transfer.request.request_id;
            transfer.own_headers[1] = {transfer.id_header.data(), list};
            list = &transfer.own_headers[1];
        }
        curl_easy_setopt(transfer.easy, CURLOPT_HTTPHEADER, list);
    }

    // ---- libcurl's way of saying what it waits for
    // ---------------------------------------------------------------

    static int want_socket(CURL*, curl_socket_t socket, int what, void* user, void*) {
        static_cast<Sockets*>(user)->want(socket, what == CURL_POLL_IN || what == CURL_POLL_INOUT,
                                          what == CURL_POLL_OUT || what == CURL_POLL_INOUT);
        return 0;
    }
    static int want_timer(CURLM*, long milliseconds, void* user) {
        *static_cast<TimePoint*>(user) =
            milliseconds < 0 ? TimePoint::max() : Clock::now() + std::chrono::milliseconds(milliseconds);
        return 0;
    }
    static curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* address) {
        return static_cast<Sockets*>(user)->open(address->family, address->socktype, address->protocol);
    }
    static int close_socket(void* user, curl_socket_t socket) {
        auto* self = static_cast<Impl*>(user);
        self->connections_.closed(local_port(socket), Clock::now());
        return self->sockets_.close(socket);
    }
    static int local_port(int socket) {
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
        if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
        if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
        return 0;
    }

    // Waits for something to happen, and lets libcurl go on with it.
    void perform() {
        int running = 0;
        for (const Sockets::Event& event :
             sockets_.wait(ended_.empty() ? idle_time() : std::chrono::milliseconds(0))) {
            const int what = (event.readable ? CURL_CSELECT_IN : 0) | (event.writable ? CURL_CSELECT_OUT : 0);
            curl_multi_socket_action(multi_, event.socket, what, &running);
        }
        if (timer_ != TimePoint::max() && timer_ <= Clock::now()) {
            timer_ = TimePoint::max();
            curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
        }
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
            connections_.answered(transfer->port, Clock::now());
            response.retry_after = header_of(easy, "Retry-After");
            response.date = header_of(easy, "Date");
            response.location = header_of(easy, "Location");
        } else {
            response.transport = never_sent(code, *transfer) ? Transport::not_sent : Transport::uncertain;
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
    Rules rules_;
    HeaderList headers_;  // of every request
    Connections connections_;
    Sockets sockets_;
    TimePoint timer_ = TimePoint::max();  // when libcurl wants to be called, whatever happens
    CURLM* multi_ = nullptr;
    std::multimap<TimePoint, std::pair<std::uint64_t, Request>> waiting_;  // by when they may be begun
    std::unordered_map<CURL*, std::unique_ptr<Transfer>> running_;
    std::vector<std::unique_ptr<Transfer>> idle_;
    std::vector<Ended> ended_;
};

CurlRequests::CurlRequests(const AgamemnonOptions& options, const Redactor& redact)
    : impl_(std::make_unique<Impl>(options, redact)) {}
CurlRequests::~CurlRequests() = default;
bool CurlRequests::usable() const {
    return impl_->usable();
}
void CurlRequests::start(std::uint64_t ticket, Request request, TimePoint not_before) {
    impl_->start(ticket, std::move(request), not_before);
}
void CurlRequests::set(const Rules& rules) {
    impl_->set(rules);
}
void CurlRequests::give_up_unsent() {
    impl_->give_up_unsent();
}
std::vector<Ended> CurlRequests::go_on() {
    return impl_->go_on();
}
void CurlRequests::wake() {
    impl_->wake();
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
