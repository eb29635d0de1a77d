// `tlm run` with NATS_URL: the server's events, through a real broker, say when to look at the tasks.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>

#include "tests/integration/fixture.h"
#include "tests/simulator/broker.h"
#include "tests/simulator/certificate.h"
#include "tests/support/json_schema.h"
#include "tests/support/nats_server.h"
#include "tests/support/raw_server.h"

namespace tlm::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Two in a chain, and one beside them.
constexpr const char* kChain = R"(metadata: {name: audit}
teardown: never
agents: [{name: reader}]
teams:
  - name: crew
    agents: [reader]
    tasks:
      - {subject: Read it, description: d, assign_to: reader}
      - {subject: Report, description: d, assign_to: reader, blocked_by: [Read it]}
      - {subject: Watch, description: d, assign_to: reader}
)";

constexpr const char* kPassword = "s3same";

// Polls so seldom that nothing would come of it before the time is up; what comes of it is an event's doing.
const std::vector<std::string> kHardlyPolling = {"run", "--yes",     "--poll-min", "1ms",      "--poll-max",
                                                 "1h",  "--timeout", "2m",         "--events", "e.jsonl"};
const std::vector<std::string> kPolling = {"run",  "--yes",     "--poll-min", "1ms",      "--poll-max",
                                           "20ms", "--timeout", "2m",         "--events", "e.jsonl"};

std::size_t count_of(const std::string& text, std::string_view what) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++count;
    return count;
}

class RunEvents : public testing::Test {
  protected:
    void SetUp() override {
        if (NatsServer::program().empty())
            GTEST_SKIP() << "nats-server is not installed: apt-get install nats-server";
        server.attach(project);
        project.write("workflows/audit.yaml", kChain);
    }
    void TearDown() override {
        if (!project.exists("e.jsonl")) return;
        const std::string schema = project.tlm({"schema", "events"}).out;
        std::istringstream events(project.read("e.jsonl"));
        for (std::string line; std::getline(events, line);)
            EXPECT_EQ(wrong_by_schema(schema, line), "") << line;
    }
    // The server tells this broker what happens, and we listen to it.
    void use(const NatsServer& broker, const std::string& ca_file = {}) {
        publish_to(broker.url(), ca_file);
        project.environment["NATS_URL"] = broker.url();
    }
    void publish_to(const std::string& url, const std::string& ca_file = {}) const {
        static_cast<void>(
            server.admin("POST", "/events",
                         fmt::format(R"({{"broker":"{}"{}}})", url,
                                     ca_file.empty() ? "" : fmt::format(R"(,"ca":"{}")", ca_file))));
    }
    // Workers who end what they take after a moment, but not what `but` says.
    void employ(const std::string& but = {}) const {
        static_cast<void>(server.admin("POST", "/workers", R"({"scripts":[)" + but + R"({"ms":20}]})"));
    }
    void watch_for_ever() const { employ(R"({"subject":"Watch","outcome":"never"},)"); }
    void complete_all() const {
        static_cast<void>(server.admin("POST", "/tasks/complete", R"({"all":true})"));
    }
    // A minute at most, so that a fault is a failure and no hang.
    static void wait_until(const std::string& what, const std::function<bool()>& holds) {
        const auto patience = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (!holds()) {
            ASSERT_LT(std::chrono::steady_clock::now(), patience) << "never: " << what;
        }
    }
    void wait_until_told(const std::string& what) const {
        wait_until(what, [&] { return count_of(project.read("e.jsonl"), what) > 0; });
    }
    void wait_until_the_server_publishes() const {
        wait_until("the server is connected",
                   [&] { return server.admin("GET", "/events")["connected"].GetBool(); });
    }
    // Everything was completed, each task submitted once and in its time.
    void expect_done(const Finished& run) const {
        EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
        EXPECT_THAT(run.out, HasSubstr("Tasks: 3 of 3 completed."));
        const rapidjson::Document log = server.admin("GET", "/tasks/log");
        EXPECT_EQ(log["tasks"].Size(), 3U);
        for (const auto& task : log["tasks"].GetArray())
            EXPECT_FALSE(task["early"].GetBool()) << task["subject"].GetString();
    }
    // Nothing happens until somebody listens; from then on each event is worth one read at most, and being
    // connected another one.
    void expect_woken_to_the_end() const {
        int reads = 0;
        int published = 0;
        const Finished run = project.tlm_meanwhile(kHardlyPolling, [&](int) {
            wait_until_told(R"("event":"listening")");
            reads = server.stat("reads");
            published = published_events();
            employ();
        });
        expect_done(run);
        EXPECT_THAT(run.err, HasSubstr("listening  " + project.environment.at("NATS_URL")));
        EXPECT_LE(server.stat("reads"), reads + 1 + published_events() - published);
    }
    int published_events() const { return server.admin("GET", "/events")["events"]["published"].GetInt(); }
    void expect_password_nowhere(const Finished& run) const {
        for (const std::string& text : {run.out, run.err, project.read("e.jsonl")})
            EXPECT_THAT(text, Not(HasSubstr(kPassword)));
    }

