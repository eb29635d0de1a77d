#include "engine/plan/plan_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/base/sha256.h"
#include "engine/resource/key.h"
#include "tests/support/paths.h"
#include "tests/support/sanitized.h"
#include "tests/support/world.h"

namespace tlm::test {
namespace {

std::string sample_text() {
    World world;
    return plan_to_text(world.plan().plan);
}

TEST(PlanFile, RoundTripKeepsEverything) {
    World world;
    world.apply(world.plan().plan);
    world.workflows[0].agents[0].model = "m2";
    world.options.force = true;
    world.options.prune = true;
    const Plan plan = world.plan().plan;
    const auto read = plan_from_text(plan_to_text(plan), "p.json");
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read.value(), plan);
}

TEST(PlanFile, EqualInputsGiveEqualBytesWhateverTheOrderOfTheWorkflow) {
    World world;
    World reordered;
    std::ranges::reverse(reordered.workflows[0].agents);
    std::ranges::reverse(reordered.workflows[0].teams[0].agents);
    std::ranges::reverse(reordered.workflows[0].teams[0].tasks);
    EXPECT_EQ(plan_to_text(world.plan().plan), plan_to_text(reordered.plan().plan));
}

TEST(PlanFile, OneAttributeStandsOnOneLine) {
    EXPECT_NE(sample_text().find("        \"label\": { \"before\": null, \"after\": \"architect\" },\n"),
              std::string::npos);
}

// A text of many blocks, see plan_blocks.h.
std::string large_text() {
    World world;
    Plan plan = world.plan().plan;
    Change change = plan.changes.front();
    plan.changes.clear();
    for (int i = 1000; i < 2000; ++i) {
        change.address.name = "caf\u00e9-" + std::to_string(i);
        change.key = Key::derive("wf", change.address.name).text();
        plan.changes.push_back(change);
    }
    return plan_to_text(plan);
}

TEST(PlanFile_OfManyBlocks, IsReadAndWrittenTheSame) {
    const std::string text = large_text();
    ASSERT_GT(text.size(), 5 * 64 * 1024);
    const auto read = plan_from_text(text, "p.json");
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read.value().changes.size(), 1000U);
    EXPECT_EQ(plan_to_text(read.value()), text);
}

TEST(PlanFile_OfManyBlocksWithBlanksAnywhere_IsAcceptedBetweenTokensAndRefusedInAText, OneCaseEach) {
    const std::string text = large_text();
    for (const std::string name : {"-1000\"", "-1500\"", "-1999\""}) {
        const std::size_t at = text.find(name) + name.size();
        std::string blank = text;
        EXPECT_TRUE(plan_from_text(blank.insert(at, " \r\n\t"), "p.json").has_value()) << name;
        blank = text;
        EXPECT_FALSE(plan_from_text(blank.insert(at - 1, " "), "p.json").has_value()) << name;
    }
    EXPECT_FALSE(plan_from_text(text.substr(0, text.size() - 2), "p.json").has_value());
}

TEST(PlanFile, DigestIsOfTheTextWithoutItsMember) {
    std::string text = large_text();
    const Plan plan = plan_from_text(text, "p.json").value();
    const std::string member = "  \"digest\": \"" + plan_digest(plan) + "\",\n";
    ASSERT_NE(text.find(member), std::string::npos);
    text.erase(text.find(member), member.size());
    EXPECT_EQ(plan_digest(plan), "sha256:" + sha256_hex(text));
}

TEST(PlanFile_ChangesAreNoListOrSomethingElseIsInIt, IsRefused) {
    const std::string text = sample_text();
    const std::size_t begin = text.find("\"changes\": [") + 11;
    const auto message = [&](const std::string& changes) {
        return plan_from_text(text.substr(0, begin) + changes + "}", "p.json").error().message;
    };
    EXPECT_NE(message("{}").find("`changes` is missing or not a list"), std::string::npos) << message("{}");
    EXPECT_NE(message("3").find("`changes` is missing or not a list"), std::string::npos) << message("3");
    for (const char* changes : {"[1]", "[[]]", "[null]"})
        EXPECT_NE(message(changes).find("an object is expected"), std::string::npos) << message(changes);
    EXPECT_NE(message("[], \"changes\": []").find("member `changes` twice"), std::string::npos);
}

