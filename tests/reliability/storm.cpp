#include "tests/reliability/storm.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <set>
#include <stdexcept>

#include "engine/resource/key.h"
#include "tests/reliability/fleet_check.h"

namespace tlm::test {
namespace {

// What a share of the requests meets. Late answers and late work come after the program has given up waiting
// (kTimeout). Tasks are never made late: one that comes after the next run has asked for it is there twice,
// since it carries no key and can't be taken back (docs/reliability.md).
struct Weather {
    const char* method;
    const char* path;
    double share;
    const char* fault;
};

constexpr const char* kTimeout = "0.4";
constexpr Weather kWeather[] = {
    {"*", "/v1/*", 0.010, R"({"kind":"drop"})"},
    {"*", "/v1/*", 0.010, R"({"kind":"drop_after"})"},
    {"*", "/v1/*", 0.010, R"({"kind":"truncate"})"},
    {"*", "/v1/*", 0.010, R"({"kind":"status","status":500})"},
    {"*", "/v1/*", 0.010, R"({"kind":"status_after","status":500})"},
    {"*", "/v1/*", 0.005, R"({"kind":"status_after","status":502,"body":"<html>bad gateway</html>"})"},
    {"*", "/v1/*", 0.005, R"({"kind":"status_after","status":503})"},
    {"*", "/v1/*", 0.005, R"({"kind":"status","status":503,"headers":{"Retry-After":"0"}})"},
    {"*", "/v1/*", 0.020, R"({"kind":"status","status":429,"headers":{"Retry-After":"0"}})"},
    {"*", "/v1/*", 0.010, R"({"kind":"status","status":429})"},
    {"POST", "/v1/*", 0.010, R"({"kind":"body","body":"not json"})"},
    {"POST", "/v1/*", 0.010, R"({"kind":"body","body":"{\"agent\":{\"id\":\"x\",\"name\":\"y\"}}"})"},
    {"GET", "/v1/*", 0.020, R"({"kind":"delay","ms":100})"},
    {"POST", "/v1/agents*", 0.020, R"({"kind":"delay","ms":100})"},
    {"*", "/v1/*", 0.010, R"({"kind":"delay_after","ms":700})"},
    {"POST", "/v1/agents", 0.020, R"({"kind":"delay","ms":700})"},
    {"POST", "/v1/teams", 0.020, R"({"kind":"delay","ms":700})"},
    {"PATCH", "/v1/agents/{id}", 0.020, R"({"kind":"delay","ms":700})"},
    {"PUT", "/v1/teams/{id}", 0.020, R"({"kind":"delay","ms":700})"},
    {"POST", "/v1/agents/{id}/start", 0.010, R"({"kind":"delay","ms":700})"},
    {"DELETE", "/v1/*", 0.010, R"({"kind":"delay","ms":700})"},
    {"*", "/v1/*", 0.003, R"({"kind":"hang"})"},
    {"*", "/v1/*", 0.003, R"({"kind":"hang_after"})"},
};
constexpr double kKillShare = 0.02;
constexpr int kManyTasks = 500;

// How a round asks for its fleet.
struct Way {
    const char* name;
    std::vector<std::string> command;
    bool forces = false, prunes = false, destroys = false;
    bool reviewed = false;  // by a plan file that is written in calm weather
};

const std::vector<Way> kWays = {
    {.name = "apply", .command = {"apply", "--yes", "--max-deletes", "100%"}},
    {.name = "apply --prune",
     .command = {"apply", "--yes", "--max-deletes", "100%", "--prune"},
     .prunes = true},
    // Random workflows come back to what they were, and then a new plan is one that was carried out before.
    {.name = "apply PLAN",
     .command = {"apply", "plan.json", "--yes", "--max-deletes", "100%", "--reapply"},
     .prunes = true,
     .reviewed = true},
    {.name = "apply --force",
     .command = {"apply", "--yes", "--max-deletes", "100%", "--force"},
     .forces = true},
    {.name = "apply --force --prune",
     .command = {"apply", "--yes", "--max-deletes", "100%", "--force", "--prune"},
     .forces = true,
     .prunes = true},
    {.name = "destroy", .command = {"destroy", "--yes"}, .destroys = true},
};

// Mostly the first ones.
const Way& choose_way(Dice& dice) {
    constexpr std::size_t kOdds[] = {0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 4, 5};
    return kWays[kOdds[pick(dice, std::size(kOdds))]];
}

using Carriers = std::map<std::string, std::size_t>;  // live resources, by "agent KEY" or "team KEY"

Carriers carriers_on(const Server& server) {
    Carriers carriers;
    for (const char* kind : {"agent", "team"}) {
        const auto list = server.get(fmt::format("/v1/{}s?limit=1000", kind));
        for (const auto& live : list[fmt::format("{}s", kind).c_str()].GetArray())
            ++carriers[fmt::format("{} {}", kind, live["name"].GetString())];
    }
    return carriers;
}

void add_keys(const Workflow& workflow, std::set<std::string>& keys) {
    for (const AgentSpec& agent : workflow.agents)
        keys.insert("agent " + Key::derive(workflow.name, agent.name).text());
    for (const TeamSpec& team : workflow.teams)
        keys.insert("team " + Key::derive(workflow.name, team.name).text());
}

}  // namespace

class Storm::Impl {
  public:
    explicit Impl(unsigned seed) : dice_(seed), server_(with_kill()) {
        server_.attach(project_);
        project_.environment["AGAMEMNON_TIMEOUT"] = kTimeout;
        for (const char* name : {"one", "two"})
            workflows_.push_back(random_workflow(name, dice_));
    }

