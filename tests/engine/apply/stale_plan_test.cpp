// A plan is applied after the fleet moved: every kind of change, and every way in which its resource may have
// moved. As planned already: skipped. As the plan saw it: executed. Anything else is a conflict that names
// the planned and the live value; nothing is sent for it and for what needs it, and everything else goes on.
//
// A plan holds no replacement of a team, and no change that only stops an agent: nothing asks for either.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/resource/key.h"
#include "tests/support/world.h"

namespace tlm::test {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

// Workflow `wf` with two agents and a team, applied; and workflow `zz`, of which every plan changes one agent
// that has nothing to do with anything.
struct Scene : World {
    Scene() {
        Workflow& wf = workflows[0];
        wf.agents[0].working_dir = "/a";
        wf.teams[0].agents = {"architect"};
        wf.teams[0].tasks.clear();
        Workflow zz = sample_workflow("zz");
        zz.agents = {zz.agents[1]};
        zz.agents[0].name = "solo";
        zz.teams.clear();
        workflows.push_back(zz);
        apply(plan().plan);
        for (const char* name : {"architect", "builder"})
            names[bound_id(Address::agent("wf", name))] = name;
        names[bound_id(Address::team_of("wf", "crew"))] = "crew";
        fleet.sent.clear();
        workflows[1].agents[0].working_dir = "/elsewhere";
    }

    ResourceId bound_id(const Address& address) const {
        const auto at = state.bound.find(address);
        return at == state.bound.end() ? ResourceId{} : at->second.id;
    }
    LiveResource& live(const std::string& name) {
        for (const auto& [id, known] : names) {
            if (known == name) return *fleet.get(id);
        }
        throw std::runtime_error(name);
    }
    AgentSpec& agent(std::size_t i) { return workflows[0].agents[i]; }
    TeamSpec& team() { return workflows[0].teams[0]; }

    // Another carrier of the address's key, with what the plan sets and then `changed`.
    ResourceId appear(const Address& address, const Attributes& changed = {}) {
        Attributes attributes;
        for (const Change& change : planned.changes) {
            if (change.address == address) attributes = planned_attributes(change);
        }
        if (const auto members = attributes.find(Attribute::members)) {
            StringList ids;
            for (const std::string& name : std::get<StringList>(*members))
                ids.push_back(live(name).id.text());
            attributes.set(Attribute::members, std::move(ids));
        }
        for (const auto& [attribute, value] : changed)
            attributes.set(attribute, value);
        const ResourceId id =
            fleet.add(address.kind, Key::derive(address.workflow, address.name).text(), attributes);
        names[id] = names.empty() || !has("second") ? "second" : "third";
        return id;
    }
    bool has(const std::string& name) const {
        return std::ranges::any_of(names, [&](const auto& known) { return known.second == name; });
    }

    // What was sent, but for the change that has nothing to do with anything.
    std::vector<std::string> sent() {
        std::vector<std::string> result;
        const ResourceId solo = bound_id(Address::agent("zz", "solo"));
        for (const Call& call : fleet.sent) {
            if (const auto* create = std::get_if<CreateCall>(&call.what)) {
                result.push_back("create " + create->name.substr(create->name.rfind('-') + 1));
                continue;
            }
            const auto [verb, id] = std::visit(
                [](const auto& what) -> std::pair<std::string, ResourceId> {
                    using What = std::decay_t<decltype(what)>;
                    if constexpr (std::is_same_v<What, UpdateCall>) return {"update", what.id};
                    if constexpr (std::is_same_v<What, StartCall>) return {"start", what.id};
                    if constexpr (std::is_same_v<What, StopCall>) return {"stop", what.id};
                    if constexpr (std::is_same_v<What, DeleteCall>) return {"delete", what.id};
                    return {};
                },
                call.what);
            if (id == solo) continue;
            result.push_back(verb + " " + (names.contains(id) ? names[id] : "new"));
        }
        return result;
    }

