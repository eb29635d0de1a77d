#include "tests/simulator/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nats/nats.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/simulator/certificate.h"
#include "tests/simulator/http_client.h"
#include "tests/simulator/simulator.h"
#include "tests/support/nats_server.h"

namespace tlm::simulator {
namespace {

using testing::ElementsAre;

// What a broker would get, as "subject payload".
class EventsTest : public testing::Test {
  protected:
    EventsTest() {
        events_.send_to(
            [this](const auto& subject, const auto& payload) { sent_.push_back(subject + " " + payload); });
    }
    void set_faults(const std::string& json) {
        rapidjson::Document list;
        list.Parse(json.c_str());
        events_.set_faults(list);
    }

    const Record task_{"1", "s", "t", "pending", R"({"id":"1"})"};
    Events events_;
    std::vector<std::string> sent_;
};

TEST_F(EventsTest, WithoutFaults_ServerSendsTheTaskAndWorkersSendItsId) {
    events_.created(task_);
    events_.updated(task_);
    events_.started(task_, "completed");
    events_.ended(task_, "completed");
    EXPECT_THAT(sent_, ElementsAre(R"(hi.tasks.created {"task":{"id":"1"}})",
                                   R"(hi.tasks.t.1.updated {"task":{"id":"1"}})",
                                   R"(hi.tasks.t.1.started {"event":"task.started","data":{"task_id":"1"}})",
                                   R"(hi.tasks.t.1.completed {"task_id":"1","status":"completed"})"));
}

TEST_F(EventsTest, Lost_IsEverySoManyThatMatch) {
    set_faults(R"([{"kind":"lost","subject":"*.updated","every":2}])");
    for (int i = 0; i < 5; ++i)
        events_.updated(task_);
    events_.created(task_);
    EXPECT_EQ(sent_.size(), 4U);
    EXPECT_EQ(json_at(events_.to_json(), "/published"), "4");
    EXPECT_EQ(json_at(events_.to_json(), "/faults/0/hit"), "2");
}

TEST_F(EventsTest, Doubled_ComesTwice) {
    set_faults(R"([{"kind":"doubled"}])");
    events_.created(task_);
    ASSERT_EQ(sent_.size(), 2U);
    EXPECT_EQ(sent_[0], sent_[1]);
}

TEST_F(EventsTest, Early_ComesAtTheStartAndNotAtTheEnd) {
    set_faults(R"([{"kind":"early","subject":"*.failed"}])");
    events_.started(task_, "failed");
    ASSERT_EQ(sent_.size(), 2U);
    EXPECT_THAT(sent_[1], testing::StartsWith("hi.tasks.t.1.failed "));
    events_.ended(task_, "failed");
    EXPECT_EQ(sent_.size(), 2U);
    events_.started(task_, "completed");
    EXPECT_EQ(sent_.size(), 3U) << "another subject";
    events_.started(task_, std::nullopt);
    EXPECT_EQ(sent_.size(), 4U) << "it never ends";
}

TEST_F(EventsTest, Malformed_IsWrongInSeveralWays) {
    set_faults(R"([{"kind":"malformed"}])");
    for (int i = 0; i < 3; ++i)
        events_.created(task_);
    EXPECT_THAT(sent_, ElementsAre(R"(hi.tasks.created {"task":{)", R"(hi.tasks.created [{"task":7}])",
                                   "hi.tasks.created \xff\xfe\x01"));
}

TEST_F(EventsTest, FaultyFaults_AreRefused) {
    for (const char* json : {"7", "[7]", "[{}]", R"([{"kind":"x"}])", R"([{"kind":"lost","subject":7}])",
                             R"([{"kind":"lost","every":0}])"})
        EXPECT_THROW(set_faults(json), std::invalid_argument) << json;
}

// Gets what a broker passes on.
class Listener {
  public:
    explicit Listener(const std::string& url) {
        natsConnection* connection = nullptr;
        EXPECT_EQ(natsConnection_ConnectTo(&connection, url.c_str()), NATS_OK);
        connection_.reset(connection);
        natsSubscription* subscription = nullptr;
        EXPECT_EQ(natsConnection_SubscribeSync(&subscription, connection, "hi.tasks.>"), NATS_OK);
        subscription_.reset(subscription);
        EXPECT_EQ(natsConnection_Flush(connection), NATS_OK);
    }