    Server server;
    Project project;
};

TEST_F(RunEvents, Events_WakeItUpAndNothingElseMakesItLook) {
    const NatsServer broker;
    use(broker);
    expect_woken_to_the_end();
}

TEST_F(RunEvents, EventsInNumbers_AreNotWorthMoreReadsThanPollMinAllows) {
    const NatsServer broker;
    use(broker);
    watch_for_ever();
    const std::vector<std::string> command = {"run",        "--yes", "--poll-min", "100ms",
                                              "--poll-max", "1h",    "--events",   "e.jsonl"};
    const Finished run = project.tlm_meanwhile(command, [&](int) {
        wait_until_told(R"("event":"listening")");
        wait_until_told(R"("address":"audit/task/crew/Report","stage":"completed")");
        simulator::Broker other(broker.url(), "");
        const int before = server.stat("reads");
        const auto begun = std::chrono::steady_clock::now();
        wait_until("ten more reads", [&] {
            for (int i = 0; i < 100; ++i)
                other.publish("hi.tasks.created", R"({"task":{}})");
            return server.stat("reads") >= before + 10;
        });
        const auto took = std::chrono::steady_clock::now() - begun;
        EXPECT_LE(server.stat("reads") - before, 3 + took / std::chrono::milliseconds(100));
        complete_all();
    });
    expect_done(run);
}

TEST_F(RunEvents, EventsThatAreWrong_AreHintsAllTheSame) {
    const NatsServer broker;
    use(broker);
    static_cast<void>(server.admin("POST", "/events", R"({"faults":[{"kind":"doubled","subject":"*.started"},
                                                         {"kind":"malformed"}]})"));
    watch_for_ever();
    const Finished run = project.tlm_meanwhile(kHardlyPolling, [&](int) {
        wait_until_told(R"("event":"listening")");
        wait_until_told(R"("address":"audit/task/crew/Report","stage":"completed")");
        simulator::Broker other(broker.url(), "");
        for (const char* subject : {"hi.tasks.x", "hi.tasks.a.b.c.d.e.f", "hi.tasks.\xff\xfe.\x01.completed"})
            other.publish(subject, "\xff\x00{[");
        other.publish("hi.tasks.created", std::string(1'000'000, '['));
        other.publish("hi.tasks.created", "");
        complete_all();
    });
    expect_done(run);
}

TEST_F(RunEvents, EventsOfOtherTeams_AreNotWorthARead) {
    const NatsServer broker;
    use(broker);
    watch_for_ever();
    const Finished run = project.tlm_meanwhile(kHardlyPolling, [&](int) {
        wait_until_told(R"("event":"listening")");
        wait_until_told(R"("address":"audit/task/crew/Report","stage":"completed")");
        simulator::Broker other(broker.url(), "");
        const auto wait_for_a_read = [&] {
            const int before = server.stat("reads");
            other.publish("hi.tasks.created", "{}");
            wait_until("another read", [&] { return server.stat("reads") > before; });
        };
        wait_for_a_read();
        const int before = server.stat("reads");
        for (int i = 0; i < 100; ++i) {
            other.publish("hi.tasks.another-team.1.updated", "{}");
            static_cast<void>(server.stat("reads"));  // takes long enough for a read
        }
        // Once that one has had its effect, those before it have been seen.
        wait_for_a_read();
        EXPECT_LE(server.stat("reads"), before + 5) << "and what was still under way";
        complete_all();
    });
    expect_done(run);
}

TEST_F(RunEvents, BrokerLostMidWay_FallsBackToPollingAndSaysSo) {
    NatsServer broker;
    use(broker);
    watch_for_ever();
    const Finished run = project.tlm_meanwhile(kPolling, [&](int) {
        wait_until_told(R"("address":"audit/task/crew/Report","stage":"completed")");
        wait_until_told(R"("event":"listening")");
        broker.stop();
        wait_until_told(R"("event":"not_listening")");
        complete_all();
    });
    expect_done(run);
    EXPECT_THAT(run.err,
                HasSubstr("no events  " + broker.url() +
                          ": the connection is lost; the tasks are polled instead until it is back"));
}

