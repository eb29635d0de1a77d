#include "tests/cmd/markdown_reader.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>

#include <memory>
#include <string_view>

namespace tlm::test {
namespace {

void visit(cmark_node* node, ReadMarkdown& read) {
    const auto literal = [&] {
        const char* text = cmark_node_get_literal(node);
        return std::string(text == nullptr ? "" : text);
    };
    switch (cmark_node_get_type(node)) {
        case CMARK_NODE_TEXT:
            read.text.push_back(literal());
            break;
        case CMARK_NODE_CODE:
        case CMARK_NODE_CODE_BLOCK:
            read.code.push_back(literal());
            break;
        case CMARK_NODE_HTML_BLOCK:
        case CMARK_NODE_HTML_INLINE:
            read.html.push_back(literal());
            break;
        case CMARK_NODE_LINK:
        case CMARK_NODE_IMAGE:
            read.links.emplace_back(cmark_node_get_url(node));
            break;
        case CMARK_NODE_HEADING:
            ++read.headings;
            break;
        default:
            // Types of extensions have a name, and no constant in the headers.
            if (std::string_view(cmark_node_get_type_string(node)) == "table") ++read.tables;
    }
}

}  // namespace

ReadMarkdown read_markdown(const std::string& markdown) {
    cmark_gfm_core_extensions_ensure_registered();
    const std::unique_ptr<cmark_parser, decltype(&cmark_parser_free)> parser(
        cmark_parser_new(CMARK_OPT_UNSAFE), cmark_parser_free);
    for (const char* name : {"table", "autolink", "strikethrough", "tasklist"})
        cmark_parser_attach_syntax_extension(parser.get(), cmark_find_syntax_extension(name));
    cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
    const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> document(cmark_parser_finish(parser.get()),
                                                                           cmark_node_free);
    const std::unique_ptr<cmark_iter, decltype(&cmark_iter_free)> iterator(cmark_iter_new(document.get()),
                                                                           cmark_iter_free);
    ReadMarkdown read;
    for (cmark_event_type event = cmark_iter_next(iterator.get()); event != CMARK_EVENT_DONE;
         event = cmark_iter_next(iterator.get())) {
        if (event == CMARK_EVENT_ENTER) visit(cmark_iter_get_node(iterator.get()), read);
    }
    return read;
}

}  // namespace tlm::test
