#include "agent/http/admin_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/http/admin_session.h"
#include "agent/http/listen_address.h"

namespace nephoscope {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

absl::Status CannotListen(absl::string_view listen, error_code error) {
  if (error == boost::asio::error::address_in_use)
    return absl::AlreadyExistsError(absl::StrCat("cannot listen on ", listen, ": the port is in use by another program; stop it, or set `listen` to a free port (port 0 takes any free one)"));
  if (error == boost::asio::error::access_denied)
    return absl::PermissionDeniedError(absl::StrCat("cannot listen on ", listen, ": not permitted; ports below 1024 are reserved, set `listen` to a port from 1024 on"));
  return absl::UnavailableError(absl::StrCat("cannot listen on ", listen, ": ", error.message(), "; set `listen` to an address of this machine, such as 127.0.0.1:9464"));
}

class BeastServer : public AdminServer {
 public:
  BeastServer(Handler handler, AdminOptions options) : shared_{.handler = std::move(handler), .options = std::move(options)}, acceptor_(io_), retry_(io_) {}

  ~BeastServer() override {
    if (!thread_.joinable()) return;
    boost::asio::post(io_, [this] { CloseAll(); });
    thread_.join();
  }

  absl::Status Listen(absl::string_view listen) {
    absl::StatusOr<ListenAddress> address = ParseListenAddress(listen);
    if (!address.ok()) return address.status();
    error_code error = Open(*address);
    if (error) return CannotListen(listen, error);
    const tcp::endpoint local = acceptor_.local_endpoint();
    port_ = local.port();
    const std::string host = local.address().to_string();
    address_ = local.address().is_v6() ? absl::StrCat("[", host, "]:", port_) : absl::StrCat(host, ":", port_);
    Accept();
    thread_ = std::thread([this] { io_.run(); });
    return absl::OkStatus();
  }

  int port() const override { return port_; }
  std::string address() const override { return address_; }

 private:
  // All addresses: IPv6 that takes IPv4 as well; where the machine has no IPv6, IPv4.
  error_code Open(const ListenAddress& address) {
    if (!address.host.empty()) return Bind({boost::asio::ip::make_address(address.host), address.port});
    error_code error = Bind({tcp::v6(), address.port});
    if (error == boost::asio::error::address_family_not_supported) error = Bind({tcp::v4(), address.port});
    return error;
  }

  error_code Bind(const tcp::endpoint& endpoint) {
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (error) return error;
    acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint.address().is_unspecified() && endpoint.protocol() == tcp::v6()) acceptor_.set_option(boost::asio::ip::v6_only(false), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(128, error);
    if (error) {
      error_code ignored;
      acceptor_.close(ignored);
    }
    return error;
  }

  void Accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (error) return AcceptLater();
      auto session = std::make_shared<AdminSession>(std::move(socket), shared_);
      if (!shared_.IsFull(*session) || shared_.MakeRoom(*session)) session->Start();
      else if (shared_.sessions.size() <= shared_.limit + shared_.reserve) session->StartReserved();
      Accept();
    });
  }

  // No file descriptor left, most likely: without a pause this would be a busy loop.
  void AcceptLater() {
    retry_.expires_after(std::chrono::milliseconds(100));
    retry_.async_wait([this](error_code error) {
      if (!error && acceptor_.is_open()) Accept();
    });
  }

  void CloseAll() {
    error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    for (AdminSession* session : shared_.sessions) session->Close();
  }

  AdminShared shared_;
  boost::asio::io_context io_{1};
  tcp::acceptor acceptor_;
  boost::asio::steady_timer retry_;
  std::thread thread_;
  int port_ = 0;
  std::string address_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(absl::string_view listen, Handler handler, AdminOptions options) {
  auto server = std::make_unique<BeastServer>(std::move(handler), std::move(options));
  if (absl::Status status = server->Listen(listen); !status.ok()) return status;
  return server;
}

}  // namespace nephoscope
