// Only the plan that was approved is applied: by its digest, and by who signed it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Approved : public testing::Test {
  protected:
    Approved() {
        server.attach(project);
        project.write("workflows/pair.yaml", kPair);
        run({"keygen", "--out", "ops"});
        run({"plan", "--out", "p.json", "--sign", "ops.key"});
    }
    Finished run(const std::vector<std::string>& command, int exit_code = 0) const {
        Finished finished = project.tlm(command);
        EXPECT_EQ(finished.exit_code, exit_code) << finished.out << finished.err;
        return finished;
    }
    // Refused before anything is sent.
    std::string refused(const std::vector<std::string>& command, int exit_code = 5) const {
        server.reset_stats();
        const Finished finished = run(command, exit_code);
        EXPECT_EQ(server.stat("writes"), 0);
        return finished.err;
    }
    std::string digest() const {
        const std::string text = project.read("p.json");
        return text.substr(text.find("sha256:"), std::string("sha256:").size() + 64);
    }
    unsigned mode_of(const std::string& file) const {
        struct stat status {};
        return lstat((project.directory / file).c_str(), &status) == 0 ? status.st_mode & 07777U : 0U;
    }
    Server server;
    Project project;
};

TEST_F(Approved, SignedByATrustedKey_IsApplied) {
    EXPECT_THAT(run({"verify", "p.json", "--trusted-key", "ops.pub"}).out, HasSubstr("signed by ops.pub"));
    run({"apply", "p.json", "--trusted-key", "ops.pub", "--yes"});
    EXPECT_EQ(server.stat("agents"), 2);
}

TEST_F(Approved, SignedByAnotherKey_IsRefusedAndTheKeyNamed) {
    run({"keygen", "--out", "guest"});
    EXPECT_THAT(refused({"apply", "p.json", "--trusted-key", "guest.pub", "--yes"}),
                HasSubstr("not trusted here"));
    EXPECT_THAT(refused({"verify", "p.json", "--trusted-key", "guest.pub"}), HasSubstr("guest.pub"));
    run({"apply", "p.json", "--trusted-key", "guest.pub", "--trusted-key", "ops.pub", "--yes"});
}

TEST_F(Approved, UnsignedOrSignedForAnotherPlan_IsRefused) {
    run({"plan", "--out", "q.json", "--target", "pair/agent/*"});
    EXPECT_THAT(refused({"apply", "q.json", "--trusted-key", "ops.pub", "--yes"}), HasSubstr("not signed"));
    project.write("q.json.sig", project.read("p.json.sig"));
    EXPECT_THAT(refused({"apply", "q.json", "--trusted-key", "ops.pub", "--yes"}),
                HasSubstr("not of this plan"));
    run({"apply", "q.json", "--yes"});
    EXPECT_EQ(server.stat("agents"), 2) << "where nobody asks for a signature none is needed";
}

TEST_F(Approved, OverwrittenByAnUnsignedPlan_TakesItsSignatureAlong) {
    EXPECT_THAT(run({"plan", "--out", "p.json", "--target", "pair/agent/*"}).err,
                HasSubstr("Removed p.json.sig: it was of the plan that stood there before.\n"));
    EXPECT_FALSE(project.exists("p.json.sig"));
    EXPECT_THAT(refused({"apply", "p.json", "--trusted-key", "ops.pub", "--yes"}), HasSubstr("not signed"));
    EXPECT_THAT(run({"plan", "--out", "p.json"}).err, Not(HasSubstr("Removed")));
}

TEST_F(Approved, OverwrittenByTheSamePlan_KeepsTheSignatureThatIsStillOfIt) {
    const std::string signature = project.read("p.json.sig");
    EXPECT_THAT(run({"plan", "--out", "p.json"}).err, Not(HasSubstr("Removed")));
    EXPECT_EQ(project.read("p.json.sig"), signature);
    run({"verify", "p.json", "--trusted-key", "ops.pub"});
}

TEST_F(Approved, NotOverwritten_KeepsItsSignature) {
    const std::string signature = project.read("p.json.sig");
    // Another file, no file, a plan that a limit stops, and a disk that is full.
    run({"plan", "--out", "q.json", "--target", "pair/agent/*"});
    run({"plan", "--out", "-", "--target", "pair/agent/*"});
    EXPECT_EQ(project.read("p.json.sig"), signature);
    run({"apply", "p.json", "--yes"});
    project.write("workflows/pair.yaml", crew_yaml("pair", 1, 1, 0));
    run({"plan", "--out", "p.json", "--prune"}, 7);
    EXPECT_EQ(project.read("p.json.sig"), signature);
    const Finished full = run_process({"/bin/sh", "-c",
                                       fmt::format("ulimit -f 0; exec {} plan --out p.json --prune "
                                                   "--max-deletes 9",
                                                   tested_program())},
                                      project.environment, project.directory.string());
    EXPECT_THAT(full.err, HasSubstr("p.json: can't write the file"));
    EXPECT_EQ(project.read("p.json.sig"), signature);
    run({"plan", "--out", "p.json", "--prune", "--max-deletes", "9"});
    EXPECT_FALSE(project.exists("p.json.sig"));
}

TEST_F(Approved, FileBesideThePlanThatIsNoSignatureOfOurs_IsLeftAlone) {
    project.write("p.json.sig", "-----BEGIN PGP SIGNATURE-----\n");
    run({"plan", "--out", "p.json", "--target", "pair/agent/*"});
    EXPECT_EQ(project.read("p.json.sig"), "-----BEGIN PGP SIGNATURE-----\n");
}

