#include "agent/net/curl_errors.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

absl::Status ConnectStatus(CURL* easy, absl::string_view host) {
  long error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
  switch (error) {
    case ECONNREFUSED: return absl::UnavailableError(absl::StrCat(host, " refused the connection"));
    case ETIMEDOUT: return absl::DeadlineExceededError(absl::StrCat(host, " did not answer the connection"));
    case ENETUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
      return absl::AbortedError(
          absl::StrCat("this machine cannot open a connection to ", host, ": ", std::strerror(static_cast<int>(error))));
    case 0: return absl::UnavailableError(absl::StrCat("no connection to ", host));
    default: return absl::UnavailableError(absl::StrCat("no connection to ", host, ": ", std::strerror(static_cast<int>(error))));
  }
}

// A name server of ours that is silent says nothing about the target.
absl::Status TimeoutStatus(CURL* easy, absl::string_view host, absl::Duration timeout) {
  curl_off_t lookup = 0, total = 0;
  curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &lookup);
  curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &total);
  // As it is written, where that is what ended the wait: the same failure has the same words each time.
  const absl::Duration waited = absl::Floor(absl::Microseconds(total), absl::Milliseconds(100));
  const std::string in = absl::FormatDuration(waited > absl::ZeroDuration() && waited < 0.8 * timeout ? waited : timeout);
  if (lookup == 0) return absl::AbortedError(absl::StrCat("our name server did not say in ", in, " where ", host, " is"));
  return absl::DeadlineExceededError(absl::StrCat(host, " gave no answer in ", in));
}

}  // namespace

std::string HostOf(absl::string_view url) {
  const auto scheme = url.find("://");
  if (scheme != absl::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const auto user = url.rfind('@');
  if (user != absl::string_view::npos) url.remove_prefix(user + 1);
  return std::string(url.substr(0, 300));
}

absl::Status CurlStatus(CURL* easy, CURLcode code, absl::string_view host, absl::Duration timeout, const char* detail) {
  const std::string why = *detail != 0 ? detail : curl_easy_strerror(code);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return absl::NotFoundError(absl::StrCat("the name ", host, " has no address"));
    case CURLE_COULDNT_CONNECT: return ConnectStatus(easy, host);
    case CURLE_OPERATION_TIMEDOUT: return TimeoutStatus(easy, host, timeout);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return absl::UnauthenticatedError(absl::StrCat("no secure connection to ", host, ": ", why));
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_OUT_OF_MEMORY:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_INTERFACE_FAILED: return absl::AbortedError(absl::StrCat("this machine could not ask ", host, ": ", why));
    case CURLE_URL_MALFORMAT:
      return absl::AbortedError(absl::StrCat("the address of ", host, " cannot be read: write http://host:port/path"));
    case CURLE_GOT_NOTHING: return absl::InternalError(absl::StrCat(host, " closed the connection without an answer"));
    case CURLE_PARTIAL_FILE: return absl::InternalError(absl::StrCat(host, " closed the connection in the middle of its answer"));
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY: return absl::InternalError(absl::StrCat(host, " did not answer in HTTP"));
    case CURLE_BAD_CONTENT_ENCODING: return absl::InternalError(absl::StrCat("the answer of ", host, " cannot be decompressed"));
    default: return absl::UnavailableError(absl::StrCat("the connection to ", host, " broke: ", why));
  }
}

absl::Status ExpiredStatus(CURL* easy, absl::string_view host, absl::Duration timeout) {
  curl_off_t lookup = 0;
  curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &lookup);
  const std::string in = absl::FormatDuration(timeout);
  if (lookup == 0) return absl::AbortedError(absl::StrCat("our name server did not say in ", in, " where ", host, " is"));
  return absl::DeadlineExceededError(absl::StrCat(host, " gave no answer in ", in));
}

absl::Time CertificateExpiry(CURL* easy) {
  constexpr absl::string_view kField = "Expire date:";
  curl_certinfo* chain = nullptr;
  absl::Time out = absl::InfiniteFuture();
  if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == nullptr) return out;
  for (int i = 0; i < chain->num_of_certs; ++i) {
    for (const curl_slist* line = chain->certinfo[i]; line != nullptr; line = line->next) {
      const absl::string_view text(line->data);
      absl::Time end;
      std::string error;
      if (absl::StartsWith(text, kField) && absl::ParseTime("%b %d %H:%M:%S %Y GMT", text.substr(kField.size()), &end, &error))
        out = std::min(out, end);
    }
  }
  return out;
}

}  // namespace nephoscope
