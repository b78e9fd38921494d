// AdminSession: one connection of the admin server. Only agent/admin includes this.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "agent/http/admin_server.h"

namespace nephoscope {

class AdminSession;
struct AdminShared;

// An answer that several clients may be taking at the same time.
struct AdminBody {
  AdminBody(AdminResponse the_response, AdminShared& the_shared);
  ~AdminBody();

  AdminResponse response;
  AdminShared& shared;
};

// What the sessions of one server share. On the server's thread only.
struct AdminShared {
  AdminServer::Handler handler;
  AdminOptions options;
  std::unordered_set<AdminSession*> sessions;
  std::size_t limit = 100, limit_of_address = 50, reserve = 20;

  // The answer, from the handler or as another client got it a moment ago; nullptr: too much is on its way already.
  std::shared_ptr<const AdminBody> Ask(const AdminRequest& request);
  // Makes room for a new session of this address: closes the one that is idle longest. False: none is.
  bool MakeRoom(const AdminSession& fresh);
  bool IsFull(const AdminSession& fresh) const;

  struct Recent {
    std::weak_ptr<const AdminBody> body;
    std::shared_ptr<const AdminBody> kept;  // while it is fresh
    absl::Duration until;
  };
  std::map<std::string, Recent> recent;
  std::size_t on_their_way = 0;  // bytes of answers that somebody holds
};

// Reads a request, answers it, and again while the client keeps the connection. Lives as long as an operation is under way.
class AdminSession : public std::enable_shared_from_this<AdminSession> {
 public:
  AdminSession(boost::asio::ip::tcp::socket socket, AdminShared& shared);
  ~AdminSession();

  void Start();
  // Beyond the limit of connections: what is always answered, 503 for the rest, and the end.
  void StartReserved();
  void Close();

  const boost::asio::ip::address& peer() const { return peer_; }
  bool idle() const { return idle_; }
  bool reserved() const { return reserved_; }
  absl::Duration since() const { return since_; }

 private:
  void WaitForRequest();
  void ReadRequest();
  void Answer(boost::beast::error_code error);
  void SendText(int status, std::string text);
  void Send(std::shared_ptr<const AdminBody> body, bool keep_alive);
  void BeIdle(bool idle);
  void Finish();
  void Drain();

  boost::beast::tcp_stream stream_;
  AdminShared& shared_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  boost::beast::http::response<boost::beast::http::span_body<const char>> response_;
  std::shared_ptr<const AdminBody> body_;  // response_ points into it
  boost::asio::ip::address peer_, local_;
  bool idle_ = true, reserved_ = false;
  absl::Duration since_;  // idle or busy
  bool head_ = false;
  unsigned version_ = 11;
};

}  // namespace nephoscope
