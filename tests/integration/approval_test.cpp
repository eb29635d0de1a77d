// Only the plan that was approved is applied: by its digest, and by who signed it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/integration/fixture.h"
#include "tests/support/paths.h"

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

// What the approver signed by hand is what `tlm plan --sign` writes.
TEST_F(Approved, SignedAfterReading_IsApplied) {
    std::filesystem::remove(project.directory / "p.json.sig");
    const Finished made = run({"sign", "p.json", "--key", "ops.key", "--valid-for", "12h"});
    EXPECT_THAT(made.out, HasSubstr("p.json: Plan: 4 to create, 1 task waits.\ntarget " + server.url() +
                                    "\ndigest " + digest() + "\nsigned with the key sha256:"));
    EXPECT_THAT(made.out, HasSubstr("(12 hours)\nfor the state of lineage "));
    EXPECT_EQ(made.err, "Written to p.json.sig.\n");
    EXPECT_THAT(run({"verify", "p.json", "--trusted-key", "ops.pub", "--require-expiry"}).out,
                HasSubstr("(12 hours)"));
    run({"apply", "p.json", "--trusted-key", "ops.pub", "--require-expiry", "--yes"});
    EXPECT_EQ(server.stat("agents"), 2);
}

TEST_F(Approved, Signing_ChecksThePlanAndWritesThroughNoLink) {
    EXPECT_THAT(refused({"sign", "p.json", "--key", "ops.key", "--expect", "sha256:" + std::string(64, '0')}),
                HasSubstr("is expected"));
    std::filesystem::remove(project.directory / "p.json.sig");
    std::filesystem::create_symlink("elsewhere", project.directory / "p.json.sig");
    run({"sign", "p.json", "--key", "ops.key"});
    EXPECT_FALSE(project.exists("elsewhere"));
    EXPECT_FALSE(std::filesystem::is_symlink(project.directory / "p.json.sig"));
    run({"verify", "p.json", "--trusted-key", "ops.pub"});
    std::string text = project.read("p.json");
    text.replace(text.find("m1"), 2, "m2");
    project.write("p.json", text);
    EXPECT_THAT(refused({"sign", "p.json", "--key", "ops.key"}), HasSubstr("altered after it was written"));
    EXPECT_THAT(refused({"sign", "p.json"}, 3), HasSubstr("--key KEY"));
    for (const char* time : {"0d", "367d", "1", "x", "-1d", "99999999999999999999d"})
        EXPECT_THAT(refused({"sign", "p.json", "--key", "ops.key", "--valid-for", time}, 3),
                    HasSubstr("from 1s to 366d"));
}

