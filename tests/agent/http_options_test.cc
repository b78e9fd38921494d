// What requests carry, and that nothing of it is ever shown.
#include "agent/collectors/http_options.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/collectors/collector.h"
#include "rules/language/language.h"
#include "rules/language/tables/option_reader.h"
#include "tests/agent/collectors/recording_sink.h"
#include "tests/agent/temp_dir.h"

namespace nephoscope {
namespace {

// The options of one part, as they stand in agent.yaml.
OptionValues Options(const char* collector, const std::string& yaml) {
  const SourceFile file = {"part.yaml", yaml};
  LoadedOptions loaded = LoadOptions(file, *FindCollector(collector)->options, nullptr);
  BOOST_TEST(loaded.diagnostics.empty(), RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
  return std::move(loaded.values);
}

std::unique_ptr<Collector> Make(const char* collector, const std::string& yaml) {
  auto made = FindCollector(collector)->make(Options(collector, yaml), {});
  BOOST_TEST_REQUIRE(made.ok(), made.status().message());
  return *std::move(made);
}

std::string Header(const Fetch& fetch, absl::string_view name) { return std::string(HeaderValue(fetch.http.headers, name)); }

BOOST_AUTO_TEST_SUITE(http_options_test)

BOOST_AUTO_TEST_CASE(a_scrape_carries_headers_password_token_and_certificates) {
  TempDir dir;
  const std::string token = dir.Write("token", "CANARY-token\n"), password = dir.Write("password", "CANARY-password\n");
  auto scraper = Make("prometheus", "targets: [\"a:1\"]\nheaders: {X-Scope-OrgID: finops}\nbasic_auth: {username: bob, password_file: " + password +
                                        "}\ntls_config: {ca_file: /ca.pem, cert_file: /c.pem, key_file: /k.pem, server_name: inner, insecure_skip_verify: true}\n");
  Fetch fetch = (*PlanAll(*scraper, absl::UnixEpoch()))[0];
  BOOST_TEST(Header(fetch, "X-Scope-OrgID") == "finops");
  BOOST_TEST(Header(fetch, "Authorization") == "Basic Ym9iOkNBTkFSWS1wYXNzd29yZA==");
  BOOST_TEST(fetch.http.tls.ca_file == "/ca.pem");
  BOOST_TEST(fetch.http.tls.cert_file == "/c.pem");
  BOOST_TEST(fetch.http.tls.key_file == "/k.pem");
  BOOST_TEST(fetch.http.tls.server_name == "inner");
  BOOST_TEST(fetch.http.tls.skip_verify);
  scraper = Make("prometheus", "targets: [\"a:1\"]\nbearer_token_file: " + token + "\n");
  BOOST_TEST(Header((*PlanAll(*scraper, absl::UnixEpoch()))[0], "Authorization") == "Bearer CANARY-token");
  dir.Write("token", "CANARY-renewed");
  BOOST_TEST(Header((*PlanAll(*scraper, absl::UnixEpoch()))[0], "Authorization") == "Bearer CANARY-renewed");
  dir.Write("token", "");
  const absl::Status empty = PlanAll(*scraper, absl::UnixEpoch()).status();
  BOOST_TEST(absl::StrContains(empty.message(), absl::StrCat("bearer_token_file: ", token, " is empty")), empty.message());
}

BOOST_AUTO_TEST_CASE(what_does_not_go_together_is_refused_without_its_values) {
  const struct { const char *what, *yaml, *want; } rows[] = {
      {"two passwords", "basic_auth: {username: b, password: CANARY, password_file: f}", "leave one of them out"},
      {"two ways", "basic_auth: {username: b, password: CANARY}\nbearer_token_file: f", "three ways to say the same"},
      {"a header and a token", "headers: {authorization: CANARY}\nbearer_token_file: f", "three ways to say the same"},
      {"half a certificate", "tls_config: {cert_file: c.pem}", "needs both cert_file and key_file"},
      {"a header of two lines", "headers: {\"X\": \"CANARY\\nB: c\"}", "its value has a line break"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const absl::Status status = FindCollector("prometheus")->make(Options("prometheus", absl::StrCat("targets: [\"a:1\"]\n", row.yaml, "\n")), {}).status();
    BOOST_TEST(absl::StrContains(status.message(), row.want), status.message());
    BOOST_TEST(!absl::StrContains(status.message(), "CANARY"));
  }
}

BOOST_AUTO_TEST_CASE(a_scrape_shows_no_secret_of_its_address) {
  auto scraper = Make("prometheus", "targets: [\"http://bob:CANARY@h:1/metrics\", \"http://h:2/m?token=CANARY\", \"http://h:3/m?token=CANARY1\", \"http://h:3/m?token=CANARY2\"]\n");
  const std::vector<Fetch> fetches = *PlanAll(*scraper, absl::UnixEpoch());
  BOOST_TEST(fetches[0].http.url == "http://bob:CANARY@h:1/metrics");  // what is asked is as it was written
  RecordingSink sink;
  std::vector<Fetch> next;
  std::string shown;
  for (const Fetch& fetch : fetches)
    for (const int status : {200, 500}) {
      Fetched fetched;
      fetched.fetch = &fetch;
      fetched.http.status = status;
      fetched.http.body = "a 1\nb {\n";
      absl::StrAppend(&shown, scraper->Decode(fetched, sink, next).status().message(), "\n");
    }
  for (const std::string& target : scraper->Targets()) absl::StrAppend(&shown, target, "\n");
  for (const Series& series : sink.series) absl::StrAppend(&shown, series.labels.ToString(), "\n");
  for (const std::string& source : sink.sources) absl::StrAppend(&shown, source, "\n");
  for (const std::string& rejected : sink.rejected) absl::StrAppend(&shown, rejected, "\n");
  BOOST_TEST(!absl::StrContains(shown, "CANARY"), shown);
  BOOST_TEST(sink.sources.size() == 4u);  // two that differ in the secret alone are two all the same
}

BOOST_AUTO_TEST_CASE(checks_carry_what_is_for_their_address_and_show_none_of_it) {
  auto prober = Make("probe", "credentials:\n  - {targets: [\"https://api.example.com/\"], headers: {X-Key: CANARY}}\n  - {targets: [\"http://inner:80\"], basic_auth: {username: b, password: CANARY}}\n");
  std::vector<Probe> probes;
  for (const char* target : {"https://api.example.com/health?key=CANARY", "https://api.example.com.evil.org/health", "http://inner:80/x", "http://inner:8080/x", "http://u:CANARY@other/"})
    probes.push_back({.rule_id = "r", .rule_name = "R", .target = target});
  prober->SetProbes(probes);
  const std::vector<Fetch> fetches = *PlanAll(*prober, absl::UnixEpoch());
  BOOST_TEST(Header(fetches[0], "X-Key") == "CANARY");
  BOOST_TEST(Header(fetches[1], "X-Key") == "");
  BOOST_TEST(!Header(fetches[2], "Authorization").empty());
  BOOST_TEST(Header(fetches[3], "Authorization") == "");
  RecordingSink sink;
  std::vector<Fetch> next;
  for (const Fetch& fetch : fetches) {
    Fetched fetched;
    fetched.fetch = &fetch;
    fetched.http.transport = absl::PermissionDeniedError("forbidden");
    BOOST_TEST(prober->Decode(fetched, sink, next).ok());
  }
  std::string shown(prober->Health().message());
  for (const Series& series : sink.series) absl::StrAppend(&shown, series.labels.ToString(), "\n");
  for (const std::string& source : sink.sources) absl::StrAppend(&shown, source, "\n");
  BOOST_TEST(!absl::StrContains(shown, "CANARY"), shown);
  BOOST_TEST(absl::StrContains(shown, "health checks are not made, among them that of the rule R: forbidden"), shown);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
