#include "engine/plan/signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/sha256.h"
#include "engine/base/utc_time.h"

namespace tlm::test {
namespace {

using testing::HasSubstr;

const std::string kDigest = "sha256:" + sha256_hex("a plan");

// Made by `openssl genpkey -algorithm ed25519`, and its public key by `openssl pkey -pubout`.
const std::string kPrivate =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIPsyBWgmSAnqT7OHeEdeCnGmOsnV2h3hI9ALHHUVZIFP\n"
    "-----END PRIVATE KEY-----\n";
const std::string kPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEA0OfYR6uKvySpiCMwOMqocOfWgFOYbZpJsvkbVWx4s9s=\n"
    "-----END PUBLIC KEY-----\n";

std::chrono::sys_seconds at(const char* text) {
    return read_utc_text(text).value();
}

const SignatureTerms kTerms = {
    kDigest, "https://fleet.example", at("2026-11-29T13:00:00Z"), at("2026-12-06T13:00:00Z"), "0f3a", 12};

struct Signed {
    KeyPair pair = generate_key_pair().value();
    TrustedKey key = read_public_key(pair.public_pem, "k.pub").value();
    Signature signature = sign_terms(kTerms, pair.private_pem, "k.key").value();
};

// Of kDigest, with kPrivate, as version 0.1.0 wrote it.
const std::string kFormat1 =
    "tlm-signature/1\n"
    "key sha256:08bc3eb14a5486e839c5c43d53c267d4912a0e5f785bada0fef3372282a09ae9\n"
    "ed25519 uCByG+dTpTv1zsvTkqpvfQRFvBJbadcD35iV6wsowgVjG5zQQV1AZAo1cG01B89e1+HkXws0/h9p136OVIh7Aw==\n";

TEST(Signature, IsThatOfItsKeyAndItsPlanAndOfNothingElse) {
    const Signed mine;
    const Signed other;
    EXPECT_EQ(signer_of(kDigest, mine.signature, {other.key, mine.key})->id, mine.key.id);
    EXPECT_EQ(signer_of(kDigest, mine.signature, {other.key}), nullptr);
    EXPECT_EQ(signer_of(kDigest, mine.signature, {}), nullptr);
    EXPECT_EQ(signer_of("sha256:" + sha256_hex("another"), mine.signature, {mine.key}), nullptr);
    Signature renamed = other.signature;
    renamed.key_id = mine.key.id;
    EXPECT_EQ(signer_of(kDigest, renamed, {mine.key}), nullptr);
}

// Ed25519 has no random part, so that equal terms have equal signatures. This one can be made and checked
// with OpenSSL's own program; see docs/signatures.md.
TEST(Signature, IsTheOneThatOpensslMakes) {
    const auto key = read_public_key(kPublic, "k.pub");
    ASSERT_TRUE(key.has_value()) << key.error().message;
    const auto signature = sign_terms(kTerms, Secret(kPrivate), "k.key");
    ASSERT_TRUE(signature.has_value()) << signature.error().message;
    EXPECT_EQ(
        signature_to_text(signature.value()),
        "tlm-signature/2\n"
        "digest " +
            kDigest +
            "\n"
            "target https://fleet.example\n"
            "issued-at 2026-11-29T13:00:00Z\n"
            "not-after 2026-12-06T13:00:00Z\n"
            "lineage 0f3a\n"
            "serial 12\n"
            "key sha256:08bc3eb14a5486e839c5c43d53c267d4912a0e5f785bada0fef3372282a09ae9\n"
            "ed25519 "
            "s0JlwNyBIXNMpFrbeqpVIcwc55f2D0YlZONGS/ExmafaX+uS9tyC5i/JKCvwhfSjk8slFFdSQUC4R/3zoTvABA==\n");
    EXPECT_NE(signer_of(kDigest, signature.value(), {key.value()}), nullptr);
}

TEST(Signature, OfFormat1IsStillVerified) {
    const TrustedKey key = read_public_key(kPublic, "k.pub").value();
    const auto signature = signature_from_text(kFormat1, "p.sig");
    ASSERT_TRUE(signature.has_value()) << signature.error().message;
    EXPECT_FALSE(signature.value().terms.has_value());
    EXPECT_EQ(signature_to_text(signature.value()), kFormat1);
    EXPECT_NE(signer_of(kDigest, signature.value(), {key}), nullptr);
    EXPECT_EQ(signer_of("sha256:" + sha256_hex("another"), signature.value(), {key}), nullptr);
}

TEST(Signature, ForATargetThatIsMoreThanOneLine_IsNotMade) {
    SignatureTerms terms = kTerms;
    terms.target = "sandbox:a\nnot-after 9999-01-01T00:00:00Z";
    EXPECT_FALSE(sign_terms(terms, Secret(kPrivate), "k.key").has_value());
}

TEST(SignatureFile, AnyFlippedBitIsRefused) {
    const Signed mine;
    const TrustedKey first = read_public_key(kPublic, "k.pub").value();
    for (const std::string& text : {signature_to_text(mine.signature), kFormat1}) {
        ASSERT_TRUE(signature_from_text(text, "p.sig").has_value());
        for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
            std::string flipped = text;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
            const auto read = signature_from_text(flipped, "p.sig");
            EXPECT_TRUE(!read || signer_of(kDigest, read.value(), {mine.key, first}) == nullptr)
                << "bit " << bit;
        }
    }
}

TEST(SignatureFile, CutShortLongerOrInAnotherOrderIsRefused) {
    for (const std::string& text : {signature_to_text(Signed().signature), kFormat1}) {
        for (std::size_t size = 0; size < text.size(); ++size)
            EXPECT_FALSE(signature_from_text(text.substr(0, size), "p.sig").has_value()) << size;
        EXPECT_FALSE(signature_from_text(text + text, "p.sig").has_value());
        EXPECT_FALSE(signature_from_text(text + "\n", "p.sig").has_value());
        EXPECT_FALSE(signature_from_text("\n" + text, "p.sig").has_value());
        EXPECT_FALSE(signature_from_text(" " + text, "p.sig").has_value());
    }
    const std::string text = signature_to_text(Signed().signature);
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string changed = text;
        changed.replace(changed.find(from), from.size(), to);
        return signature_from_text(changed, "p.sig").has_value();
    };
    EXPECT_TRUE(with("serial 12", "serial 13")) << "well formed; that it is not signed, signer_of says";
    EXPECT_FALSE(with("serial 12", "serial 012"));
    EXPECT_FALSE(with("serial 12\n", ""));
    EXPECT_FALSE(with("lineage 0f3a\n", ""));
    EXPECT_FALSE(with("lineage 0f3a", "lineage "));
    EXPECT_FALSE(with("2026-12-06T13:00:00Z", "2026-12-06T13:00:00"));
    EXPECT_FALSE(with("2026-12-06T13:00:00Z", "2026-12-32T13:00:00Z"));
    EXPECT_FALSE(with("2026-12-06T13:00:00Z", "never"));
    EXPECT_FALSE(with("tlm-signature/2", "tlm-signature/3"));
    EXPECT_FALSE(with("issued-at 2026-11-29T13:00:00Z\nnot-after 2026-12-06T13:00:00Z\n",
                      "not-after 2026-12-06T13:00:00Z\nissued-at 2026-11-29T13:00:00Z\n"));
}