TEST_F(Approved, Expired_IsRefusedAndHowToGoOnIsSaid) {
    project.environment["LD_PRELOAD"] = faulty_machine();
    project.environment["ASAN_OPTIONS"] = "verify_asan_link_order=0";
    const auto after = [&](int seconds) {
        project.environment["TLM_TEST_CLOCK_SHIFT"] = std::to_string(seconds);
    };
    const std::vector<std::string> apply = {"apply", "p.json", "--trusted-key", "ops.pub", "--yes"};
    after(9 * 86'400);
    EXPECT_THAT(refused(apply), testing::AllOf(HasSubstr("expired at "), HasSubstr(", 2 days ago"),
                                               HasSubstr("tlm sign p.json --key KEY")));
    EXPECT_THAT(refused({"verify", "p.json", "--trusted-key", "ops.pub"}), HasSubstr("2 days ago"));
    after(-600);
    EXPECT_THAT(refused(apply), HasSubstr("minutes from now"));
    after(6 * 86'400);
    run(apply);
    EXPECT_EQ(server.stat("agents"), 2);
}

TEST_F(Approved, SignedForAnotherState_IsRefusedAndBothAreNamed) {
    run({"state", "list"});
    run({"plan", "--target", "pair/agent/*", "--out", "q.json", "--state", "other.db"});
    run({"sign", "p.json", "--key", "ops.key", "--state", "other.db"});
    const std::string other = project.read("p.json.sig");
    const std::string lineage = other.substr(other.find("lineage ") + 8, 32);
    for (const char* verb : {"apply", "run"}) {
        EXPECT_THAT(refused({verb, "p.json", "--trusted-key", "ops.pub"}),
                    HasSubstr("signed for the state of lineage " + lineage + ", and the lineage here is "));
    }
    EXPECT_THAT(refused({"verify", "p.json", "--trusted-key", "ops.pub"}), HasSubstr(lineage));
    // A state that is not there yet has no lineage.
    run({"apply", "p.json", "--trusted-key", "ops.pub", "--yes", "--state", "fresh.db"});
}

TEST_F(Approved, SignatureForAnotherTarget_IsRefused) {
    std::string text = project.read("p.json.sig");
    text.replace(text.find("target ") + 7, server.url().size(), "https://x.example");
    project.write("p.json.sig", text);
    EXPECT_THAT(refused({"apply", "p.json", "--trusted-key", "ops.pub", "--yes"}),
                HasSubstr("not of this plan"));
}

// As release 0.1.0 wrote them.
TEST_F(Approved, SignatureOfFormat1_IsTakenWithAWarningUnlessItMustExpire) {
    const std::string text = project.read("p.json.sig");
    const std::string key = text.substr(text.find("key "), 4 + 7 + 64);
    project.write("message", "tlm-signature/1\n" + digest() + "\n");
    const Finished made =
        run_process({"/bin/sh", "-c", "openssl pkeyutl -sign -inkey ops.key -rawin -in message | base64 -w0"},
                    project.environment, project.directory.string());
    project.write("p.json.sig", "tlm-signature/1\n" + key + "\ned25519 " + made.out + "\n");
    for (const char* verb : {"apply", "run", "verify"}) {
        EXPECT_THAT(refused({verb, "p.json", "--trusted-key", "ops.pub", "--require-expiry"}),
                    HasSubstr("never expires"));
    }
    EXPECT_THAT(run({"verify", "p.json", "--trusted-key", "ops.pub"}).err,
                HasSubstr("warning: p.json.sig is of format 1"));
    EXPECT_THAT(run({"apply", "p.json", "--trusted-key", "ops.pub", "--yes"}).err,
                HasSubstr("never expires"));
    EXPECT_EQ(server.stat("agents"), 2);
}

TEST_F(Approved, ExpiryAskedForWithoutASignature_IsBadInput) {
    EXPECT_THAT(refused({"apply", "p.json", "--require-expiry", "--yes"}, 3), HasSubstr("none is asked for"));
    EXPECT_THAT(refused({"apply", "--require-expiry", "--yes"}, 3), HasSubstr("about a plan file"));
    EXPECT_THAT(refused({"plan", "--out", "x.json", "--valid-for", "1d"}, 3), HasSubstr("about a signature"));
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

TEST_F(Approved, RevokedKeyOrDigest_IsRefusedWhereverSignaturesAreChecked) {
    std::filesystem::create_directory(project.directory / "trusted");
    project.write("trusted/ops.pub", project.read("ops.pub"));
    const std::string signature = project.read("p.json.sig");
    const std::string key = signature.substr(signature.find("key ") + 4, 7 + 64);
    const auto check = [&](const char* what) {
        for (const char* verb : {"apply", "run", "verify"}) {
            // By the option, in the file beside the key.
            EXPECT_THAT(refused({verb, "p.json", "--trusted-key", "trusted/ops.pub"}), HasSubstr(what));
            project.environment["TLM_TRUSTED_KEYS"] = (project.directory / "trusted").string();
            EXPECT_THAT(refused({verb, "p.json"}), HasSubstr(what));
            // Keys that are named replace the directory's, but nothing that it revokes.
            EXPECT_THAT(refused({verb, "p.json", "--trusted-key", "ops.pub"}), HasSubstr(what));
            project.environment.erase("TLM_TRUSTED_KEYS");
        }
    };
    project.write("trusted/revoked", "# the laptop that was stolen\n" + key + "\n");
    check("trusted/revoked revokes");
    project.write("trusted/revoked", digest() + "\n");
    check("trusted/revoked names its digest");
    project.write("trusted/revoked", "# " + key + "\n\nsha256:" + std::string(64, '0') + "\n");
    run({"apply", "p.json", "--trusted-key", "trusted/ops.pub", "--yes"});
    EXPECT_EQ(server.stat("agents"), 2);
}

TEST_F(Approved, RevocationsThatCanNotBeRead_AreAnErrorAndNotNone) {
    namespace fs = std::filesystem;
    const fs::path directory = project.directory / "trusted";
    fs::create_directory(directory);
    project.write("trusted/ops.pub", project.read("ops.pub"));
    project.environment["TLM_TRUSTED_KEYS"] = directory.string();
    const auto refused_with = [&](const char* what) {
        EXPECT_THAT(refused({"apply", "p.json", "--yes"}, 3), HasSubstr(what));
        EXPECT_THAT(refused({"verify", "p.json"}, 3), HasSubstr(what));
        fs::remove_all(directory / "revoked");
    };
    project.write("trusted/revoked", "sha256:1234\n");
    refused_with("trusted/revoked:1: an entry must be");
    fs::create_symlink("nowhere", directory / "revoked");
    refused_with("trusted/revoked: this is a link that leads to nothing");
    fs::create_directory(directory / "revoked");
    refused_with("this is a directory, not a list of revocations");
    ASSERT_EQ(mkfifo((directory / "revoked").c_str(), 0600), 0);
    refused_with("this is a FIFO, not a list of revocations");
    fs::create_symlink("/dev/zero", directory / "revoked");
    refused_with("trusted/revoked: this is a link that leads out of its directory");
    project.write("trusted/revoked", std::string(1024 * 1024 + 1, '\n'));
    refused_with("larger than");
    // A key that was found is read with the same care.
    ASSERT_EQ(mkfifo((directory / "pipe.pub").c_str(), 0600), 0);
    refused_with("pipe.pub: this is a FIFO, not a public key");
    fs::remove(directory / "pipe.pub");
    run({"verify", "p.json"});
}

// Each of them changes what a signed plan would find, or what is on the target.
TEST_F(Approved, ChangesByHand_AreRefusedWherePlansMustBeSigned) {
    run({"apply", "p.json", "--yes"});
    std::filesystem::create_directory(project.directory / "trusted");
    project.write("trusted/ops.pub", project.read("ops.pub"));
    const std::string bound = run({"state", "list"}).out;
    project.environment["TLM_TRUSTED_KEYS"] = (project.directory / "trusted").string();
    for (const std::vector<std::string>& command : {
             std::vector<std::string>{"mv", "pair/agent/architect", "pair/agent/chief"},
             std::vector<std::string>{"mv", "pair", "other"},
             std::vector<std::string>{"rm", "pair/agent/*"},
             std::vector<std::string>{"import", "pair/agent/architect", "x"},
             std::vector<std::string>{"unprotect", "pair/agent/*"},
         }) {
        std::vector<std::string> whole = {"state"};
        whole.insert(whole.end(), command.begin(), command.end());
        whole.emplace_back("--yes");
        EXPECT_THAT(refused(whole, 3),
                    testing::AllOf(HasSubstr("only plan files that are signed change anything here"),
                                   HasSubstr("`tlm state " + command[0] + "`")));
    }
    EXPECT_THAT(refused({"destroy", "--yes"}, 3), HasSubstr("tlm plan --destroy"));
    EXPECT_EQ(run({"state", "list"}).out, bound);
    run({"state", "check"});
}

TEST_F(Approved, SignatureThatIsNoFile_IsRefusedWithoutBeingRead) {
    std::filesystem::remove(project.directory / "p.json.sig");
    ASSERT_EQ(mkfifo((project.directory / "p.json.sig").c_str(), 0600), 0);
    for (const char* verb : {"apply", "verify"})
        EXPECT_THAT(refused({verb, "p.json", "--trusted-key", "ops.pub"}, 3),
                    HasSubstr("this is a FIFO, not a signature"));
    run({"sign", "p.json", "--key", "ops.key"});
    run({"verify", "p.json", "--trusted-key", "ops.pub"});
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

TEST_F(Approved, PrivateKeyThatOthersCanRead_IsRefused) {
    namespace fs = std::filesystem;
    const std::string signature = project.read("p.json.sig");
    for (const unsigned mode : {0640U, 0604U, 0644U, 0777U}) {
        fs::permissions(project.directory / "ops.key", fs::perms(mode));
        for (const std::vector<std::string>& command :
             {std::vector<std::string>{"sign", "p.json", "--key", "ops.key"},
              std::vector<std::string>{"plan", "--out", "p.json", "--sign", "ops.key"}}) {
            EXPECT_THAT(refused(command, 3),
                        testing::AllOf(HasSubstr(fmt::format("its mode is {:04o}", mode)),
                                       HasSubstr("`chmod 600 ops.key`")));
        }
    }
    EXPECT_EQ(project.read("p.json.sig"), signature);
    // By the file and not by the link to it; through a pipe as it comes.
    fs::create_symlink("ops.key", project.directory / "link.key");
    EXPECT_THAT(refused({"sign", "p.json", "--key", "link.key"}, 3), HasSubstr("its mode is 0777"));
    const Finished piped =
        run_process({"/bin/bash", "-c", fmt::format("{} sign p.json --key <(cat ops.key)", tested_program())},
                    project.environment, project.directory.string());
    EXPECT_EQ(piped.exit_code, 0) << piped.err;
    fs::permissions(project.directory / "ops.key", fs::perms(0400));
    run({"sign", "p.json", "--key", "link.key"});
}

TEST_F(Approved, KeyOnAFileSystemWithoutModes_IsNotMade) {
    project.environment["LD_PRELOAD"] = faulty_machine();
    project.environment["ASAN_OPTIONS"] = "verify_asan_link_order=0";
    project.environment["TLM_TEST_NO_MODES"] = "1";
    EXPECT_THAT(run({"keygen", "--out", "shared"}, 3).err,
                HasSubstr("shared.key: the file system does not keep a private key from others: of mode 0600 "
                          "it made 0777"));
    EXPECT_FALSE(project.exists("shared.key"));
    EXPECT_FALSE(project.exists("shared.pub"));
}

TEST_F(Approved, EncryptedKey_IsAnErrorAndAsksForNothing) {
    const Finished made = run_process({"/bin/sh", "-c", "openssl pkey -in ops.key -aes256 -passout pass:x"},
                                      project.environment, project.directory.string());
    project.write("locked.key", made.out);
    std::filesystem::permissions(project.directory / "locked.key", std::filesystem::perms(0600));
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