TEST_F(RunEvents, BrokerThatComesBack_IsListenedToAgain) {
    NatsServer broker;
    use(broker);
    watch_for_ever();
    const Finished run = project.tlm_meanwhile(kHardlyPolling, [&](int) {
        wait_until_told(R"("address":"audit/task/crew/Report","stage":"completed")");
        wait_until_told(R"("event":"listening")");
        broker.stop();
        wait_until_told(R"("event":"not_listening")");
        broker.start();
        wait_until_told(R"("again":true)");
        wait_until_the_server_publishes();
        complete_all();
    });
    expect_done(run);
    EXPECT_THAT(run.err, HasSubstr(broker.url() + " tells again when"));
    EXPECT_EQ(count_of(run.err, "no events"), 1U) << "of all the tries in between nothing is said";
}

TEST_F(RunEvents, BrokerThatIsNotThere_IsSaidOnceAndTheTasksArePolled) {
    NatsServer broker;
    project.environment["NATS_URL"] = broker.url();
    broker.stop();
    watch_for_ever();
    const Finished run = project.tlm_meanwhile(kPolling, [&](int) {
        wait_until_told(R"("address":"audit/task/crew/Report","stage":"completed")");
        wait_until_told(R"("event":"not_listening")");
        complete_all();
    });
    expect_done(run);
    EXPECT_EQ(count_of(run.err, "no events"), 1U) << run.err;
    EXPECT_THAT(run.err, HasSubstr("it can't be reached; the tasks are polled instead until it is back"));
}

TEST_F(RunEvents, BrokerThatComesLate_IsListenedToFromThenOn) {
    NatsServer broker;
    project.environment["NATS_URL"] = broker.url();
    broker.stop();
    watch_for_ever();
    const Finished run = project.tlm_meanwhile(kPolling, [&](int) {
        wait_until_told(R"("event":"not_listening")");
        broker.start();
        wait_until_told(R"("event":"listening")");
        publish_to(broker.url());
        complete_all();
        wait_until_told(R"("address":"audit/task/crew/Watch","stage":"completed")");
        employ();
    });
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
}

// A broker, or whatever it is, that accepts connections and says no word, or not the next one.
TEST_F(RunEvents, BrokerThatFallsSilent_HoldsNothingUp) {
    for (const char* greeting : {"", "INFO {\"tls_required\":true}\r\n", "INFO {}\r\n"}) {
        const RawServer silent([&](RawConnection& connection) {
            if (connection.send(greeting)) connection.wait_until_client_leaves();
        });
        project.environment["NATS_URL"] = fmt::format("nats://127.0.0.1:{}", silent.port());
        static_cast<void>(server.admin("POST", "/forget"));
        std::filesystem::remove(project.directory / "e.jsonl");
        std::filesystem::remove_all(project.directory / ".tlm");
        watch_for_ever();
        const Finished run = project.tlm_meanwhile(kPolling, [&](int) {
            wait_until_told(R"("reason":"it does not answer")");
            complete_all();
            employ();
        });
        EXPECT_EQ(run.exit_code, 0) << greeting << run.out << run.err;
    }
}

TEST_F(RunEvents, Garbage_IsNoBroker) {
    const RawServer odd([&](RawConnection& connection) {
        if (connection.send(
                "INFO {\"max_payload\":-1,\"port\":\"x\"}\r\nMSG hi.tasks.created 1 999999999999\r\n"
                "\xff\xfe\r\nPING\r\nPONG\r\n-ERR 's3same'\r\n"))
            connection.wait_until_client_leaves();
    });
    project.environment["NATS_URL"] = fmt::format("nats://u:{}@127.0.0.1:{}", kPassword, odd.port());
    watch_for_ever();
    const Finished run = project.tlm_meanwhile(kPolling, [&](int) {
        wait_until_told(R"("event":"not_listening")");
        complete_all();
        employ();
    });
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    expect_password_nowhere(run);
}

TEST_F(RunEvents, Signal_EndsASleepOfAnHour) {
    const NatsServer broker;
    use(broker);
    watch_for_ever();
    for (const int signal : {SIGINT, SIGTERM}) {
        std::filesystem::remove(project.directory / "e.jsonl");
        const Finished run = project.tlm_with_signal(kHardlyPolling, signal, [&] {
            return count_of(project.read("e.jsonl"), R"("event":"listening")") > 0;
        });
        EXPECT_EQ(run.exit_code, 8) << run.out << run.err;
        EXPECT_THAT(run.out, HasSubstr("`tlm run` goes on waiting where this stopped"));
    }
}

