#include "cmd/render/look_alikes_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/plan/look_alikes.h"

namespace tlm::cmd {
namespace {

constexpr std::size_t kMostNames = 5;   // of a group; the rest is counted
constexpr std::size_t kMostPoints = 5;  // likewise of code points

std::vector<char32_t> code_points_of(std::string_view text) {
    std::vector<char32_t> points;
    while (!text.empty()) {
        const CodePoint point = decode(text);
        points.push_back(point.value == CodePoint::kInvalid ? static_cast<unsigned char>(text[0])
                                                            : point.value);
        text.remove_prefix(point.bytes);
    }
    return points;
}

std::string points_text(const std::vector<char32_t>& points) {
    std::string text;
    for (std::size_t i = 0; i < std::min(points.size(), kMostPoints); ++i)
        text += (i == 0 ? "" : ", ") + code_point_name(points[i]);
    if (points.size() > kMostPoints) text += fmt::format(" and {} more", points.size() - kMostPoints);
    return text;
}

// What is between the beginning and the end that two names have in common, of the first one.
std::vector<char32_t> difference(const std::string& name, const std::string& other) {
    std::vector<char32_t> own = code_points_of(name);
    const std::vector<char32_t> others = code_points_of(other);
    const auto begin = std::ranges::mismatch(own, others).in1 - own.begin();
    std::size_t end = 0;
    const std::size_t most = std::min(own.size(), others.size()) - static_cast<std::size_t>(begin);
    while (end < most && own[own.size() - 1 - end] == others[others.size() - 1 - end])
        ++end;
    own.resize(own.size() - end);
    own.erase(own.begin(), own.begin() + begin);
    return own;
}

std::string mixed_sentence(const LookAlike& name, const NameQuote& quote) {
    return fmt::format("the {} {} is written in several scripts ({}): {}", name.what,
                       quote(name.names.front()), fmt::join(name.mixed->scripts, ", "),
                       points_text(name.mixed->odd));
}

std::string alike_sentence(const LookAlike& group, const NameQuote& quote) {
    std::string text = fmt::format("these {}s look alike:", group.what);
    for (std::size_t i = 0; i < std::min(group.names.size(), kMostNames); ++i) {
        const std::string points = points_text(difference(group.names[i], group.names[i == 0 ? 1 : 0]));
        text += fmt::format("{} {}{}", i == 0 ? "" : ",", quote(group.names[i]),
                            points.empty() ? "" : fmt::format(" ({})", points));
    }
    if (group.names.size() > kMostNames) text += fmt::format(" and {} more", group.names.size() - kMostNames);
    return text;
}

}  // namespace

std::vector<std::string> look_alike_sentences(const Plan& plan, std::size_t most, const NameQuote& quote) {
    const std::vector<LookAlike> found = look_alikes(plan);
    std::vector<std::string> sentences;
    for (std::size_t i = 0; i < std::min(found.size(), most); ++i)
        sentences.push_back(found[i].mixed ? mixed_sentence(found[i], quote)
                                           : alike_sentence(found[i], quote));
    if (found.size() > most)
        sentences.push_back(fmt::format("{} more groups of names look alike", found.size() - most));
    return sentences;
}

}  // namespace tlm::cmd