TEST(PlanFile_ValueEditedByHand, IsRefusedAsAConflict) {
    std::string text = sample_text();
    text.replace(text.find("Draw it"), 7, "Drop it");
    const auto read = plan_from_text(text, "p.json");
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, ErrorCode::conflict);
}

// Plans that an earlier tlm wrote, and somebody approved. The files are never rewritten: a format that can't
// say the same any more is another version.
std::string contents(const std::string& fixture) {
    std::ifstream stream(source_dir() + "/tests/engine/plan/" + fixture, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(PlanFile_OfVersion1, IsReadForEverAndWrittenTheSame) {
    int plans = 0;
    for (const auto& file :
         std::filesystem::directory_iterator(source_dir() + "/tests/engine/plan/version_1")) {
        std::ifstream stream(file.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        const auto plan = plan_from_text(text, file.path().filename());
        ASSERT_TRUE(plan.has_value()) << file.path() << plan.error().message;
        EXPECT_EQ(plan_to_text(plan.value()), text) << file.path();
        ++plans;
    }
    EXPECT_EQ(plans, 5);
}

// An earlier tlm wrote braille blanks, fillers, no-break spaces and the like as they are.
TEST(PlanFile_OfVersion1WithCharactersThatCantBeSeen, IsReadWithTheSameDigestAndWrittenWithEscapes) {
    const std::string text = contents("version_1_unseen/raw.json");
    const auto plan = plan_from_text(text, "raw.json");
    ASSERT_TRUE(plan.has_value()) << plan.error().message;
    EXPECT_EQ(plan_digest(plan.value()),
              "sha256:3d3e455dd08b7e2f5cdf93ba06914095860c2ccd7c65bc8fbfa558ec0ce053bc");
    const std::string escaped = plan_to_text(plan.value());
    EXPECT_EQ(escaped, contents("version_1_unseen/escaped.json"));
    EXPECT_NE(escaped.find(R"(Draw it\u2800here,\u3164there,\u00a0and\u00adnow)"), std::string::npos);
    const auto again = plan_from_text(escaped, "escaped.json");
    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(again.value(), plan.value());
}

TEST(PlanFile_EscapesOfCharactersThatAreSeen, AreRefused) {
    const std::string text = contents("version_1_unseen/raw.json");
    const auto with = [&](const std::string& character, const std::string& escape) {
        std::string other = text;
        const std::size_t at = other.find(character);
        EXPECT_NE(at, std::string::npos) << character;
        return plan_from_text(other.replace(at, character.size(), escape), "p.json").has_value();
    };
    EXPECT_FALSE(with("\u2764", "\\u2764"));
    EXPECT_FALSE(with("Draw", "\\u0044raw"));
    EXPECT_FALSE(with("\\u202e", "\u202e"));
    EXPECT_FALSE(with("\u3164", "\\u2800"));
    EXPECT_TRUE(with("\u3164", "\\u3164"));
    EXPECT_TRUE(with("\U0001d159", "\\ud834\\udd59"));
}

TEST(PlanFile, AnyFlippedBitIsRefused) {
    const std::string text = sample_text();
    for (std::size_t bit = 0; bit < text.size() * 8; bit += test::kSanitized ? 7 : 1) {
        std::string flipped = text;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        ASSERT_FALSE(plan_from_text(flipped, "p.json").has_value()) << "bit " << bit;
    }
}

TEST(PlanFile_SummaryEditedByHand, IsRefusedAsAConflict) {
    std::string text = sample_text();
    text.replace(text.find("\"create\": 4"), 11, "\"create\": 1");
    EXPECT_EQ(plan_from_text(text, "p.json").error().code, ErrorCode::conflict);
}

TEST(PlanFile_MemberEditedByHand, IsRefusedWithItsPlace) {
    std::string text = sample_text();
    text.replace(text.find("\"action\": \"create\""), 18, "\"action\": \"crate\"");
    const auto read = plan_from_text(text, "p.json");
    EXPECT_NE(read.error().message.find("unknown action (at `/changes/0/action`, by the schema's `enum`)"),
              std::string::npos)
        << read.error().message;
}

TEST(PlanFile_LineEndingsOfAnotherSystem, AreAccepted) {
    const std::string text = sample_text();
    std::string crlf;
    for (const char c : text)
        crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    EXPECT_TRUE(plan_from_text(crlf, "p.json").has_value());
}

TEST(PlanFile_NewerFormat, IsRefusedWithAnAdvice) {
    std::string text = sample_text();
    text.replace(text.find("tlm-plan/1"), 10, "tlm-plan/9");
    const auto read = plan_from_text(text, "p.json");
    EXPECT_EQ(read.error().code, ErrorCode::bad_input);
    EXPECT_FALSE(read.error().hints.empty());
}

TEST(PlanFile_CutAtAnyByte, IsRefusedAndNeverCrashes) {
    const std::string text = sample_text();
    for (std::size_t size = 0; size + 2 < text.size(); ++size) {
        ASSERT_FALSE(plan_from_text(text.substr(0, size), "p.json").has_value()) << size;
    }
}

// The text with the digest that its content has, as somebody would put it in who edits a plan by hand.
std::string with_right_digest(std::string text) {
    const auto read = plan_from_text(text, "p.json");
    if (read) return text;
    const std::size_t right = read.error().message.find("sha256:");
    if (right == std::string::npos) return text;
    constexpr std::size_t kSize = 7 + 64;
    return text.replace(text.find("sha256:"), kSize, read.error().message.substr(right, kSize));
}

std::string edited(const std::string& what, const std::string& by) {
    std::string text = sample_text();
    text.replace(text.find(what), what.size(), by);
    return with_right_digest(text);
}

TEST(PlanFile_SaysMoreThanIsRead_IsRefusedEvenWithTheRightDigest, OneCaseEach) {
    const std::string first = "\"precondition\": \"absent\"";
    const std::string label = "\"label\": { \"before\": null, \"after\": \"architect\" }";
    for (const auto& [what, by] : std::vector<std::pair<std::string, std::string>>{
             {first, "\"id\": \"\", " + first},
             {first, "\"leaves\": [], " + first},
             {first, "\"waits_for\": [], " + first},
             {label, label + ", " + label},
             {"\"wf/agent/architect\"", "\"%77f/agent/architect\""},
             {"\"reason\": \"blocked\"", "\"reason\": \"blocked\", \"precondition\": \"absent\""},
             {first, R"("precondition": { "unchanged": [], "sha256": "\"" })"},
             {"Draw it", "Draw \\udc00"}}) {
        const auto read = plan_from_text(edited(what, by), "p.json");
        ASSERT_FALSE(read.has_value()) << by;
        EXPECT_EQ(read.error().code, ErrorCode::conflict) << by;
    }
    EXPECT_FALSE(plan_from_text(sample_text() + std::string("\0{}", 3), "p.json").has_value());
}

TEST(PlanFile_BlanksOrByteOrderMarkAdded, IsAccepted) {
    EXPECT_TRUE(plan_from_text(edited("\"workflows\": [", "\"workflows\"\t:\r\n ["), "p.json").has_value());
    EXPECT_TRUE(plan_from_text("\xEF\xBB\xBF" + sample_text() + "\n", "p.json").has_value());
}

}  // namespace
}  // namespace tlm::test
