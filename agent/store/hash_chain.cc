#include "agent/store/hash_chain.h"

#include <openssl/evp.h>

#include <memory>

#include "rules/model/check.h"

namespace nephoscope {

std::string ChainStart() { return std::string(32, '\0'); }

std::string ChainNext(absl::string_view previous, absl::string_view event) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string hash(32, '\0');
  CHECK(context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
  CHECK(EVP_DigestUpdate(context.get(), previous.data(), previous.size()) == 1);
  CHECK(EVP_DigestUpdate(context.get(), event.data(), event.size()) == 1);
  CHECK(EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(hash.data()), nullptr) == 1);
  return hash;
}

}  // namespace nephoscope
