#include "providers/agamemnon/redactor.h"

#include "engine/base/text.h"

namespace tlm::agamemnon {
namespace {

constexpr std::size_t kLongestCharacter = 4;  // bytes

}  // namespace

Redactor::Redactor(const Secret& key) : key_(key, "[AGAMEMNON_API_KEY]") {}

std::string Redactor::operator()(std::string text, std::size_t most) const {
    text = key_(std::move(text), most);
    // Escaping makes nothing shorter, so that more than this is never kept.
    if (text.size() > most + kLongestCharacter) text.resize(most + kLongestCharacter);
    text = visible(text);
    if (text.size() <= most) return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end) + "…";
}

}  // namespace tlm::agamemnon
