#include <fmt/format.h>

#include "cmd/key_files.h"
#include "cmd/memory_guard.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"
#include "engine/base/text.h"

namespace tlm::cmd {

Result<ExitCode> run_keygen(const Context& context) {
    const std::string& name = context.options.out;
    guard_memory();
    BOOST_OUTCOME_TRY(pair, generate_key_pair());
    BOOST_OUTCOME_TRY(key, read_public_key(pair.public_pem, name + ".pub"));
    BOOST_OUTCOME_TRYV(write_key_pair(name, pair));
    BOOST_OUTCOME_TRYV(
        write_out(fmt::format("{}.key  signs plans; keep it secret\n"
                              "{}.pub  checks them; give it to whoever applies\n"
                              "key {}\n",
                              visible(name), visible(name), key.id)));
    return ExitCode::done;
}

}  // namespace tlm::cmd
