#include "cmd/render/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "cmd/graph_picture.h"
#include "cmd/render/assets.h"
#include "tests/support/golden.h"
#include "tests/support/world.h"
#include "tests/support/xml.h"

namespace tlm::cmd {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Change planned(Address address, Action action, std::vector<Address> depends_on = {}) {
    Change change;
    change.address = std::move(address);
    change.action = action;
    change.depends_on = std::move(depends_on);
    return change;
}

// A plan of teams with agents and a chain of tasks each, and one delete behind each team.
Plan fleet(int workflows, int teams, int agents, int tasks) {
    Plan plan;
    for (int w = 0; w < workflows; ++w) {
        const std::string workflow = fmt::format("wf-{:03}", w);
        for (int t = 0; t < teams; ++t) {
            const std::string team_name = fmt::format("team-{:03}", t);
            const Address team = Address::team_of(workflow, team_name);
            std::vector<Address> members;
            for (int a = 0; a < agents; ++a)
                members.push_back(Address::agent(workflow, fmt::format("agent-{:03}-{:03}", t, a)));
            for (const Address& member : members)
                plan.changes.push_back(planned(member, Action::create));
            plan.changes.push_back(planned(team, Action::create, members));
            for (int k = 0; k < tasks; ++k) {
                const Address task = Address::task(workflow, team_name, fmt::format("task-{:03}", k));
                Change change = planned(task, k == 0 ? Action::create : Action::none,
                                        {members[static_cast<std::size_t>(k % agents)], team});
                if (k > 0)
                    change.waits_for = {Address::task(workflow, team_name, fmt::format("task-{:03}", k - 1))};
                plan.changes.push_back(change);
            }
            plan.changes.push_back(
                planned(Address::agent(workflow, "old-" + team_name), Action::remove, {team}));
        }
    }
    std::ranges::sort(plan.changes, {}, &Change::address);
    return plan;
}

// Whether the order has no cycle.
bool is_acyclic(const Graph& graph) {
    std::vector<std::size_t> missing(graph.nodes.size());
    std::vector<std::vector<std::size_t>> next(graph.nodes.size());
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        missing[i] = graph.nodes[i].after.size();
        if (missing[i] == 0) ready.push_back(i);
        for (const std::size_t other : graph.nodes[i].after)
            next[other].push_back(i);
    }
    std::size_t done = 0;
    while (!ready.empty()) {
        const std::size_t i = ready.back();
        ready.pop_back();
        ++done;
        for (const std::size_t other : next[i]) {
            if (--missing[other] == 0) ready.push_back(other);
        }
    }
    return done == graph.nodes.size();
}

std::size_t members_of(const Graph& graph) {
    std::size_t sum = 0;
    for (const GraphNode& node : graph.nodes)
        sum += node.members.size();
    return sum;
}

TEST(Graph, OfAPlan_ShowsEveryChangeWithItsActionAndWhatItWaitsFor) {
    test::World world;
    world.apply(world.plan().plan);
    world.workflows[0].agents[0].model = "m2";
    world.workflows[0].teams[0].tasks[1].subject = "build anew";
    const Graph graph = graph_of(world.plan().plan);
    test::expect_golden("graph.txt", graph_text(graph));
    test::expect_golden("graph.dot", graph_dot(graph));
}

TEST(Graph, DeleteAtTheAddressOfACreate_ComesAfterItAndNotBefore) {
    Plan plan;
    const Address address = Address::agent("wf", "a");
    const Address team = Address::team_of("wf", "t");
    plan.changes = {planned(address, Action::create), planned(address, Action::remove, {address}),
                    planned(address, Action::remove, {address}), planned(team, Action::create, {address})};
    const Graph graph = graph_of(plan);
    ASSERT_THAT(graph.nodes, SizeIs(4));
    EXPECT_THAT(graph.nodes[0].after, IsEmpty());
    EXPECT_EQ(graph.nodes[1].after, std::vector<std::size_t>{0});
    EXPECT_EQ(graph.nodes[2].after, std::vector<std::size_t>{0});
    EXPECT_EQ(graph.nodes[3].after, std::vector<std::size_t>{0});
}

