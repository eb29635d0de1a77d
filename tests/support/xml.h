#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::test {

struct XmlElement {
    std::string name;
    std::map<std::string, std::string> attributes;
};

// A document as a strict parser (expat) sees it.
struct XmlDocument {
    std::string fault;  // empty where it is well-formed
    std::vector<XmlElement> elements;
    std::string text;  // of all elements, one after the other

    [[nodiscard]] std::vector<XmlElement> named(std::string_view name) const;
    [[nodiscard]] std::vector<XmlElement> of_class(std::string_view css) const;
};

[[nodiscard]] XmlDocument parse_xml(std::string_view text);

}  // namespace tlm::test
