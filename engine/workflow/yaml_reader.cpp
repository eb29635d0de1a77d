#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <array>

#include "engine/base/text.h"
#include "engine/workflow/document.h"
#include "engine/workflow/tree_builder.h"

namespace tlm {
namespace {

// The tags that PyYAML's safe loader gives a plain text, number, list or mapping for.
constexpr std::array<std::string_view, 9> kTags = {
    "tag:yaml.org,2002:str",  "tag:yaml.org,2002:int",   "tag:yaml.org,2002:float",
    "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null",  "tag:yaml.org,2002:seq",
    "tag:yaml.org,2002:map",  "tag:yaml.org,2002:merge", "tag:yaml.org,2002:timestamp"};

std::string text_of(const yaml_char_t* text) {
    return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
}

class YamlReader {
  public:
    YamlReader(const std::string& text, std::size_t file) : file_(file) {
        yaml_parser_initialize(&parser_);
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
        // libyaml skips a byte order mark only while it guesses the encoding.
        constexpr std::string_view kMark = "\xEF\xBB\xBF";
        const std::size_t skipped = text.starts_with(kMark) ? kMark.size() : 0;
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()) + skipped,
                                     text.size() - skipped);
    }
    ~YamlReader() { yaml_parser_delete(&parser_); }
    YamlReader(const YamlReader&) = delete;
    YamlReader& operator=(const YamlReader&) = delete;

    DocumentResult read() {
        while (step()) {
        }
        if (!builder_.faults().empty()) return {nullptr, builder_.faults()};
        if (builder_.root() == nullptr) {
            return {nullptr,
                    {{{file_, 1, 1},
                      "the file holds no workflow",
                      "A workflow has metadata, agents and teams."}}};
        }
        return {builder_.root(), {}};
    }

  private:
    // Takes one event. False at the end of the text or after a fault.
    bool step() {
        yaml_event_t event;
        if (yaml_parser_parse(&parser_, &event) == 0) return syntax_error();
        const bool more = handle(event);
        yaml_event_delete(&event);
        return more;
    }

    bool handle(const yaml_event_t& event) {
        const Position position = at(event.start_mark);
        switch (event.type) {
            case YAML_STREAM_END_EVENT:
                return false;
            case YAML_DOCUMENT_START_EVENT:
                if (++documents_ == 1) return true;
                return builder_.fail(position, "a second document begins here",
                                     "One file holds one workflow.");
            case YAML_SCALAR_EVENT:
                return scalar(event, position);
            case YAML_SEQUENCE_START_EVENT:
                return known_tag(text_of(event.data.sequence_start.tag), position) &&
                       builder_.begin(NodeType::sequence, position,
                                      text_of(event.data.sequence_start.anchor));
            case YAML_MAPPING_START_EVENT:
                return known_tag(text_of(event.data.mapping_start.tag), position) &&
                       builder_.begin(NodeType::mapping, position, text_of(event.data.mapping_start.anchor));
            case YAML_SEQUENCE_END_EVENT:
            case YAML_MAPPING_END_EVENT:
                return builder_.end();
            case YAML_ALIAS_EVENT:
                return builder_.alias(text_of(event.data.alias.anchor), position);
            default:
                return true;
        }
    }

    bool scalar(const yaml_event_t& event, Position position) {
        const auto& scalar = event.data.scalar;
        const std::string tag = text_of(scalar.tag);
        if (!known_tag(tag, position)) return false;
        std::string text(reinterpret_cast<const char*>(scalar.value), scalar.length);
        const bool plain = scalar.style == YAML_PLAIN_SCALAR_STYLE && tag != "tag:yaml.org,2002:str";
        return builder_.scalar(std::move(text), plain, position, text_of(scalar.anchor));
    }

    bool known_tag(const std::string& tag, Position position) {
        const bool known = tag.empty() || tag == "!" || std::ranges::find(kTags, tag) != kTags.end();
        if (known) return true;
        return builder_.fail(position,
                             fmt::format("the tag `{}` has no meaning in a workflow", visible(tag)));
    }

    bool syntax_error() {
        const bool has_mark = parser_.error != YAML_READER_ERROR && parser_.error != YAML_MEMORY_ERROR;
        Position position{file_, 1, 1};
        if (has_mark) position = at(parser_.problem_mark);
        std::string message = parser_.problem == nullptr ? "can't be read" : parser_.problem;
        if (parser_.context != nullptr) message = fmt::format("{}: {}", parser_.context, message);
        std::string hint;
        if (message.find("cannot start any token") != std::string::npos) {
            hint =
                "YAML indents with blanks, never with tabs, and a text that begins with @ or ` needs quotes.";
        } else if (message.find("mapping values are not allowed") != std::string::npos) {
            hint = "A text that holds `: ` needs quotes.";
        } else if (parser_.error == YAML_READER_ERROR) {
            message = fmt::format("byte {}: {}", parser_.problem_offset, message);
            hint = "Workflow files are UTF-8.";
        }
        return builder_.fail(position, message, std::move(hint));
    }

    [[nodiscard]] Position at(const yaml_mark_t& mark) const {
        return {file_, mark.line + 1, mark.column + 1};
    }

    std::size_t file_;
    yaml_parser_t parser_{};
    TreeBuilder builder_;
    int documents_ = 0;
};

}  // namespace

DocumentResult read_yaml(const std::string& text, std::size_t file) {
    return YamlReader(text, file).read();
}

}  // namespace tlm
