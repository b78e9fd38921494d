// AWS Signature Version 4, on OpenSSL. Checked against the official test suite (tests/agent/net/sigv4_test.cc).
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/net/http.h"
#include "agent/net/secret.h"

namespace nephoscope {

struct AwsCredentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;  // empty: a long-lived key
};

// How the path is written for signing: s3 takes it as it is; all other services remove dot segments and encode once more.
enum class SigV4Path { kNormalised, kS3 };

// The canonical request over all headers of `request` (Host among them) and its body.
std::string SigV4CanonicalRequest(const HttpRequest& request, SigV4Path path);
// AWS4-HMAC-SHA256, time, scope and the canonical request's hash. `scope`: 20150830/us-east-1/service/aws4_request.
std::string SigV4StringToSign(absl::string_view canonical_request, absl::string_view scope, absl::Time time);
// The names of all headers, lower case, sorted, joined by `;`.
std::string SigV4SignedHeaders(const Headers& headers);

// Signs requests for one region and service. Keeps the key that is derived per day. Not thread-safe.
class SigV4Signer {
 public:
  SigV4Signer(AwsCredentials credentials, std::string region, std::string service);

  // Adds Host, X-Amz-Date, X-Amz-Security-Token (with a session), X-Amz-Content-Sha256 (s3) and Authorization to the request; those that
  // were there before are replaced. `now`: the time AWS has.
  void Sign(HttpRequest& request, absl::Time now);
  // The Authorization header's value for a request that has all its headers.
  std::string Authorization(const HttpRequest& request, absl::Time time);

 private:
  const Secret& KeyOf(const std::string& day);

  AwsCredentials credentials_;
  std::string region_, service_;
  SigV4Path path_;
  std::string key_day_;
  Secret key_;
};

}  // namespace nephoscope