    std::vector<std::string> round() {
        ++rounds_;
        change_workflows();
        const Way& way = choose_way(dice_);
        trace_ = fmt::format("round {}: {}\n", rounds_, way.name);
        if (way.reviewed)
            note(project_.tlm({"plan", "--prune", "--out", "plan.json", "--max-deletes", "100%"}));
        const Carriers before = carriers_on(server_);
        std::set<std::string> wanted = desired();
        bool done = false;
        for (int i = 0; i < 4 && !done; ++i) {
            done = run_in_storm(way.command).exit_code == 0;
            // What was asked for may change before it stands, except where it was reviewed, and where every
            // run makes something anew.
            if (!done && !way.reviewed && !way.forces && !way.destroys && chance(dice_, 0.3)) {
                change_workflows();
                wanted.merge(desired());
            }
        }
        calm_down();
        std::vector<std::string> wrong;
        if (!done) expect_done(project_.tlm(way.command), way.name, wrong);
        // Work that came late, after a run that had ended well, is settled by any later one.
        std::vector<std::string> settle = way.destroys ? way.command : std::vector{kWays[0].command};
        if (way.prunes) settle.emplace_back("--prune");
        if (done) expect_done(project_.tlm(settle), "the run after it", wrong);
        compare(way, before, wanted, wrong);
        if (!wrong.empty()) wrong.push_back(trace_ + evidence());
        static_cast<void>(server_.admin("POST", "/tasks/complete", R"({"all":true})"));
        if (wrong.empty()) forget_tasks_without_a_team();
        return wrong;
    }

    [[nodiscard]] std::string figures() const {
        const auto faults = server_.admin("GET", "/faults");
        std::string kinds;
        long hits = 0;
        for (const auto& [kind, count] : faults["taken"].GetObject()) {
            kinds += fmt::format(" {} {},", kind.GetString(), count.GetInt64());
            hits += count.GetInt64();
        }
        if (!kinds.empty()) kinds.pop_back();
        return fmt::format(
            "{} rounds, {} runs, of them {} killed, {} cut off from power, {} told to stop; {} requests met "
            "a "
            "fault ({} ); {} duplicates, {} lost",
            rounds_, runs_, killed_, cut_, stopped_.load(), hits, kinds, duplicates_, lost_);
    }

  private:
    SimulatorOptions with_kill() {
        SimulatorOptions options = Server::unlimited();
        options.kill = [this] {
            if (kills_) return victim_.kill();
            ++stopped_;
            victim_.interrupt();
        };
        return options;
    }

