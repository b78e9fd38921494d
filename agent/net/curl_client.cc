// HttpClient on libcurl's multi interface.
#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/net/address_guard.h"
#include "agent/net/curl_errors.h"
#include "agent/net/http.h"
#include "agent/seams/clock.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

constexpr std::size_t kPadding = 64;                   // what simdjson reads behind the end
constexpr absl::Duration kConnect = absl::Seconds(3);  // of a provider; a probe may use its whole time-out
constexpr absl::Duration kLongestWait = absl::Hours(1);
constexpr long kKeptConnections = 64;
constexpr absl::Duration kStill = absl::Seconds(1);  // nobody looked for so long: the machine stood still, or was starved

struct Transfer {
  HttpRequest request;
  HttpClient::Done done;
  HttpResponse response;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  curl_slist* connect_to = nullptr;
  std::optional<AddressGuard> guard;
  absl::Status forbidden;  // what the guard said
  bool too_long = false;
  absl::Duration deadline = absl::ZeroDuration();  // Clock::SinceBoot; later by what nobody looked
  absl::Duration still = absl::ZeroDuration();     // how long that was
  char error[CURL_ERROR_SIZE] = "";

  ~Transfer() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    curl_slist_free_all(connect_to);
  }
};

std::size_t OnBody(char* data, std::size_t, std::size_t size, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const std::size_t room = transfer.request.max_body - transfer.response.body.size();
  if (size > room) transfer.too_long = true;
  transfer.response.body.append(data, std::min(size, room));
  return size > room ? 0 : size;
}

std::size_t OnHeader(char* data, std::size_t, std::size_t size, void* user) {
  Headers& headers = static_cast<Transfer*>(user)->response.headers;
  const absl::string_view line(data, size);
  if (absl::StartsWith(line, "HTTP/")) headers.clear();  // an interim answer came before
  const auto colon = line.find(':');
  if (colon != absl::string_view::npos && headers.size() < 1000)
    headers.emplace_back(std::string(line.substr(0, colon)), std::string(absl::StripAsciiWhitespace(line.substr(colon + 1))));
  return size;
}

