// AdminSession: one connection of the admin server. Only agent/admin includes this.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>
#include <unordered_set>

#include "agent/admin/admin_server.h"

namespace nephoscope {

class AdminSession;

// What the sessions of one server share. On the server's thread only.
struct AdminShared {
  AdminServer::Handler handler;
  std::unordered_set<AdminSession*> sessions;
  std::size_t limit = 100;
};

// Reads a request, answers it, and again while the client keeps the connection. Lives as long as an operation is under way.
class AdminSession : public std::enable_shared_from_this<AdminSession> {
 public:
  AdminSession(boost::asio::ip::tcp::socket socket, AdminShared& shared);
  ~AdminSession();

  void Start();
  // Beyond the limit of connections: 503 and the end.
  void Refuse();
  void Close();

 private:
  void WaitForRequest();
  void ReadRequest();
  void Answer(boost::beast::error_code error);
  void Send(int status, std::string content_type, std::string body, bool keep_alive);
  void Finish();
  void Drain();

  boost::beast::tcp_stream stream_;
  AdminShared& shared_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
  bool head_ = false;
  unsigned version_ = 11;
};

}  // namespace nephoscope
