// probe: asks the addresses that health_check rules name, and says how each answered. The rules bring the targets.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/collectors/collector.h"

namespace nephoscope {
namespace {

const Option kOptions[] = {
    {.name = "allow", .type = OptionType::kTextList, .sentence = "Local addresses (CIDR) that health checks may reach all the same", .example = "[127.0.0.0/8]"},
};
const OptionTable kTable = {"probe", "Asks the addresses that health checks name.", kOptions};

constexpr absl::Duration kIdle = absl::Seconds(1);  // how often due probes are looked for

class ProbeCollector : public Collector {
 public:
  explicit ProbeCollector(std::vector<std::string> allow) : allow_(std::move(allow)) {}

  const std::string& name() const override { return name_; }
  absl::Duration every() const override { return kIdle; }

  void SetProbes(absl::Span<const Probe> probes) override {
    std::map<std::string, absl::Time> due;
    for (const Scheduled& old : probes_) due[Key(old.probe)] = old.next;
    probes_.clear();
    for (const Probe& probe : probes) {
      const auto known = due.find(Key(probe));
      probes_.push_back({probe, known == due.end() ? absl::InfinitePast() : known->second, tag_++, false});
    }
  }

  absl::StatusOr<std::vector<Fetch>> Plan(absl::Time now) override {
    std::vector<Fetch> out;
    for (Scheduled& one : probes_) {
      if (now < one.next || one.running) continue;
      // Missed times are not made up for; the rhythm stays.
      one.next = one.next == absl::InfinitePast() || now - one.next > one.probe.every ? now + one.probe.every : one.next + one.probe.every;
      one.running = true;
      out.push_back(FetchFor(one));
    }
    return out;
  }

  absl::StatusOr<Progress> Decode(Fetched& fetched, SampleSink& sink, std::vector<Fetch>&) override {
    const auto found = std::find_if(probes_.begin(), probes_.end(), [&](const Scheduled& one) { return one.tag == fetched.fetch->tag; });
    if (found == probes_.end()) return Progress::kDone;  // the rule went away meanwhile
    found->running = false;
    Report(found->probe, fetched.http, sink);
    return Progress::kDone;
  }

 private:
  struct Scheduled {
    Probe probe;
    absl::Time next;
    std::uint64_t tag;
    bool running;
  };

  static std::string Key(const Probe& probe) { return absl::StrCat(probe.rule_id, "\n", probe.target, "\n", absl::FormatDuration(probe.every)); }

  Fetch FetchFor(const Scheduled& one) const {
    Fetch out;
    out.tag = one.tag;
    out.http.url = one.probe.tcp ? absl::StrCat("http://", one.probe.target) : one.probe.target;
    out.http.tcp_only = one.probe.tcp;
    out.http.timeout = one.probe.timeout;
    out.http.max_body = 1 << 20;
    out.http.want_certificate = one.probe.certificate_expires_in.has_value();
    out.http.guarded = true;
    out.http.allow = allow_;
    return out;
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
    if (probe.response_time_below && http.total >= *probe.response_time_below) return ProbeResult::kTooSlow;
    if (probe.certificate_expires_in && http.certificate_expires - http.received < *probe.certificate_expires_in) return ProbeResult::kCertificate;
    return ProbeResult::kOk;
  }

  void Report(const Probe& probe, const HttpResponse& http, SampleSink& sink) const {
    Series series;
    series.source = sink.Source(absl::StrCat("probe/", probe.rule_id, "/", probe.target));
    series.cadence = probe.every;
    series.labels = Labels(std::vector<Label>{{"rule", probe.rule_id}, {"target", probe.target}});
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
    add(kProbeResultMetric, "", static_cast<double>(ResultOf(probe, http)));  // last: it is judged together with the others
    sink.Watermark(series.source, http.received);
  }

  std::string name_ = "probe";
  std::vector<std::string> allow_;
  std::vector<Scheduled> probes_;
  std::uint64_t tag_ = 1;
};

absl::StatusOr<std::unique_ptr<Collector>> Make(const OptionValues& values, const CollectorContext&) {
  return std::make_unique<ProbeCollector>(values.Has("allow") ? values.TextList("allow") : std::vector<std::string>{});
}

bool Brings(const OptionValues&, absl::string_view metric) { return absl::StartsWith(metric, "probe."); }

}  // namespace

extern const CollectorType probe_collector;
const CollectorType probe_collector = {"probe", &kTable, &Make, &Brings};

}  // namespace nephoscope
