#include "providers/agamemnon/agamemnon.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <set>
#include <unordered_map>

#include "engine/base/sha256.h"
#include "providers/agamemnon/list_reader.h"
#include "providers/agamemnon/outcome.h"
#include "providers/agamemnon/requests.h"
#include "providers/agamemnon/transfers.h"

namespace tlm {

using namespace std::chrono_literals;
using agamemnon::Ended;
using agamemnon::ListReader;
using agamemnon::Response;
using agamemnon::Transport;

namespace {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

constexpr int kMostReadTries = 5;        // of a read that fails, the first included
constexpr auto kMostThrottling = 5min;   // after which a read that the server puts off gives up
constexpr auto kStopNoticed = 100ms;     // after which who waits sees that it is to stop
constexpr std::size_t kCallsAhead = 16;  // that wait for each that is on its way, see at_once
constexpr int kMostRounds = 3;           // of lists that shift while they are read

// Bytes of a page of 1,000 items. The server takes at most some 6 KB of text in an agent or a task, six times
// that where every character is escaped, and a thousand teams of a thousand agents each fit, too.
constexpr std::size_t kLargestPage = std::size_t{64} << 20U;

std::int64_t now_seconds() {
    return static_cast<std::int64_t>(std::time(nullptr));
}

}  // namespace

class Agamemnon::Impl {
  public:
    explicit Impl(AgamemnonOptions options)
        : options_(std::move(options)), redact_(options_.api_key), transfers_(options_, redact_) {}

    [[nodiscard]] bool usable() const { return transfers_.usable(); }

    Result<Snapshot> read_fleet() {
        Lists lists;
        for (const Kind kind : {Kind::agent, Kind::team, Kind::task})
            lists.emplace_back(kind, agamemnon::list_path(kind));
        return read(lists);
    }

    Result<Snapshot> read_tasks(const std::vector<ResourceId>& teams) {
        Lists lists;
        if (teams.size() < task_pages_) {
            for (const ResourceId& team : teams) {
                if (const auto path = path_of({Kind::task, {}, team})) lists.emplace_back(Kind::task, *path);
            }
        }
        if (lists.empty() || lists.size() < teams.size())
            lists = {{Kind::task, agamemnon::list_path(Kind::task)}};
        return read(lists);
    }

    Result<std::vector<std::vector<LiveResource>>> find(const std::vector<LookUp>& wanted) {
        std::vector<std::vector<LiveResource>> found(wanted.size());
        std::map<std::string, std::vector<std::size_t>> by_list;  // what is looked for in which list
        BOOST_OUTCOME_TRY(absent, absent_agents(wanted));
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (absent.contains(i)) continue;
            if (const auto path = path_of(wanted[i])) by_list[*path].push_back(i);
        }
        for (int round = 1; !by_list.empty(); ++round) {
            std::vector<ListReader> lists;
            for (const auto& [path, looking] : by_list)
                lists.emplace_back(wanted[looking.front()].kind, path);
            BOOST_OUTCOME_TRYV(read_lists(lists));
            auto list = lists.begin();
            for (auto at = by_list.begin(); at != by_list.end(); ++list)
                at = take_found(*list, wanted, at->second, found) ? by_list.erase(at) : std::next(at);
            if (!by_list.empty() && round == kMostRounds) {
                return at(
                    by_list.begin()->first,
                    unreachable("the list kept changing while it was read, so that it can't be said what "
                                "it holds"));
            }
        }
        return found;
    }

    // Calls that are handed over ahead are journalled together. A commit costs a sync of the disk and some
    // twenty pages, however few calls it is for, and what is on its way meanwhile must last for so long.
    std::size_t at_once(std::size_t calls) {
        transfers_.at_once(calls);
        // One at a time means one after the other, and a change whole before the next.
        return calls == 1 ? 1 : calls * (1 + kCallsAhead);
    }

