#include "engine/plan/revocations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tlm::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kOne = "sha256:" + std::string(64, '1');
const std::string kTwo = "sha256:" + std::string(63, 'a') + "2";

TEST(Revocations, AreEntriesWithCommentsAndBlankLines) {
    EXPECT_THAT(read_revocations("", "revoked").value(), IsEmpty());
    EXPECT_THAT(read_revocations("# nothing yet\n\n  \t\n", "revoked").value(), IsEmpty());
    EXPECT_THAT(
        read_revocations("# the laptop\r\n" + kOne + "\r\n\r\n  " + kTwo + "  # plan of May", "revoked")
            .value(),
        ElementsAre(kOne, kTwo));
}

TEST(Revocations, WithAnythingElse_AreAnErrorThatNamesTheLine) {
    for (const std::string& line : {std::string("all"), kOne.substr(7), kOne + "1", kOne.substr(0, 70),
                                    "sha256:" + std::string(64, 'A'), "SHA256:" + std::string(64, '1'),
                                    kOne + " " + kTwo, "key " + kOne, kOne + ",", "\xEF\xBB\xBF" + kOne,
                                    std::string(1, '\0'), "sha256:" + std::string(63, '1') + "g"}) {
        const auto read = read_revocations(kTwo + "\n" + line + "\n", "keys/revoked");
        ASSERT_FALSE(read.has_value()) << line;
        EXPECT_EQ(read.error().code, ErrorCode::bad_input);
        EXPECT_EQ(read.error().where, "keys/revoked:2");
    }
}

}  // namespace
}  // namespace tlm::test
