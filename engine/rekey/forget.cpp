#include "engine/rekey/forget.h"

#include <fmt/format.h>

#include <map>

#include "engine/base/text.h"
#include "engine/resource/address_pattern.h"

namespace tlm {

Result<std::vector<Binding>> plan_forget(const std::vector<std::string>& addresses,
                                         const std::vector<Binding>& bindings) {
    std::map<Address, const Binding*> known;
    for (const Binding& binding : bindings)
        known.emplace(binding.address, &binding);
    std::vector<std::string> texts;
    for (const auto& [address, binding] : known)
        texts.push_back(address.text());
    std::map<Address, const Binding*> chosen;
    for (const std::string& text : addresses) {
        const auto address = Address::parse(text);
        if (address) {
            if (const auto at = known.find(address.value()); at != known.end()) {
                BOOST_OUTCOME_TRYV(check_unambiguous(text, texts, "state rm"));
                chosen.insert(*at);
                continue;
            }
        }
        const bool glob = text.find_first_of("*?\\") != std::string::npos;
        if (!address && !glob) return address.error();
        bool found = false;
        for (const auto& [each, binding] : known) {
            if (!glob || !address_matches(text, each.text())) continue;
            chosen.emplace(each, binding);
            found = true;
        }
        if (found) continue;
        std::vector<std::string> hints;
        if (const auto near = nearest(text, texts)) hints.push_back(fmt::format("Did you mean `{}`?", *near));
        hints.emplace_back("`tlm state list` shows what is bound on this target.");
        return fail(ErrorCode::not_found,
                    glob ? "nothing that is bound matches this" : "nothing is bound to this address", text,
                    std::move(hints));
    }
    std::vector<Binding> result;
    for (const auto& [address, binding] : chosen)
        result.push_back(*binding);
    return result;
}

}  // namespace tlm