    void change_workflows() {
        for (Workflow& workflow : workflows_) {
            if (chance(dice_, 0.7)) mutate(workflow, dice_);
            project_.write("workflows/" + workflow.name + ".yaml", to_yaml(workflow));
        }
    }

    [[nodiscard]] std::set<std::string> desired() const {
        std::set<std::string> keys;
        for (const Workflow& workflow : workflows_)
            add_keys(workflow, keys);
        return keys;
    }

    void note(const Finished& finished) {
        trace_ += fmt::format("-- exit {}\n{}{}", finished.exit_code, finished.out, finished.err);
    }

    // Tasks outlive their teams. After some hundred rounds a page would not hold all of them.
    void forget_tasks_without_a_team() const {
        if (server_.stat("tasks") < kManyTasks) return;
        std::map<std::string, std::string> kept;  // bodies by list
        for (const char* list : {"agents", "teams"}) {
            const std::string body = server_.text(fmt::format("/v1/{}?limit=1000", list));
            const std::size_t begin = body.find('[');
            kept[list] = fmt::format(R"({{"items":{}}})", body.substr(begin, body.rfind(']') - begin + 1));
        }
        const auto teams = server_.get("/v1/teams?limit=1000");
        std::string tasks;
        for (const auto& team : teams["teams"].GetArray()) {
            const std::string body =
                server_.text(fmt::format("/v1/teams/{}/tasks?limit=1000", team["id"].GetString()));
            const std::size_t begin = body.find('[') + 1;
            const std::string items = body.substr(begin, body.rfind(']') - begin);
            if (!items.empty()) tasks += (tasks.empty() ? "" : ",") + items;
        }
        kept["tasks"] = fmt::format(R"({{"items":[{}]}})", tasks);
        static_cast<void>(server_.admin("POST", "/forget"));
        for (const auto& [list, body] : kept)
            static_cast<void>(server_.admin("POST", "/" + list, body));
    }

    // What there is when something is wrong.
    [[nodiscard]] std::string evidence() const {
        std::string text;
        for (const char* list : {"agents", "teams", "tasks"})
            text += server_.text(fmt::format("/v1/{}?limit=1000", list)) + "\n";
        for (const Workflow& workflow : workflows_)
            text += to_yaml(workflow);
        return text + project_.tlm({"state", "list", "--format", "json"}).out;
    }

    // One run, with everything that may befall it.
    Finished run_in_storm(std::vector<std::string> command) {
        for (const Weather& weather : kWeather)
            add_fault(weather.method, weather.path, -1, weather.share, weather.fault);
        kills_ = chance(dice_, 0.8);
        add_fault("*", "/v1/*", 1, kKillShare,
                  chance(dice_, 0.5) ? R"({"kind":"kill"})" : R"({"kind":"kill_after"})");
        constexpr const char* kParallel[] = {"1", "4", "16"};
        command.insert(command.end(), {"--parallelism", kParallel[pick(dice_, 3)]});
        const bool may_lose_power = chance(dice_, 0.3);
        if (may_lose_power) {
            constexpr const char* kHow[] = {"killed", "lost", "torn", "after"};
            project_.program = tested_cut_program();
            project_.environment["TLM_CUT_SYNC"] = std::to_string(1 + pick(dice_, 30));
            project_.environment["TLM_CUT_HOW"] = kHow[pick(dice_, 4)];
        }
        Finished finished = project_.tlm_meanwhile(command, [&](int pid) { victim_.started(pid); });
        project_.program = tested_program();
        ++runs_;
        const bool died = finished.exit_code == 128 + SIGKILL;
        if (victim_.ended() && died) {
            ++cut_;
        } else if (died) {
            ++killed_;
        }
        note(finished);
        // A forced run that was cut off after it had told that all is done is done.
        if (died && finished.out.find("Applied:") != std::string::npos &&
            finished.out.find("not done") == std::string::npos)
            finished.exit_code = 0;
        static_cast<void>(server_.admin("DELETE", "/faults"));
        return finished;
    }

