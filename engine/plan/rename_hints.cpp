#include "engine/plan/rename_hints.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace tlm {
namespace {

// What of a resource does not hang on its name, as a text that is the same where it means the same. An
// agent's label and description hold its name; what was never set and what is empty are the same.
std::string likeness(Kind kind, const Attributes& attributes) {
    Attributes kept;
    for (const auto& [attribute, value] : attributes) {
        if (attribute == Attribute::label || attribute == Attribute::description ||
            attribute == Attribute::status)
            continue;
        if (attribute == Attribute::runtime && value == Value(std::string("local"))) continue;
        if (const auto* text = std::get_if<std::string>(&value); text != nullptr && text->empty()) continue;
        if (const auto* list = std::get_if<StringList>(&value)) {
            if (list->empty()) continue;
            StringList sorted = *list;
            if (attribute != Attribute::program_args) std::ranges::sort(sorted);
            kept.set(attribute, std::move(sorted));
            continue;
        }
        kept.set(attribute, value);
    }
    return std::string(kind_name(kind)) + attributes_to_json(kept);
}

// Those that are alike, on both sides.
struct Group {
    std::vector<const Address*> made;
    std::vector<const Address*> left;
};

class Pairs {
  public:
    void add(const Address& from, const Address& to) { pairs_.emplace_back(&from, &to); }

    // Whole workflows first, where one takes the place of another.
    std::vector<RenameHint> hints(const std::vector<std::string>& workflows) const {
        std::map<std::string, std::set<std::string>> successors;
        for (const auto& [from, to] : pairs_) {
            // A pair under another name is no sign of a workflow that was renamed.
            successors[from->workflow].insert(from->name == to->name ? to->workflow : std::string());
        }
        std::set<RenameHint> hints;
        for (const auto& [from, to] : pairs_) {
            const auto& to_where = successors.at(from->workflow);
            const bool whole = from->workflow != to->workflow && to_where.size() == 1 &&
                               !to_where.contains({}) &&
                               !std::ranges::binary_search(workflows, from->workflow);
            hints.insert(whole ? RenameHint{workflow_text(from->workflow), workflow_text(to->workflow)}
                               : RenameHint{from->text(), to->text()});
        }
        return {hints.begin(), hints.end()};
    }

  private:
    // As in an address.
    static std::string workflow_text(const std::string& workflow) {
        const std::string text = Address::agent(workflow, "x").text();
        return text.substr(0, text.find('/'));
    }
    std::vector<std::pair<const Address*, const Address*>> pairs_;
};

// Pairs what is alike: first under the same name, then what is the only one left on both sides.
void pair_up(Group& group, Pairs& pairs) {
    std::multimap<std::string_view, const Address*> left;
    for (const Address* address : group.left)
        left.emplace(address->name, address);
    std::map<std::string_view, int> times;
    for (const Address* address : group.made)
        ++times[address->name];
    std::vector<const Address*> unpaired;
    for (const Address* made : group.made) {
        if (left.count(made->name) == 1 && times[made->name] == 1) {
            pairs.add(*left.find(made->name)->second, *made);
            left.erase(made->name);
        } else {
            unpaired.push_back(made);
        }
    }
    if (unpaired.size() == 1 && left.size() == 1) pairs.add(*left.begin()->second, *unpaired.front());
}

}  // namespace

std::vector<RenameHint> rename_hints(const std::vector<Change>& changes, const std::vector<Stray>& strays,
                                     const FleetIndex& fleet, const std::vector<std::string>& workflows) {
    std::unordered_map<std::string, Group> groups;
    for (const Stray& stray : strays) {
        if (stray.kind != StrayKind::orphan || !stray.address || stray.live->kind == Kind::task) continue;
        const Attributes named = fleet.named(*stray.address, stray.live->attributes, {});
        groups[likeness(stray.live->kind, named)].left.push_back(&*stray.address);
    }
    // A first plan of a large fleet has many creates and nothing that they could be.
    if (groups.empty()) return {};
    for (const Change& change : changes) {
        if (change.action != Action::create || change.reason != Reason::absent ||
            change.address.kind == Kind::task)
            continue;
        const auto at = groups.find(likeness(change.address.kind, planned_attributes(change)));
        if (at != groups.end()) at->second.made.push_back(&change.address);
    }
    Pairs pairs;
    for (auto& [text, group] : groups)
        pair_up(group, pairs);
    return pairs.hints(workflows);
}

}  // namespace tlm
