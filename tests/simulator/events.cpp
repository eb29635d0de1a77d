#include "tests/simulator/events.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>

#include "tests/simulator/json_text.h"

namespace tlm::simulator {
namespace {

// In the order of EventFault.
constexpr std::array<std::string_view, 4> kFaultNames{"lost", "doubled", "early", "malformed"};

EventFault fault_named(const rapidjson::Value& kind) {
    if (kind.IsString()) {
        const auto* found = std::ranges::find(kFaultNames, std::string_view(kind.GetString()));
        if (found != kFaultNames.end()) return static_cast<EventFault>(found - kFaultNames.begin());
    }
    throw std::invalid_argument("the kind of a fault is lost, doubled, early or malformed");
}

std::string subject_of(const Record& task, std::string_view step) {
    return fmt::format("hi.tasks.{}.{}.{}", task.team, task.id, step);
}

std::string whole(const Record& task) {
    return fmt::format(R"({{"task":{}}})", task.json);
}

}  // namespace

void Events::set_faults(const rapidjson::Value& list) {
    if (!list.IsArray()) throw std::invalid_argument("faults must be an array");
    std::vector<Waiting> faults;
    for (const auto& object : list.GetArray()) {
        if (!object.IsObject() || !object.HasMember("kind"))
            throw std::invalid_argument("a fault is an object with a kind");
        Waiting fault{fault_named(object["kind"])};
        if (const auto subject = object.FindMember("subject"); subject != object.MemberEnd()) {
            if (!subject->value.IsString()) throw std::invalid_argument("subject must be a string");
            fault.subject = subject->value.GetString();
        }
        if (const auto every = object.FindMember("every"); every != object.MemberEnd()) {
            if (!every->value.IsUint() || every->value.GetUint() == 0)
                throw std::invalid_argument("every must be a whole number from 1");
            fault.every = every->value.GetUint();
        }
        faults.push_back(std::move(fault));
    }
    faults_ = std::move(faults);
}

void Events::created(const Record& task) {
    const std::string subject = "hi.tasks.created";
    send(subject, whole(task), take_fault(subject));
}

void Events::updated(const Record& task) {
    const std::string subject = subject_of(task, "updated");
    send(subject, whole(task), take_fault(subject));
}

void Events::started(const Record& task, const std::optional<std::string>& planned) {
    const std::string subject = subject_of(task, "started");
    send(subject, worker_payload(task, "started"), take_fault(subject));
    if (!planned) return;
    const std::string end = subject_of(task, *planned);
    const bool early = std::ranges::any_of(faults_, [&](const Waiting& fault) {
        return fault.kind == EventFault::kEarly && fnmatch(fault.subject.c_str(), end.c_str(), 0) == 0;
    });
    if (!early || take_fault(end) != EventFault::kEarly) return;
    told_early_.insert(task.id);
    send(end, worker_payload(task, *planned), std::nullopt);
}

void Events::ended(const Record& task, const std::string& how) {
    if (told_early_.erase(task.id) > 0) return;
    const std::string subject = subject_of(task, how);
    send(subject, worker_payload(task, how), take_fault(subject));
}

std::string Events::to_json() const {
    std::string faults;
    for (const Waiting& fault : faults_) {
        fmt::format_to(std::back_inserter(faults), R"({}{{"kind":"{}","subject":{},"every":{},"hit":{}}})",
                       faults.empty() ? "" : ",", kFaultNames.at(static_cast<std::size_t>(fault.kind)),
                       quoted(fault.subject), fault.every, fault.hit);
    }
    return fmt::format(R"({{"published":{},"faults":[{}]}})", published_, faults);
}

std::optional<EventFault> Events::take_fault(const std::string& subject) {
    for (Waiting& fault : faults_) {
        if (fnmatch(fault.subject.c_str(), subject.c_str(), 0) != 0) continue;
        if (++fault.matched % fault.every != 0) continue;
        ++fault.hit;
        return fault.kind;
    }
    return std::nullopt;
}

void Events::send(const std::string& subject, const std::string& payload, std::optional<EventFault> fault) {
    if (fault == EventFault::kLost) return;
    if (fault == EventFault::kMalformed) {
        const std::array<std::string, 3> wrong{payload.substr(0, payload.size() / 2), R"([{"task":7}])",
                                               "\xff\xfe\x01"};
        return publish(subject, wrong.at(malformed_++ % wrong.size()));
    }
    publish(subject, payload);
    if (fault == EventFault::kDoubled) publish(subject, payload);
}

void Events::publish(const std::string& subject, const std::string& payload) {
    if (!publish_) return;
    ++published_;
    publish_(subject, payload);
}

// Workers are of several makes, which put the task's id in one place or the other.
std::string Events::worker_payload(const Record& task, std::string_view step) {
    if (++by_workers_ % 2 == 0)
        return fmt::format(R"({{"task_id":{},"status":"{}"}})", quoted(task.id), step);
    return fmt::format(R"({{"event":"task.{}","data":{{"task_id":{}}}}})", step, quoted(task.id));
}

}  // namespace tlm::simulator
