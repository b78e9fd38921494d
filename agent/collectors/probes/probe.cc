// probe: asks the addresses that health_check rules name, and says how each answered. The rules bring the targets.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/collectors/collector.h"
#include "agent/collectors/http_options.h"
#include "rules/model/probe_forbidden.h"
#include "rules/model/shown_address.h"

namespace nephoscope {
namespace {

const OptionTable& CredentialsTable() {
  static const std::vector<Option> options = HttpOptions::Table({
      {.name = "targets", .type = OptionType::kTextList, .sentence = "The addresses that they are for: all that begin so", .example = "[\"https://api.example.com/\"]", .required = true},
  });
  static const OptionTable table = {"credentials", "What health checks of some addresses carry.", options};
  return table;
}

const OptionTable& Table() {
  static const Option options[] = {
      {.name = "allow", .type = OptionType::kTextList, .sentence = "Local addresses (CIDR) that health checks may reach all the same", .example = "[127.0.0.0/8]"},
      {.name = "credentials", .type = OptionType::kMapList, .sentence = "Headers, passwords, tokens and certificates of checks, by address: rule files hold none", .example = "[{targets: [\"https://api.example.com/\"], bearer_token_file: /var/run/secrets/token}]", .fields = &CredentialsTable()},
  };
  static const OptionTable table = {"probes", "What health checks may reach, and what they carry.", options};
  return table;
}

// True if `address` is `prefix`, or goes on behind it where a host or a part of a path ends.
bool Begins(absl::string_view address, absl::string_view prefix) {
  if (!absl::StartsWith(address, prefix)) return false;
  return address.size() == prefix.size() || absl::EndsWith(prefix, "/") || address[prefix.size()] == '/' || address[prefix.size()] == '?';
}

struct Credentials {
  std::vector<std::string> targets;
  HttpOptions http;
};

class ProbeCollector : public Collector {
 public:
  ProbeCollector(std::vector<std::string> allow, std::vector<Credentials> credentials) : allow_(std::move(allow)), credentials_(std::move(credentials)) {}

  const std::string& name() const override { return name_; }
  absl::Duration every(std::size_t target) const override { return probes_[target].every; }
  bool Forget() override { return false; }

  // In the order of probes_; what a rule says of its check is part of the name, so that a changed one is asked at once.
  std::vector<std::string> Targets() const override {
    std::vector<std::string> out;
    for (const Probe& probe : probes_) out.push_back(absl::StrCat(probe.rule_id, "\n", probe.target, "\n", absl::FormatDuration(probe.every)));
    return out;
  }

  void SetProbes(absl::Span<const Probe> probes) override {
    const std::vector<std::string> before = Targets();
    probes_.assign(probes.begin(), probes.end());
    forbidden_.clear();
    const std::vector<std::string> now = Targets();
    for (auto asked = asked_.begin(); asked != asked_.end();) {
      const auto same = std::find(now.begin(), now.end(), before[asked->second]);
      if (same == now.end()) {
        asked = asked_.erase(asked);
      } else {
        asked++->second = static_cast<std::size_t>(same - now.begin());
      }
    }
  }

  absl::StatusOr<std::vector<Fetch>> Plan(std::size_t target, absl::Time) override {
    std::vector<Fetch> out;
    out.push_back(FetchFor(probes_[target], tag_ + 1));
    if (absl::Status status = AddCredentials(probes_[target], out[0].http); !status.ok()) return status;
    asked_[++tag_] = target;
    return out;
  }

  // A check that may not be made watches nothing: it is named until it is allowed.
  absl::Status Health() const override {
    if (forbidden_.empty()) return absl::OkStatus();
    const auto& [probe, why] = *forbidden_.begin();
    return absl::FailedPreconditionError(absl::StrCat(
        forbidden_.size() == 1 ? "a health check is not made, that" : "health checks are not made, among them that",
        " of the rule ", probe.first, ": ", why));
  }

  absl::StatusOr<Progress> Decode(Fetched& fetched, SampleSink& sink, std::vector<Fetch>&) override {
    const auto asked = asked_.find(fetched.fetch->tag);
    if (asked == asked_.end()) return Progress::kDone;  // the rule went away meanwhile
    const Probe& probe = probes_[asked->second];
    asked_.erase(asked);
    const std::pair<std::string, std::string> key(probe.rule_name, probe.target);
    if (absl::IsPermissionDenied(fetched.http.transport)) forbidden_[key] = std::string(fetched.http.transport.message());
    else forbidden_.erase(key);
    Report(probe, fetched.http, sink);
    return Progress::kDone;
  }

 private:
  Fetch FetchFor(const Probe& probe, std::uint64_t tag) const {
    Fetch out;
    out.tag = tag;
    out.http.url = probe.tcp ? absl::StrCat("http://", probe.target) : probe.target;
    out.http.tcp_only = probe.tcp;
    out.http.timeout = probe.timeout;
    out.http.max_body = 1 << 20;
    out.http.want_certificate = probe.certificate_expires_in.has_value();
    out.http.guarded = true;
    out.http.allow = allow_;
    return out;
  }

