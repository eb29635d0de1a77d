#include "engine/plan/plan_diff.h"

#include <fmt/format.h>

#include <map>
#include <set>

namespace tlm {
namespace {

// Of the changes at one address all but deletes are one: there is at most one of them in a plan. Deletes are
// told apart by the id.
using Place = std::tuple<Address, bool, ResourceId>;

Place place_of(const Change& change) {
    const bool removal = change.action == Action::remove;
    return {change.address, removal, removal ? change.id : ResourceId{}};
}

std::string json(bool flag) {
    return flag ? "true" : "false";
}
std::string json(const std::string& text) {
    return text.empty() ? std::string() : value_to_json(text);
}
std::string json(const std::optional<Value>& value) {
    return value ? value_to_json(*value) : std::string();
}
std::string json(const std::vector<Address>& addresses) {
    StringList texts;
    for (const Address& address : addresses)
        texts.push_back(address.text());
    return texts.empty() ? std::string() : value_to_json(texts);
}
std::string json(const std::vector<ResourceId>& ids) {
    StringList texts;
    for (const ResourceId& id : ids)
        texts.push_back(id.text());
    return texts.empty() ? std::string() : value_to_json(texts);
}
std::string json(const std::vector<Protection>& protections) {
    StringList texts;
    for (const Protection& protection : protections)
        texts.push_back(protection.pattern);
    return texts.empty() ? std::string() : value_to_json(texts);
}
std::string json(const std::vector<TeardownRule>& rules) {
    StringList texts;
    for (const TeardownRule& rule : rules)
        texts.push_back((rule.when == Teardown::on_failure ? "on_failure: " : "on_completion: ") +
                        rule.workflow);
    return texts.empty() ? std::string() : value_to_json(texts);
}
std::string json(const Precondition& precondition) {
    if (std::holds_alternative<MustBeAbsent>(precondition)) return value_to_json(std::string("absent"));
    if (std::holds_alternative<MayExist>(precondition)) return value_to_json(std::string("any"));
    const auto& match = std::get<MustMatch>(precondition);
    StringList names;
    for (const Attribute attribute : match.over)
        names.emplace_back(attribute_name(attribute));
    return fmt::format(R"({{"unchanged":{},"sha256":"{}"}})", value_to_json(names), match.sha256);
}

class Facets {
  public:
    void add(std::string name, std::string old, std::string now) {
        if (old != now) facets_.push_back({std::move(name), std::move(old), std::move(now)});
    }
    std::vector<Facet> take() { return std::move(facets_); }

  private:
    std::vector<Facet> facets_;
};

void compare_attributes(const Change& old, const Change& now, Facets& facets) {
    std::map<Attribute, std::pair<const AttributeChange*, const AttributeChange*>> both;
    for (const AttributeChange& attribute : old.attributes)
        both[attribute.attribute].first = &attribute;
    for (const AttributeChange& attribute : now.attributes)
        both[attribute.attribute].second = &attribute;
    const auto side = [](const AttributeChange* change, auto member) {
        return change == nullptr ? std::string() : json(change->*member);
    };
    for (const auto& [attribute, pair] : both) {
        const auto name = attribute_name(attribute);
        facets.add(fmt::format("{} (before)", name), side(pair.first, &AttributeChange::before),
                   side(pair.second, &AttributeChange::before));
        facets.add(fmt::format("{} (after)", name), side(pair.first, &AttributeChange::after),
                   side(pair.second, &AttributeChange::after));
    }
}

std::vector<Facet> compare(const Change& old, const Change& now) {
    Facets facets;
    facets.add("action", std::string(action_name(old.action)), std::string(action_name(now.action)));
    facets.add("reason", std::string(reason_name(old.reason)), std::string(reason_name(now.reason)));
    facets.add("key", json(old.key), json(now.key));
    facets.add("id", json(old.id.text()), json(now.id.text()));
    compare_attributes(old, now, facets);
    facets.add("precondition", json(old.precondition), json(now.precondition));
    facets.add("depends_on", json(old.depends_on), json(now.depends_on));
    facets.add("waits_for", json(old.waits_for), json(now.waits_for));
    facets.add("leaves", json(old.leaves), json(now.leaves));
    return facets.take();
}

std::vector<Facet> compare_whole(const Plan& old, const Plan& now) {
    Facets facets;
    facets.add("target", json(old.target), json(now.target));
    facets.add("--force", json(old.options.force), json(now.options.force));
    facets.add("--prune", json(old.options.prune), json(now.options.prune));
    facets.add("--destroy", json(old.options.destroy), json(now.options.destroy));
    facets.add("--target", value_to_json(old.options.targets), value_to_json(now.options.targets));
    facets.add("--exclude", value_to_json(old.options.excludes), value_to_json(now.options.excludes));
    facets.add("--replace", value_to_json(old.options.replaces), value_to_json(now.options.replaces));
    facets.add("protect", json(old.protect), json(now.protect));
    facets.add("teardown", json(old.teardown), json(now.teardown));
    return facets.take();
}

}  // namespace

PlanComparison compare_plans(const Plan& old, const Plan& now) {
    std::map<Place, std::pair<const Change*, const Change*>> places;
    for (const Change& change : old.changes)
        places[place_of(change)].first = &change;
    for (const Change& change : now.changes)
        places[place_of(change)].second = &change;
    PlanComparison comparison;
    comparison.whole = compare_whole(old, now);
    for (const auto& [place, pair] : places) {
        PlanDifference difference{pair.first, pair.second, {}};
        if (pair.first != nullptr && pair.second != nullptr) {
            difference.facets = compare(*pair.first, *pair.second);
            if (difference.facets.empty()) {
                ++comparison.equal;
                continue;
            }
        }
        comparison.differences.push_back(std::move(difference));
    }
    return comparison;
}

}  // namespace tlm
