#include "cmd/trust_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/base/sha256.h"
#include "tests/state/temporary_directory.h"

namespace tlm::cmd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TrustRecord : public testing::Test {
  protected:
    TemporaryDirectory directory;
    std::string record = directory.file("state/tlm/trusted");
    TrustedFile a{"/p/.env", sha256_hex("A=1\n")};
    TrustedFile b{"/p/name with blank", sha256_hex("")};
};

TEST_F(TrustRecord, Change_AddsReplacesAndRevokes) {
    EXPECT_THAT(read_trust_record(record).value(), IsEmpty());
    ASSERT_TRUE(change_trust_record(record, {b, a}, {}));
    EXPECT_THAT(read_trust_record(record).value(), ElementsAre(a, b));
    const TrustedFile changed{a.path, sha256_hex("A=2\n")};
    ASSERT_TRUE(change_trust_record(record, {changed}, {}));
    EXPECT_THAT(read_trust_record(record).value(), ElementsAre(changed, b));
    ASSERT_TRUE(change_trust_record(record, {}, {a.path, "/not/there"}));
    EXPECT_THAT(read_trust_record(record).value(), ElementsAre(b));
}

TEST_F(TrustRecord, IsForItsOwnerAlone) {
    ASSERT_TRUE(change_trust_record(record, {a}, {}));
    EXPECT_EQ(mode_of(record), 0600U);
    EXPECT_EQ(mode_of(directory.file("state/tlm")), 0700U);
    EXPECT_EQ(mode_of(directory.file("state")), 0700U);
    std::filesystem::permissions(record, std::filesystem::perms(0620));
    const auto read = read_trust_record(record);
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("others can write to it"));
    EXPECT_FALSE(change_trust_record(record, {b}, {}));
}

TEST_F(TrustRecord, TrustsThisContentAtThisPath) {
    EXPECT_TRUE(is_recorded({b, a}, "/p/.env", "A=1\n"));
    EXPECT_FALSE(is_recorded({a}, "/p/.env", "A=1"));
    EXPECT_FALSE(is_recorded({a}, "/q/.env", "A=1\n"));
    EXPECT_FALSE(is_recorded({}, "/p/.env", "A=1\n"));
}

TEST_F(TrustRecord, DamagedOrForgedLine_IsAnError) {
    ASSERT_TRUE(change_trust_record(record, {a}, {}));
    const std::string digest = a.sha256;
    for (const std::string& text : {std::string("nonsense\n"), digest + "\n", digest + " relative\n",
                                    digest + "0 /p\n", digest.substr(1) + " /p\n", digest + " /p\n\n"}) {
        std::ofstream(record, std::ios::trunc) << text;
        EXPECT_FALSE(read_trust_record(record)) << text;
    }
    EXPECT_FALSE(change_trust_record(directory.file("other"), {{"/p\n/q", digest}}, {}));
}

}  // namespace
}  // namespace tlm::cmd