    void submit(Call call) {
        auto request = agamemnon::request_for(call);
        if (!request) {
            ended_.push_back({call.id, CallRefused{request.error().message}});
            return;
        }
        const std::uint64_t ticket = transfers_.start(std::move(request.value()));
        calls_.emplace(ticket, std::move(call));
    }

    std::vector<Completion> wait(TimePoint until) {
        // Some may wait for minutes until they are sent, which nobody does who wants to stop.
        const auto stop = [&] { return options_.stop_requested && options_.stop_requested(); };
        const bool stopped = stop();
        while (ended_.empty() && !calls_.empty() && Clock::now() < until && stop() == stopped)
            sort_out(transfers_.wait(stopped ? until : std::min(until, Clock::now() + kStopNoticed)));
        return std::exchange(ended_, {});
    }

    void give_up_unsent() { transfers_.give_up_unsent(); }

  private:
    using Lists = std::vector<std::pair<Kind, std::string>>;  // of what, and their paths

    Result<Snapshot> read(const Lists& wanted) {
        Snapshot snapshot;
        for (int round = 1;; ++round) {
            std::vector<ListReader> lists;
            for (const auto& [kind, path] : wanted)
                lists.emplace_back(kind, path);
            BOOST_OUTCOME_TRYV(read_lists(lists));
            snapshot.consistent =
                std::ranges::all_of(lists, [](const ListReader& list) { return list.consistent(); });
            if (!snapshot.consistent && round < kMostRounds) continue;
            std::string versions;
            for (std::size_t i = 0; i < lists.size(); ++i) {
                versions += lists[i].version();
                std::vector<LiveResource> items = lists[i].items();
                if (wanted[i].second == agamemnon::list_path(Kind::task))
                    task_pages_ = items.size() / agamemnon::kPageItems + 1;
                snapshot.resources.reserve(snapshot.resources.size() + items.size());
                std::ranges::move(items, std::back_inserter(snapshot.resources));
            }
            if (snapshot.consistent) snapshot.version = sha256_hex(versions);
            return snapshot;
        }
    }

    // A read under way: which list (or look-up) it belongs to, and how often it was tried.
    struct Read {
        std::size_t list = 0;
        std::size_t offset = 0;  // of the page in it
        std::string path;
        int tries = 0;
    };

    // Reads every list to its end, pages side by side.
    Result<void> read_lists(std::vector<ListReader>& lists) {
        const TimePoint deadline = Clock::now() + kMostThrottling;
        ask_for_pages(lists);
        while (!reads_.empty()) {
            BOOST_OUTCOME_TRYV(wait_for_reads());
            for (auto& [read, response] : std::exchange(answers_, {})) {
                if (auto taken = take_answer(lists, std::move(read), response, deadline); !taken) {
                    forget_reads();
                    return taken;
                }
            }
            ask_for_pages(lists);
        }
        return success();
    }

    // A read may be put off for minutes, and its answer is needed by nobody who wants to stop.
    Result<void> wait_for_reads() {
        if (options_.stop_requested && options_.stop_requested()) {
            forget_reads();
            return fail(ErrorCode::interrupted, "stopped while the target was asked", options_.url);
        }
        sort_out(transfers_.wait(options_.stop_requested ? Clock::now() + kStopNoticed : kForever));
        return success();
    }

    void ask_for_pages(std::vector<ListReader>& lists) {
        for (std::size_t i = 0; i < lists.size(); ++i) {
            for (const std::size_t offset : lists[i].next_pages())
                ask({i, offset, lists[i].page_path(offset), 0});
        }
    }

    void ask(Read read, TimePoint not_before = {}) {
        ++read.tries;
        const std::uint64_t ticket = transfers_.start(
            {.method = "GET", .path = read.path, .body = {}, .request_id = {}, .max_answer = kLargestPage},
            not_before);
        reads_.emplace(ticket, std::move(read));
    }

    // After a fault the other reads still end, but nobody waits for them.
    void forget_reads() { reads_.clear(); }