    // The last part of the next event's subject.
    std::string next() {
        natsMsg* message = nullptr;
        if (natsSubscription_NextMsg(&message, subscription_.get(), 60'000) != NATS_OK) return "nothing";
        const std::string subject = natsMsg_GetSubject(message);
        natsMsg_Destroy(message);
        return subject.substr(subject.rfind('.') + 1);
    }

  private:
    std::unique_ptr<natsConnection, decltype(&natsConnection_Destroy)> connection_{nullptr,
                                                                                   natsConnection_Destroy};
    std::unique_ptr<natsSubscription, decltype(&natsSubscription_Destroy)> subscription_{
        nullptr, natsSubscription_Destroy};
};

SimulatorOptions with_broker(const std::string& url) {
    SimulatorOptions options;
    options.rate = 0;
    options.keep_alive_requests = 0;
    options.broker = url;
    return options;
}

class BrokerTest : public testing::Test {
  protected:
    void SetUp() override {
        if (test::NatsServer::program().empty())
            GTEST_SKIP() << "nats-server is not installed: apt-get install nats-server";
    }
    static std::string submit(HttpClient& client) {
        const std::string id =
            json_at(client.send("POST", "/v1/teams/t/tasks", R"({"subject":"s"})").body, "/task/id");
        return id.substr(1, id.size() - 2);
    }
};

TEST_F(BrokerTest, Server_TellsARealBrokerWhatHappensToTasks) {
    test::NatsServer broker;
    Listener listener(broker.url());
    const Simulator simulator(with_broker(broker.url()));
    HttpClient client(simulator.port());
    const std::string id = submit(client);
    EXPECT_EQ(listener.next(), "created");
    client.send("PATCH", "/v1/teams/t/tasks/" + id, R"({"note":"n"})");
    EXPECT_EQ(listener.next(), "updated");
    client.send("POST", "/admin/workers", R"({"scripts":[{"after_reads":1,"outcome":"failed"}]})");
    EXPECT_EQ(listener.next(), "started");
    client.send("GET", "/v1/tasks");
    EXPECT_EQ(listener.next(), "failed");
    client.send("POST", "/admin/tasks/complete", R"({"id":")" + id + "\"}");
    EXPECT_EQ(listener.next(), "updated");
}

TEST_F(BrokerTest, Broker_IsLostAndComesBackOnItsPort) {
    test::NatsServer broker;
    const Simulator simulator(with_broker(broker.url()));
    HttpClient client(simulator.port());
    const auto wait_until_connected = [&](const std::string& wanted) {
        while (json_at(client.send("GET", "/admin/events").body, "/connected") != wanted) {
        }
    };
    broker.stop();
    wait_until_connected("false");
    broker.start();
    wait_until_connected("true");
    Listener listener(broker.url());
    submit(client);
    EXPECT_EQ(listener.next(), "created");
}

TEST_F(BrokerTest, AdminRoute_ChoosesBrokerAndFaults) {
    test::NatsServer broker;
    Listener listener(broker.url());
    const Simulator simulator(with_broker(""));
    HttpClient client(simulator.port());
    submit(client);
    EXPECT_EQ(json_at(client.send("GET", "/admin/events").body, "/connected"), "false");
    EXPECT_EQ(client.send("POST", "/admin/events", R"({"broker":")" + broker.url() + "\"}").status, 204U);
    client.send("POST", "/admin/events", R"({"faults":[{"kind":"doubled","subject":"*.updated"}]})");
    const std::string id = submit(client);
    client.send("PATCH", "/v1/teams/t/tasks/" + id, "{}");
    EXPECT_EQ(listener.next(), "created");
    EXPECT_EQ(listener.next(), "updated");
    EXPECT_EQ(listener.next(), "updated");
    EXPECT_EQ(json_at(client.send("GET", "/admin/events").body, "/events/published"), "3");
    EXPECT_EQ(client.send("POST", "/admin/events", R"({"faults":[{"kind":"x"}]})").status, 400U);
    EXPECT_EQ(client.send("POST", "/admin/events", R"({"broker":"nats://127.0.0.1:1"})").status, 400U);
}

TEST_F(BrokerTest, WithTls_IsReachedWithItsAuthority) {
    std::string directory = testing::TempDir() + "broker-XXXXXX";
    ASSERT_NE(mkdtemp(directory.data()), nullptr);
    const std::string certificate = directory + "/certificate.pem";
    const std::string key = directory + "/key.pem";
    write_self_signed_certificate(certificate, key);
    {
        test::NatsServer broker({.certificate_file = certificate, .key_file = key});
        SimulatorOptions options = with_broker(broker.url());
        EXPECT_THROW(Simulator{options}, std::runtime_error) << "nobody vouches for it";
        options.broker_ca_file = certificate;
        const Simulator simulator(options);
        HttpClient client(simulator.port());
        EXPECT_EQ(json_at(client.send("GET", "/admin/events").body, "/connected"), "true");
    }
    std::filesystem::remove_all(directory);
}

TEST_F(BrokerTest, WithUser_IsReachedByWhoKnowsThePassword) {
    test::NatsServer broker({.user = "u", .password = "p"});
    EXPECT_THROW(Simulator{with_broker(broker.url())}, std::runtime_error);
    const Simulator simulator(with_broker("nats://u:p@127.0.0.1:" + std::to_string(broker.port())));
}

TEST_F(BrokerTest, FaultyCertificate_IsReportedWithWhatTheServerSays) {
    try {
        test::NatsServer({.certificate_file = "/nowhere", .key_file = "/nowhere"});
        FAIL() << "it should not start";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("/nowhere"));
    }
}

}  // namespace
}  // namespace tlm::simulator