TEST_F(RunEvents, UserAndPassword_AreSentAndNeverShown) {
    NatsServer broker({.user = "us er", .password = std::string(kPassword) + "@:/,%"});
    const std::string login = fmt::format("us%20er:{}%40%3A%2F%2C%25@", kPassword);
    const std::string url = fmt::format("nats://{}127.0.0.1:{}", login, broker.port());
    project.environment["NATS_URL"] = url;
    watch_for_ever();
    const Finished run = project.tlm_meanwhile(kPolling, [&](int) {
        wait_until_told(R"("event":"listening")");
        broker.stop();  // nobody publishes there: it is polled from then on
        complete_all();
        employ();
    });
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    expect_password_nowhere(run);
}

TEST_F(RunEvents, WrongPassword_IsSaidOnceAndNotTriedAgain) {
    const NatsServer broker({.user = "u", .password = "another"});
    for (const std::string& login : {fmt::format("u:{}@", kPassword), std::string()}) {
        project.environment["NATS_URL"] = fmt::format("nats://{}127.0.0.1:{}", login, broker.port());
        watch_for_ever();
        const Finished run = project.tlm_meanwhile(kPolling, [&](int) {
            wait_until_told(R"("event":"not_listening")");
            complete_all();
            employ();
        });
        EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
        EXPECT_THAT(run.err, AllOf(HasSubstr(login.empty() ? "it wants a user and a password in NATS_URL"
                                                           : "it refuses the user or password in NATS_URL"),
                                   HasSubstr("the tasks are polled instead\n")));
        expect_password_nowhere(run);
        static_cast<void>(server.admin("POST", "/forget"));
        std::filesystem::remove(project.directory / "e.jsonl");
        std::filesystem::remove_all(project.directory / ".tlm");
    }
}

TEST_F(RunEvents, UserWhoMayNotListen_IsSaidAndTheTasksArePolled) {
    const NatsServer broker({.config = R"(authorization: {users: [
        {user: u, password: p, permissions: {subscribe: {deny: "hi.>"}}}]})"});
    project.environment["NATS_URL"] = fmt::format("nats://u:p@127.0.0.1:{}", broker.port());
    watch_for_ever();
    const Finished run = project.tlm_meanwhile(kPolling, [&](int) {
        wait_until_told(R"("event":"not_listening")");
        complete_all();
        employ();
    });
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    EXPECT_THAT(run.err,
                HasSubstr("it does not let us listen to hi.tasks.>; the tasks are polled instead\n"));
}

class RunEventsTls : public RunEvents {
  protected:
    [[nodiscard]] std::string path(const std::string& file) const {
        return (project.directory / file).string();
    }
    NatsServerOptions certified(const simulator::CertificateOptions& certificate = {}) const {
        authority.write(path("ca.pem"));
        authority.issue(certificate, path("broker.pem"), path("broker.key"));
        return {.certificate_file = path("broker.pem"), .key_file = path("broker.key")};
    }
    // Nobody listens, for this reason; the tasks are polled.
    void expect_not_listening(const std::string& why) const {
        watch_for_ever();
        const Finished run = project.tlm_meanwhile(kPolling, [&](int) {
            wait_until_told(R"("event":"not_listening")");
            complete_all();
            employ();
        });
        EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
        EXPECT_THAT(run.err, HasSubstr(why));
        expect_password_nowhere(run);
    }
    simulator::Authority authority{"our authority"};
};

TEST_F(RunEventsTls, TrustedBroker_WakesItUp) {
    const NatsServer broker(certified());
    use(broker, path("ca.pem"));
    project.environment["AGAMEMNON_CA_CERT"] = path("ca.pem");
    expect_woken_to_the_end();
}

TEST_F(RunEventsTls, UntrustedBroker_IsNotSentThePassword) {
    const NatsServer broker(certified());
    project.environment["NATS_URL"] = fmt::format("tls://u:{}@127.0.0.1:{}", kPassword, broker.port());
    expect_not_listening("AGAMEMNON_CA_CERT (--ca-cert) names who is trusted");
}

TEST_F(RunEventsTls, CertificateOfAnotherHost_IsNotTrusted) {
    const NatsServer broker(certified({.names = "DNS:elsewhere.example.org"}));
    project.environment["NATS_URL"] = broker.url();
    project.environment["AGAMEMNON_CA_CERT"] = path("ca.pem");
    expect_not_listening("TLS does not work: IP address mismatch");
}

