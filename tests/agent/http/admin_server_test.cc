#include "agent/http/admin_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/http/admin_guard.h"
#include "agent/http/listen_address.h"
#include "agent/seams/clock.h"

using namespace nephoscope;

namespace {

class Connection {
 public:
  // `window`: the bytes that it takes in before they are read; 0: as many as the system likes.
  explicit Connection(int port, int window = 0) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (window > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  }
  Connection(Connection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Connection() {
    if (fd_ >= 0) ::close(fd_);
  }

  void Send(const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t n = ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (n <= 0) return;  // the server may have closed already
      at += static_cast<std::size_t>(n);
    }
  }
  void EndOfInput() { ::shutdown(fd_, SHUT_WR); }

  // What comes until `end` is in it, the server closes, or 5 s pass.
  std::string Read(const std::string& end) {
    std::string got;
    char buffer[4096];
    while (end.empty() || !absl::StrContains(got, end)) {
      pollfd p{fd_, POLLIN, 0};
      if (::poll(&p, 1, 5000) <= 0) return got + "<nothing came>";
      const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) break;
      got.append(buffer, static_cast<std::size_t>(n));
    }
    return got;
  }
  std::string ReadAll() { return Read(""); }

 private:
  int fd_;
};

AdminResponse Echo(const AdminRequest& r) {
  if (r.path == "/missing") return {.status = 404, .body = "no\n"};
  if (r.method == "PUT") return {.status = 405, .body = "GET, please\n"};
  return {.body = absl::StrCat(r.method, " ", r.path, " ?", r.query, " accept=", r.accept, "\n")};
}

std::unique_ptr<AdminServer> Server(AdminServer::Handler handler = Echo) {
  AdminOptions options;
  options.since_boot = [] { return SystemClock().SinceBoot(); };
  auto server = AdminServer::Start("127.0.0.1:0", std::move(handler), std::move(options));
  BOOST_REQUIRE_MESSAGE(server.ok(), server.status().ToString());
  return *std::move(server);
}

std::string Ask(const AdminServer& server, const std::string& request) {
  Connection c(server.port());
  c.Send(request);
  return c.ReadAll();
}

std::string Close(const std::string& line) { return line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"; }

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_server_test)

