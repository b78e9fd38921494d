#include "agent/store/signing_key.h"

#include <openssl/evp.h>

#include <memory>

#include "rules/model/check.h"

namespace nephoscope {
namespace {

constexpr std::size_t kKeySize = 32, kSignatureSize = 64;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

const unsigned char* Bytes(absl::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

Key PrivateKey(absl::string_view secret) {
  return Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(secret), secret.size()));
}

}  // namespace

std::string NewSigningKey() {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  CHECK(key != nullptr);
  std::string out(kKeySize, '\0');
  std::size_t size = out.size();
  CHECK(EVP_PKEY_get_raw_private_key(key.get(), Bytes(out), &size) == 1 && size == kKeySize);
  return out;
}

std::string PublicKeyOf(absl::string_view secret) {
  const Key key = PrivateKey(secret);
  std::string out(kKeySize, '\0');
  std::size_t size = out.size();
  if (key == nullptr || EVP_PKEY_get_raw_public_key(key.get(), Bytes(out), &size) != 1) return "";
  return out;
}

std::string Sign(absl::string_view secret, absl::string_view message) {
  const Key key = PrivateKey(secret);
  const Context context(EVP_MD_CTX_new());
  if (key == nullptr || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) return "";
  std::string out(kSignatureSize, '\0');
  std::size_t size = out.size();
  if (EVP_DigestSign(context.get(), Bytes(out), &size, Bytes(message), message.size()) != 1) return "";
  return out;
}

bool IsSignedBy(absl::string_view public_key, absl::string_view message, absl::string_view signature) {
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(public_key), public_key.size()));
  const Context context(EVP_MD_CTX_new());
  if (key == nullptr || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(message), message.size()) == 1;
}

}  // namespace nephoscope