TEST_F(RunEventsTls, BrokerWithoutTls_IsNotSentAnything) {
    const NatsServer broker;
    project.environment["NATS_URL"] = fmt::format("tls://u:{}@127.0.0.1:{}", kPassword, broker.port());
    expect_not_listening("it does not speak TLS, and NATS_URL wants it");
}

// Without a broker.
class NatsUrl : public testing::Test {
  protected:
    NatsUrl() {
        server.attach(project);
        project.write("workflows/pair.yaml", kPair);
    }
    Server server;
    Project project;
};

TEST_F(NatsUrl, InTheClearToAnotherMachine_IsRefusedBeforeAnythingIsSent) {
    for (const char* url : {"nats://u:s3same@broker.invalid:4222", "NATS://10.0.0.1",
                            "nats://127.0.0.1.broker.invalid", "nats://localhost.broker.invalid"}) {
        project.environment["NATS_URL"] = url;
        for (const std::vector<std::string>& verb :
             {std::vector<std::string>{"run", "--yes"}, {"apply", "--wait", "--yes"}}) {
            const Finished run = project.tlm(verb);
            EXPECT_EQ(run.exit_code, 3) << url;
            EXPECT_THAT(run.err, AllOf(HasSubstr("error: the environment: "), HasSubstr("in the clear"),
                                       HasSubstr("next: "), HasSubstr("REQUIRE_TLS=false"),
                                       Not(HasSubstr(kPassword))));
        }
    }
    EXPECT_EQ(server.stat("requests"), 0);
    EXPECT_FALSE(project.exists(".tlm/state.db"));
}

TEST_F(NatsUrl, Malformed_IsRefusedAndItsPasswordNotShown) {
    for (const char* url :
         {"broker", "http://u:s3same@127.0.0.1", "nats://", "nats://u:s3same@", "nats://u:s3same@h h",
          "nats://u:s3same@127.0.0.1:99999", "tls://u:s3same@h,tls://u:s3same@i", "tls://u:s3same@h/path",
          "tls://u:s3same@h?q=s3same", "tls://u:s3same@h#s3same", "tls://:s3same@h", "tls://u:s3same%22@h",
          "tls://u:s3same%0a@h", "tls://u:s3same%5C@h", "tls://u:s3same@x%e7.org", "tls://u:s3same\xff@h"}) {
        project.environment["NATS_URL"] = url;
        const Finished run = project.tlm({"run", "--yes"});
        EXPECT_EQ(run.exit_code, 3) << url;
        EXPECT_THAT(run.err, AllOf(HasSubstr("error: the environment: "), HasSubstr("NATS_URL"),
                                   HasSubstr("next: "), Not(HasSubstr(kPassword))));
    }
    EXPECT_EQ(server.stat("requests"), 0);
}

TEST_F(NatsUrl, WhereNothingWaits_IsNoneOfOurBusiness) {
    project.environment["NATS_URL"] = "nats://broker.invalid";
    EXPECT_EQ(project.tlm({"plan"}).exit_code, 0);
    EXPECT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
}

TEST_F(NatsUrl, Sandbox_SendsNoEventsAndIsPolled) {
    project.environment.erase("AGAMEMNON_URL");
    project.environment["NATS_URL"] = "nats://broker.invalid";
    const Finished run = project.tlm({"run", "--yes", "--poll-min", "1ms"});
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    EXPECT_THAT(run.err, Not(HasSubstr("events")));
}

TEST_F(NatsUrl, NameThatNobodyKnows_IsSaidAndTheTasksArePolled) {
    project.environment["NATS_URL"] = "tls://broker.invalid";
    static_cast<void>(server.admin("POST", "/workers", R"({"scripts":[{"outcome":"never"}]})"));
    const Finished run = project.tlm_meanwhile(kPolling, [&](int) {
        const auto patience = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (count_of(project.read("e.jsonl"), "not_listening") == 0)
            ASSERT_LT(std::chrono::steady_clock::now(), patience);
        static_cast<void>(server.admin("POST", "/workers", R"({"scripts":[{"ms":20}]})"));
        static_cast<void>(server.admin("POST", "/tasks/complete", R"({"all":true})"));
    });
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    EXPECT_THAT(run.err, HasSubstr("no events  tls://broker.invalid:4222: "));
}

}  // namespace
}  // namespace tlm::test
