#include "agent/http/admin_guard.h"

#include <openssl/crypto.h>

#include <boost/asio/ip/address.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace nephoscope {
namespace {

// "[::1]:9464" -> "::1", "localhost:9464" -> "localhost".
absl::string_view WithoutPort(absl::string_view host) {
  if (absl::ConsumePrefix(&host, "[")) return host.substr(0, host.find(']'));
  const std::size_t colon = host.find(':');
  return colon != absl::string_view::npos && host.find(':', colon + 1) == absl::string_view::npos ? host.substr(0, colon) : host;
}

// A name that no foreign name server answers for.
bool IsOwnName(absl::string_view host) {
  const std::string name(WithoutPort(host));
  boost::system::error_code error;
  boost::asio::ip::make_address(name, error);
  return !error || name == "localhost" || absl::EndsWith(name, ".localhost");
}

bool SameOrigin(const AdminRequest& request) {
  absl::string_view origin = request.origin;
  if (!absl::ConsumePrefix(&origin, "http://") && !absl::ConsumePrefix(&origin, "https://")) return false;
  return origin == request.host;
}

bool HasToken(absl::string_view authorization, absl::string_view token) {
  if (token.empty() || !absl::ConsumePrefix(&authorization, "Bearer ")) return false;
  return authorization.size() == token.size() && CRYPTO_memcmp(authorization.data(), token.data(), token.size()) == 0;
}

AdminResponse Refusal(int status, std::string why) { return {.status = status, .body = std::move(why)}; }

}  // namespace

std::optional<AdminResponse> RefuseAdmin(const AdminRequest& request, absl::string_view token) {
  if (request.to_loopback && !request.host.empty() && !IsOwnName(request.host))
    return Refusal(403, "this address is asked for by a foreign name (Host); ask for it as localhost or by its number\n");
  if (!request.origin.empty() && !SameOrigin(request)) return Refusal(403, "pages of other sites may not ask here (Origin)\n");
  if (request.method == "GET" || request.from_loopback || HasToken(request.authorization, token)) return std::nullopt;
  return Refusal(token.empty() ? 403 : 401, token.empty() ? "from another machine nothing may be changed: ask on the agent's own machine, or set admin.token_file\n"
                                                          : "send the agent's token: Authorization: Bearer TOKEN\n");
}

}  // namespace nephoscope
