#include "providers/agamemnon/resources.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

namespace tlm::agamemnon {
namespace {

Result<LiveResource> read(Kind kind, const char* json) {
    rapidjson::Document document;
    document.Parse(json);
    return read_resource(kind, document);
}

TEST(AgamemnonResources, ProgramArgsAsStringAndAsArrayMeanTheSame) {
    const auto text = read(Kind::agent, R"({"id":"i","name":"n","programArgs":"--model  m1 "})").value();
    const auto array = read(Kind::agent, R"({"id":"i","name":"n","programArgs":["--model","m1"]})").value();
    EXPECT_EQ(text, array);
    EXPECT_EQ(*text.attributes.find(Attribute::program_args), Value(StringList{"--model", "m1"}));
}

TEST(AgamemnonResources, HostIsDockerOrElseLocal) {
    EXPECT_EQ(read(Kind::agent, R"({"id":"i","name":"n","host":"docker"})")
                  .value()
                  .attributes.text(Attribute::runtime),
              "docker");
    EXPECT_EQ(read(Kind::agent, R"({"id":"i","name":"n","host":"gpu-7"})")
                  .value()
                  .attributes.text(Attribute::runtime),
              "local");
    EXPECT_EQ(read(Kind::agent, R"({"id":"i","name":"n"})").value().attributes.find(Attribute::runtime),
              std::nullopt);
}

TEST(AgamemnonResources, MembersOfAWrongTypeCountAsNotReported) {
    const auto agent =
        read(Kind::agent, R"({"id":"i","name":"n","label":5,"cpus":"4","memory":null,"status":[]})").value();
    EXPECT_EQ(*agent.attributes.find(Attribute::cpus), Value(std::int64_t{4}));
    EXPECT_EQ(agent.attributes.size(), 1U);
}

TEST(AgamemnonResources, WithoutIdOrNameItIsAnError) {
    for (const char* json : {"[]", "{}", R"({"id":5,"name":"n"})", R"({"id":"","name":"n"})", R"({"id":"i"})",
                             R"({"id":"i","name":null})"}) {
        EXPECT_FALSE(read(Kind::agent, json).has_value()) << json;
    }
    EXPECT_FALSE(read(Kind::task, R"({"id":"i","name":"n"})").has_value());
}

TEST(AgamemnonResources, BodiesUseTheServersWords) {
    CreateCall call{"tlm-x", {}, {}};
    call.attributes.set(Attribute::label, std::string("a \"b\""));
    call.attributes.set(Attribute::program_args, StringList{"--model", "m"});
    call.attributes.set(Attribute::working_dir, std::string("/w"));
    call.attributes.set(Attribute::description, std::string("d"));
    call.attributes.set(Attribute::runtime, std::string("docker"));
    call.attributes.set(Attribute::docker_image, std::string("img"));
    call.attributes.set(Attribute::cpus, std::int64_t{2});
    EXPECT_EQ(create_body(Kind::agent, call),
              R"({"name":"tlm-x","label":"a \"b\"","programArgs":["--model","m"],"workingDirectory":"/w",)"
              R"("taskDescription":"d","host":"docker","image":"img","cpus":2})");
    CreateCall task{"s", {"t"}, {}};
    task.attributes.set(Attribute::description, std::string("d"));
    task.attributes.set(Attribute::assign_to, std::string("a1"));
    task.attributes.set(Attribute::blocked_by, StringList{"t1"});
    EXPECT_EQ(create_body(Kind::task, task),
              R"({"subject":"s","description":"d","assigneeAgentId":"a1","blockedBy":["t1"]})");
}

TEST(AgamemnonResources, TextThatIsNoUtf8CountsAsNotReported) {
    const auto agent =
        read(Kind::agent, R"({"id":"i","name":"n","label":"\udc00","programArgs":["a","\udfff"]})").value();
    EXPECT_FALSE(agent.attributes.has(Attribute::label));
    EXPECT_EQ(*agent.attributes.find(Attribute::program_args), Value(StringList{"a"}));
    EXPECT_FALSE(read(Kind::agent, R"({"id":"\udc00","name":"n"})").has_value());
}

}  // namespace
}  // namespace tlm::agamemnon