TEST(Graph, HostileNames_StayInTheirQuotesInDot) {
    Plan plan;
    plan.changes = {planned(Address::agent("wf", "\"];x[label=\"\\\n&lt;\x1b"), Action::create)};
    EXPECT_THAT(graph_dot(graph_of(plan)),
                HasSubstr(R"(n0 [label="+ create wf/agent/\"];x[label=\"\\%0A&amp;lt;%1B",)"));
}

TEST(Collapse, SmallGraph_IsDrawnAsItIs) {
    const Graph graph = graph_of(fleet(1, 2, 3, 2));
    const CollapsedGraph drawn = collapse(graph, 80);
    EXPECT_EQ(drawn.graph.nodes.size(), graph.nodes.size());
    EXPECT_EQ(drawn.note, "");
}

TEST(Collapse, AgentsOfATeamWithTheSameAction_AreOne) {
    const Graph graph = graph_of(fleet(1, 4, 12, 20));
    const CollapsedGraph drawn = collapse(graph, 20);
    EXPECT_THAT(drawn.graph.nodes, SizeIs(16));  // of each team: agents, team, tasks, the deleted one
    EXPECT_THAT(drawn.note, HasSubstr("136 resources are drawn as 16 boxes"));
    EXPECT_EQ(action_of(drawn.graph.nodes[0]), Action::create);
    EXPECT_THAT(drawn.graph.nodes[0].members, SizeIs(12));
}

TEST(Collapse, WhateverTheSize_FewBoxesNothingLostAndNoCycle) {
    for (const auto& [workflows, teams] :
         {std::pair(1, 1), std::pair(1, 30), std::pair(3, 30), std::pair(30, 1), std::pair(200, 1)}) {
        const Graph graph = graph_of(fleet(workflows, teams, 5, 7));
        for (const std::size_t most : {std::size_t{10}, std::size_t{80}}) {
            const CollapsedGraph drawn = collapse(graph, most);
            EXPECT_LE(drawn.graph.nodes.size(), most);
            EXPECT_EQ(members_of(drawn.graph), graph.nodes.size());
            EXPECT_TRUE(is_acyclic(drawn.graph)) << workflows << " workflows, " << teams << " teams";
        }
    }
}

TEST(Collapse, TasksThatWaitForEachOtherAcrossActions_MakeNoCycle) {
    Plan plan;
    std::vector<Address> before;
    for (int i = 0; i < 40; ++i) {
        const Address task = Address::task("wf", "t", fmt::format("{:02}", i));
        plan.changes.push_back(planned(task, i % 2 == 0 ? Action::update : Action::create, before));
        before = {task};
    }
    EXPECT_TRUE(is_acyclic(collapse(graph_of(plan), 10).graph));
}

TEST(ImpliedEdges, AreNotDrawnAndTheOthersStay) {
    Plan plan;
    const Address a = Address::agent("wf", "a");
    const Address t = Address::team_of("wf", "t");
    const Address k = Address::task("wf", "t", "k");
    plan.changes = {planned(a, Action::create), planned(t, Action::create, {a}),
                    planned(k, Action::create, {a, t})};
    const Graph graph = without_implied_edges(graph_of(plan));
    EXPECT_EQ(graph.nodes[1].after, std::vector<std::size_t>{0});
    EXPECT_EQ(graph.nodes[2].after, std::vector<std::size_t>{1});
}

// Placed by hand, so that no Graphviz is needed: one box under the other.
Placement column(const Graph& graph) {
    Placement placement{400, 60.0 * static_cast<double>(graph.nodes.size()), {}, {}};
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        placement.centres.push_back({200, 30 + 60.0 * static_cast<double>(i)});
    for (const BoxEdge& edge : box_edges(graph))
        placement.curves.push_back({edge, {{0, 0}, {1, 1}, {2, 2}, {3, 3}}});
    return placement;
}

TEST(Svg, SaysActionsBySignAndWord) {
    const CollapsedGraph drawn = collapse(graph_of(fleet(1, 1, 2, 2)), 80);
    const std::string svg = graph_svg(drawn, column(drawn.graph), SvgUse::file);
    // The style is a file of its own.
    std::string markup = svg;
    markup.erase(markup.find(graph_css()), graph_css().size());
    test::expect_golden("graph.svg", markup);
    const test::XmlDocument document = test::parse_xml(svg);
    EXPECT_EQ(document.fault, "");
    EXPECT_THAT(document.of_class("box"), SizeIs(drawn.graph.nodes.size()));
    EXPECT_THAT(document.text, HasSubstr("agent, delete"));
    EXPECT_THAT(document.text, HasSubstr("− 1 delete"));
}

TEST(Svg, HostileNames_AreTextAndNothingElse) {
    Plan plan;
    const std::string hostile = "</title></svg><script>x</script>\"'&\xE2\x80\xAE\xEF\xBF\xBF]]>";
    plan.changes = {planned(Address::agent(hostile, hostile), Action::create),
                    planned(Address::agent("z", "z"), Action::create),
                    planned(Address::agent("z", "zz"), Action::create)};
    const CollapsedGraph drawn = collapse(graph_of(plan), 80);
    const test::XmlDocument document = test::parse_xml(graph_svg(drawn, column(drawn.graph), SvgUse::file));
    EXPECT_EQ(document.fault, "");
    EXPECT_THAT(document.named("script"), IsEmpty());
    EXPECT_THAT(document.text, HasSubstr("<script>x<%2Fscript>\"'&\\u202e\\uffff]]>"));
}

TEST(Graphviz, IsToldNoNames) {
    const std::string request = placement_request({{120, 46, 0}, {120, 46, 1}}, {{0, 1}});
    EXPECT_THAT(request, HasSubstr("n0->n1;"));
    EXPECT_THAT(request, HasSubstr("subgraph cluster1{"));
}

TEST(Graphviz, WhereItIsInstalled_TheFirstIsOnTopWhetherConnectedOrNot) {
    const std::vector<BoxSize> boxes(6, {120, 46, 0});
    const auto placement = Dot().place(boxes, {{0, 2}, {1, 2}, {3, 5}, {4, 5}});
    if (!placement && placement.error().message.find("not installed") != std::string::npos)
        GTEST_SKIP() << "graphviz is not installed";
    const std::vector<Point>& at = placement.value().centres;
    EXPECT_LT(at[0].y, at[1].y);
    EXPECT_LT(at[1].y, at[3].y);
    EXPECT_LT(at[3].y, at[4].y);
}

TEST(Graphviz, AnswerIsReadInPixelsFromTheTop) {
    const Placement placement = read_placement(
                                    "graph 1 4 2\nnode n0 1 1.5 1 0.5 \"\" solid box black lightgrey\n"
                                    "node n1 3 0.5 1 0.5 \"\" solid box black lightgrey\n"
                                    "edge n0 n1 4 1 1 2 1 2 1 3 1 solid black\nstop\n",
                                    2)
                                    .value();
    EXPECT_EQ(placement.width, 288);
    EXPECT_EQ(placement.centres[0].x, 72);
    EXPECT_EQ(placement.centres[0].y, 36);
    ASSERT_THAT(placement.curves, SizeIs(1));
    EXPECT_THAT(placement.curves[0].points, SizeIs(4));
}

TEST(Graphviz, NonsenseIsRefused) {
    for (const char* answer :
         {"", "graph 1 4 2\nstop\n", "graph 1 4\n", "graph 1 4 2\nnode n7 1 1 1 1\nstop\n",
          "graph 1 4 2\nnode n0 1 x 1 1\nstop\n", "graph 1 4 2\nnode n0 1 1 1 1\nedge n0 n0 99 1 1\nstop\n",
          "graph 1 4 2\nnode n0 1 1 1 1\nedge n0 n0 1e300 1 1\nstop\n"}) {
        EXPECT_FALSE(read_placement(answer, 1)) << answer;
    }
}

TEST(Graphviz, WhereItIsInstalled_ThousandsOfResourcesBecomeAPictureInOrder) {
    const CollapsedGraph drawn = collapse(graph_of(fleet(5, 10, 10, 20)), kMostBoxes);
    const auto placement = Dot().place(box_sizes(drawn.graph), box_edges(drawn.graph));
    if (!placement && placement.error().message.find("not installed") != std::string::npos)
        GTEST_SKIP() << "graphviz is not installed";
    ASSERT_TRUE(placement) << placement.error().message;
    for (const auto& [from, to] : box_edges(drawn.graph)) {
        EXPECT_LT(placement.value().centres[from].x, placement.value().centres[to].x);
    }
    // The first in the alphabet is on top.
    EXPECT_LT(placement.value().centres.front().y, placement.value().centres.back().y);
    const test::XmlDocument document = test::parse_xml(graph_svg(drawn, placement.value(), SvgUse::page));
    EXPECT_EQ(document.fault, "");
    EXPECT_THAT(document.of_class("frame"), SizeIs(5));
}

}  // namespace
}  // namespace tlm::cmd
