// The real program over TLS, with certificates good and bad: it talks to nobody that it does not trust, and
// says in plain words what is wrong with which certificate, and what to do.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/integration/fixture.h"
#include "tests/simulator/certificate.h"
#include "tests/support/raw_server.h"

namespace tlm::test {
namespace {

using simulator::Authority;
using simulator::CertificateOptions;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int kBadInput = 3;
constexpr int kUnreachable = 9;

class OverTls : public testing::Test {
  protected:
    OverTls() {
        project.environment["AGAMEMNON_API_KEY"] = kKey;
        project.write("workflows/pair.yaml", kPair);
        authority.write(path("ca.pem"));
    }
    [[nodiscard]] std::string path(const std::string& file) const {
        return (project.directory / file).string();
    }
    // Over TLS, with a certificate of the authority. It is the target from then on.
    void serve(const CertificateOptions& certificate = {}, const std::string& client_ca = {}) {
        authority.issue(certificate, path("server.pem"), path("server.key"));
        serve_what_is_there(client_ca);
    }
    void serve_what_is_there(const std::string& client_ca = {}) {
        SimulatorOptions options = Server::unlimited();
        options.tls = true;
        options.certificate_file = path("server.pem");
        options.key_file = path("server.key");
        options.client_ca_file = client_ca;
        server.emplace(options);
        project.environment["AGAMEMNON_URL"] = server->url();
    }
    void trust(const std::string& file = "ca.pem") { project.environment["AGAMEMNON_CA_CERT"] = path(file); }
    // Plan and apply end with this code and these words; nothing was made.
    void expect_refused(int exit_code, const std::string& why, const std::string& next) {
        for (const std::vector<std::string>& arguments :
             std::vector<std::vector<std::string>>{{"plan"}, {"apply", "--yes"}, {"drift"}}) {
            const Finished finished = project.tlm(arguments);
            EXPECT_EQ(finished.exit_code, exit_code) << finished.out << finished.err;
            EXPECT_THAT(finished.err, AllOf(HasSubstr(why), HasSubstr("next: "), HasSubstr(next)));
            if (exit_code == kUnreachable) {
                EXPECT_THAT(finished.err, HasSubstr("error: " + project.environment["AGAMEMNON_URL"]));
            }
        }
    }
    void expect_applies(const std::vector<std::string>& more = {}) {
        std::vector<std::string> arguments = {"apply", "--yes"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Finished finished = project.tlm(arguments);
        EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
        EXPECT_THAT(finished.out, HasSubstr("4 created"));
    }

    Project project;
    Authority authority{"our authority"};
    std::optional<Simulator> server;
};

TEST_F(OverTls, AuthorityNamedInTheEnvironment_IsTrusted) {
    serve();
    trust();
    expect_applies();
}

TEST_F(OverTls, AuthorityNamedByOption_IsTrustedAndWinsOverTheEnvironment) {
    serve();
    project.environment["AGAMEMNON_CA_CERT"] = "/does/not/exist";
    expect_applies({"--ca-cert", path("ca.pem")});
}

TEST_F(OverTls, AuthorityAmongOthersInOneFile_IsTrusted) {
    serve();
    const Authority other("other authority");
    other.write(path("other.pem"));
    project.write("bundle.pem", "# ours and theirs\n" + project.read("other.pem") + project.read("ca.pem"));
    trust("bundle.pem");
    expect_applies();
}

TEST_F(OverTls, SelfSignedCertificate_IsNotTrustedUnlessItIsNamed) {
    simulator::write_self_signed_certificate(path("server.pem"), path("server.key"));
    serve_what_is_there();
    expect_refused(kUnreachable, "not trusted: it is self-signed", "AGAMEMNON_CA_CERT (--ca-cert)");
    trust("server.pem");
    expect_applies();
}

TEST_F(OverTls, UnknownAuthority_IsNotTrusted) {
    serve();
    expect_refused(kUnreachable, "not trusted: nothing that is trusted here signed it", "AGAMEMNON_CA_CERT");
    const Authority other("other authority");
    other.write(path("other.pem"));
    trust("other.pem");
    expect_refused(kUnreachable, "not trusted: nothing that is trusted here signed it", "AGAMEMNON_CA_CERT");
}

TEST_F(OverTls, ExpiredCertificate_IsSaidToHaveExpired) {
    serve({.valid_from = -7200, .valid_until = -3600});
    trust();
    expect_refused(kUnreachable, "the server's certificate has expired", "renewed");
}

TEST_F(OverTls, CertificateOfTheFuture_IsSaidNotToBeValidYet) {
    serve({.valid_from = 3600, .valid_until = 7200});
    trust();
    expect_refused(kUnreachable, "the server's certificate is not valid yet", "clock");
}

TEST_F(OverTls, CertificateOfAnotherHost_IsSaidToBeForAnotherHost) {
    for (const char* names : {"DNS:agamemnon.example.org", "IP:127.0.0.9", "DNS:127.0.0.1"}) {
        serve({.names = names});
        trust();
        expect_refused(kUnreachable, "the server's certificate is for another host", "AGAMEMNON_URL");
    }
}

TEST_F(OverTls, FileOfAuthoritiesThatIsOfNoUse_IsTheUsersFaultAndNamed) {
    serve();
    const std::string block = project.read("ca.pem");
    project.write("empty.pem", "");
    project.write("garbage.pem", "this is not a certificate\n");
    project.write("cut.pem", block.substr(0, block.size() / 2));
    project.write("key.pem", project.read("server.key"));
    std::filesystem::create_directory(path("directory.pem"));
    for (const char* file :
         {"missing.pem", "empty.pem", "garbage.pem", "cut.pem", "key.pem", "directory.pem"}) {
        trust(file);
        expect_refused(kBadInput, file, "");
        EXPECT_THAT(project.tlm({"plan"}).err, HasSubstr("AGAMEMNON_CA_CERT")) << file;
    }
}

class ClientCertificate : public OverTls {
  protected:
    ClientCertificate() {
        authority.issue({}, path("client.pem"), path("client.key"));
        trust();
    }
    void show(const std::string& certificate, const std::string& key) {
        project.environment["AGAMEMNON_CLIENT_CERT"] = path(certificate);
        if (key.empty()) {
            project.environment.erase("AGAMEMNON_CLIENT_KEY");
        } else {
            project.environment["AGAMEMNON_CLIENT_KEY"] = path(key);
        }
    }
};

TEST_F(ClientCertificate, Shown_IsTaken) {
    serve({}, path("ca.pem"));
    show("client.pem", "client.key");
    expect_applies();
}

TEST_F(ClientCertificate, InOneFileWithItsKey_IsTaken) {
    serve({}, path("ca.pem"));
    project.write("both.pem", project.read("client.pem") + project.read("client.key"));
    show("both.pem", "");
    expect_applies();
}

TEST_F(ClientCertificate, AskedForAndNotThere_IsSaid) {
    serve({}, path("ca.pem"));
    expect_refused(kUnreachable, "asks for a client certificate", "AGAMEMNON_CLIENT_CERT");
}

TEST_F(ClientCertificate, OfAnotherAuthority_IsSaidNotToBeTrusted) {
    serve({}, path("ca.pem"));
    const Authority other("other authority");
    other.issue({}, path("client.pem"), path("client.key"));
    show("client.pem", "client.key");
    expect_refused(kUnreachable, "does not trust whoever signed the client certificate",
                   "AGAMEMNON_CLIENT_CERT");
}

TEST_F(ClientCertificate, Expired_IsSaidToHaveExpired) {
    serve({}, path("ca.pem"));
    authority.issue({.valid_from = -7200, .valid_until = -3600}, path("client.pem"), path("client.key"));
    show("client.pem", "client.key");
    expect_refused(kUnreachable, "client certificate: it has expired", "AGAMEMNON_CLIENT_CERT");
}

TEST_F(ClientCertificate, FilesThatAreOfNoUse_AreTheUsersFaultAndNamed) {
    serve({}, path("ca.pem"));
    authority.issue({}, path("another.pem"), path("another.key"));
    authority.issue({.passphrase = "sesame"}, path("locked.pem"), path("locked.key"));
    project.write("garbage.pem", "nothing\n");
    struct Case {
        const char* certificate;
        const char* key;
        const char* why;
        const char* next;
    };
    for (const Case& one : std::vector<Case>{
             {"missing.pem", "client.key", "can't read the file that AGAMEMNON_CLIENT_CERT names", "path"},
             {"garbage.pem", "client.key", "AGAMEMNON_CLIENT_CERT names holds no certificate",
              "BEGIN CERTIFICATE"},
             {"client.pem", "missing.key", "can't read the file that AGAMEMNON_CLIENT_KEY names", "path"},
             {"client.pem", "garbage.pem", "AGAMEMNON_CLIENT_KEY names holds no private key",
              "BEGIN PRIVATE KEY"},
             {"client.pem", "", "holds no private key", "AGAMEMNON_CLIENT_KEY"},
             {"client.pem", "another.key", "does not belong to the certificate", "made for"},
             {"locked.pem", "locked.key", "locked with a passphrase", "openssl pkey"}}) {
        show(one.certificate, one.key);
        expect_refused(kBadInput, one.why, one.next);
    }
}

TEST_F(ClientCertificate, LockedKeyOnATerminal_AsksForNoPassphrase) {
    serve({}, path("ca.pem"));
    authority.issue({.passphrase = "sesame"}, path("locked.pem"), path("locked.key"));
    show("locked.pem", "locked.key");
    const Finished finished = project.tlm_in_terminal({"plan"}, "sesame\n");
    EXPECT_EQ(finished.exit_code, kBadInput);
    EXPECT_THAT(finished.out, AllOf(HasSubstr("locked with a passphrase"), Not(HasSubstr("Enter PEM"))));
}

TEST_F(OverTls, HttpToAPortWithTls_IsSaid) {
    serve();
    std::string url = server->url();
    project.environment["AGAMEMNON_URL"] = url.replace(0, 5, "http");
    expect_refused(kUnreachable, "", "https://");
}

TEST_F(OverTls, HttpsToAPortWithoutTls_IsSaid) {
    const Server plain;
    std::string url = plain.url();
    project.environment["AGAMEMNON_URL"] = url.replace(0, 4, "https");
    expect_refused(kUnreachable, "the server does not speak TLS on this port", "http://");
    EXPECT_EQ(plain.stat("requests"), 0);
}

// A server with a certificate that is not trusted must not come to see the key.
TEST_F(OverTls, UntrustedServer_IsNotSentTheKeyNorAnyRequest) {
    serve({.names = "DNS:elsewhere"});
    trust();
    EXPECT_EQ(project.tlm({"apply", "--yes"}).exit_code, kUnreachable);
    server.reset();
    serve();
    const Finished finished = project.tlm({"plan"});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_THAT(finished.out, HasSubstr("4 to create"));
}

TEST(RequireTls, HttpToAnotherMachine_IsRefusedUnlessItIsSwitchedOff) {
    Project project;
    project.write("workflows/pair.yaml", kPair);
    project.environment["AGAMEMNON_API_KEY"] = kKey;
    for (const char* url : {"http://agamemnon.invalid", "http://127.0.0.1.agamemnon.invalid",
                            "HTTP://10.0.0.1", "http://localhost.agamemnon.invalid", "http://0x0a000001"}) {
        project.environment["AGAMEMNON_URL"] = url;
        for (const char* value : {"true", "yes", "1"}) {
            project.environment["REQUIRE_TLS"] = value;
            const Finished finished = project.tlm({"plan"});
            EXPECT_EQ(finished.exit_code, kBadInput) << url << value;
            EXPECT_THAT(finished.err, AllOf(HasSubstr("in the clear"), HasSubstr("REQUIRE_TLS=false")));
        }
    }
    project.environment["REQUIRE_TLS"] = "false";
    project.environment["AGAMEMNON_URL"] = "http://agamemnon.invalid";
    EXPECT_EQ(project.tlm({"plan"}).exit_code, kUnreachable);
    for (const char* value : {"perhaps", ""}) {
        project.environment["REQUIRE_TLS"] = value;
        EXPECT_EQ(project.tlm({"plan"}).exit_code, kBadInput) << value;
    }
}

TEST(RequireTls, HttpToThisMachine_IsAllowedWhateverItSays) {
    const Server server;
    Project project;
    server.attach(project);
    project.write("workflows/pair.yaml", kPair);
    for (const char* value : {"true", "false"}) {
        project.environment["REQUIRE_TLS"] = value;
        EXPECT_EQ(project.tlm({"plan"}).exit_code, 0) << value;
    }
}

}  // namespace
}  // namespace tlm::test
