#include "agent/http/admin_session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/http/admin_guard.h"

namespace nephoscope {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::uint32_t kHeaderLimit = 8 * 1024;
constexpr std::uint64_t kBodyLimit = 64 * 1024;
constexpr std::chrono::seconds kSendRequest(10);
constexpr std::chrono::seconds kIdle(60);
constexpr std::chrono::seconds kTakeAnswer(30);
constexpr std::chrono::seconds kLinger(1);
constexpr absl::Duration kFresh = absl::Milliseconds(250);  // an answer that others may get as well
constexpr std::size_t kMostOnTheirWay = std::size_t{64} << 20;
constexpr std::size_t kMostRecent = 16;

std::string Text(beast::string_view text) { return std::string(text.data(), text.size()); }

// The status for a request that could not be read; 0: there is nobody to tell.
int StatusOf(beast::error_code error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::end_of_stream || error == http::error::partial_message || error == beast::error::timeout) return 0;
  static const beast::error_category& category = http::make_error_code(http::error::bad_method).category();
  return error.category() == category ? 400 : 0;
}

const char* SentenceOf(int status) {
  switch (status) {
    case 413: return "the request's body is longer than 64 KiB\n";
    case 431: return "the request's header is longer than 8 KiB\n";
    default: return "this is not an HTTP/1.1 request that we understand\n";
  }
}

bool IsLoopback(const boost::asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
  return address.is_loopback();
}

AdminRequest ToAdminRequest(const http::request<http::string_body>& request) {
  const std::string target = Text(request.target());
  const std::size_t mark = target.find('?');
  AdminRequest out;
  out.method = request.method() == http::verb::head ? "GET" : Text(request.method_string());
  out.path = target.substr(0, mark);
  if (mark != std::string::npos) out.query = target.substr(mark + 1);
  out.accept = Text(request[http::field::accept]);
  out.host = Text(request[http::field::host]);
  out.origin = Text(request[http::field::origin]);
  out.authorization = Text(request[http::field::authorization]);
  return out;
}

}  // namespace

AdminBody::AdminBody(AdminResponse the_response, AdminShared& the_shared) : response(std::move(the_response)), shared(the_shared) { shared.on_their_way += response.body.size(); }
AdminBody::~AdminBody() { shared.on_their_way -= response.body.size(); }

std::shared_ptr<const AdminBody> AdminShared::Ask(const AdminRequest& request) {
  const absl::Duration now = options.since_boot();
  for (auto it = recent.begin(); it != recent.end();) {
    if (it->second.until <= now) it->second.kept.reset();
    it = it->second.body.expired() ? recent.erase(it) : std::next(it);
  }
  const std::string key = absl::StrCat(request.path, "?", request.query, " ", request.accept);
  const bool get = request.method == "GET", full = on_their_way > kMostOnTheirWay;
  const bool always = std::find(options.always.begin(), options.always.end(), request.path) != options.always.end();
  if (const auto found = recent.find(key); get && found != recent.end() && (full || found->second.until > now)) return found->second.body.lock();
  if (full && !always) return nullptr;
  auto body = std::make_shared<const AdminBody>(handler(request), *this);
  if (get && body->response.shared && recent.size() < kMostRecent) recent[key] = {body, body, now + kFresh};
  return body;
}

bool AdminShared::IsFull(const AdminSession& fresh) const {
  if (sessions.size() > limit) return true;
  if (IsLoopback(fresh.peer())) return false;
  const auto same = std::count_if(sessions.begin(), sessions.end(), [&](const AdminSession* one) { return one->peer() == fresh.peer(); });
  return static_cast<std::size_t>(same) > limit_of_address;
}

bool AdminShared::MakeRoom(const AdminSession& fresh) {
  const bool own = sessions.size() <= limit;  // only its own address is at its limit
  AdminSession* longest = nullptr;
  for (AdminSession* one : sessions) {
    if (one == &fresh || !one->idle() || (own && one->peer() != fresh.peer())) continue;
    if (longest == nullptr || one->since() < longest->since()) longest = one;
  }
  if (longest != nullptr) longest->Close();
  return longest != nullptr;
}

AdminSession::AdminSession(boost::asio::ip::tcp::socket socket, AdminShared& shared)
    : stream_(std::move(socket)), shared_(shared), buffer_(kHeaderLimit + kBodyLimit), since_(shared.options.since_boot()) {
  beast::error_code ignored;
  peer_ = stream_.socket().remote_endpoint(ignored).address();
  local_ = stream_.socket().local_endpoint(ignored).address();
  shared_.sessions.insert(this);
}