    Result<void> take_answer(std::vector<ListReader>& lists, Read read, Response& response,
                             TimePoint deadline) {
        const bool usable = response.transport == Transport::answered && response.status == 200;
        if (!usable) return try_again(std::move(read), response, deadline);
        auto page = agamemnon::read_page(lists[read.list].kind(), response.body);
        if (!page) return at(read.path, page.error());
        if (auto taken = lists[read.list].take(read.offset, std::move(page.value())); !taken)
            return at(read.path, taken.error());
        return success();
    }

    Error at(const std::string& path, Error error) const {
        error.where = options_.url + path.substr(0, path.find('?'));
        return error;
    }

    Result<void> try_again(Read read, const Response& response, TimePoint deadline) {
        if (response.transport == Transport::answered) {
            if (response.status == 401 || response.status == 403) return denied(read.path, response);
            if (agamemnon::asks_to_wait(response)) {
                const auto wait = agamemnon::wait_for(response, now_seconds());
                if (Clock::now() + wait > deadline) {
                    return at(read.path, unreachable(fmt::format("the server asks to wait: {} ({})",
                                                                 words(response), response.status)));
                }
                if (options_.on_wait) options_.on_wait(wait, words(response));
                --read.tries;
                ask(std::move(read));  // the gate is shut already
                return success();
            }
            const bool passing = agamemnon::is_from_elsewhere(response) && read.tries < kMostReadTries;
            if (response.status < 500 && !passing) return at(read.path, not_an_agamemnon(response));
        }
        const std::string why = response.transport == Transport::answered
                                    ? fmt::format("{} ({})", words(response), response.status)
                                    : response.fault;
        if (response.hopeless || read.tries >= kMostReadTries) {
            return at(read.path, response.next.empty()
                                     ? unreachable(why)
                                     : fail(ErrorCode::unreachable, why, {}, {response.next}));
        }
        const auto pause = 100ms * (1 << read.tries) / 2;
        ask(std::move(read), Clock::now() + pause);
        return success();
    }

    static Error unreachable(std::string why) {
        return fail(ErrorCode::unreachable, std::move(why), {},
                    {"Check AGAMEMNON_URL, and that the server runs and can be reached from here."});
    }

    Error not_an_agamemnon(const Response& response) const {
        const std::string why = fmt::format("{} ({})", words(response), response.status);
        // Who follows it hands the key to whoever the redirect names.
        if (!response.location.empty()) {
            return fail(ErrorCode::unreachable, why, {},
                        {"If that is where the server is, set AGAMEMNON_URL to it."});
        }
        return unreachable("the server does not answer as an Agamemnon does: " + why);
    }

    std::string words(const Response& response) const { return agamemnon::words_of(response, redact_); }

    Error denied(const std::string& path, const Response& response) const {
        return at(
            path,
            fail(ErrorCode::denied,
                 fmt::format("the server refused the key: {} ({})", words(response), response.status), {},
                 {options_.api_key.empty() ? "Set AGAMEMNON_API_KEY." : "Check AGAMEMNON_API_KEY."}));
    }

    // Where what is looked for would be listed. Nothing where its team can't exist.
    static std::optional<std::string> path_of(const LookUp& wanted) {
        if (wanted.kind != Kind::task) return agamemnon::list_path(wanted.kind);
        const auto segment = agamemnon::path_segment(wanted.team.text());
        return segment ? std::optional(fmt::format("/v1/teams/{}/tasks", *segment)) : std::nullopt;
    }

    // False where the list shifted while it was read, so that it has to be read again.
    static bool take_found(ListReader& list, const std::vector<LookUp>& wanted,
                           const std::vector<std::size_t>& looking,
                           std::vector<std::vector<LiveResource>>& found) {
        if (!list.consistent()) return false;
        std::unordered_multimap<std::string_view, std::size_t> names;
        for (const std::size_t i : looking)
            names.emplace(wanted[i].name, i);
        for (const LiveResource& live : list.items()) {
            const auto [first, last] = names.equal_range(live.name);
            for (auto name = first; name != last; ++name) {
                if (live.kind != Kind::task || live.team == wanted[name->second].team)
                    found[name->second].push_back(live);
            }
        }
        return true;
    }

