#include "cmd/plan_page.h"

#include "cmd/graph_picture.h"
#include "cmd/render/plan_html.h"

namespace tlm::cmd {

std::string plan_page(const Plan& plan, const std::string& file, Dot& dot, const std::string& advice,
                      const std::string& stopped_by) {
    PlanPage page;
    page.file = file;
    page.advice = advice;
    if (!plan.changes.empty()) {
        auto picture = graph_picture(graph_of(plan), SvgUse::page, dot);
        if (picture) {
            page.graph = std::move(picture.value().svg);
            page.graph_note = std::move(picture.value().note);
        } else {
            // The page is complete without it.
            const Error& error = picture.error();
            page.graph_note = "No picture: " + error.message + ".";
            if (!error.hints.empty()) page.graph_note += " " + error.hints.front() + ".";
        }
    }
    page.stopped_by = stopped_by;
    return plan_html(plan, page);
}

}  // namespace tlm::cmd