curl_socket_t OnOpenSocket(void* user, curlsocktype, curl_sockaddr* address) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  if (transfer.guard) {
    const absl::Status status = transfer.guard->Check(&address->addr);
    if (!status.ok()) {
      transfer.forbidden = status;
      return CURL_SOCKET_BAD;
    }
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool HasLineBreak(absl::string_view text) { return text.find_first_of(absl::string_view("\r\n\0", 3)) != absl::string_view::npos; }

absl::Status CheckRequest(const HttpRequest& request) {
  const bool web = absl::StartsWithIgnoreCase(request.url, "http://") || absl::StartsWithIgnoreCase(request.url, "https://");
  if (!web && !request.tcp_only)
    return absl::AbortedError(absl::StrCat("\"", HostOf(request.url), "\" is not an address we can ask: write http://... or https://..."));
  for (const auto& [name, value] : request.headers)
    if (name.empty() || HasLineBreak(name) || HasLineBreak(value))
      return absl::AbortedError(absl::StrCat("the header ", absl::CHexEscape(name), " has a line break in it"));
  return absl::OkStatus();
}

template <typename T>
void Set(CURL* easy, CURLoption option, T value) {
  CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

std::string DialUrl(const HttpRequest& request) {
  if (!request.tcp_only) return request.url;
  const auto scheme = request.url.find("://");
  return absl::StrCat("http://", scheme == std::string::npos ? request.url : request.url.substr(scheme + 3));
}

void SetMethod(Transfer& transfer) {
  const HttpRequest& request = transfer.request;
  if (request.method == "HEAD") {
    Set(transfer.easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.method == "GET" && request.body.empty()) return;
  Set(transfer.easy, CURLOPT_POSTFIELDS, request.body.data());
  Set(transfer.easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  Set(transfer.easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void SetHeaders(Transfer& transfer) {
  auto add = [&](const std::string& line) { transfer.headers = curl_slist_append(transfer.headers, line.c_str()); };
  for (const auto& [name, value] : transfer.request.headers) add(value.empty() ? name + ";" : absl::StrCat(name, ": ", value));
  add("Expect:");
  if (HeaderValue(transfer.request.headers, "User-Agent").empty()) add("User-Agent: nephoscope");
  if (!transfer.request.body.empty() && HeaderValue(transfer.request.headers, "Content-Type").empty()) add("Content-Type:");
  Set(transfer.easy, CURLOPT_HTTPHEADER, transfer.headers);
}

absl::Duration TimeoutOf(const HttpRequest& request) {
  return std::clamp(request.timeout, absl::Milliseconds(1), absl::Hours(24));
}

// The end of the whole request is ours to see (CurlClient::Expire): curl would give up before it looks at what has come.
void SetTimes(Transfer& transfer) {
  const HttpRequest& request = transfer.request;
  const bool whole = request.guarded || request.tcp_only;
  const absl::Duration connect = whole ? TimeoutOf(request) : std::min(TimeoutOf(request), kConnect);
  Set(transfer.easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(connect)));
}

// The address is dialled, the certificate is to be that of the name: the URL says the name, and curl is told where it is.
void SetServerName(Transfer& transfer) {
  const std::string& url = transfer.request.url;
  const std::string authority = HostOf(url);
  const std::size_t at = url.find(authority, url.find("://") + 3);
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string::npos && colon > authority.rfind(']') + 1;
  const std::string port = has_port ? authority.substr(colon + 1) : absl::StartsWithIgnoreCase(url, "https") ? "443" : "80";
  const std::string host = has_port ? authority.substr(0, colon) : authority, name = transfer.request.tls.server_name;
  std::string named = url;
  named.replace(at, authority.size(), absl::StrCat(name, ":", port));
  Set(transfer.easy, CURLOPT_URL, named.c_str());
  transfer.connect_to = curl_slist_append(nullptr, absl::StrCat(name, ":", port, ":", host, ":", port).c_str());
  Set(transfer.easy, CURLOPT_CONNECT_TO, transfer.connect_to);
  if (HeaderValue(transfer.request.headers, "Host").empty()) transfer.request.headers.emplace_back("Host", authority);
}

void SetTls(Transfer& transfer, const std::string& ca_file) {
  const TlsOptions& tls = transfer.request.tls;
  const std::string& authority = tls.ca_file.empty() ? ca_file : tls.ca_file;
  if (!authority.empty()) Set(transfer.easy, CURLOPT_CAINFO, authority.c_str());
  if (!tls.cert_file.empty()) Set(transfer.easy, CURLOPT_SSLCERT, tls.cert_file.c_str());
  if (!tls.key_file.empty()) Set(transfer.easy, CURLOPT_SSLKEY, tls.key_file.c_str());
  if (!tls.server_name.empty()) SetServerName(transfer);
  if (!tls.skip_verify) return;
  Set(transfer.easy, CURLOPT_SSL_VERIFYPEER, 0L);
  Set(transfer.easy, CURLOPT_SSL_VERIFYHOST, 0L);
}

// A kept connection was dialled for another request: the guard would not see it, and its certificate was read before.
void SetConnection(Transfer& transfer, const std::string& no_proxy) {
  const HttpRequest& request = transfer.request;
  Set(transfer.easy, CURLOPT_OPENSOCKETFUNCTION, &OnOpenSocket);
  Set(transfer.easy, CURLOPT_OPENSOCKETDATA, &transfer);
  Set(transfer.easy, CURLOPT_NOPROXY, no_proxy.c_str());
  if (request.guarded || request.tcp_only) Set(transfer.easy, CURLOPT_PROXY, "");
  if (request.tcp_only) Set(transfer.easy, CURLOPT_CONNECT_ONLY, 1L);
  if (request.want_certificate) Set(transfer.easy, CURLOPT_CERTINFO, 1L);
  if (!request.guarded && !request.tcp_only && !request.want_certificate) return;
  Set(transfer.easy, CURLOPT_FRESH_CONNECT, 1L);
  Set(transfer.easy, CURLOPT_FORBID_REUSE, 1L);
}

void SetDefaults(Transfer& transfer) {
  CURL* easy = transfer.easy;
  Set(easy, CURLOPT_PRIVATE, &transfer);
  Set(easy, CURLOPT_URL, DialUrl(transfer.request).c_str());
  Set(easy, CURLOPT_ERRORBUFFER, transfer.error);
  Set(easy, CURLOPT_NOSIGNAL, 1L);
  Set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  Set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  Set(easy, CURLOPT_PATH_AS_IS, 1L);
  Set(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  Set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  Set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  Set(easy, CURLOPT_WRITEFUNCTION, &OnBody);
  Set(easy, CURLOPT_WRITEDATA, &transfer);
  Set(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
  Set(easy, CURLOPT_HEADERDATA, &transfer);
}

// The environment's list, and what is never behind a proxy.
std::string NoProxy() {
  const char* lower = std::getenv("no_proxy");
  const char* upper = std::getenv("NO_PROXY");
  const std::string given = lower != nullptr ? lower : upper != nullptr ? upper : "";
  return absl::StrCat(given, given.empty() ? "" : ",", "localhost,127.0.0.0/8,::1,169.254.0.0/16");
}

class CurlClient : public HttpClient {
 public:
  CurlClient(Clock& clock, std::string ca_file) : clock_(clock), ca_file_(std::move(ca_file)), no_proxy_(NoProxy()) {
    static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
    CHECK(global == CURLE_OK);
    multi_ = curl_multi_init();
    CHECK(multi_ != nullptr);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kKeptConnections);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  }

  ~CurlClient() override {
    for (auto& [easy, transfer] : running_) curl_multi_remove_handle(multi_, easy);
    running_.clear();
    curl_multi_cleanup(multi_);
  }

  void Send(HttpRequest request, Done done) override {
    auto transfer = std::make_unique<Transfer>();
    transfer->request = std::move(request);
    transfer->done = std::move(done);
    absl::Status status = Prepare(*transfer);
    if (!status.ok()) {
      transfer->response.transport = std::move(status);
      ready_.push_back(std::move(transfer));
      return;
    }
    CURL* easy = transfer->easy;
    transfer->deadline = clock_.SinceBoot() + TimeoutOf(transfer->request);
    if (running_.empty()) looked_ = clock_.SinceBoot();
    running_.emplace(easy, std::move(transfer));
    CHECK(curl_multi_add_handle(multi_, easy) == CURLM_OK);
  }

  void Wait(absl::Duration timeout) override {
    if (RunOnce() || timeout <= absl::ZeroDuration()) return;
    const absl::Duration before = clock_.SinceBoot();
    absl::Duration wait = std::min(timeout, kLongestWait);
    for (const auto& [easy, transfer] : running_) wait = std::min(wait, transfer->deadline - before);
    wait = absl::Ceil(std::max(wait, absl::ZeroDuration()), absl::Milliseconds(1));
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(wait)), nullptr);
    looked_ = std::min(clock_.SinceBoot(), before + wait);  // poll looks for as long as it was to wait
    RunOnce();
  }

  void Wake() override { curl_multi_wakeup(multi_); }

  int in_flight() const override { return static_cast<int>(running_.size() + ready_.size()); }

 private:
  absl::Status Prepare(Transfer& transfer) {
    if (absl::Status status = CheckRequest(transfer.request); !status.ok()) return status;
    if (transfer.request.guarded) {
      absl::StatusOr<AddressGuard> guard = AddressGuard::Make(transfer.request.allow);
      if (!guard.ok()) return absl::AbortedError(guard.status().message());
      transfer.guard = *std::move(guard);
    }
    transfer.easy = curl_easy_init();
    if (transfer.easy == nullptr) return absl::AbortedError("no memory for another request");
    SetDefaults(transfer);
    SetTls(transfer, ca_file_);  // may add a header
    SetMethod(transfer);
    SetHeaders(transfer);
    SetTimes(transfer);
    SetConnection(transfer, no_proxy_);
    return absl::OkStatus();
  }

  // True: at least one answer was given. An answer may send the next request, so all are taken off first.
  bool RunOnce() {
    const absl::Duration now = clock_.SinceBoot(), unseen = now - looked_;
    if (unseen >= kStill)
      for (auto& [easy, transfer] : running_) transfer->deadline += unseen, transfer->still += unseen;
    int running = 0;
    curl_multi_perform(multi_, &running);
    std::vector<std::unique_ptr<Transfer>> finished = std::exchange(ready_, {});
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      CURL* easy = message->easy_handle;
      const auto it = running_.find(easy);
      finished.push_back(std::move(it->second));
      running_.erase(it);
      Complete(*finished.back(), code);
      finished.back()->response.unseen = unseen;
      curl_multi_remove_handle(multi_, easy);
    }
    Expire(now, finished);
    looked_ = clock_.SinceBoot();
    for (auto& transfer : finished) {
      transfer->response.received = clock_.Now();
      transfer->done(std::move(transfer->response));
    }
    return !finished.empty();
  }

  // Ends what has had its time, after what has come was taken: a late look makes no answer late.
  void Expire(absl::Duration now, std::vector<std::unique_ptr<Transfer>>& finished) {
    const std::size_t from = finished.size();
    for (auto& [easy, transfer] : running_)
      if (transfer->deadline <= now) finished.push_back(std::move(transfer));
    for (std::size_t i = from; i < finished.size(); ++i) {
      Transfer& transfer = *finished[i];
      running_.erase(transfer.easy);
      transfer.response.total = TimeoutOf(transfer.request);
      transfer.response.transport = ExpiredStatus(transfer.easy, HostOf(transfer.request.url), transfer.request.timeout);
      curl_multi_remove_handle(multi_, transfer.easy);
    }
  }

  static void Complete(Transfer& transfer, CURLcode code) {
    HttpResponse& response = transfer.response;
    curl_off_t micros = 0;
    long status = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_TOTAL_TIME_T, &micros);
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    response.total = absl::Microseconds(micros);
    response.status = static_cast<int>(status);
    response.transport = Outcome(transfer, code);
    response.body.reserve(response.body.size() + kPadding);
    if (transfer.request.want_certificate && response.transport.ok()) response.certificate_expires = CertificateExpiry(transfer.easy);
  }

  static absl::Status Outcome(const Transfer& transfer, CURLcode code) {
    const std::string host = HostOf(transfer.request.url);
    if (transfer.too_long && transfer.request.cut_body) return absl::OkStatus();
    if (transfer.too_long)
      return absl::ResourceExhaustedError(absl::StrCat(host, " answered with more than ", transfer.request.max_body, " bytes"));
    if (code == CURLE_OK) return absl::OkStatus();
    if (!transfer.forbidden.ok() && code == CURLE_COULDNT_CONNECT)
      return absl::PermissionDeniedError(absl::StrCat(host, ": ", transfer.forbidden.message()));
    if (code == CURLE_OPERATION_TIMEDOUT && transfer.still > absl::ZeroDuration())
      return absl::AbortedError(absl::StrCat("this machine stood still for ", absl::FormatDuration(absl::Trunc(transfer.still, absl::Seconds(1))), " while it asked ", host));
    return CurlStatus(transfer.easy, code, host, transfer.request.timeout, transfer.error);
  }

  Clock& clock_;
  absl::Duration looked_ = absl::ZeroDuration();  // Clock::SinceBoot when what had come was last seen
  std::string ca_file_, no_proxy_;
  CURLM* multi_;
  absl::flat_hash_map<CURL*, std::unique_ptr<Transfer>> running_;
  std::vector<std::unique_ptr<Transfer>> ready_;  // could not be sent; answered with the next Wait
};

}  // namespace

std::unique_ptr<HttpClient> MakeCurlClient(Clock& clock, const std::string& ca_file) {
  return std::make_unique<CurlClient>(clock, ca_file);
}

}  // namespace nephoscope