    // Those of the agents that the server certainly does not have. `by-name` gives any one of those that
    // carry a name, which is enough to know that there is none, and spares reading the list.
    Result<std::set<std::size_t>> absent_agents(const std::vector<LookUp>& wanted) {
        const TimePoint deadline = Clock::now() + kMostThrottling;
        std::set<std::size_t> absent;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const auto segment = agamemnon::path_segment(wanted[i].name);
            if (wanted[i].kind == Kind::agent && segment) ask({i, 0, "/v1/agents/by-name/" + *segment, 0});
        }
        while (!reads_.empty()) {
            BOOST_OUTCOME_TRYV(wait_for_reads());
            for (auto& [read, response] : std::exchange(answers_, {})) {
                const bool answered = response.transport == Transport::answered;
                // A 404 without the server's own words may be that of a server, or a proxy, without this
                // route.
                if (answered && response.status == 404) {
                    if (agamemnon::says_error(response)) absent.insert(read.list);
                } else if (!answered || response.status != 200) {
                    if (auto again = try_again(std::move(read), response, deadline); !again) {
                        forget_reads();
                        return again.error();
                    }
                }
            }
        }
        return absent;
    }

    // Calls and reads end in any order; each goes to those who wait for it.
    void sort_out(std::vector<Ended> ended) {
        for (Ended& item : ended) {
            if (agamemnon::asks_to_wait(item.response))
                transfers_.hold_until(Clock::now() + agamemnon::wait_for(item.response, now_seconds()));
            if (const auto call = calls_.find(item.ticket); call != calls_.end()) {
                ended_.push_back({call->second.id, agamemnon::outcome_of(call->second, item.response,
                                                                         now_seconds(), redact_)});
                calls_.erase(call);
            } else if (const auto read = reads_.find(item.ticket); read != reads_.end()) {
                answers_.emplace_back(std::move(read->second), std::move(item.response));
                reads_.erase(read);
            }
        }
    }

    const AgamemnonOptions options_;
    const agamemnon::Redactor redact_;
    agamemnon::Transfers transfers_;
    std::unordered_map<std::uint64_t, Call> calls_;  // by ticket
    std::unordered_map<std::uint64_t, Read> reads_;  // by ticket
    std::size_t task_pages_ = 0;                     // of the list of all tasks, when it was read last
    std::vector<Completion> ended_;
    std::vector<std::pair<Read, Response>> answers_;
};

Result<std::unique_ptr<Agamemnon>> Agamemnon::open(AgamemnonOptions options) {
    auto impl = std::make_unique<Impl>(std::move(options));
    if (!impl->usable()) return fail(ErrorCode::internal, "libcurl can't be set up");
    return std::unique_ptr<Agamemnon>(new Agamemnon(std::move(impl)));
}

Agamemnon::Agamemnon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Agamemnon::~Agamemnon() = default;
Result<Snapshot> Agamemnon::read_fleet() {
    return impl_->read_fleet();
}
Result<Snapshot> Agamemnon::read_tasks(const std::vector<ResourceId>& teams) {
    return impl_->read_tasks(teams);
}
Result<std::vector<std::vector<LiveResource>>> Agamemnon::find(const std::vector<LookUp>& wanted) {
    return impl_->find(wanted);
}
std::size_t Agamemnon::at_once(std::size_t calls) {
    return impl_->at_once(calls);
}
void Agamemnon::submit(Call call) {
    impl_->submit(std::move(call));
}
std::vector<Completion> Agamemnon::wait(TimePoint until) {
    return impl_->wait(until);
}
void Agamemnon::give_up_unsent() {
    impl_->give_up_unsent();
}

}  // namespace tlm
