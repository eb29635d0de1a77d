#include "engine/resource/stored_attributes.h"

#include <gtest/gtest.h>

namespace tlm {
namespace {

Attributes some() {
    Attributes attributes;
    attributes.set(Attribute::program, std::string("vim"));
    attributes.set(Attribute::cpus, std::int64_t{3});
    return attributes;
}

TEST(StoredAttributes, AreWhatWasStored) {
    const StoredAttributes stored = some();
    EXPECT_EQ(stored.json(), R"({"program":"vim","cpus":3})");
    EXPECT_EQ(stored.read(), some());
    EXPECT_EQ(stored.find(Attribute::cpus), Value(std::int64_t{3}));
    EXPECT_EQ(stored.find(Attribute::memory), std::nullopt);
    EXPECT_EQ(stored, StoredAttributes::from_json(stored.json()));
}

TEST(StoredAttributes, NothingStoredOrDamaged_AreNone) {
    EXPECT_TRUE(StoredAttributes().read().empty());
    EXPECT_EQ(StoredAttributes(), StoredAttributes(Attributes()));
    EXPECT_TRUE(StoredAttributes::from_json("{\"program\":\"v").read().empty());
    EXPECT_EQ(StoredAttributes::from_json("nonsense").find(Attribute::program), std::nullopt);
}

}  // namespace
}  // namespace tlm