AdminSession::~AdminSession() { shared_.sessions.erase(this); }

void AdminSession::BeIdle(bool idle) {
  if (std::exchange(idle_, idle) != idle) since_ = shared_.options.since_boot();
}

void AdminSession::Start() { ReadRequest(); }

void AdminSession::StartReserved() {
  reserved_ = true;
  ReadRequest();
}

void AdminSession::Close() {
  idle_ = false;  // nobody closes it again to make room
  stream_.close();
}

// Between two requests a client may rest for longer than one request may take to arrive.
void AdminSession::WaitForRequest() {
  if (buffer_.size() > 0) return ReadRequest();  // the next one came together with the last
  stream_.expires_after(kIdle);
  stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](beast::error_code error, std::size_t bytes) {
    if (error) return self->Finish();
    self->buffer_.commit(bytes);
    self->ReadRequest();
  });
}

void AdminSession::ReadRequest() {
  parser_.emplace();
  parser_->header_limit(kHeaderLimit);
  parser_->body_limit(kBodyLimit);
  stream_.expires_after(kSendRequest);  // for the whole request: a client that sends a byte now and then is cut off as well
  http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) { self->Answer(error); });
}

void AdminSession::Answer(beast::error_code error) {
  head_ = false;
  version_ = 11;
  BeIdle(false);
  if (error) {
    const int status = StatusOf(error);
    return status == 0 ? Finish() : SendText(status, SentenceOf(status));
  }
  const auto& message = parser_->get();
  head_ = message.method() == http::verb::head;
  version_ = message.version();
  if (message.target().empty() || message.target().front() != '/') return SendText(400, "the request's target must begin with a slash\n");
  AdminRequest request = ToAdminRequest(message);
  request.from_loopback = IsLoopback(peer_);
  request.to_loopback = IsLoopback(local_);
  const bool keep_alive = message.keep_alive() && !reserved_;
  if (std::optional<AdminResponse> refusal = RefuseAdmin(request, shared_.options.token)) return Send(std::make_shared<const AdminBody>(*std::move(refusal), shared_), keep_alive);
  const auto& always = shared_.options.always;
  if (reserved_ && std::find(always.begin(), always.end(), request.path) == always.end()) return SendText(503, "too many connections; try again in a moment\n");
  std::shared_ptr<const AdminBody> body = shared_.Ask(request);
  if (body == nullptr) return SendText(503, "too many answers are on their way to slow clients; try again in a moment\n");
  Send(std::move(body), keep_alive);
}

void AdminSession::SendText(int status, std::string text) {
  Send(std::make_shared<const AdminBody>(AdminResponse{.status = status, .body = std::move(text)}, shared_), false);
}

void AdminSession::Send(std::shared_ptr<const AdminBody> body, bool keep_alive) {
  body_ = std::move(body);
  const AdminResponse& answer = body_->response;
  response_ = {};
  response_.version(version_);
  response_.result(static_cast<unsigned>(answer.status));
  response_.set(http::field::content_type, answer.content_type);
  response_.set("X-Content-Type-Options", "nosniff");
  response_.set(http::field::cache_control, "no-store");
  response_.keep_alive(keep_alive);
  response_.content_length(answer.body.size());  // of the GET, for a HEAD as well
  if (!head_) response_.body() = {answer.body.data(), answer.body.size()};
  stream_.expires_after(kTakeAnswer);
  http::async_write(stream_, response_, [self = shared_from_this(), keep_alive](beast::error_code error, std::size_t) {
    self->response_.body() = {};
    self->body_.reset();
    if (error || !keep_alive) return self->Finish();
    self->BeIdle(true);
    self->WaitForRequest();
  });
}

// Says that no more comes and takes in what the client still sends, for a moment: closing at once would reset the connection
// and could take the answer (413, 431) away from the client.
void AdminSession::Finish() {
  beast::error_code ignored;
  stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  if (ignored) return Close();
  buffer_.consume(buffer_.size());
  stream_.expires_after(kLinger);
  Drain();
}

void AdminSession::Drain() {
  stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](beast::error_code error, std::size_t) {
    if (error) return self->Close();
    self->Drain();
  });
}

}  // namespace nephoscope