  absl::Status AddCredentials(const Probe& probe, HttpRequest& request) const {
    if (probe.tcp) return absl::OkStatus();
    for (const Credentials& one : credentials_)
      for (const std::string& target : one.targets)
        if (Begins(probe.target, target)) return one.http.Apply(request);
    return absl::OkStatus();
  }

  static ProbeResult ResultOf(const Probe& probe, const HttpResponse& http) {
    switch (http.transport.code()) {
      case absl::StatusCode::kOk: break;
      case absl::StatusCode::kNotFound: return ProbeResult::kNameNotFound;
      case absl::StatusCode::kUnavailable: return ProbeResult::kRefused;
      case absl::StatusCode::kDeadlineExceeded: return ProbeResult::kTimeout;
      case absl::StatusCode::kUnauthenticated: return ProbeResult::kTls;
      case absl::StatusCode::kPermissionDenied:
      case absl::StatusCode::kAborted: return ProbeResult::kNotRun;
      default: return ProbeResult::kProtocol;
    }
    if (!probe.tcp) {
      const bool good = probe.status.empty() ? http.status >= 200 && http.status < 300 : std::find(probe.status.begin(), probe.status.end(), http.status) != probe.status.end();
      if (!good) return ProbeResult::kStatus;
      if (!probe.body_contains.empty() && !absl::StrContains(http.body, probe.body_contains)) return ProbeResult::kBody;
    }
    if (probe.response_time_below && http.total - http.unseen >= *probe.response_time_below) return ProbeResult::kTooSlow;
    if (probe.certificate_expires_in && http.certificate_expires - http.received < *probe.certificate_expires_in) return ProbeResult::kCertificate;
    return ProbeResult::kOk;
  }

  void Report(const Probe& probe, const HttpResponse& http, SampleSink& sink) const {
    Series series;
    const std::string shown = ShownAddress(probe.target);
    series.source = sink.Source(absl::StrCat("probe/", probe.rule_id, "/", shown));
    series.cadence = probe.every;
    series.labels = Labels(std::vector<Label>{{"rule", probe.rule_id}, {"target", shown}});
    const auto add = [&](const char* metric, const char* unit, double value) {
      series.metric = metric;
      series.unit = unit;
      Sample sample;
      sample.series = sink.Intern(series);
      sample.time_ms = absl::ToUnixMillis(http.received);
      sample.value = value;
      sink.Add(sample);
    };
    add(kProbeDurationMetric, "s", absl::ToDoubleSeconds(http.total));
    if (http.status != 0) add(kProbeStatusMetric, "", http.status);
    if (http.certificate_expires != absl::InfiniteFuture()) add(kProbeCertificateMetric, "s", absl::ToDoubleSeconds(http.certificate_expires - http.received));
    const int result = absl::IsPermissionDenied(http.transport) ? kProbeForbidden : static_cast<int>(ResultOf(probe, http));
    add(kProbeResultMetric, "", result);  // last: it is judged together with the others
    sink.Watermark(series.source, http.received);
  }

  std::string name_ = "probe";
  std::vector<std::string> allow_;
  std::vector<Credentials> credentials_;
  std::vector<Probe> probes_;
  std::map<std::pair<std::string, std::string>, std::string> forbidden_;  // by rule and target: why
  std::map<std::uint64_t, std::size_t> asked_;  // by tag: of the present probes
  std::uint64_t tag_ = 0;
};

absl::StatusOr<std::unique_ptr<Collector>> Make(const OptionValues& values, const CollectorContext& context) {
  std::vector<Credentials> credentials;
  if (values.Has("credentials"))
    for (const OptionValues& one : values.MapList("credentials")) {
      absl::StatusOr<HttpOptions> http = HttpOptions::Make(one, context.directory);
      if (!http.ok()) return absl::InvalidArgumentError(absl::StrCat("credentials: ", http.status().message()));
      for (const std::string& target : one.TextList("targets"))
        if (!absl::StartsWith(target, "http://") && !absl::StartsWith(target, "https://"))
          return absl::InvalidArgumentError(absl::StrCat("credentials: \"", ShownAddress(target), "\" is no address; write one such as https://api.example.com/"));
      credentials.push_back({one.TextList("targets"), *std::move(http)});
    }
  return std::make_unique<ProbeCollector>(values.Has("allow") ? values.TextList("allow") : std::vector<std::string>{}, std::move(credentials));
}

bool Brings(const OptionValues&, absl::string_view metric) { return absl::StartsWith(metric, "probe."); }

}  // namespace

extern const CollectorType probe_collector;
const CollectorType probe_collector = {"probe", &Table(), &Make, &Brings};

}  // namespace nephoscope
