#include "cmd/render/rows_html.h"

#include <fmt/format.h>

#include "cmd/render/html.h"

namespace tlm::cmd {
namespace {

constexpr std::size_t kBlock = 200;

}  // namespace

void put_tiles(std::string& out, std::span<const RowKind> kinds) {
    out += "<ul class=\"tiles\">\n";
    for (const RowKind& kind : kinds) {
        if (kind.count == 0) continue;
        out += fmt::format("<li class=\"tile {}\"><b>{}</b><span>", kind.css, kind.count);
        if (!kind.sign.empty()) out += fmt::format("<span class=\"sign\">{}</span> ", kind.sign);
        out += fmt::format("{}</span></li>\n", kind.of_count);
    }
    out += "</ul>\n";
}

void put_filter(std::string& out, std::span<const RowKind> kinds, std::string_view noun) {
    out += fmt::format(
        "<form class=\"filter\" id=\"filter\" data-noun=\"{0}\" hidden=\"hidden\">\n"
        "<label class=\"quiet\" for=\"search\">Show only {0} that contain</label>\n"
        "<input type=\"search\" id=\"search\" placeholder=\"Filter by address, reason or value\" "
        "autocomplete=\"off\" spellcheck=\"false\"/>\n"
        "<fieldset><legend class=\"quiet\">Show only {0} of these kinds</legend>\n",
        noun);
    for (const RowKind& kind : kinds) {
        if (kind.count == 0) continue;
        out += fmt::format(
            "<label class=\"{0}\"><input type=\"checkbox\" value=\"{1}\" checked=\"checked\"/>"
            "{1}</label>\n",
            kind.css, kind.word);
    }
    out +=
        "</fieldset>\n<button type=\"button\" id=\"open\">Open details</button>\n"
        "<button type=\"button\" id=\"close\">Close details</button>\n"
        "<p class=\"matches\" id=\"matches\" role=\"status\" aria-live=\"polite\"></p>\n</form>\n";
}

void Rows::group(std::string_view title, std::size_t rows) {
    end();
    out_ += "<section class=\"group\"><h3>";
    escape_to(out_, title);
    out_ += fmt::format(" <span class=\"dim\">({})</span></h3>\n", rows);
    in_group_ = true;
    left_ = rows;
}

// The roles say what the elements are already: on narrow screens the style makes blocks of them, and without
// their roles they would then be no table any more to a screen reader.
void Rows::begin_row(const RowKind& kind, std::string_view address) {
    if (in_block_ == kBlock) end_block();
    if (in_block_ == 0) {
        out_ += left_ < kBlock ? "<div class=\"block last\">" : "<div class=\"block\">";
        out_ += fmt::format(
            "<table class=\"changes\" role=\"table\"><thead role=\"rowgroup\"><tr role=\"row\">"
            "<th class=\"c1\" scope=\"col\" role=\"columnheader\">Kind</th>"
            "<th class=\"c2\" scope=\"col\" role=\"columnheader\">{}</th>"
            "<th scope=\"col\" role=\"columnheader\">{}</th></tr></thead><tbody role=\"rowgroup\">\n",
            second_, third_);
    }
    ++in_block_;
    if (left_ > 0) --left_;
    out_.append("<tr role=\"row\" data-a=\"").append(kind.word).append("\"><td role=\"cell\" class=\"act ");
    out_.append(kind.css).append("\"><b>").append(kind.sign).append("</b> ").append(kind.word);
    out_ += "</td><th scope=\"row\" role=\"rowheader\">";
    escape_to(out_, address);
    out_ += "</th><td role=\"cell\">";
}

void Rows::end_block() {
    if (in_block_ > 0) out_ += "</tbody></table></div>\n";
    in_block_ = 0;
}

void Rows::end() {
    end_block();
    if (in_group_) out_ += "</section>\n";
    in_group_ = false;
}

}  // namespace tlm::cmd
