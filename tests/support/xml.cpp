#include "tests/support/xml.h"

#include <expat.h>

#include <memory>

namespace tlm::test {
namespace {

XmlDocument& document_of(void* user) {
    return *static_cast<XmlDocument*>(user);
}

void on_start(void* user, const XML_Char* name, const XML_Char** attributes) {
    XmlElement element{name, {}};
    for (; *attributes != nullptr; attributes += 2)
        element.attributes.emplace(attributes[0], attributes[1]);
    document_of(user).elements.push_back(std::move(element));
}

void on_text(void* user, const XML_Char* text, int size) {
    document_of(user).text.append(text, static_cast<std::size_t>(size));
}

}  // namespace

std::vector<XmlElement> XmlDocument::named(std::string_view name) const {
    std::vector<XmlElement> found;
    for (const XmlElement& element : elements) {
        if (element.name == name) found.push_back(element);
    }
    return found;
}

std::vector<XmlElement> XmlDocument::of_class(std::string_view css) const {
    std::vector<XmlElement> found;
    for (const XmlElement& element : elements) {
        const auto at = element.attributes.find("class");
        if (at == element.attributes.end()) continue;
        if ((" " + at->second + " ").find(" " + std::string(css) + " ") != std::string::npos)
            found.push_back(element);
    }
    return found;
}

XmlDocument parse_xml(std::string_view text) {
    const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreate("UTF-8"),
                                                                         XML_ParserFree);
    XmlDocument document;
    XML_SetUserData(parser.get(), &document);
    XML_SetStartElementHandler(parser.get(), on_start);
    XML_SetCharacterDataHandler(parser.get(), on_text);
    if (XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), 1) != XML_STATUS_OK) {
        const auto at = static_cast<std::size_t>(XML_GetCurrentByteIndex(parser.get()));
        document.fault = std::string(XML_ErrorString(XML_GetErrorCode(parser.get()))) +
                         " at: " + std::string(text.substr(at < 40 ? 0 : at - 40, 120));
    }
    return document;
}

}  // namespace tlm::test
