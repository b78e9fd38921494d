// What libcurl found, in our words. Internal to agent/net.
#pragma once

#include <curl/curl.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace nephoscope {

// host:port of a URL for messages, without user, path and query, which may hold secrets.
std::string HostOf(absl::string_view url);

// The transport status of http.h for a transfer that failed with `code`.
absl::Status CurlStatus(CURL* easy, CURLcode code, absl::string_view host, absl::Duration timeout, const char* detail);

// The same for one that was given up after `timeout`.
absl::Status ExpiredStatus(CURL* easy, absl::string_view host, absl::Duration timeout);

// When the first certificate of the peer's chain ends; InfiniteFuture: none was shown.
absl::Time CertificateExpiry(CURL* easy);

}  // namespace nephoscope