    void add_fault(const char* method, const char* path, int times, double share, const char* fault) {
        static_cast<void>(server_.admin(
            "POST", "/faults",
            fmt::format(R"({{"method":"{}","path":"{}","times":{},"share":{},"seed":{},"fault":{}}})", method,
                        path, times, share, 1 + pick(dice_, 1'000'000), fault)));
    }

    // Until the server has done everything that it was late with.
    void calm_down() {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (server_.stat("in_flight") > 0) {
            if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the server stays busy");
        }
    }

    void expect_done(const Finished& finished, const std::string& what, std::vector<std::string>& wrong) {
        note(finished);
        ++runs_;
        if (finished.exit_code != 0)
            wrong.push_back(fmt::format("{} in calm weather ended with {}", what, finished.exit_code));
    }

    // The fleet against what it was before the round, and what the round was to make of it. `wanted`: what
    // was desired at some time of it.
    void compare(const Way& way, const Carriers& before, const std::set<std::string>& wanted,
                 std::vector<std::string>& wrong) {
        const std::set<std::string> now = way.destroys ? std::set<std::string>() : desired();
        const Carriers have = carriers_on(server_);
        std::set<std::string> keys = wanted;
        for (const auto& [key, count] : before)
            keys.insert(key);
        for (const auto& [key, count] : have)
            keys.insert(key);
        std::map<std::string, std::size_t> others;
        for (const std::string& key : keys) {
            const auto at = [&](const Carriers& carriers) {
                const auto found = carriers.find(key);
                return found == carriers.end() ? std::size_t{0} : found->second;
            };
            const std::size_t is_desired = now.contains(key) ? 1 : 0;
            std::size_t least = is_desired;
            if (!way.prunes && !way.destroys) {
                // A replacement that is cut short after its old agent is gone goes on with one that a --force
                // left behind, if there is one: nothing else carries the key then.
                if (is_desired == 0) least = at(before);
                if (way.forces) least = at(before) + is_desired;
            }
            // Something that was desired for a while only, and was made or not before it was not any more.
            const bool may_be = !way.prunes && !way.destroys && wanted.contains(key);
            std::size_t most = may_be ? std::max<std::size_t>(least, 1) : least;
            if (!way.prunes && !way.destroys) most = std::max(most, at(before));
            const std::size_t count = at(have);
            if (count < least) {
                ++lost_;
                wrong.push_back(fmt::format("{}: {} instead of {}", key, count, least));
            }
            if (count > most) {
                ++duplicates_;
                wrong.push_back(fmt::format("{}: {} instead of {}", key, count, most));
            }
            others[key.substr(0, key.find(' '))] += count - std::min(count, is_desired);
        }
        Expectation expectation;
        expectation.others = others;
        if (!way.destroys) {
            for (const Workflow& workflow : workflows_)
                expectation.workflows.push_back(to_yaml(workflow));
        }
        for (std::string& sentence : wrong_with(server_, project_, expectation))
            wrong.push_back(std::move(sentence));
        if (way.destroys) return;
        const Finished plan = project_.tlm({"plan", "--detailed-exitcode", "--max-deletes", "100%"});
        if (plan.exit_code != 0) wrong.push_back("a plan afterwards has changes:\n" + plan.out + plan.err);
        const bool drifts = others["agent"] + others["team"] > 0;
        const Finished drift = project_.tlm({"drift"});
        if (drift.exit_code != (drifts ? 2 : 0)) wrong.push_back("drift: " + drift.out + drift.err);
    }

    Dice dice_;
    Victim victim_;
    std::atomic<bool> kills_ = true;  // rather than telling it to stop
    std::atomic<int> stopped_ = 0;
    Server server_;
    Project project_;
    std::vector<Workflow> workflows_;
    std::string trace_;  // of this round
    int rounds_ = 0, runs_ = 0, killed_ = 0, cut_ = 0, duplicates_ = 0, lost_ = 0;
};

Storm::Storm(unsigned seed) : impl_(std::make_unique<Impl>(seed)) {}
Storm::~Storm() = default;

std::vector<std::string> Storm::round() {
    return impl_->round();
}

std::string Storm::figures() const {
    return impl_->figures();
}

}  // namespace tlm::test
