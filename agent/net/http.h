// Requests and answers: what collectors plan and decode, what the I/O thread performs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace nephoscope {

using Headers = std::vector<std::pair<std::string, std::string>>;

// First value of that name (any case); empty: none.
absl::string_view HeaderValue(const Headers& headers, absl::string_view name);

// How a server is verified, and how we say who we are. Files are read anew for each request.
struct TlsOptions {
  std::string ca_file;               // empty: the system's store
  std::string cert_file, key_file;   // of ours
  std::string server_name;           // instead of the address's host
  bool skip_verify = false;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  absl::Duration timeout = absl::Seconds(30);
  std::size_t max_body = 64 << 20;  // a longer answer is an error
  bool cut_body = false;            // a longer answer is cut there and is no error
  bool want_certificate = false;    // fill HttpResponse::certificate_expires
  bool tcp_only = false;            // connect to host:port of `url` and close: a TCP probe
  TlsOptions tls;
  // Dial guard (delivery.md 5.3): addresses not on this list are checked at connect time against the default deny list.
  bool guarded = false;            // targets that came out of a rule file
  std::vector<std::string> allow;  // CIDRs that a guarded request may reach all the same
};

struct HttpResponse {
  // OK: an answer came, whatever its status code. NotFound: the name has no address. Unavailable: refused or reset.
  // DeadlineExceeded: no answer in time. Unauthenticated: TLS failed. PermissionDenied: the dial guard forbids the address.
  // ResourceExhausted: longer than max_body. Aborted: we could not even try (no network of ours). Internal: not HTTP.
  absl::Status transport;
  int status = 0;
  Headers headers;
  std::string body;  // decompressed; has simdjson's padding reserved behind its end
  absl::Duration total = absl::ZeroDuration();
  // Of `total`: how long nobody looked for the answer before it was seen (a busy or paused machine). It may have come
  // so much earlier.
  absl::Duration unseen = absl::ZeroDuration();
  absl::Time received;
  absl::Time certificate_expires = absl::InfiniteFuture();
};

// One I/O thread owns it; nothing blocks but Wait.
class HttpClient {
 public:
  using Done = std::function<void(HttpResponse)>;
  virtual ~HttpClient() = default;
  virtual void Send(HttpRequest request, Done done) = 0;
  // Runs transfers; calls `done`s; returns when something happened, Wake() was called, or after `timeout`.
  virtual void Wait(absl::Duration timeout) = 0;
  // From any thread: makes Wait return.
  virtual void Wake() = 0;
  virtual int in_flight() const = 0;
};

class Clock;
// HTTP/1.1 with kept connections, no redirects, TLS 1.2 or newer, peers always verified: by `ca_file` (PEM), or the system's store when it
// is empty. Guarded and TCP-only requests use a connection of their own and no proxy.
std::unique_ptr<HttpClient> MakeCurlClient(Clock& clock, const std::string& ca_file = "");

// Bytes of a file, in pieces.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Up to `size` bytes into `buffer`; 0 at the end. Errors name the path.
  virtual absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) = 0;
};

// The files that collectors and the configuration read: a seam for tests.
class FileReader {
 public:
  struct Found {
    std::string path;
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
  };
  virtual ~FileReader() = default;
  // Files that match a path or glob, sorted; empty when none do.
  virtual absl::StatusOr<std::vector<Found>> List(const std::string& pattern) = 0;
  // `.gz` is decompressed on the way.
  virtual absl::StatusOr<std::unique_ptr<ByteStream>> Open(const std::string& path) = 0;
};
std::unique_ptr<FileReader> MakeFileReader();

}  // namespace nephoscope