TEST_F(Approved, TrustedKeysOfADirectory_AreAskedForInEveryApply) {
    std::filesystem::create_directory(project.directory / "trusted");
    project.environment["TLM_TRUSTED_KEYS"] = (project.directory / "trusted").string();
    EXPECT_THAT(refused({"apply", "p.json", "--yes"}, 3), HasSubstr("no *.pub"));
    project.write("trusted/ops.pub", project.read("ops.pub"));
    EXPECT_THAT(refused({"apply", "--yes"}, 3), HasSubstr("only plan files that are signed"));
    EXPECT_THAT(refused({"destroy", "--yes"}, 3), HasSubstr("tlm plan --destroy"));
    run({"apply", "p.json", "--yes"});
    run({"plan", "--destroy", "--out", "gone.json", "--sign", "ops.key"});
    run({"apply", "gone.json", "--yes"});
    EXPECT_EQ(server.stat("agents"), 0);
}

TEST_F(Approved, ByItsDigest_IsAppliedAndNoOther) {
    const std::string approved = digest();
    run({"plan", "--out", "p.json", "--target", "pair/agent/*"});
    EXPECT_THAT(refused({"apply", "p.json", "--expect", approved, "--yes"}), HasSubstr(approved));
    run({"plan", "--out", "p.json"});
    run({"verify", "p.json", "--expect", approved});
    run({"apply", "p.json", "--expect", approved, "--yes"});
    EXPECT_EQ(server.stat("agents"), 2);
}

TEST_F(Approved, ComparedWithALaterPlan_SaysWhetherItIsTheSame) {
    run({"plan", "--out", "again.json"});
    EXPECT_EQ(run({"diff", "p.json", "again.json"}).out, "The two plans are the same.\n");
    std::string workflow = project.read("workflows/pair.yaml");
    workflow.replace(workflow.find("m1"), 2, "m2");
    project.write("workflows/pair.yaml", workflow);
    run({"plan", "--out", "later.json", "--exclude", "pair/task/*"});
    EXPECT_EQ(run({"diff", "p.json", "later.json"}, 2).out,
              "  --exclude: [] | [\"pair/task/*\"]\n"
              "  teardown: [\"on_completion: pair\"] | (not set)\n"
              "  | pair/agent/architect  create\n"
              "        program_args (after): [\"--model\",\"m1\"] | [\"--model\",\"m2\"]\n"
              "  < pair/task/crew/build  none: only in p.json\n"
              "  < pair/task/crew/design  create: only in p.json\n"
              "\n"
              "Different: 2 only in p.json, 0 only in later.json, 1 in both but not alike, 2 alike.\n");
    rapidjson::Document document;
    document.Parse(run({"diff", "p.json", "later.json", "--format", "json"}, 2).out.c_str());
    ASSERT_FALSE(document.HasParseError());
    EXPECT_FALSE(document["same_in_substance"].GetBool());
    EXPECT_EQ(document["changes"].Size(), 3U);
}

TEST_F(Approved, EditedAfterwards_IsRefusedEvenUnsigned) {
    std::string text = project.read("p.json");
    text.replace(text.find("m1"), 2, "m2");
    project.write("p.json", text);
    EXPECT_THAT(refused({"apply", "p.json", "--yes"}), HasSubstr("altered after it was written"));
    EXPECT_THAT(refused({"verify", "p.json"}), HasSubstr("altered after it was written"));
}

TEST_F(Approved, ADamagedSignature_IsRefused) {
    std::string text = project.read("p.json.sig");
    for (const std::size_t at :
         {std::size_t{0}, text.find("sha256:") + 9, text.size() - 4, text.size() - 1}) {
        std::string damaged = text;
        damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
        project.write("p.json.sig", damaged);
        refused({"apply", "p.json", "--trusted-key", "ops.pub", "--yes"});
    }
}

TEST_F(Approved, PrivateKey_IsForItsOwnerAndGoesNowhere) {
    EXPECT_EQ(mode_of("ops.key"), 0600U);
    EXPECT_EQ(mode_of("ops.pub"), 0644U);
    const std::string key = project.read("ops.key");
    const std::string secret = key.substr(key.find('\n') + 1, 40);
    for (const char* file : {"p.json", "p.json.sig", "ops.pub"})
        EXPECT_THAT(project.read(file), Not(HasSubstr(secret)));
    EXPECT_THAT(run({"keygen", "--out", "ops"}, 3).err, HasSubstr("never overwritten"));
    EXPECT_EQ(project.read("ops.key"), key);
    std::filesystem::create_symlink("elsewhere", project.directory / "link.key");
    run({"keygen", "--out", "link"}, 3);
    EXPECT_FALSE(project.exists("elsewhere"));
}

TEST_F(Approved, EncryptedKey_IsAnErrorAndAsksForNothing) {
    const Finished made = run_process({"/bin/sh", "-c", "openssl pkey -in ops.key -aes256 -passout pass:x"},
                                      project.environment, project.directory.string());
    project.write("locked.key", made.out);
    const Finished finished =
        project.tlm_in_terminal({"plan", "--out", "x.json", "--sign", "locked.key"}, "x\n");
    EXPECT_EQ(finished.exit_code, 3);
    EXPECT_THAT(finished.out + finished.err, HasSubstr("encrypted"));
    EXPECT_FALSE(project.exists("x.json"));
}

TEST_F(Approved, AskedForWithoutAPlanFile_IsBadInput) {
    EXPECT_THAT(refused({"apply", "--expect", digest(), "--yes"}, 3), HasSubstr("about a plan file"));
    EXPECT_THAT(refused({"plan", "--sign", "ops.key"}, 3), HasSubstr("--out FILE"));
    EXPECT_THAT(refused({"keygen"}, 3), HasSubstr("--out NAME"));
}

}  // namespace
}  // namespace tlm::test
