#include "rules/model/sha256.h"

#include <openssl/evp.h>

#include <memory>

#include "absl/strings/escaping.h"
#include "rules/model/check.h"

namespace nephoscope {

std::string Sha256(std::initializer_list<absl::string_view> parts) {
  // EVP_sha256() is looked up at each use, behind a lock.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string out(32, '\0');
  CHECK(sha256 != nullptr && context && EVP_DigestInit_ex(context.get(), sha256, nullptr) == 1);
  for (const absl::string_view part : parts) CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  CHECK(EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr) == 1);
  return out;
}

std::string Sha256Hex(absl::string_view text) { return absl::BytesToHexString(Sha256({text})); }

}  // namespace nephoscope
