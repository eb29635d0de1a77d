#include "cmd/render/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "cmd/render/columns.h"
#include "cmd/stdio.h"

namespace tlm::cmd {
namespace {

constexpr char kEscape = '\x1b';

// A line without its colours, and these by the place where they stand.
class Colours {
  public:
    explicit Colours(std::string_view line) {
        for (std::size_t at = 0; at < line.size();) {
            if (line[at] != kEscape) {
                plain_ += line[at++];
                continue;
            }
            const std::size_t end = std::min(line.find('m', at), line.size() - 1) + 1;
            marks_.emplace_back(plain_.size(), line.substr(at, end - at));
            at = end;
        }
    }
    [[nodiscard]] const std::string& plain() const { return plain_; }

    // A part of the plain text with the colours that stand in it. Parts are asked for in order.
    [[nodiscard]] std::string part(std::size_t begin, std::size_t end) {
        constexpr std::string_view kPlainAgain = "\x1b[0m";
        std::string text;
        std::size_t at = begin;
        for (; next_ < marks_.size(); ++next_) {
            const auto& [place, mark] = marks_[next_];
            if (place > end || (place == end && mark != kPlainAgain)) break;
            if (place > at) text.append(plain_, at, place - at);
            at = std::max(at, place);
            text += mark;
        }
        return text.append(plain_, at, end - at);
    }
    // Those that stand behind all parts that were asked for.
    [[nodiscard]] std::string rest() {
        std::string text;
        for (; next_ < marks_.size(); ++next_)
            text += marks_[next_].second;
        return text;
    }

  private:
    std::string plain_;
    std::vector<std::pair<std::size_t, std::string_view>> marks_;
    std::size_t next_ = 0;
};

// Parts of a text, with the spaces before them left out: those that are parted by `spaces` spaces or more.
std::vector<std::pair<std::size_t, std::size_t>> parts_of(std::string_view text, std::size_t begin,
                                                          std::size_t end, std::size_t spaces) {
    std::vector<std::pair<std::size_t, std::size_t>> parts;
    const std::string gap(spaces, ' ');
    while ((begin = std::min(text.find_first_not_of(' ', begin), end)) < end) {
        const std::size_t stop = std::min(text.find(gap, begin), end);
        parts.emplace_back(begin, stop);
        begin = stop;
    }
    return parts;
}

class Fitted {
  public:
    Fitted(std::string_view line, std::size_t width)
        : line_(line),
          width_(width),
          indent_(std::min(line_.plain().find_first_not_of(' '), line_.plain().size())),
          hang_(std::min(indent_ + 2, width / 2)) {}

    std::string text() {
        if (columns(line_.plain()) <= width_) {
            text_ = line_.part(0, line_.plain().size());
            return text_ + line_.rest();
        }
        text_ = std::string(std::min(indent_, width_ / 2), ' ');
        used_ = text_.size();
        end_ = indent_;
        for (const auto& [begin, end] : parts_of(line_.plain(), indent_, line_.plain().size(), 2)) {
            // A little less to the right where that keeps it on one line.
            const std::size_t wide = columns_of(begin, end);
            const std::size_t most = width_ - std::min(width_, wide);
            if (!put(begin, end, most > indent_ ? std::min(hang_, most) : hang_)) words(begin, end);
        }
        return std::move(text_) + line_.rest();
    }

  private:
    [[nodiscard]] std::size_t columns_of(std::size_t begin, std::size_t end) const {
        return columns(std::string_view(line_.plain()).substr(begin, end - begin));
    }

    // On this line, with what stood before it, or on the next one where that holds it with this indent.
    bool put(std::size_t begin, std::size_t end, std::size_t indent) {
        const std::size_t before = empty_ ? 0 : begin - end_;
        const std::size_t wide = columns_of(begin, end);
        if (used_ + before + wide > width_) {
            if (indent + wide > width_) return false;
            next_line(indent);
        } else {
            text_.append(before, ' ');
            used_ += before;
        }
        text_ += line_.part(begin, end);
        used_ += wide;
        end_ = end;
        empty_ = false;
        return true;
    }

    void words(std::size_t begin, std::size_t end) {
        for (const auto& [first, last] : parts_of(line_.plain(), begin, end, 1)) {
            const std::size_t wide = columns_of(first, last);
            if (put(first, last, std::min(hang_, width_ - std::min(width_, wide)))) continue;
            std::size_t at = first;
            for (const std::string& piece :
                 wrap(line_.plain().substr(first, last - first), std::max<std::size_t>(width_ - hang_, 1))) {
                next_line(hang_);
                text_ += line_.part(at, at + piece.size());
                used_ += columns(piece);
                at += piece.size();
                empty_ = false;
            }
            end_ = last;
        }
    }

    void next_line(std::size_t indent) {
        if (empty_) {
            text_.resize(text_.size() - used_);
        } else {
            text_ += '\n';
        }
        text_.append(indent, ' ');
        used_ = indent;
        empty_ = true;
    }

    Colours line_;
    const std::size_t width_;
    const std::size_t indent_;  // of the line itself
    const std::size_t hang_;    // of what goes on below
    std::string text_;
    std::size_t used_ = 0;  // columns of the line that is being filled
    std::size_t end_ = 0;   // of what was put last
    bool empty_ = true;     // the line that is being filled
};

// Between words of a command; not in what is quoted.
std::vector<std::string_view> words_of(std::string_view command) {
    std::vector<std::string_view> words;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= command.size(); ++at) {
        if (at == command.size() || (command[at] == ' ' && !quoted)) {
            if (at > begin) words.push_back(command.substr(begin, at - begin));
            begin = at + 1;
        } else if (command[at] == '\'') {
            quoted = !quoted;
        } else if (command[at] == '\\' && !quoted) {
            ++at;
        }
    }
    return words;
}

}  // namespace

std::string fit(std::string_view text, std::size_t width) {
    // Before a word is broken in two.
    if (width > 0 && holds_secret(text)) return fit(redacted(std::string(text)), width);
    if (width == 0) return std::string(text);
    std::string result;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        result += Fitted(text.substr(0, end), width).text();
        if (end < text.size()) result += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

std::string command_text(std::string_view command, std::size_t indent, std::size_t width) {
    const std::string margin(indent, ' ');
    if (width == 0 || indent + columns(command) <= width) return fmt::format("{}{}\n", margin, command);
    constexpr std::size_t kBackslash = 2;
    std::string text = margin;
    std::size_t used = indent;
    bool first = true;
    for (const std::string_view word : words_of(command)) {
        if (!first && used + 1 + columns(word) + kBackslash > width) {
            text += " \\\n" + margin + "  ";
            used = indent + 2;
        } else if (!first) {
            text += ' ';
            ++used;
        }
        text += word;
        used += columns(word);
        first = false;
    }
    return text + "\n";
}

std::string sentence_with_command(std::string_view sentence, std::string_view command, std::size_t width) {
    std::string line = fmt::format("{} {}\n", sentence, command);
    if (width == 0 || columns(line.substr(0, line.size() - 1)) <= width) return line;
    const std::size_t indent = std::min(sentence.find_first_not_of(' '), sentence.size()) + 2;
    return fit(sentence, width) + "\n" + command_text(command, indent, width);
}

}  // namespace tlm::cmd
