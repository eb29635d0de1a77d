#include "engine/plan/look_alikes.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

namespace tlm {
namespace {

class Names {
  public:
    // `place` is where names are compared with each other.
    void add(std::string_view what, const std::string& place, const std::string& name) {
        std::string folded = place;
        folded.append(1, '\0').append(what).append(1, '\0').append(look_folded(name));
        const auto [at, is_new] = groups_.try_emplace(std::move(folded), order_.size());
        if (is_new) {
            order_.push_back({std::string(what), {name}, {}});
        } else {
            std::vector<std::string>& names = order_[at->second].names;
            if (names.front() == name || !others_.insert(at->first + '\0' + name).second) return;
            names.push_back(name);
        }
        if (auto mixed = mixed_scripts(name)) mixed_.push_back({std::string(what), {name}, std::move(mixed)});
    }

    std::vector<LookAlike> found() {
        std::erase_if(order_, [](const LookAlike& group) { return group.names.size() < 2; });
        std::ranges::move(mixed_, std::back_inserter(order_));
        return std::move(order_);
    }

  private:
    std::unordered_map<std::string, std::size_t> groups_;  // by place, kind and folded name: index of order_
    std::unordered_set<std::string> others_;  // all but the first name of a group, behind its key
    std::vector<LookAlike> order_;
    std::vector<LookAlike> mixed_;
};

class Collector {
  public:
    void workflow(const std::string& name) {
        if (name == workflow_) return;
        workflow_ = name;
        place_ = look_folded(name);
        names_.add("workflow", {}, name);
    }
    void address(const Address& address) {
        workflow(address.workflow);
        if (address.kind != Kind::task) return names_.add(kind_name(address.kind), place_, address.name);
        names_.add("team", place_, address.team);
        names_.add("task", place_ + '\0' + look_folded(address.team), address.name);
    }
    std::vector<LookAlike> found() { return names_.found(); }

  private:
    Names names_;
    std::string workflow_;  // the last one, of which there are usually many addresses
    std::string place_;
};

}  // namespace

std::vector<LookAlike> look_alikes(const Plan& plan) {
    Collector names;
    for (const std::string& workflow : plan.workflows)
        names.workflow(workflow);
    for (const Change& change : plan.changes) {
        names.address(change.address);
        for (const Address& task : change.waits_for)
            names.address(task);
    }
    return names.found();
}

}  // namespace tlm
