#include "providers/nats/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace tlm::nats {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Keeps what people are told.
class Told final : public Observer {
  public:
    void on(const ApplyEvent& event) override {
        if (const auto* up = std::get_if<Listening>(&event)) {
            lines.push_back((up->again ? "again " : "listening ") + up->broker);
        } else if (const auto* down = std::get_if<NotListening>(&event)) {
            lines.push_back(down->reason + (down->tried_again ? "" : ", for good"));
        }
    }
    std::vector<std::string> lines;
};

class LinkTest : public testing::Test {
  protected:
    // A sleep that only a hint ends, or at last that the user stops it: it is asked in between. Returns
    // whether it was a hint.
    bool woken() {
        asked_ = 0;
        return link_.sleep(Link::TimePoint{}, Link::TimePoint::max(), teams_);
    }
    const std::vector<std::string>& told() {
        told_.lines.clear();
        link_.tell(told_);
        return told_.lines;
    }

    static constexpr int kNever = -1'000'000;  // is it asked so often
    std::vector<ResourceId> teams_ = {{"t"}};
    int asked_ = 0;
    Link link_{"broker", [this] { return ++asked_ >= 3; }};
    Told told_;
};

TEST_F(LinkTest, Hint_EndsASleepOnce) {
    EXPECT_FALSE(woken());
    link_.hint("hi.tasks.t.1.completed");
    link_.hint("hi.tasks.t.1.completed");
    EXPECT_TRUE(woken());
    EXPECT_FALSE(woken());
}

TEST_F(LinkTest, HintFromAnotherThread_EndsASleepThatHasBegun) {
    std::thread other([this] {
        while (true) {
            link_.hint("hi.tasks.t.1.completed");
            if (!link_.pause(std::chrono::milliseconds(1))) return;
        }
    });
    for (int i = 0; i < 100; ++i) {
        asked_ = kNever;
        EXPECT_TRUE(link_.sleep(Link::TimePoint{}, Link::TimePoint::max(), teams_));
    }
    EXPECT_FALSE(link_.part({})) << "nobody said that it ended";
    other.join();
}

TEST_F(LinkTest, HintOfAnotherTeam_DoesNotEndASleep) {
    EXPECT_FALSE(woken());
    link_.hint("hi.tasks.other.1.completed");
    EXPECT_FALSE(woken());
    teams_.clear();
    EXPECT_FALSE(woken());
    link_.hint("hi.tasks.other.1.completed");
    EXPECT_TRUE(woken()) << "all are asked for";
}

TEST_F(LinkTest, HintBeforeItsTime_CountsFromThenOn) {
    link_.hint("hi.tasks.t.1.completed");
    const auto earliest = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    asked_ = kNever;
    EXPECT_TRUE(link_.sleep(earliest, Link::TimePoint::max(), teams_));
    EXPECT_GE(std::chrono::steady_clock::now(), earliest);
}

TEST_F(LinkTest, EndOfTheSleep_IsKeptWhateverHappens) {
    link_.hint("hi.tasks.t.1.completed");
    EXPECT_FALSE(link_.sleep(Link::TimePoint::max(), std::chrono::steady_clock::now(), teams_));
    EXPECT_TRUE(woken()) << "the hint is for the next one";
}

TEST_F(LinkTest, Connection_EndsASleepWhenItComesAndWhenItGoes) {
    link_.up();
    EXPECT_TRUE(link_.connected());
    EXPECT_TRUE(woken());
    link_.down("gone", true);
    EXPECT_FALSE(link_.connected());
    EXPECT_TRUE(woken());
    link_.down("still gone", true);
    EXPECT_FALSE(woken());
}

TEST_F(LinkTest, People_AreToldOfEachChangeOnce) {
    EXPECT_THAT(told(), IsEmpty());
    link_.up();
    EXPECT_THAT(told(), ElementsAre("listening broker"));
    EXPECT_THAT(told(), IsEmpty());
    link_.down("lost", true);
    link_.down("can't be reached", true);
    EXPECT_THAT(told(), ElementsAre("lost"));
    link_.down("can't be reached", true);
    EXPECT_THAT(told(), IsEmpty());
    link_.up();
    EXPECT_THAT(told(), ElementsAre("again broker"));
    link_.down("lost", true);
    link_.up();
    EXPECT_THAT(told(), ElementsAre("lost", "again broker"));
    link_.down("lost", true);
    link_.up();
    link_.down("lost once more", true);
    EXPECT_THAT(told(), ElementsAre("lost"));
}

TEST_F(LinkTest, BrokerThatIsNotTriedAgain_IsSaidSoAlsoWhenItIsKnownToBeAway) {
    link_.down("can't be reached", true);
    EXPECT_THAT(told(), ElementsAre("can't be reached"));
    link_.down("refuses us", false);
    EXPECT_THAT(told(), ElementsAre("refuses us, for good"));
}

TEST_F(LinkTest, BrokerThatComesLate_IsThereForTheFirstTime) {
    link_.down("can't be reached", true);
    EXPECT_THAT(told(), ElementsAre("can't be reached"));
    link_.up();
    EXPECT_THAT(told(), ElementsAre("listening broker"));
}

TEST_F(LinkTest, Parting_EndsPausesAndSaysWhetherTheOtherOneEnded) {
    EXPECT_TRUE(link_.wanted());
    EXPECT_TRUE(link_.pause({}));
    EXPECT_FALSE(link_.part({}));
    EXPECT_FALSE(link_.wanted());
    EXPECT_FALSE(link_.pause(std::chrono::hours(1)));
    link_.ended();
    EXPECT_TRUE(link_.part(std::chrono::hours(1)));
}

}  // namespace
}  // namespace tlm::nats
