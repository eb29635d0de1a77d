#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <array>
#include <utility>

#include "engine/workflow/document.h"
#include "engine/workflow/line_cursor.h"
#include "engine/workflow/tree_builder.h"

namespace tlm {
namespace {

struct KnownTag {
    std::string_view tag;
    ScalarType type;  // of a scalar that carries it
};

// The tags that PyYAML's safe loader gives a plain text, number, list or mapping for.
constexpr std::array<KnownTag, 10> kTags = {{{"!", ScalarType::string},
                                             {"tag:yaml.org,2002:str", ScalarType::string},
                                             {"tag:yaml.org,2002:int", ScalarType::integer},
                                             {"tag:yaml.org,2002:float", ScalarType::number},
                                             {"tag:yaml.org,2002:bool", ScalarType::boolean},
                                             {"tag:yaml.org,2002:null", ScalarType::null},
                                             {"tag:yaml.org,2002:timestamp", ScalarType::date},
                                             {"tag:yaml.org,2002:merge", ScalarType::merge},
                                             {"tag:yaml.org,2002:seq", ScalarType::string},
                                             {"tag:yaml.org,2002:map", ScalarType::string}}};

struct Advice {
    std::string_view problem;  // part of libyaml's message
    std::string_view hint;
};
constexpr std::array<Advice, 11> kAdvice = {
    {{"cannot start any token", "A text that begins with @, ` or % needs quotes."},
     {"mapping values are not allowed", "A text that holds `: ` needs quotes; else look at the indentation."},
     {"could not find expected ':'", "A member is written `name: value`; look for a missing colon or blank."},
     {"did not find expected key", "Look at the indentation here, and for a quote that ends too early."},
     {"did not find expected '-' indicator", "Every item of a list begins with `- `, all in one column."},
     {"',' or ']'", "A list in brackets needs a comma between items and a `]` at its end."},
     {"',' or '}'", "A mapping in braces needs a comma between members and a `}` at its end."},
     {"expected node content", "A value is missing, or a [ or { is never closed."},
     {"unexpected ':'", "A blank belongs behind the colon."},
     {"unexpected end of stream", "A quote is never closed."},
     {"found unknown escape character", "Write \\\\ for a backslash, or use single quotes."}}};

// As long as the event that it belongs to.
std::string_view text_of(const yaml_char_t* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

class YamlReader {
  public:
    // `text` is without its byte order mark, which libyaml skips only while it guesses the encoding.
    YamlReader(std::string_view text, std::size_t file, Diagnostics& diagnostics)
        : text_(text),
          file_(file),
          diagnostics_(diagnostics),
          cursor_(text),
          builder_(file, text.size(), diagnostics) {
        yaml_parser_initialize(&parser_);
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                     text.size());
    }
    ~YamlReader() { yaml_parser_delete(&parser_); }
    YamlReader(const YamlReader&) = delete;
    YamlReader& operator=(const YamlReader&) = delete;

    Document read() {
        while (step()) {
        }
        Document document = builder_.take();
        if (document.root == nullptr && !failed_) {
            diagnostics_.add({file_, 1, 1}, "the file holds no workflow",
                             "A workflow has metadata, agents and teams.");
        }
        return document;
    }

  private:
    // Takes one event. False at the end of the text or after a fault.
    bool step() {
        yaml_event_t event;
        if (yaml_parser_parse(&parser_, &event) == 0) return syntax_error();
        const bool end = event.type == YAML_STREAM_END_EVENT;
        const bool more = !end && handle(event);
        failed_ = !end && !more;
        yaml_event_delete(&event);
        return more;
    }

    bool handle(const yaml_event_t& event) {
        const Mark mark = at(event.start_mark);
        switch (event.type) {
            case YAML_DOCUMENT_START_EVENT:
                if (++documents_ == 1) return true;
                return builder_.fail(mark, "a second document begins here", "One file holds one workflow.");
            case YAML_SCALAR_EVENT:
                return scalar(event, mark);
            case YAML_SEQUENCE_START_EVENT:
                return known_tag(text_of(event.data.sequence_start.tag), mark) != nullptr &&
                       builder_.begin(NodeType::sequence, mark, text_of(event.data.sequence_start.anchor));
            case YAML_MAPPING_START_EVENT:
                return known_tag(text_of(event.data.mapping_start.tag), mark) != nullptr &&
                       builder_.begin(NodeType::mapping, mark, text_of(event.data.mapping_start.anchor));
            case YAML_SEQUENCE_END_EVENT:
            case YAML_MAPPING_END_EVENT:
                return builder_.end();
            case YAML_ALIAS_EVENT:
                return builder_.alias(text_of(event.data.alias.anchor), mark);
            default:
                return true;
        }
    }

    bool scalar(const yaml_event_t& event, Mark mark) {
        const auto& scalar = event.data.scalar;
        const KnownTag* tag = known_tag(text_of(scalar.tag), mark);
        if (tag == nullptr) return false;
        const auto kept = builder_.keep({reinterpret_cast<const char*>(scalar.value), scalar.length});
        const std::string_view text(kept.data(), kept.size());
        ScalarType type = tag->type;
        if (scalar.tag == nullptr && scalar.style == YAML_PLAIN_SCALAR_STYLE) type = scalar_type(text);
        return builder_.scalar(text, type, mark, text_of(scalar.anchor));
    }

    // Null, and a fault, where it is not known. No tag is as good as `!`.
    const KnownTag* known_tag(std::string_view tag, Mark mark) {
        if (tag.empty()) return kTags.data();
        const auto* const known = std::ranges::find(kTags, tag, &KnownTag::tag);
        if (known != kTags.end()) return known;
        builder_.fail(mark, fmt::format("the tag {} has no meaning in a workflow", backquoted(tag)),
                      "Leave the tag out.");
        return nullptr;
    }

    bool syntax_error() {
        failed_ = true;
        const std::string problem = parser_.problem == nullptr ? "can't be read" : parser_.problem;
        if (parser_.error == YAML_READER_ERROR) return unreadable(problem);
        std::vector<std::pair<Position, std::string>> related;
        if (parser_.context != nullptr && parser_.context_mark.index < parser_.problem_mark.index) {
            const Mark context = at(parser_.context_mark);
            related.push_back({{file_, context.line, context.column}, parser_.context});
        }
        const Mark mark = at(parser_.problem_mark);
        if (cursor_.byte() < text_.size() && text_[cursor_.byte()] == '\t') {
            return builder_.fail(mark, "a tab can't stand here",
                                 "YAML indents with blanks, never with tabs.");
        }
        const auto* const advice = std::ranges::find_if(
            kAdvice, [&](const Advice& known) { return problem.find(known.problem) != std::string::npos; });
        return builder_.fail(mark, "not YAML: " + problem,
                             advice == kAdvice.end() ? "" : std::string(advice->hint), std::move(related));
    }

    // Bytes that are no UTF-8, and control characters.
    bool unreadable(const std::string& problem) {
        const std::size_t offset = parser_.problem_offset;
        const Mark mark = cursor_.at_byte(offset);
        const unsigned byte = offset < text_.size() ? static_cast<unsigned char>(text_[offset]) : 0;
        if (problem.find("control characters") != std::string::npos) {
            return builder_.fail(
                mark, fmt::format("a control character (byte 0x{:02x}) can't stand here", byte),
                "Between double quotes it can be written as an escape such as \\e or \\x07.");
        }
        return builder_.fail(mark, fmt::format("byte 0x{:02x} is not UTF-8: {}", byte, problem),
                             "Save the file as UTF-8.");
    }

    // libyaml counts lines by more line ends than editors do, so its own count is taken only for what lies
    // behind.
    Mark at(const yaml_mark_t& mark) {
        if (mark.index >= cursor_.code_point()) return cursor_.at_code_point(mark.index);
        return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
    }

    std::string_view text_;
    std::size_t file_;
    Diagnostics& diagnostics_;
    LineCursor cursor_;
    yaml_parser_t parser_{};
    TreeBuilder builder_;
    int documents_ = 0;
    bool failed_ = false;
};

}  // namespace

Document read_yaml(std::string_view text, std::size_t file, Diagnostics& diagnostics) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    return YamlReader(text, file, diagnostics).read();
}

}  // namespace tlm
