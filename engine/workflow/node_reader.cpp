#include "engine/workflow/node_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "engine/base/text.h"

namespace tlm {
namespace {

std::string type_of(const Node& node) {
    if (node.type == NodeType::mapping) return "a mapping";
    if (node.type == NodeType::sequence) return "a list";
    return std::string(scalar_type_name(node.scalar));
}

// What the file says, for messages.
std::string content_of(const Node& node) {
    return node.type == NodeType::scalar ? backquoted(node.text()) : type_of(node);
}

// C0 and C1 control characters and DEL. NUL has a message of its own.
bool has_control_character(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte < 0x20 && byte != 0) || byte == 0x7F) return true;
        const bool c1 = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (c1) return true;
    }
    return false;
}

}  // namespace

const Node* NodeReader::find(const Node& mapping, std::string_view name) {
    const auto& members = mapping.members();
    const auto found = std::ranges::find(members, name, &Member::name);
    return found == members.end() ? nullptr : found->value;
}

bool NodeReader::is_null(const Node& node) {
    return node.type == NodeType::scalar && node.scalar == ScalarType::null;
}

const Node* NodeReader::required(const Node& mapping, std::string_view name, std::string_view what) {
    const Node* value = find(mapping, name);
    if (value == nullptr) fault(mapping, fmt::format("{} needs the member `{}`", what, name));
    return value;
}

void NodeReader::only(const Node& mapping, std::span<const std::string> names, std::string_view what) {
    for (const Member& member : mapping.members()) {
        if (std::ranges::find(names, member.name) != names.end()) continue;
        if (diagnostics_.full()) {
            diagnostics_.add(at(member.mark), {});
            continue;
        }
        const auto near = nearest(member.name, names);
        diagnostics_.add(at(member.mark), fmt::format("{} has no member {}", what, backquoted(member.name)),
                         near ? fmt::format("Did you mean `{}`?", *near)
                              : fmt::format("It may have {}.", fmt::join(names, ", ")));
    }
}

bool NodeReader::is_mapping(const Node& node, std::string_view what) {
    if (node.type == NodeType::mapping) return true;
    fault(node, fmt::format("{} is a mapping of members, and this is {}", what, type_of(node)));
    return false;
}

bool NodeReader::is_list(const Node& node, std::string_view what) {
    if (node.type == NodeType::sequence) return true;
    fault(node, fmt::format("`{}` is a list, and this is {}", what, type_of(node)),
          is_null(node) ? "Write [] for none." : "");
    return false;
}

bool NodeReader::is_text(const Node& node, std::string_view what) {
    if (node.type != NodeType::scalar) {
        fault(node, fmt::format("{} is a text, and this is {}", backquoted(what), type_of(node)));
        return false;
    }
    if (node.scalar == ScalarType::string) return true;
    if (node.text().empty()) {
        fault(node, fmt::format("{} is a text, and has no value here", backquoted(what)),
              "Write a value, or \"\" for an empty text.");
        return false;
    }
    fault(node,
          fmt::format("{} is a text, and {} is read as {}", backquoted(what), backquoted(node.text()),
                      scalar_type_name(node.scalar)),
          fmt::format("Write \"{}\".", node.text().substr(0, 80)));
    return false;
}

std::string NodeReader::text(const Node& node, std::string_view what, std::size_t most) {
    if (!is_text(node, what)) return {};
    const std::string_view text = node.text();
    if (text.size() > most) {
        fault(node, fmt::format("`{}` has {} bytes; the server takes {} at most", what, text.size(), most),
              "Shorten it.");
    }
    if (text.find('\0') != std::string::npos) {
        fault(node, fmt::format("{} holds a NUL character", backquoted(what)), "Take it out.");
    }
    return std::string(text);
}

std::string NodeReader::name(const Node& node, std::string_view what, std::size_t most) {
    const bool is_string = node.type == NodeType::scalar && node.scalar == ScalarType::string;
    std::string result = text(node, what, most);
    if (is_string && result.empty()) fault(node, fmt::format("`{}` must not be empty", what));
    if (has_control_character(result)) {
        fault(node, fmt::format("`{}` holds a line end or another control character", what),
              "Write it on one line, without control characters.");
    }
    return result;
}

std::optional<std::string> NodeReader::optional_text(const Node& mapping, std::string_view member,
                                                     std::size_t most) {
    const Node* node = find(mapping, member);
    if (node == nullptr) return std::nullopt;
    return text(*node, member, most);
}

std::optional<std::string> NodeReader::nullable_text(const Node& mapping, std::string_view member) {
    const Node* node = find(mapping, member);
    if (node == nullptr || is_null(*node)) return std::nullopt;
    return text(*node, member);
}

std::optional<std::int64_t> NodeReader::whole_number(const Node& node, std::string_view what) {
    if (node.type == NodeType::scalar) {
        const auto integer = parse_integer(node.text());
        if (integer && *integer >= 1) return integer;
        constexpr double kMostExact = 1e15;
        const auto number = parse_number(node.text());
        if (number && *number >= 1 && *number < kMostExact && std::floor(*number) == *number) {
            return static_cast<std::int64_t>(*number);
        }
    }
    fault(node, fmt::format("`{}` is a whole number of at least 1, and this is {}", what, content_of(node)));
    return std::nullopt;
}

std::optional<double> NodeReader::seconds(const Node& node, std::string_view what) {
    const auto number = node.type == NodeType::scalar ? parse_number(node.text()) : std::nullopt;
    if (number && *number > 0) return number;
    fault(node,
          fmt::format("`{}` is a finite number of seconds greater than 0, and this is {}", what,
                      content_of(node)),
          "Leave the member out for no limit.");
    return std::nullopt;
}

void NodeReader::not_among(const Node& node, std::string_view what, std::span<const std::string> words) {
    const auto near = node.type == NodeType::scalar ? nearest(node.text(), words) : std::nullopt;
    fault(node,
          fmt::format("`{}` is one of {}, and this is {}", what, fmt::join(words, ", "), content_of(node)),
          near ? fmt::format("Did you mean `{}`?", *near) : "");
}

}  // namespace tlm
