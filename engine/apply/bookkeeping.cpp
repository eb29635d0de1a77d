#include "engine/apply/bookkeeping.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/resource/age.h"

namespace tlm {

Result<std::string> Bookkeeping::id_of(const Address& address) const {
    if (const auto at = made_.find(address); at != made_.end()) return at->second.text();
    if (const Match match = fleet_.match(address); match.chosen != nullptr) return match.chosen->id.text();
    return fail(ErrorCode::conflict, fmt::format("{} does not exist on the target", address.text()));
}

Result<Attributes> Bookkeeping::to_ids(const Address& owner, const Attributes& named) const {
    const auto agent = [&](const std::string& name) { return id_of(Address::agent(owner.workflow, name)); };
    Attributes result;
    for (const auto& [attribute, value] : named) {
        if (attribute == Attribute::assign_to) {
            BOOST_OUTCOME_TRY(id, agent(std::get<std::string>(value)));
            result.set(attribute, std::move(id));
        } else if (attribute == Attribute::members || attribute == Attribute::blocked_by) {
            StringList ids;
            for (const std::string& name : std::get<StringList>(value)) {
                if (attribute == Attribute::members) {
                    BOOST_OUTCOME_TRY(id, agent(name));
                    ids.push_back(std::move(id));
                } else {
                    const Address task = Address::task(owner.workflow, owner.team, name);
                    auto id = id_of(task);
                    // A task that is remembered as completed may be gone from the target.
                    if (!id && fleet_.end_of(task) == TaskEnd::completed) continue;
                    BOOST_OUTCOME_TRYV(id);
                    ids.push_back(std::move(id.value()));
                }
            }
            result.set(attribute, std::move(ids));
        } else {
            result.set(attribute, value);
        }
    }
    return result;
}

Result<Call> Bookkeeping::make_call(Work& work, CallId id, Attributes& sent) {
    const Change& change = *work.change;
    const Address& address = change.address;
    const Step step = work.steps.front();
    if (address.kind == Kind::task && work.team.empty()) {
        BOOST_OUTCOME_TRY(team, id_of(Address::team_of(address.workflow, address.team)));
        work.team = ResourceId(team);
    }
    Call call;
    call.id = id;
    call.run = settings_.run;
    call.kind = address.kind;
    if (step == Step::create || step == Step::update) {
        BOOST_OUTCOME_TRY(ids, to_ids(address, work.to_set));
        sent = std::move(ids);
    }
    const std::string name = address.kind == Kind::task ? address.name : change.key;
    switch (step) {
        case Step::create:
            call.what = CreateCall{name, work.team, sent};
            break;
        case Step::update:
            call.what = UpdateCall{work.id, work.team, sent};
            break;
        case Step::start:
            call.what = StartCall{work.id};
            break;
        case Step::stop:
            call.what = StopCall{work.id};
            break;
        case Step::remove:
            call.what = DeleteCall{work.id};
            break;
    }
    Intent intent;
    intent.id = id;
    intent.address = address;
    intent.plan = settings_.digest;
    intent.verb = step_name(step);
    intent.key = name;
    if (step != Step::create) intent.target = work.id;
    intent.team = work.team;
    intent.forced = std::holds_alternative<MayExist>(change.precondition);
    intent.attributes = step == Step::create ? planned_attributes(change) : work.to_set;
    batch_.intents.push_back(std::move(intent));
    if (step == Step::create && !std::exchange(work.names_left, true)) {
        for (const ResourceId& left : change.leaves) {
            batch_.left_behind.push_back({left, address});
            left_behind_.push_back({left, address});
        }
    }
    return call;
}

void Bookkeeping::outcome(CallId id, std::string result, std::string reason, ResourceId made) {
    batch_.outcomes.push_back({id, std::move(result), std::move(reason), std::move(made)});
}

void Bookkeeping::known(const Address& address, const ResourceId& id) {
    made_.insert_or_assign(address, id);
    made_ids_.insert(id);
}

// What a binding remembers: everything managed, that is what was planned over what was there before.
Attributes Bookkeeping::applied(const Change& change, const LiveResource* live) const {
    Attributes attributes;
    const Attributes planned = planned_attributes(change);
    const bool anew = change.action == Action::create || change.action == Action::replace;
    if (const Binding* before = fleet_.binding(change.address);
        !anew && before != nullptr && before->id == change.id) {
        attributes = before->applied.read();
    } else if (live == nullptr && !change.id.empty()) {
        live = fleet_.by_id(change.address.kind, change.id);
    }
    if (const auto* match = std::get_if<MustMatch>(&change.precondition);
        match != nullptr && live != nullptr && !anew &&
        fingerprint(live->attributes, match->over) == match->sha256) {
        const Attributes named = fleet_.named(change.address, live->attributes, planned);
        for (const Attribute attribute : match->over) {
            if (const auto value = named.find(attribute)) attributes.set(attribute, *value);
        }
    }
    for (const auto& [attribute, value] : planned)
        attributes.set(attribute, value);
    return attributes;
}

void Bookkeeping::bind_made(const Work& work) {
    Attributes arrived = planned_attributes(*work.change);
    if (work.change->address.kind == Kind::agent && !work.steps.empty()) arrived.erase(Attribute::status);
    for (const auto& [attribute, value] : work.to_set)
        arrived.erase(attribute);
    const Address& address = work.change->address;
    batch_.bind.push_back({address, address.kind == Kind::task ? std::string() : work.change->key, work.id,
                           work.team, arrived});
}

void Bookkeeping::unbind(const Change& change) {
    const Binding* binding = fleet_.binding(change.address);
    if (binding == nullptr || binding->id != change.id) return;
    // With --force --prune the address means the new resource by now, and the old one is deleted.
    if (const auto at = made_.find(change.address); at != made_.end() && at->second != change.id) return;
    batch_.unbind.push_back(change.address);
    if (change.address.kind != Kind::team) return;
    // How they ended is remembered only where the team went because they had.
    if (change.reason != Reason::torn_down) batch_.forget_ends.push_back(change.address);
    // A team's tasks can't be deleted, but nothing finds them under a team that is gone.
    for (const Binding* task : fleet_.bound_tasks(change.address))
        batch_.unbind.push_back(task->address);
}

// A team that --force made anew has none of the old one's tasks: what waited there is to be submitted again.
void Bookkeeping::unbind_tasks_of_another(const Address& team, const ResourceId& id) {
    for (const Binding* task : fleet_.bound_tasks(team)) {
        if (task->team != id && !made_.contains(task->address)) batch_.unbind.push_back(task->address);
    }
    batch_.forget_ends.push_back(team);
}

void Bookkeeping::close(const Change& change, const LiveResource* live, const ResourceId& id) {
    if (change.action == Action::remove) return unbind(change);
    known(change.address, id);
    Binding binding{change.address, change.key, id, {}, applied(change, live)};
    if (const Binding* before = fleet_.binding(change.address); before != nullptr && before->id == id) {
        binding.team = before->team;
    }
    if (live != nullptr) binding.team = live->team;
    if (change.address.kind == Kind::team && std::holds_alternative<MayExist>(change.precondition))
        unbind_tasks_of_another(change.address, id);
    if (change.address.kind == Kind::task && binding.team.empty()) {
        auto team = id_of(Address::team_of(change.address.workflow, change.address.team));
        if (team) binding.team = ResourceId(team.value());
    }
    if (const Binding* before = fleet_.binding(change.address); before != nullptr && *before == binding)
        return;
    batch_.bind.push_back(std::move(binding));
}

Result<LookUp> Bookkeeping::look_up_of(const Work& work) const {
    const Address& address = work.change->address;
    if (address.kind != Kind::task) return LookUp{address.kind, work.change->key, {}};
    LookUp wanted{address.kind, address.name, work.team};
    if (wanted.team.empty()) {
        BOOST_OUTCOME_TRY(id, id_of(Address::team_of(address.workflow, address.team)));
        wanted.team = ResourceId(id);
    }
    return wanted;
}

std::vector<LiveResource> Bookkeeping::made_among(const Work& work, std::vector<LiveResource> found) const {
    const Change& change = *work.change;
    const bool forced = std::holds_alternative<MayExist>(change.precondition);
    std::erase_if(found, [&](const LiveResource& live) {
        return made_ids_.contains(live.id) || ((forced || change.action == Action::replace) &&
                                               fleet_.by_id(change.address.kind, live.id) != nullptr);
    });
    std::vector<const LiveResource*> by_age;
    for (const LiveResource& live : found)
        by_age.push_back(&live);
    sort_by_age(by_age);
    std::vector<LiveResource> made;
    for (const LiveResource* live : by_age)
        made.push_back(*live);
    return made;
}

}  // namespace tlm
