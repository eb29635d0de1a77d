#include "engine/plan/signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/sha256.h"

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

struct Signed {
    KeyPair pair = generate_key_pair().value();
    TrustedKey key = read_public_key(pair.public_pem, "k.pub").value();
    Signature signature = sign_digest(kDigest, pair.private_pem, "k.key").value();
};

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

// Ed25519 has no random part, so that equal plans have equal signatures. This one can be made and checked
// with OpenSSL's own program; see docs/signatures.md.
TEST(Signature, IsTheOneThatOpensslMakes) {
    const auto key = read_public_key(kPublic, "k.pub");
    ASSERT_TRUE(key.has_value()) << key.error().message;
    const auto signature = sign_digest(kDigest, Secret(kPrivate), "k.key");
    ASSERT_TRUE(signature.has_value()) << signature.error().message;
    EXPECT_EQ(
        signature_to_text(signature.value()),
        "tlm-signature/1\n"
        "key sha256:08bc3eb14a5486e839c5c43d53c267d4912a0e5f785bada0fef3372282a09ae9\n"
        "ed25519 uCByG+dTpTv1zsvTkqpvfQRFvBJbadcD35iV6wsowgVjG5zQQV1AZAo1cG01B89e1+HkXws0/h9p136OVIh7Aw==\n");
    EXPECT_NE(signer_of(kDigest, signature.value(), {key.value()}), nullptr);
}

TEST(SignatureFile, AnyFlippedBitIsRefused) {
    const Signed mine;
    const std::string text = signature_to_text(mine.signature);
    ASSERT_EQ(signature_from_text(text, "p.sig").value().bytes, mine.signature.bytes);
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        std::string flipped = text;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        const auto read = signature_from_text(flipped, "p.sig");
        EXPECT_TRUE(!read || signer_of(kDigest, read.value(), {mine.key}) == nullptr) << "bit " << bit;
    }
}

TEST(SignatureFile, CutShortOrLongerIsRefused) {
    const std::string text = signature_to_text(Signed().signature);
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_FALSE(signature_from_text(text.substr(0, size), "p.sig").has_value()) << size;
    EXPECT_FALSE(signature_from_text(text + text, "p.sig").has_value());
    EXPECT_FALSE(signature_from_text(text + "\n", "p.sig").has_value());
}

TEST(SignatureFile, LineEndsOfAnotherSystemAreTaken) {
    std::string crlf;
    for (const char c : signature_to_text(Signed().signature))
        crlf += c == '\n' ? "\r\n" : std::string(1, c);
    EXPECT_TRUE(signature_from_text(crlf, "p.sig").has_value());
}

std::string fault_of_private(const std::string& pem) {
    const auto made = sign_digest(kDigest, Secret(pem), "k.key");
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