TEST(SignatureFile, LineEndsOfAnotherSystemAreTaken) {
    for (const std::string& text : {signature_to_text(Signed().signature), kFormat1}) {
        std::string crlf;
        for (const char c : text)
            crlf += c == '\n' ? "\r\n" : std::string(1, c);
        EXPECT_TRUE(signature_from_text(crlf, "p.sig").has_value());
    }
}

TEST(SignatureTerms, HoldForTheirTargetTimeAndState) {
    struct Case {
        const char* what;
        SignatureUse use;
        TermsFault fault;
    };
    const std::string target = kTerms.target;
    for (const Case& each : {
             Case{"first second", {target, kTerms.issued_at, "0f3a"}, TermsFault::none},
             Case{"last second", {target, kTerms.not_after, "0f3a"}, TermsFault::none},
             Case{"a second later",
                  {target, kTerms.not_after + std::chrono::seconds(1), "0f3a"},
                  TermsFault::expired},
             Case{"a year later",
                  {target, kTerms.not_after + std::chrono::days(365), "0f3a"},
                  TermsFault::expired},
             Case{"clock behind by five minutes",
                  {target, kTerms.issued_at - std::chrono::minutes(5), "0f3a"},
                  TermsFault::none},
             Case{"clock behind by more",
                  {target, kTerms.issued_at - std::chrono::seconds(301), "0f3a"},
                  TermsFault::not_yet_valid},
             Case{"another target",
                  {"https://other.example", kTerms.issued_at, "0f3a"},
                  TermsFault::other_target},
             Case{"another spelling of it",
                  {target + "/", kTerms.issued_at, "0f3a"},
                  TermsFault::other_target},
             Case{"another state", {target, kTerms.issued_at, "77aa"}, TermsFault::other_lineage},
             Case{"no state yet", {target, kTerms.issued_at, ""}, TermsFault::none},
         }) {
        EXPECT_EQ(check_terms(kTerms, each.use), each.fault) << each.what;
    }
    SignatureTerms unbound = kTerms;
    unbound.lineage.clear();
    EXPECT_EQ(check_terms(unbound, {target, kTerms.issued_at, "77aa"}), TermsFault::none);
}

std::string fault_of_private(const std::string& pem) {
    const auto made = sign_terms(kTerms, Secret(pem), "k.key");
    return made ? "taken" : made.error().message;
}

std::string fault_of_public(const std::string& pem) {
    const auto read = read_public_key(pem, "k.pub");
    return read ? "taken" : read.error().message;
}

TEST(Keys, OfTheWrongSortAreNamedForWhatTheyAre) {
    EXPECT_THAT(fault_of_private(kPublic), HasSubstr("this is a public key"));
    EXPECT_THAT(fault_of_public(kPrivate), HasSubstr("this is a private key"));
    EXPECT_THAT(fault_of_private(""), HasSubstr("no private key in PEM"));
    EXPECT_THAT(fault_of_public("ssh-ed25519 AAAA"), HasSubstr("no public key in PEM"));
    EXPECT_THAT(
        fault_of_private("-----BEGIN ENCRYPTED PRIVATE "
                         "KEY-----\nMIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhK0NhuxIvkyAICCAAw\n"
                         "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEHcrDuwStZzgZEL2SMflUQkEQFXj\n"
                         "S7trJGSLx/rnYut8WSd43k/RtqhMHAqNMEnpc+gnLc1h0Lgqf7bCzdGncc3B2Ivy\n"
                         "kI3N2IXJUe4b6xl+gdU=\n"
                         "-----END ENCRYPTED PRIVATE KEY-----\n"),
        HasSubstr("encrypted"));
    // P-256.
    EXPECT_THAT(
        fault_of_public(
            "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEJyydKrNNU93OCX2/9K6uqxTlFUDq\n"
            "GLRJkIXRq3+6jqbNoP9n/C5nmoFQUgr5FsRcyYLywMBe0+HuN4TGWUo0Kw==\n-----END PUBLIC KEY-----\n"),
        HasSubstr("another kind than Ed25519"));
}

}  // namespace
}  // namespace tlm::test
