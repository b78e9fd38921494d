#include <zlib.h>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <optional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "agent/net/http.h"
#include "agent/seams/clock.h"
#include "tests/agent/net/local_server.h"
#include "tests/agent/temp_dir.h"

namespace nephoscope {
namespace {

std::string Ok(const std::string& body, const std::string& more = "") {
  return absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", body.size(), "\r\n", more, "\r\n", body);
}

std::string Gzipped(const std::string& text) {
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, text.size()) + 32, 0);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

HttpResponse Ask(HttpClient& client, HttpRequest request) {
  std::optional<HttpResponse> got;
  client.Send(std::move(request), [&](HttpResponse response) { got = std::move(response); });
  BOOST_TEST(!got.has_value());  // never inside Send
  for (int i = 0; i < 1000 && !got; ++i) client.Wait(absl::Milliseconds(100));
  BOOST_REQUIRE(got.has_value());
  return *std::move(got);
}

HttpResponse Ask(HttpRequest request, const std::string& ca_file = "") {
  const auto client = MakeCurlClient(SystemClock(), ca_file);
  return Ask(*client, std::move(request));
}

HttpRequest Get(const std::string& url) {
  HttpRequest out;
  out.url = url;
  out.timeout = absl::Seconds(5);
  return out;
}

int ClosedPort() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return ntohs(address.sin_port);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(curl_client_test)

BOOST_AUTO_TEST_CASE(status_headers_and_body_come_back) {
  LocalServer server([](const std::string&) { return "HTTP/1.1 404 Not Found\r\nX-Thing:  a b \r\nContent-Length: 2\r\n\r\nno"; });
  const HttpResponse response = Ask(Get(server.Url()));
  BOOST_TEST(response.transport.ok());
  BOOST_TEST(response.status == 404);
  BOOST_TEST(response.body == "no");
  BOOST_TEST(HeaderValue(response.headers, "x-thing") == "a b");
  BOOST_TEST(HeaderValue(response.headers, "absent").empty());
  BOOST_TEST(response.body.capacity() >= response.body.size() + 64);
  BOOST_TEST((response.total > absl::ZeroDuration()));
  BOOST_TEST((absl::AbsDuration(SystemClock().Now() - response.received) < absl::Seconds(5)));
}

BOOST_AUTO_TEST_CASE(method_headers_and_body_are_sent_as_given) {
  std::string seen;
  LocalServer server([&](const std::string& request) { return seen = request, Ok(""); });
  HttpRequest request = Get(server.Url("/a/../b?x=%2f"));
  request.method = "POST";
  request.headers = {{"X-Amz-Target", "T.Op"}, {"Empty", ""}};
  request.body = std::string("a\0b", 3);
  BOOST_TEST(Ask(std::move(request)).status == 200);
  for (const char* part : {"POST /a/../b?x=%2f HTTP/1.1\r\n", "\r\nX-Amz-Target: T.Op\r\n", "\r\nEmpty:\r\n",
                           "\r\nUser-Agent: nephoscope\r\n", "\r\nContent-Length: 3\r\n"})
    BOOST_TEST(absl::StrContains(seen, part), part << " in " << seen);
  BOOST_TEST(!absl::StrContains(seen, "Content-Type"));
  BOOST_TEST(absl::EndsWith(seen, absl::string_view("a\0b", 3)));
}

BOOST_AUTO_TEST_CASE(a_connection_is_kept_for_the_next_request_but_not_for_a_guarded_one) {
  LocalServer server([](const std::string&) { return Ok("x"); });
  const auto client = MakeCurlClient(SystemClock());
  Ask(*client, Get(server.Url()));
  Ask(*client, Get(server.Url()));
  BOOST_TEST(server.connections() == 1);
  HttpRequest guarded = Get(server.Url());
  guarded.guarded = true;
  BOOST_TEST(absl::IsPermissionDenied(Ask(*client, guarded).transport));
  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(a_redirect_is_an_answer_and_is_not_followed) {
  LocalServer server(
      [](const std::string&) { return "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"; });
  BOOST_TEST(Ask(Get(server.Url())).status == 302);
  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(gzip_is_decompressed_and_a_bomb_is_stopped) {
  const std::string text(3'000'000, 'x');
  LocalServer server([&](const std::string&) { return Ok(Gzipped(text), "Content-Encoding: gzip\r\n"); });
  BOOST_TEST(Ask(Get(server.Url())).body.size() == text.size());
  HttpRequest small = Get(server.Url());
  small.max_body = 100'000;
  const HttpResponse stopped = Ask(small);
  BOOST_TEST(absl::IsResourceExhausted(stopped.transport));
  BOOST_TEST(absl::StrContains(stopped.transport.message(), "100000"));
  small.cut_body = true;
  const HttpResponse cut = Ask(small);
  BOOST_TEST(cut.transport.ok());
  BOOST_TEST(cut.status == 200);
  BOOST_TEST(cut.body.size() == 100'000u);
}

BOOST_AUTO_TEST_CASE(an_answer_of_exactly_the_bound_is_good) {
  LocalServer server([](const std::string&) { return Ok("12345678"); });
  HttpRequest request = Get(server.Url());
  request.max_body = 8;
  BOOST_TEST(Ask(request).body == "12345678");
  request.max_body = 7;
  BOOST_TEST(absl::IsResourceExhausted(Ask(request).transport));
}

BOOST_AUTO_TEST_CASE(each_way_to_fail_has_its_own_status_and_names_the_host) {
  LocalServer silent([](const std::string&) { return std::this_thread::sleep_for(std::chrono::milliseconds(600)), std::string(); });
  LocalServer closes([](const std::string&) { return std::string(); });
  LocalServer cut([](const std::string&) { return std::string("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nfew"); });
  LocalServer babble([](const std::string&) { return std::string("SSH-2.0-OpenSSH Connection: close\r\n"); });
  LocalServer not_gzip([](const std::string&) { return Ok("plainly not", "Content-Encoding: gzip\r\n"); });
  const std::string refused = absl::StrCat("http://127.0.0.1:", ClosedPort(), "/?key=hidden");
  const struct {
    const char* what;
    std::string url;
    absl::StatusCode want;
    const char* says;
  } rows[] = {
      {"refused", refused, absl::StatusCode::kUnavailable, "refused"},
      {"silent", silent.Url(), absl::StatusCode::kDeadlineExceeded, "no answer in"},
      {"closed at once", closes.Url(), absl::StatusCode::kInternal, "without an answer"},
      {"closed in the middle", cut.Url(), absl::StatusCode::kInternal, "in the middle"},
      {"another protocol", babble.Url(), absl::StatusCode::kInternal, "HTTP"},
      {"not what it says", not_gzip.Url(), absl::StatusCode::kInternal, "decompressed"},
      {"no such name", "http://no-such-name.invalid/", absl::StatusCode::kNotFound, "no-such-name.invalid"},
      {"another scheme", "file:///etc/passwd", absl::StatusCode::kAborted, "http://"},
      {"no scheme", "127.0.0.1:80", absl::StatusCode::kAborted, "http://"},
      {"not a URL", "http://[::1", absl::StatusCode::kAborted, "cannot be read"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      HttpRequest request = Get(row.url);
      request.timeout = absl::Milliseconds(400);
      if (row.want == absl::StatusCode::kNotFound) request.timeout = absl::Seconds(20);
      const HttpResponse response = Ask(std::move(request));
      BOOST_TEST((response.transport.code() == row.want), response.transport);
      BOOST_TEST(absl::StrContains(response.transport.message(), row.says), response.transport);
      BOOST_TEST(!absl::StrContains(response.transport.message(), "hidden"));
      BOOST_TEST((response.received > absl::UnixEpoch()));
    }
}

BOOST_AUTO_TEST_CASE(a_header_with_a_line_break_is_not_sent) {
  LocalServer server([](const std::string&) { return Ok(""); });
  HttpRequest request = Get(server.Url());
  request.headers = {{"Authorization", "token\r\nHost: elsewhere"}};
  const HttpResponse response = Ask(request);
  BOOST_TEST(absl::IsAborted(response.transport));
  BOOST_TEST(!absl::StrContains(response.transport.message(), "token"));
  BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(a_certificate_is_verified_and_its_end_is_read) {
  const TempDir dir;
  const TestCertificate certificate(20);
  certificate.WriteTo(dir.path() + "/ca.pem");
  LocalServer server([](const std::string&) { return Ok("safe"); }, &certificate);
  HttpRequest request = Get(server.Url());
  request.want_certificate = true;
  const HttpResponse unknown = Ask(request);
  BOOST_TEST(absl::IsUnauthenticated(unknown.transport));
  BOOST_TEST(absl::StrContains(unknown.transport.message(), "self"), unknown.transport);
  const HttpResponse known = Ask(request, dir.path() + "/ca.pem");
  BOOST_TEST(known.transport.ok(), known.transport);
  BOOST_TEST(known.body == "safe");
  BOOST_TEST((absl::AbsDuration(known.certificate_expires - SystemClock().Now() - absl::Hours(24 * 20)) < absl::Minutes(1)));
  request.want_certificate = false;
  BOOST_TEST((Ask(request, dir.path() + "/ca.pem").certificate_expires == absl::InfiniteFuture()));
}

BOOST_AUTO_TEST_CASE(a_certificate_that_has_ended_is_refused) {
  const TempDir dir;
  const TestCertificate certificate(0);  // ends now
  certificate.WriteTo(dir.path() + "/ca.pem");
  LocalServer server([](const std::string&) { return Ok("late"); }, &certificate);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  BOOST_TEST(absl::IsUnauthenticated(Ask(Get(server.Url()), dir.path() + "/ca.pem").transport));
}

BOOST_AUTO_TEST_CASE(a_tcp_probe_connects_and_sends_nothing) {
  std::atomic<int> requests{0};
  LocalServer server([&](const std::string&) { return ++requests, Ok(""); });
  for (const std::string& target : {absl::StrCat("127.0.0.1:", server.port()), absl::StrCat("tcp://127.0.0.1:", server.port())})
    BOOST_TEST_CONTEXT(target) {
      HttpRequest request = Get(target);
      request.tcp_only = true;
      const HttpResponse response = Ask(request);
      BOOST_TEST(response.transport.ok(), response.transport);
      BOOST_TEST(response.status == 0);
    }
  BOOST_TEST(requests == 0);
  HttpRequest closed = Get(absl::StrCat("127.0.0.1:", ClosedPort()));
  closed.tcp_only = true;
  BOOST_TEST(absl::IsUnavailable(Ask(closed).transport));
}

BOOST_AUTO_TEST_CASE(the_guard_looks_at_what_is_dialled_whatever_the_spelling) {
  for (const char* host : {"169.254.169.254", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518", "169.16689662",
                           "0xa9.254.0251.254", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "localhost", "127.1", "[::1]", "0"}) {
    for (const bool tcp : {false, true}) BOOST_TEST_CONTEXT(host << (tcp ? " tcp" : " http")) {
        HttpRequest request = Get(absl::StrCat("http://", host, ":80/"));
        request.guarded = true;
        request.tcp_only = tcp;
        const absl::Status transport = Ask(request).transport;
        BOOST_TEST(absl::IsPermissionDenied(transport), transport);
      }
  }
}

BOOST_AUTO_TEST_CASE(an_allowed_network_may_be_reached_and_a_wrong_list_stops_the_request) {
  LocalServer server([](const std::string&) { return Ok("in"); });
  HttpRequest request = Get(server.Url());
  request.guarded = true;
  request.allow = {"127.0.0.0/8"};
  BOOST_TEST(Ask(request).body == "in");
  request.allow = {"127.0.0.0/8", "everything"};
  BOOST_TEST(absl::IsAborted(Ask(request).transport));
}

// A clock whose time since boot is the machine's, and more where a test says so.
class ShiftedClock : public Clock {
 public:
  absl::Time Now() override { return SystemClock().Now(); }
  absl::Duration SinceBoot() override { return SystemClock().SinceBoot() + shift; }
  absl::Duration shift = absl::ZeroDuration();
};

// The answer came in time; that we stood still since is no time-out of the server.
BOOST_AUTO_TEST_CASE(an_answer_that_came_while_nobody_looked_is_in_time) {
  LocalServer server([](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"; });
  ShiftedClock clock;
  const auto client = MakeCurlClient(clock);
  HttpRequest request = Get(server.Url());
  std::optional<HttpResponse> got;
  client->Send(request, [&](HttpResponse response) { got = std::move(response); });
  for (int i = 0; i < 100 && server.connections() == 0; ++i) client->Wait(absl::Milliseconds(1));
  clock.shift += absl::Minutes(10);
  for (int i = 0; i < 100 && !got; ++i) client->Wait(absl::Milliseconds(20));
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST(got->transport.ok(), got->transport.message());
  BOOST_TEST(got->body == "ok");
}

BOOST_AUTO_TEST_CASE(a_server_that_hangs_or_drips_has_its_time_and_no_more) {
  LocalServer hangs([](const std::string&) {
    absl::SleepFor(absl::Milliseconds(600));
    return "";
  });
  HttpRequest request = Get(hangs.Url());
  request.timeout = absl::Milliseconds(200);
  const absl::Time before = absl::Now();
  const HttpResponse response = Ask(request);
  BOOST_TEST(absl::IsDeadlineExceeded(response.transport), response.transport.message());
  BOOST_TEST(absl::StrContains(response.transport.message(), "gave no answer in 200ms"), response.transport.message());
  BOOST_TEST((response.total == absl::Milliseconds(200)));
  BOOST_TEST((absl::Now() - before < absl::Milliseconds(550)));
  // Time in which the machine stood still does not count.
  ShiftedClock clock;
  const auto client = MakeCurlClient(clock);
  std::optional<HttpResponse> got;
  request.timeout = absl::Seconds(2);
  LocalServer late([](const std::string&) {
    absl::SleepFor(absl::Milliseconds(300));
    return "HTTP/1.1 204 No Content\r\n\r\n";
  });
  request.url = late.Url();
  client->Send(request, [&](HttpResponse answer) { got = std::move(answer); });
  for (int i = 0; i < 100 && late.connections() == 0; ++i) client->Wait(absl::Milliseconds(1));
  clock.shift += absl::Minutes(10);
  for (int i = 0; i < 100 && !got; ++i) client->Wait(absl::Milliseconds(20));
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST(got->transport.ok(), got->transport.message());
}

BOOST_AUTO_TEST_CASE(a_certificate_of_another_name_is_asked_for_by_server_name) {
  const TestCertificate certificate(30);
  TempDir dir;
  certificate.WriteTo(dir / "ca.pem");
  std::string host;
  LocalServer server(
      [&](const std::string& request) {
        const std::size_t at = request.find("Host: ") + 6;
        host = request.substr(at, request.find('\r', at) - at);
        return "HTTP/1.1 204 No Content\r\n\r\n";
      },
      &certificate);
  HttpRequest request = Get(server.Url());
  request.url = absl::StrCat("https://127.0.0.2:", server.port(), "/");
  request.tls.ca_file = dir / "ca.pem";
  request.tls.server_name = "127.0.0.1";  // what the certificate says
  const HttpResponse refused = Ask(request);  // nobody listens at 127.0.0.2: it is that one that is dialled
  BOOST_TEST(absl::IsUnavailable(refused.transport), refused.transport.message());
  request.url = server.Url();
  request.tls.server_name = "other.example";
  const HttpResponse other = Ask(request);
  BOOST_TEST(absl::IsUnauthenticated(other.transport), other.transport.message());
  request.tls.skip_verify = true;
  BOOST_TEST(Ask(request).status == 204);
  BOOST_TEST(host == absl::StrCat("127.0.0.1:", server.port()));
}

BOOST_AUTO_TEST_CASE(wake_ends_a_wait_from_another_thread) {
  const auto client = MakeCurlClient(SystemClock());
  const absl::Duration begin = SystemClock().SinceBoot();
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    client->Wake();
  });
  client->Wait(absl::Seconds(30));
  other.join();
  BOOST_TEST((SystemClock().SinceBoot() - begin < absl::Seconds(10)));
}

BOOST_AUTO_TEST_CASE(wait_ends_at_its_time_out_and_zero_does_not_wait) {
  const auto client = MakeCurlClient(SystemClock());
  absl::Duration begin = SystemClock().SinceBoot();
  client->Wait(absl::Milliseconds(60));
  BOOST_TEST((SystemClock().SinceBoot() - begin >= absl::Milliseconds(55)));
  begin = SystemClock().SinceBoot();
  client->Wait(absl::ZeroDuration());
  BOOST_TEST((SystemClock().SinceBoot() - begin < absl::Milliseconds(50)));
}

BOOST_AUTO_TEST_CASE(an_answer_may_send_the_next_request_and_a_client_may_go_with_requests_open) {
  LocalServer server([](const std::string& request) {
    return absl::StrContains(request, "/slow") ? std::this_thread::sleep_for(std::chrono::milliseconds(300)), Ok("") : Ok("x");
  });
  auto client = MakeCurlClient(SystemClock());
  int answers = 0;
  std::function<void(HttpResponse)> next = [&](HttpResponse) {
    if (++answers < 3) client->Send(Get(server.Url()), next);
  };
  client->Send(Get(server.Url()), next);
  for (int i = 0; i < 100 && answers < 3; ++i) client->Wait(absl::Milliseconds(100));
  BOOST_TEST(answers == 3);
  BOOST_TEST(client->in_flight() == 0);
  client->Send(Get(server.Url("/slow")), [&](HttpResponse) { ++answers; });
  client->Wait(absl::Milliseconds(20));
  BOOST_TEST(client->in_flight() == 1);
  client.reset();
  BOOST_TEST(answers == 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
