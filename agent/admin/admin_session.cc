#include "agent/admin/admin_session.h"

#include <chrono>

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

AdminRequest ToAdminRequest(const http::request<http::string_body>& request) {
  const std::string target = Text(request.target());
  const std::size_t mark = target.find('?');
  AdminRequest out;
  out.method = request.method() == http::verb::head ? "GET" : Text(request.method_string());
  out.path = target.substr(0, mark);
  if (mark != std::string::npos) out.query = target.substr(mark + 1);
  out.accept = Text(request[http::field::accept]);
  return out;
}

}  // namespace

AdminSession::AdminSession(boost::asio::ip::tcp::socket socket, AdminShared& shared) : stream_(std::move(socket)), shared_(shared), buffer_(kHeaderLimit + kBodyLimit) {
  shared_.sessions.insert(this);
}

AdminSession::~AdminSession() { shared_.sessions.erase(this); }

void AdminSession::Start() { ReadRequest(); }

void AdminSession::Refuse() { Send(503, "text/plain; charset=utf-8", "too many connections; try again in a moment\n", false); }

void AdminSession::Close() { stream_.close(); }

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
  if (error) {
    const int status = StatusOf(error);
    return status == 0 ? Finish() : Send(status, "text/plain; charset=utf-8", SentenceOf(status), false);
  }
  const auto& request = parser_->get();
  head_ = request.method() == http::verb::head;
  version_ = request.version();
  if (request.target().empty() || request.target().front() != '/')
    return Send(400, "text/plain; charset=utf-8", "the request's target must begin with a slash\n", false);
  AdminResponse answer = shared_.handler(ToAdminRequest(request));
  Send(answer.status, std::move(answer.content_type), std::move(answer.body), request.keep_alive());
}

void AdminSession::Send(int status, std::string content_type, std::string body, bool keep_alive) {
  response_ = {};
  response_.version(version_);
  response_.result(static_cast<unsigned>(status));
  response_.set(http::field::content_type, content_type);
  response_.set("X-Content-Type-Options", "nosniff");
  response_.set(http::field::cache_control, "no-store");
  response_.keep_alive(keep_alive);
  response_.content_length(body.size());  // of the GET, for a HEAD as well
  if (!head_) response_.body() = std::move(body);
  stream_.expires_after(kTakeAnswer);
  http::async_write(stream_, response_, [self = shared_from_this(), keep_alive](beast::error_code error, std::size_t) {
    if (error || !keep_alive) return self->Finish();
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