    std::map<ResourceId, std::string> names;
    Plan planned;
};

// A kind of change: how the workflows (or the fleet) get to need it, and what needs it in turn.
struct PlannedChange {
    const char* address;
    Action action;
    const char* dependent;  // another change of the same plan, or nullptr
    void (*edit)(Scene&);
};

const PlannedChange kAgentCreate = {"wf/agent/fresh", Action::create, "wf/team/crew", [](Scene& scene) {
                                        AgentSpec fresh;
                                        fresh.name = "fresh";
                                        fresh.model = "f1";
                                        fresh.working_dir = "/f";
                                        scene.workflows[0].agents.push_back(fresh);
                                        scene.team().agents = {"architect", "fresh"};
                                    }};
const PlannedChange kAgentUpdate = {"wf/agent/architect", Action::update, "wf/team/crew", [](Scene& scene) {
                                        scene.agent(0).model = "m2";
                                        scene.team().agents = {"architect", "builder"};
                                    }};
const PlannedChange kAgentStart = {
    "wf/agent/architect", Action::update, "wf/team/crew", [](Scene& scene) {
        scene.live("architect").attributes.set(Attribute::status, std::string("offline"));
        scene.team().agents = {"architect", "builder"};
    }};
const PlannedChange kAgentReplace = {"wf/agent/architect", Action::replace, "wf/team/crew", [](Scene& scene) {
                                         scene.agent(0).runtime = Runtime::docker;
                                         scene.agent(0).docker_image = "img:1";
                                     }};
// The agent is in no team, so that nothing needs its delete.
const PlannedChange kAgentDelete = {"wf/agent/builder", Action::remove, nullptr, [](Scene& scene) {
                                        scene.workflows[0].agents.pop_back();
                                        scene.options.prune = true;
                                    }};
// An adoption sends nothing, so that nothing needs it.
const PlannedChange kAgentAdopt = {"wf/agent/architect", Action::adopt, nullptr, [](Scene& scene) {
                                       scene.state.bound.erase(Address::agent("wf", "architect"));
                                   }};
const PlannedChange kTeamCreate = {"wf/team/night", Action::create, "wf/task/night/watch", [](Scene& scene) {
                                       TeamSpec night;
                                       night.name = "night";
                                       night.agents = {"builder"};
                                       night.tasks = {TaskSpec{"watch", "Look", "builder", {}, {}}};
                                       scene.workflows[0].teams.push_back(night);
                                   }};
const PlannedChange kTeamUpdate = {"wf/team/crew", Action::update, "wf/task/crew/design", [](Scene& scene) {
                                       scene.team().agents = {"architect", "builder"};
                                       scene.team().tasks = {TaskSpec{"design", "Draw", "architect", {}, {}}};
                                   }};
// The agent that is in the team goes too, and only after it.
const PlannedChange kTeamDelete = {"wf/team/crew", Action::remove, "wf/agent/architect", [](Scene& scene) {
                                       scene.workflows[0].teams.clear();
                                       scene.workflows[0].agents.erase(scene.workflows[0].agents.begin());
                                       scene.options.prune = true;
                                   }};
const PlannedChange kTeamAdopt = {"wf/team/crew", Action::adopt, nullptr, [](Scene& scene) {
                                      scene.state.bound.erase(Address::team_of("wf", "crew"));
                                  }};

struct Row {
    const char* name;
    const PlannedChange& planned;
    void (*move)(Scene&);
    ResultKind expected;
    std::vector<std::string> said;  // in reason and details, each
    std::vector<std::string> sent;  // for it and for what needs it
    const char* bound;              // "" for nothing, "new" for what was made
};

void PrintTo(const Row& row, std::ostream* out) {
    *out << row.name;
}

Attributes one(Attribute attribute, Value value) {
    Attributes attributes;
    attributes.set(attribute, std::move(value));
    return attributes;
}

StringList model(const char* name) {
    return {"--model", name};
}

void set(LiveResource& live, Attribute attribute, Value value) {
    live.attributes.set(attribute, std::move(value));
}

// The other carrier is younger than everything that was there before.
void second(Scene& scene, const Address& address) {
    scene.appear(address, address.kind == Kind::agent ? one(Attribute::working_dir, std::string("/second"))
                                                      : one(Attribute::members, StringList{}));
}

void older_second(Scene& scene, const Address& address) {
    second(scene, address);
    scene.live("second").created_at = {"2025-01-01T00:00:00Z"};
}

const Address kArchitect = Address::agent("wf", "architect");
const Address kBuilder = Address::agent("wf", "builder");
const Address kFresh = Address::agent("wf", "fresh");
const Address kCrew = Address::team_of("wf", "crew");
const Address kNight = Address::team_of("wf", "night");

constexpr auto kDone = ResultKind::done;
constexpr auto kAlready = ResultKind::already;
constexpr auto kConflict = ResultKind::conflict;

const std::vector<Row> kRows = {
    // ---- create an agent
    {"AgentCreate_StillAbsent_IsMade",
     kAgentCreate,
     [](Scene&) {},
     kDone,
     {},
     {"create fresh", "start new", "update crew"},
     "new"},
    {"AgentCreate_AppearedAsPlanned_IsBound",
     kAgentCreate,
     [](Scene& s) { s.appear(kFresh); },
     kAlready,
     {},
     {"update crew"},
     "second"},
    {"AgentCreate_AppearedOtherwise_IsAConflict",
     kAgentCreate,
     [](Scene& s) { s.appear(kFresh, one(Attribute::working_dir, std::string("/x"))); },
     kConflict,
     {"was absent when the plan was made", "working_dir: planned (not set) -> \"/f\", live \"/x\""},
     {},
     ""},
    // Nobody but another apply in the middle of its work leaves one that only lacks its start: that is done.
    {"AgentCreate_AppearedAndNotStarted_IsStarted",
     kAgentCreate,
     [](Scene& s) { s.appear(kFresh, one(Attribute::status, std::string("offline"))); },
     kDone,
     {},
     {"start second", "update crew"},
     "second"},
    // The oldest is meant; the other is a duplicate, which is for drift to say and for --prune to delete.
    {"AgentCreate_AppearedTwiceAsPlanned_TheOldestIsBound",
     kAgentCreate,
     [](Scene& s) {
         s.appear(kFresh);
         s.appear(kFresh);
     },
     kAlready,
     {},
     {"update crew"},
     "second"},
    {"AgentCreate_AppearedTwiceTheOldestOtherwise_IsAConflict",
     kAgentCreate,
     [](Scene& s) {
         s.appear(kFresh, one(Attribute::program_args, model("x")));
         s.appear(kFresh);
     },
     kConflict,
     {R"(program_args: planned (not set) -> ["--model","f1"], live ["--model","x"])"},
     {},
     ""},

    // ---- update an agent
    {"AgentUpdate_AsItWas_IsUpdated",
     kAgentUpdate,
     [](Scene&) {},
     kDone,
     {},
     {"update architect", "update crew"},
     "architect"},
    {"AgentUpdate_Gone_IsAConflict",
     kAgentUpdate,
     [](Scene& s) { s.fleet.erase(s.live("architect").id); },
     kConflict,
     {"no longer exists", R"(planned ["--model","m1"] -> ["--model","m2"], live nothing)"},
     {},
     "architect"},
    // One with the key is there, but not the one that was reviewed.
    {"AgentUpdate_GoneAndMadeAnew_IsAConflict",
     kAgentUpdate,
     [](Scene& s) {
         s.fleet.erase(s.live("architect").id);
         s.appear(kArchitect);
     },
     kConflict,
     {"no longer exists", R"(planned ["--model","m1"] -> ["--model","m2"])"},
     {},
     "architect"},
    {"AgentUpdate_ThePlannedAttributeIsAnother_IsAConflict",
     kAgentUpdate,
     [](Scene& s) { set(s.live("architect"), Attribute::program_args, model("m3")); },
     kConflict,
     {R"(program_args: planned ["--model","m1"] -> ["--model","m2"], live ["--model","m3"])"},
     {},
     "architect"},
    {"AgentUpdate_AnotherManagedAttributeMoved_IsAConflict",
     kAgentUpdate,
     [](Scene& s) { set(s.live("architect"), Attribute::working_dir, std::string("/x")); },
     kConflict,
     {R"(working_dir: planned to stay "/a", live "/x")"},
     {},
     "architect"},
    {"AgentUpdate_Stopped_IsAConflict",
     kAgentUpdate,
     [](Scene& s) { set(s.live("architect"), Attribute::status, std::string("offline")); },
     kConflict,
     {R"(status: planned to stay "online", live "offline")"},
     {},
     "architect"},
    // What the workflow does not set is nobody's business.
    {"AgentUpdate_AnUnmanagedAttributeMoved_IsUpdated",
     kAgentUpdate,
     [](Scene& s) { set(s.live("architect"), Attribute::description, std::string("x")); },
     kDone,
     {},
     {"update architect", "update crew"},
     "architect"},
    {"AgentUpdate_AsPlannedAlready_IsSkipped",
     kAgentUpdate,
     [](Scene& s) { set(s.live("architect"), Attribute::program_args, model("m2")); },
     kAlready,
     {},
     {"update crew"},
     "architect"},
    // The plan had nothing to say about the directory but that it stays, and has nothing left to do. The next
    // plan shows it.
    {"AgentUpdate_AsPlannedAlreadyAndAnotherAttributeMoved_IsSkipped",
     kAgentUpdate,
     [](Scene& s) {
         set(s.live("architect"), Attribute::program_args, model("m2"));
         set(s.live("architect"), Attribute::working_dir, std::string("/x"));
     },
     kAlready,
     {},
     {"update crew"},
     "architect"},
    {"AgentUpdate_YoungerCarrierOfTheKeyAppeared_TheReviewedOneIsUpdated",
     kAgentUpdate,
     [](Scene& s) { second(s, kArchitect); },
     kDone,
     {},
     {"update architect", "update crew"},
     "architect"},
    // The address means the oldest, on every machine: what was reviewed is about another one.
    {"AgentUpdate_OlderCarrierOfTheKeyAppeared_IsAConflict",
     kAgentUpdate,
     [](Scene& s) {
         older_second(s, kArchitect);
         set(s.live("second"), Attribute::program_args, model("m1"));
     },
     kConflict,
     {"means another one now", R"(planned ["--model","m1"] -> ["--model","m2"], live ["--model","m1"])"},
     {},
     "architect"},
    {"AgentUpdate_ReplacedByForce_IsAConflictAndTheOldOneStaysLeftBehind",
     kAgentUpdate,
     [](Scene& s) {
         s.state.left.push_back({s.live("architect").id, kArchitect});
         s.state.bound[kArchitect].id = s.appear(kArchitect);
     },
     kConflict,
     {"means another one now"},
     {},
     "second"},

    // ---- start an agent
    {"AgentStart_StillStopped_IsStarted",
     kAgentStart,
     [](Scene&) {},
     kDone,
     {},
     {"start architect", "update crew"},
     "architect"},
    {"AgentStart_Gone_IsAConflict",
     kAgentStart,
     [](Scene& s) { s.fleet.erase(s.live("architect").id); },
     kConflict,
     {R"(status: planned "offline" -> "online", live nothing)"},
     {},
     "architect"},
    {"AgentStart_InAStatusOfItsOwn_IsAConflict",
     kAgentStart,
     [](Scene& s) { set(s.live("architect"), Attribute::status, std::string("error")); },
     kConflict,
     {R"(status: planned "offline" -> "online", live "error")"},
     {},
     "architect"},
    {"AgentStart_AnotherManagedAttributeMoved_IsAConflict",
     kAgentStart,
     [](Scene& s) { set(s.live("architect"), Attribute::program_args, model("x")); },
     kConflict,
     {R"(program_args: planned to stay ["--model","m1"], live ["--model","x"])"},
     {},
     "architect"},
    {"AgentStart_StartedAlready_IsSkipped",
     kAgentStart,
     [](Scene& s) { set(s.live("architect"), Attribute::status, std::string("online")); },
     kAlready,
     {},
     {"update crew"},
     "architect"},
    {"AgentStart_YoungerCarrierOfTheKeyAppeared_TheReviewedOneIsStarted",
     kAgentStart,
     [](Scene& s) { second(s, kArchitect); },
     kDone,
     {},
     {"start architect", "update crew"},
     "architect"},

    // ---- replace an agent
    {"AgentReplace_AsItWas_IsReplaced",
     kAgentReplace,
     [](Scene&) {},
     kDone,
     {},
     {"stop architect", "delete architect", "create architect", "start new", "update crew"},
     "new"},
    {"AgentReplace_Gone_IsAConflict",
     kAgentReplace,
     [](Scene& s) { s.fleet.erase(s.live("architect").id); },
     kConflict,
     {"no longer exists", R"(runtime: planned "local" -> "docker", live nothing)"},
     {},
     "architect"},
    {"AgentReplace_ThePlannedAttributeIsAnother_IsAConflict",
     kAgentReplace,
     [](Scene& s) { set(s.live("architect"), Attribute::runtime, std::string("vm")); },
     kConflict,
     {R"(runtime: planned "local" -> "docker", live "vm")"},
     {},
     "architect"},
    {"AgentReplace_AnotherManagedAttributeMoved_IsAConflict",
     kAgentReplace,
     [](Scene& s) { set(s.live("architect"), Attribute::working_dir, std::string("/x")); },
     kConflict,
     {R"(working_dir: planned to stay "/a", live "/x")"},
     {},
     "architect"},
    // A replacement stops the agent in any case.
    {"AgentReplace_Stopped_IsReplaced",
     kAgentReplace,
     [](Scene& s) { set(s.live("architect"), Attribute::status, std::string("offline")); },
     kDone,
     {},
     {"delete architect", "create architect", "start new", "update crew"},
     "new"},
    {"AgentReplace_ReplacedAlreadyAsPlanned_IsBound",
     kAgentReplace,
     [](Scene& s) {
         s.fleet.erase(s.live("architect").id);
         s.appear(kArchitect);
     },
     kAlready,
     {},
     {"update crew"},
     "second"},
    {"AgentReplace_ReplacedAlreadyByAnother_IsAConflict",
     kAgentReplace,
     [](Scene& s) {
         s.fleet.erase(s.live("architect").id);
         s.appear(kArchitect, one(Attribute::docker_image, std::string("img:2")));
     },
     kConflict,
     {"no longer exists", R"(docker_image: planned (not set) -> "img:1", live "img:2")"},
     {},
     "architect"},
    // The new one would be younger than the other, and so the one that goes.
    {"AgentReplace_SecondCarrierOfTheKeyAppeared_IsAConflict",
     kAgentReplace,
     [](Scene& s) { second(s, kArchitect); },
     kConflict,
     {"another one carries its key", R"(working_dir: planned to stay "/a", live "/second")"},
     {},
     "architect"},
    {"AgentReplace_OlderCarrierOfTheKeyAppeared_IsAConflict",
     kAgentReplace,
     [](Scene& s) { older_second(s, kArchitect); },
     kConflict,
     {"means another one now", R"(working_dir: planned to stay "/a", live "/second")"},
     {},
     "architect"},

    // ---- delete an agent
    {"AgentDelete_AsItWas_IsDeleted",
     kAgentDelete,
     [](Scene&) {},
     kDone,
     {},
     {"stop builder", "delete builder"},
     ""},
    {"AgentDelete_Gone_IsSkipped",
     kAgentDelete,
     [](Scene& s) { s.fleet.erase(s.live("builder").id); },
     kAlready,
     {},
     {},
     ""},
    {"AgentDelete_Changed_IsAConflict",
     kAgentDelete,
     [](Scene& s) { set(s.live("builder"), Attribute::working_dir, std::string("/x")); },
     kConflict,
     {R"(working_dir: planned to be deleted as "/work", live "/x")"},
     {},
     "builder"},
    {"AgentDelete_Stopped_IsDeleted",
     kAgentDelete,
     [](Scene& s) { set(s.live("builder"), Attribute::status, std::string("offline")); },
     kDone,
     {},
     {"delete builder"},
     ""},
    // Only what was reviewed goes.
    {"AgentDelete_SecondCarrierOfTheKeyAppeared_OnlyTheReviewedOneIsDeleted",
     kAgentDelete,
     [](Scene& s) { second(s, kBuilder); },
     kDone,
     {},
     {"stop builder", "delete builder"},
     ""},

    // ---- adopt an agent
    {"AgentAdopt_AsItWas_IsBound", kAgentAdopt, [](Scene&) {}, kDone, {}, {}, "architect"},
    {"AgentAdopt_Gone_IsAConflict",
     kAgentAdopt,
     [](Scene& s) { s.fleet.erase(s.live("architect").id); },
     kConflict,
     {"no longer exists"},
     {},
     ""},
    {"AgentAdopt_Changed_IsAConflict",
     kAgentAdopt,
     [](Scene& s) { set(s.live("architect"), Attribute::working_dir, std::string("/x")); },
     kConflict,
     {R"(working_dir: planned to stay "/a", live "/x")"},
     {},
     ""},
    {"AgentAdopt_BoundAlready_IsSkipped",
     kAgentAdopt,
     [](Scene& s) {
         s.state.bound[kArchitect] =
             Binding{kArchitect, s.live("architect").name, s.live("architect").id, {}, {}};
     },
     kAlready,
     {},
     {},
     "architect"},
    {"AgentAdopt_YoungerCarrierOfTheKeyAppeared_TheReviewedOneIsBound",
     kAgentAdopt,
     [](Scene& s) { second(s, kArchitect); },
     kDone,
     {},
     {},
     "architect"},
    {"AgentAdopt_OlderCarrierOfTheKeyAppeared_IsAConflict",
     kAgentAdopt,
     [](Scene& s) { older_second(s, kArchitect); },
     kConflict,
     {"means another one now", R"(working_dir: planned to stay "/a", live "/second")"},
     {},
     ""},

    // ---- create a team
    {"TeamCreate_StillAbsent_IsMade",
     kTeamCreate,
     [](Scene&) {},
     kDone,
     {},
     {"create night", "create watch"},
     "new"},
    {"TeamCreate_AppearedAsPlanned_IsBound",
     kTeamCreate,
     [](Scene& s) { s.appear(kNight); },
     kAlready,
     {},
     {"create watch"},
     "second"},
    {"TeamCreate_AppearedOtherwise_IsAConflict",
     kTeamCreate,
     [](Scene& s) { s.appear(kNight, one(Attribute::members, StringList{s.live("architect").id.text()})); },
     kConflict,
     {R"(members: planned (not set) -> ["builder"], live ["architect"])"},
     {},
     ""},
    {"TeamCreate_AppearedTwiceAsPlanned_TheOldestIsBound",
     kTeamCreate,
     [](Scene& s) {
         s.appear(kNight);
         s.appear(kNight);
     },
     kAlready,
     {},
     {"create watch"},
     "second"},

    // ---- update a team
    {"TeamUpdate_AsItWas_IsUpdated",
     kTeamUpdate,
     [](Scene&) {},
     kDone,
     {},
     {"update crew", "create design"},
     "crew"},
    {"TeamUpdate_Gone_IsAConflict",
     kTeamUpdate,
     [](Scene& s) { s.fleet.erase(s.live("crew").id); },
     kConflict,
     {R"(members: planned ["architect"] -> ["architect","builder"], live nothing)"},
     {},
     "crew"},
    {"TeamUpdate_OtherMembers_IsAConflict",
     kTeamUpdate,
     [](Scene& s) { set(s.live("crew"), Attribute::members, StringList{s.live("builder").id.text()}); },
     kConflict,
     {R"(members: planned ["architect"] -> ["architect","builder"], live ["builder"])"},
     {},
     "crew"},
    // A member that is nobody's name is shown by its id.
    {"TeamUpdate_AMemberOfAnothers_IsAConflict",
     kTeamUpdate,
     [](Scene& s) { set(s.live("crew"), Attribute::members, StringList{"stranger"}); },
     kConflict,
     {R"(live ["id:stranger"])"},
     {},
     "crew"},
    {"TeamUpdate_AsPlannedAlreadyInAnotherOrder_IsSkipped",
     kTeamUpdate,
     [](Scene& s) {
         set(s.live("crew"), Attribute::members,
             StringList{s.live("builder").id.text(), s.live("architect").id.text()});
     },
     kAlready,
     {},
     {"create design"},
     "crew"},
    {"TeamUpdate_YoungerCarrierOfTheKeyAppeared_TheReviewedOneIsUpdated",
     kTeamUpdate,
     [](Scene& s) { second(s, kCrew); },
     kDone,
     {},
     {"update crew", "create design"},
     "crew"},
    {"TeamUpdate_OlderCarrierOfTheKeyAppeared_IsAConflict",
     kTeamUpdate,
     [](Scene& s) {
         second(s, kCrew);
         s.live("second").created_at = {"2025-01-01T00:00:00Z"};
         set(s.live("second"), Attribute::members, StringList{s.live("builder").id.text()});
     },
     kConflict,
     {"means another one now", R"(planned ["architect"] -> ["architect","builder"], live ["builder"])"},
     {},
     "crew"},

    // ---- delete a team
    {"TeamDelete_AsItWas_IsDeleted",
     kTeamDelete,
     [](Scene&) {},
     kDone,
     {},
     {"delete crew", "stop architect", "delete architect"},
     ""},
    {"TeamDelete_Gone_IsSkipped",
     kTeamDelete,
     [](Scene& s) { s.fleet.erase(s.live("crew").id); },
     kAlready,
     {},
     {"stop architect", "delete architect"},
     ""},
    {"TeamDelete_OtherMembers_IsAConflict",
     kTeamDelete,
     [](Scene& s) { set(s.live("crew"), Attribute::members, StringList{s.live("builder").id.text()}); },
     kConflict,
     {R"(members: planned to be deleted as ["architect"], live ["builder"])"},
     {},
     "crew"},
    {"TeamDelete_SecondCarrierOfTheKeyAppeared_OnlyTheReviewedOneIsDeleted",
     kTeamDelete,
     [](Scene& s) { second(s, kCrew); },
     kDone,
     {},
     {"delete crew", "stop architect", "delete architect"},
     ""},

    // ---- adopt a team
    {"TeamAdopt_AsItWas_IsBound", kTeamAdopt, [](Scene&) {}, kDone, {}, {}, "crew"},
    {"TeamAdopt_Gone_IsAConflict",
     kTeamAdopt,
     [](Scene& s) { s.fleet.erase(s.live("crew").id); },
     kConflict,
     {"no longer exists"},
     {},
     ""},
    {"TeamAdopt_OtherMembers_IsAConflict",
     kTeamAdopt,
     [](Scene& s) { set(s.live("crew"), Attribute::members, StringList{s.live("builder").id.text()}); },
     kConflict,
     {R"(members: planned to stay ["architect"], live ["builder"])"},
     {},
     ""},
    {"TeamAdopt_YoungerCarrierOfTheKeyAppeared_TheReviewedOneIsBound",
     kTeamAdopt,
     [](Scene& s) { second(s, kCrew); },
     kDone,
     {},
     {},
     "crew"},
};

class StalePlan : public testing::TestWithParam<Row> {
  protected:
    const ChangeResult* result_of(const ApplyReport& report, const std::string& address) const {
        for (const ChangeResult& result : report.results) {
            if (result.change->address.text() == address) return &result;
        }
        return nullptr;
    }
    Scene scene_;
};

TEST_P(StalePlan, Applied) {
    const Row& row = GetParam();
    row.planned.edit(scene_);
    // As it is read back from its file, which is all that the apply gets.
    scene_.planned = plan_from_text(plan_to_text(scene_.plan().plan), "plan.json").value();
    row.move(scene_);
    const ApplyReport report = scene_.apply(scene_.planned);

    const ChangeResult* result = result_of(report, row.planned.address);
    ASSERT_NE(result, nullptr) << testing::PrintToString(lines(scene_.planned));
    EXPECT_EQ(result->change->action, row.planned.action);
    EXPECT_EQ(result->kind, row.expected) << result->reason;
    const std::string said = fmt::format("{}\n{}", result->reason, fmt::join(result->details, "\n"));
    for (const std::string& words : row.said)
        EXPECT_THAT(said, HasSubstr(words));

    const bool conflict = row.expected == ResultKind::conflict;
    if (conflict) {
        EXPECT_THAT(row.sent, IsEmpty()) << "the row itself is wrong";
    }
    EXPECT_THAT(scene_.sent(), ElementsAreArray(row.sent));
    if (row.planned.dependent != nullptr) {
        const ChangeResult* dependent = result_of(report, row.planned.dependent);
        ASSERT_NE(dependent, nullptr) << testing::PrintToString(lines(scene_.planned));
        EXPECT_EQ(dependent->kind, conflict ? ResultKind::skipped : ResultKind::done) << dependent->reason;
        if (conflict) {
            EXPECT_THAT(dependent->reason, HasSubstr(row.planned.address));
        }
    }
    EXPECT_EQ(result_of(report, "zz/agent/solo")->kind, ResultKind::done) << "it has nothing to do with this";
    EXPECT_FALSE(report.stopped_by.has_value());

    const ResourceId bound = scene_.bound_id(result->change->address);
    const std::string name = bound.empty() ? "" : scene_.names.contains(bound) ? scene_.names[bound] : "new";
    EXPECT_EQ(name, row.bound);
    EXPECT_THAT(scene_.state.open_intents().value(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Table, StalePlan, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

// An old plan of an adoption must not tell the state that what was applied since was not.
TEST(StaleAdoption, AppliedAgainAfterAnUpdate_LeavesWhatWasLastApplied) {
    Scene scene;
    kAgentAdopt.edit(scene);
    const Plan adoption = scene.plan().plan;
    scene.apply(adoption);
    scene.agent(0).model = "m2";
    scene.apply(scene.plan().plan);
    scene.apply(adoption);
    EXPECT_EQ(*scene.state.bound.at(kArchitect).applied.find(Attribute::program_args), Value(model("m2")));
}

// The plan holds what is to be deleted, so that a state that knows nothing of it can name what moved.
TEST(StaleDelete, OfAnAgentThatTheStateDoesNotKnow_NamesOnlyWhatMoved) {
    Scene scene;
    kAgentDelete.edit(scene);
    scene.state.bound.erase(kBuilder);
    const Plan deletion = scene.plan().plan;
    set(scene.live("builder"), Attribute::working_dir, std::string("/x"));
    const ApplyReport report = scene.apply(deletion);
    ASSERT_EQ(report.results.at(0).kind, ResultKind::conflict);
    EXPECT_THAT(report.results.at(0).details,
                testing::ElementsAre(R"(working_dir: planned to be deleted as "/work", live "/x")"));
}

}  // namespace
}  // namespace tlm::test
