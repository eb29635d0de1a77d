#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/sha256.h"
#include "engine/plan/plan.h"

namespace tlm {

using TakeBlock = std::function<void(std::string_view block)>;

// The canonical text of a plan without its digest member, piece by piece, for whoever need not hold all of
// it: that of 100,000 changes has 60 MB. The digest is of this. A file may escape more of it, see
// visible_json: which characters can't be seen is a matter of Unicode's version. The first block ends where
// the digest member belongs. Every block ends between two tokens of the JSON.
void write_plan_blocks(const Plan& plan, const TakeBlock& take);

// The digest of a plan whose blocks, all of them, were added to the hash, which can't be used any more.
[[nodiscard]] std::string digest_text(Sha256& hash);

// The digest member as it stands behind the first block.
[[nodiscard]] std::string digest_member(std::string_view digest);

}  // namespace tlm
