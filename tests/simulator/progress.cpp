#include "tests/simulator/progress.h"

#include <utility>

namespace tlm::simulator {

void Progress::settle() {
    // By index and by copy: the workers' answer to a note is more notes.
    for (std::size_t i = 0; i < store_.notes.size(); ++i)
        settle(TaskNote(store_.notes[i]));
    store_.notes.clear();
}

void Progress::settle(const TaskNote& note) {
    const Record* task = store_.tasks.find(note.id);
    if (task == nullptr) return;
    switch (note.what) {
        case TaskNote::What::kCreated:
            if (log_.created(*task)) ++store_.dispatched_early;
            events_.created(*task);
            return workers_.take(store_, note.id, now());
        case TaskNote::What::kShown:
            return workers_.shown(store_, note.id);
        case TaskNote::What::kUpdated:
            log_.has_status(note.id, note.status);
            return events_.updated(*task);
        case TaskNote::What::kWorked:
            log_.has_status(note.id, note.status);
            if (note.status == "running") return events_.started(*task, workers_.planned_end(note.id));
            return events_.ended(*task, note.status);
    }
}

std::optional<Progress::Time> Progress::pass(Time now) {
    workers_.pass(store_, now + skipped_);
    settle();
    const auto next = workers_.next_due();
    return next ? std::optional(*next - skipped_) : std::nullopt;
}

void Progress::employ(std::vector<WorkerScript> scripts) {
    workers_.employ(std::move(scripts), store_, now());
    settle();
}

void Progress::skip(std::chrono::milliseconds time) {
    skipped_ += time;
    pass(std::chrono::steady_clock::now());
}

void Progress::connect(const std::string& url, const std::string& ca_file) {
    events_.send_to({});
    broker_.reset();
    if (url.empty()) return;
    broker_ = std::make_unique<Broker>(url, ca_file);
    events_.send_to([this](const auto& subject, const auto& payload) { broker_->publish(subject, payload); });
}

void Progress::forget() {
    store_.forget();
    workers_.forget();
}

}  // namespace tlm::simulator