BOOST_AUTO_TEST_CASE(the_handler_gets_method_path_query_and_accept) {
  auto server = Server();
  const std::string answer = Ask(*server, "GET /api/v1/alerts?a=b&c HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\nConnection: close\r\n\r\n");
  BOOST_TEST(absl::StartsWith(answer, "HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(absl::EndsWith(answer, "\r\n\r\nGET /api/v1/alerts ?a=b&c accept=text/plain\n"), answer);
  BOOST_TEST(absl::StrContains(answer, "Content-Type: text/plain; charset=utf-8\r\n"));
}

BOOST_AUTO_TEST_CASE(the_handler_gives_404_and_405) {
  auto server = Server();
  BOOST_TEST(absl::StartsWith(Ask(*server, Close("GET /missing")), "HTTP/1.1 404 "));
  BOOST_TEST(absl::StartsWith(Ask(*server, Close("PUT /metrics")), "HTTP/1.1 405 "));
}

BOOST_AUTO_TEST_CASE(a_head_gets_the_header_of_the_get_and_no_body) {
  auto server = Server();
  const std::string head = Ask(*server, Close("HEAD /a")), get = Ask(*server, Close("GET /a"));
  BOOST_TEST(absl::EndsWith(head, "\r\n\r\n"), head);
  BOOST_TEST(absl::StartsWith(get, head), head);
}

BOOST_AUTO_TEST_CASE(one_connection_serves_many_requests_also_in_one_piece) {
  auto server = Server();
  Connection c(server->port());
  for (int i = 0; i < 50; ++i) {
    c.Send(absl::StrCat("GET /", i, " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    BOOST_TEST(absl::StrContains(c.Read("accept=\n"), absl::StrCat("GET /", i, " ")));
  }
  c.Send("GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n" + Close("GET /second"));
  const std::string both = c.ReadAll();
  BOOST_TEST(absl::StrContains(both, "GET /first "));
  BOOST_TEST(absl::StrContains(both, "GET /second "));
}

BOOST_AUTO_TEST_CASE(hostile_input_gets_its_status_and_the_server_lives_on) {
  auto server = Server();
  const struct { const char* what; std::string request, status; } rows[] = {
      {"not HTTP", "\x16\x03\x01\x02 hello\r\n\r\n", "400"},
      {"no version", "GET /\r\n\r\n", "400"},
      {"HTTP/9.9", "GET / HTTP/9.9\r\n\r\n", "400"},
      {"a NUL in the target", std::string("GET /\0 HTTP/1.1\r\n\r\n", 20), "400"},
      {"a header line without a colon", "GET / HTTP/1.1\r\nnonsense\r\n\r\n", "400"},
      {"a negative length", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"},
      {"two lengths", "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"},
      {"length and chunks (smuggling)", "POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
      {"a chunk of no size", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", "400"},
      {"a proxy request", "GET http://169.254.169.254/ HTTP/1.1\r\nHost: localhost\r\n\r\n", "400"},
      {"CONNECT", "CONNECT evil:443 HTTP/1.1\r\nHost: evil\r\n\r\n", "400"},
      {"a long header", "GET / HTTP/1.1\r\nX: " + std::string(9000, 'a') + "\r\n\r\n", "431"},
      {"a long target", "GET /" + std::string(20000, 'a') + " HTTP/1.1\r\n\r\n", "431"},
      {"many small headers", [] { std::string s = "GET / HTTP/1.1\r\n"; for (int i = 0; i < 2000; ++i) s += "a: b\r\n"; return s + "\r\n"; }(), "431"},
      {"a body that says it is long", "POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", "413"},
      {"a length beyond 64 bits", "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", "400"},
      {"long chunks", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n" + std::string(0x20000, 'a') + "\r\n0\r\n\r\n", "413"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const std::string answer = Ask(*server, row.request);
    BOOST_TEST(absl::StartsWith(answer, absl::StrCat("HTTP/1.1 ", row.status, " ")), answer.substr(0, 200));
    BOOST_TEST(absl::StartsWith(Ask(*server, Close("GET /alive")), "HTTP/1.1 200 "));
  }
}

BOOST_AUTO_TEST_CASE(a_body_of_64_kib_is_taken) {
  auto server = Server();
  const std::string answer = Ask(*server, "POST /-/reload HTTP/1.1\r\nConnection: close\r\nContent-Length: 65536\r\n\r\n" + std::string(65536, 'x'));
  BOOST_TEST(absl::StartsWith(answer, "HTTP/1.1 200 "), answer.substr(0, 200));
}

BOOST_AUTO_TEST_CASE(idle_connections_give_way_to_others) {
  auto server = Server();
  std::vector<Connection> open;
  for (int i = 0; i < 100; ++i) {
    open.emplace_back(server->port());
    open.back().Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    open.back().Read("accept=\n");
  }
  for (int i = 0; i < 30; ++i) BOOST_TEST(absl::StartsWith(Ask(*server, Close("GET /a")), "HTTP/1.1 200 "), i);
  BOOST_TEST(open.front().ReadAll() == "");  // the one that was idle longest
}

// Clients that take nothing of a long answer; with a query each gets another one.
struct SlowReaders {
  SlowReaders(AdminServer& server, int count, const char* query) {
    for (int i = 0; i < count; ++i) {
      clients.emplace_back(server.port(), 4096);
      clients.back().Send(absl::StrCat("GET /long?", query, *query == 0 ? "" : std::to_string(i), " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }
  }
  std::vector<Connection> clients;
};

BOOST_AUTO_TEST_CASE(health_is_answered_while_slow_readers_hold_every_connection) {
  auto server = Server([](const AdminRequest& r) { return r.path == "/long" ? AdminResponse{.body = std::string(8 << 20, 'x'), .shared = true} : Echo(r); });
  const SlowReaders slow(*server, 100, "");
  for (int i = 0; i < 50; ++i) BOOST_TEST(absl::StartsWith(Ask(*server, Close("GET /-/healthy")), "HTTP/1.1 200 "), i);
  BOOST_TEST(absl::StartsWith(Ask(*server, Close("GET /other")), "HTTP/1.1 503 "));
}

BOOST_AUTO_TEST_CASE(answers_on_their_way_have_a_bound_and_health_none) {
  std::atomic<int> made = 0;
  auto server = Server([&](const AdminRequest& r) {
    if (r.path != "/long") return Echo(r);
    ++made;
    return AdminResponse{.body = std::string(8 << 20, 'x')};
  });
  const SlowReaders slow(*server, 40, "page=");
  BOOST_TEST(absl::StartsWith(Ask(*server, Close("GET /long?more")), "HTTP/1.1 503 "));
  BOOST_TEST(absl::StartsWith(Ask(*server, Close("GET /-/ready")), "HTTP/1.1 200 "));
  BOOST_TEST(made <= 10);
}

BOOST_AUTO_TEST_CASE(an_answer_is_shared_by_all_who_ask_at_the_same_time) {
  std::atomic<int> made = 0;
  auto server = Server([&](const AdminRequest&) { return AdminResponse{.body = absl::StrCat("page ", ++made, "\n"), .shared = true}; });
  int first = 0;
  for (int i = 0; i < 20; ++i) first += absl::EndsWith(Ask(*server, Close("GET /metrics")), "page 1\n");
  BOOST_TEST(first >= 2);
  BOOST_TEST(made < 20);
  const int before = made;
  BOOST_TEST(absl::EndsWith(Ask(*server, Close("POST /metrics")), absl::StrCat("page ", before + 1, "\n")));
}

BOOST_AUTO_TEST_CASE(foreign_names_and_pages_of_other_sites_are_refused) {
  const struct { const char* what; AdminRequest request; const char* token; int status; } rows[] = {
      {"localhost", {.method = "GET", .host = "localhost:9464"}, "", 0},
      {"an address", {.method = "GET", .host = "127.0.0.1:9464"}, "", 0},
      {"an address of IPv6", {.method = "GET", .host = "[::1]:9464"}, "", 0},
      {"no name at all", {.method = "GET"}, "", 0},
      {"a name that leads here", {.method = "GET", .host = "evil.example:9464"}, "", 403},
      {"a service's name in the cluster", {.method = "GET", .host = "agent.monitoring.svc:9464", .from_loopback = false, .to_loopback = false}, "", 0},
      {"its own page", {.method = "GET", .host = "localhost:9464", .origin = "http://localhost:9464"}, "", 0},
      {"another page", {.method = "GET", .host = "localhost:9464", .origin = "https://evil.example"}, "", 403},
      {"a page without a name", {.method = "POST", .host = "localhost:9464", .origin = "null"}, "", 403},
      {"a change from here", {.method = "POST", .host = "localhost:9464"}, "", 0},
      {"a change from elsewhere", {.method = "POST", .host = "10.0.0.1:9464", .from_loopback = false, .to_loopback = false}, "", 403},
      {"without its token", {.method = "POST", .host = "10.0.0.1:9464", .from_loopback = false, .to_loopback = false}, "t0ken", 401},
      {"with a wrong token", {.method = "POST", .host = "10.0.0.1:9464", .authorization = "Bearer t0kem", .from_loopback = false, .to_loopback = false}, "t0ken", 401},
      {"with its token", {.method = "POST", .host = "10.0.0.1:9464", .authorization = "Bearer t0ken", .from_loopback = false, .to_loopback = false}, "t0ken", 0},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const std::optional<AdminResponse> refusal = RefuseAdmin(row.request, row.token);
    BOOST_TEST((refusal ? refusal->status : 0) == row.status);
  }
  auto server = Server();
  BOOST_TEST(absl::StartsWith(Ask(*server, "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"), "HTTP/1.1 403 "));
}

BOOST_AUTO_TEST_CASE(half_a_request_and_an_early_goodbye_harm_nobody) {
  auto server = Server();
  Connection half(server->port());
  half.Send("GET / HT");
  Connection(server->port()).Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");  // closes before the answer
  half.EndOfInput();
  BOOST_TEST(half.ReadAll() == "");
  BOOST_TEST(absl::StartsWith(Ask(*server, Close("GET /")), "HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_client_that_sends_a_byte_a_second_is_cut_off_after_ten_seconds) {
  auto server = Server();
  Connection slow(server->port());
  const std::string request = "GET / HTTP/1.1\r\nHost: example\r\n";
  std::size_t sent = 0;
  for (; sent < 14; ++sent) {
    slow.Send(request.substr(sent, 1));
    ::usleep(1'000'000);
  }
  BOOST_TEST(slow.ReadAll() == "");
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_said_with_address_and_remedy) {
  auto server = Server();
  const auto second = AdminServer::Start(server->address(), Echo);
  BOOST_TEST(absl::IsAlreadyExists(second.status()));
  BOOST_TEST(absl::StrContains(second.status().message(), server->address()));
  BOOST_TEST(absl::StrContains(second.status().message(), "set `listen` to a free port"));
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_closes_its_connections_and_frees_the_port) {
  auto server = Server();
  const std::string address = server->address();
  Connection idle(server->port());
  idle.Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  idle.Read("accept=\n");
  server.reset();
  BOOST_TEST(idle.ReadAll() == "");
  BOOST_TEST(AdminServer::Start(address, Echo).ok());
}

BOOST_AUTO_TEST_CASE(addresses_are_read_and_wrong_ones_are_named) {
  const struct { const char* text; const char* host; int port; } good[] = {
      {"127.0.0.1:9464", "127.0.0.1", 9464}, {"[::1]:0", "::1", 0}, {":9464", "", 9464}, {"localhost:65535", "127.0.0.1", 65535}};
  for (const auto& row : good) BOOST_TEST_CONTEXT(row.text) {
    const auto address = ParseListenAddress(row.text);
    BOOST_REQUIRE(address.ok());
    BOOST_TEST(address->host == row.host);
    BOOST_TEST(address->port == row.port);
  }
  for (const char* text : {"", "9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "256.0.0.1:1", "::1:80", "[::1]", "[::g]:1", "[", "example.org:80", "http://127.0.0.1:80"})
    BOOST_TEST_CONTEXT(text) {
      const absl::Status status = AdminServer::Start(text, Echo).status();
      BOOST_TEST(absl::IsInvalidArgument(status));
      BOOST_TEST(absl::StrContains(status.message(), absl::StrCat("\"", text, "\"")));
    }
}

BOOST_AUTO_TEST_SUITE_END()
