#include "cmd/key_files.h"

#include <gtest/gtest.h>

namespace tlm::cmd {
namespace {

TEST(KeyExposure, IsThatOfAModeForOthersOrOfAnotherOwner) {
    constexpr uid_t kUs = 1000;
    for (const mode_t mode : {0600U, 0400U, 0700U, 0100600U})
        EXPECT_EQ(exposure_of(mode, kUs, kUs), KeyExposure::none) << mode;
    for (const mode_t mode : {0640U, 0604U, 0644U, 0660U, 0777U, 0620U, 0601U, 0610U})
        EXPECT_EQ(exposure_of(mode, kUs, kUs), KeyExposure::by_mode) << mode;
    for (const uid_t owner : {0U, 1001U})
        EXPECT_EQ(exposure_of(0600, owner, kUs), KeyExposure::by_owner) << owner;
    EXPECT_EQ(exposure_of(0600, kUs, 0), KeyExposure::by_owner) << "root is not its owner";
}

}  // namespace
}  // namespace tlm::cmd
