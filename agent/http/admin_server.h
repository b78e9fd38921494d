// AdminServer: /metrics, /-/healthy, /-/ready, /-/reload and the API, on one Boost.Beast server with its own thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace nephoscope {

struct AdminRequest {
  std::string method;  // GET, HEAD, POST
  std::string path;    // without the query
  std::string query;   // behind the ?
  std::string accept, host, origin, authorization;
  bool from_loopback = true;  // the client is on this machine
  bool to_loopback = true;    // and asks by an address that only this machine has
};

struct AdminResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  bool shared = false;  // the same for all who ask for the same within a quarter of a second
};

// Limits: header 8 KiB, body 64 KiB, 100 connections and 50 of one other machine, 10 s to send a request, 60 s idle, 30 s
// to take an answer, 64 MiB of answers on their way. Over the limit of connections the one that is idle longest is closed;
// where none is idle, 20 more get the paths that are always answered, and 503 for the rest.
struct AdminOptions {
  std::string token;  // POST from other machines needs it; empty: none is taken
  std::vector<std::string> always = {"/-/healthy", "/-/ready"};  // small answers
  std::function<absl::Duration()> since_boot = [] { return absl::ZeroDuration(); };  // which of two is idle longer, and what is fresh
};

class AdminServer {
 public:
  // Called on the server's thread, for every request that is well-formed; 404 is the handler's to give. HEAD arrives as GET.
  using Handler = std::function<AdminResponse(const AdminRequest&)>;

  // `listen`: "127.0.0.1:9464", "[::1]:0", ":9464" (all addresses). Port 0 takes a free one.
  // AlreadyExists: the port is in use (says by which address and what to do). InvalidArgument: not an address.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(absl::string_view listen, Handler handler, AdminOptions options = {});
  virtual ~AdminServer() = default;  // stops, closes, joins
  virtual int port() const = 0;
  virtual std::string address() const = 0;  // "127.0.0.1:9464"
};

}  // namespace nephoscope
