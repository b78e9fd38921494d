// Active checks of health_check rules: HTTP and TCP, each on its own schedule.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/collectors/collector.h"
#include "agent/net/address_guard.h"

namespace nephoscope {
namespace {

constexpr std::size_t kBodyBytes = 1 << 20;               // read of an answer; what comes after is cut off
constexpr absl::Duration kLook = absl::Milliseconds(500);  // how often the schedule is looked at

const Option kOptions[] = {
    {.name = "allow", .type = OptionType::kTextList, .sentence = "Local addresses (CIDR) that health checks may reach all the same.", .example = "[127.0.0.0/8]"},
};
const OptionTable kTable = {"probe", "Runs the checks of health_check rules.", kOptions};

ProbeResult OfTransport(const absl::Status& transport) {
  switch (transport.code()) {
    case absl::StatusCode::kOk: return ProbeResult::kOk;
    case absl::StatusCode::kNotFound: return ProbeResult::kNameNotFound;
    case absl::StatusCode::kUnavailable: return ProbeResult::kRefused;
    case absl::StatusCode::kDeadlineExceeded: return ProbeResult::kTimeout;
    case absl::StatusCode::kUnauthenticated: return ProbeResult::kTls;
    case absl::StatusCode::kInternal: return ProbeResult::kProtocol;
    default: return ProbeResult::kNotRun;
  }
}

bool StatusAccepted(const Probe& probe, int status) {
  if (probe.status.empty()) return status >= 200 && status <= 299;
  return std::find(probe.status.begin(), probe.status.end(), status) != probe.status.end();
}

// What failed first, in the order in which a person would look: reachable, right answer, in time, for how long.
ProbeResult Judge(const Probe& probe, const HttpResponse& answer) {
  if (const ProbeResult failed = OfTransport(answer.transport); failed != ProbeResult::kOk) return failed;
  if (!probe.tcp && !StatusAccepted(probe, answer.status)) return ProbeResult::kStatus;
  if (!probe.body_contains.empty() && !absl::StrContains(answer.body, probe.body_contains)) return ProbeResult::kBody;
  if (probe.response_time_below && answer.total >= *probe.response_time_below) return ProbeResult::kTooSlow;
  if (probe.certificate_expires_in && answer.certificate_expires - answer.received < *probe.certificate_expires_in) return ProbeResult::kCertificate;
  return ProbeResult::kOk;
}

class ProbeCollector : public Collector {
 public:
  explicit ProbeCollector(std::vector<std::string> allow) : allow_(std::move(allow)) {}

  const std::string& name() const override { return name_; }
  absl::Duration every() const override { return kLook; }

  void SetProbes(absl::Span<const Probe> probes) override {
    ++generation_;
    probes_.clear();
    for (const Probe& probe : probes) probes_.push_back({probe, absl::InfinitePast()});
  }

  absl::StatusOr<std::vector<Fetch>> Plan(absl::Time now) override {
    now_ = now;
    std::vector<Fetch> out;
    for (std::size_t i = 0; i < probes_.size(); ++i) {
      Scheduled& scheduled = probes_[i];
      const absl::Duration every = scheduled.probe.every;
      const bool clock_went_back = scheduled.due - now > every;
      if (now < scheduled.due && !clock_went_back) continue;
      const bool first_or_far = clock_went_back || now - scheduled.due > every;
      scheduled.due = (first_or_far ? now : scheduled.due) + every;  // keeps its rhythm; missed turns are not made up for
      out.push_back(FetchOf(scheduled.probe, i));
    }
    return out;
  }

  absl::StatusOr<Progress> Decode(Fetched& fetched, SampleSink& sink, std::vector<Fetch>&) override {
    const std::size_t index = fetched.fetch->tag & 0xffffffff;
    if (fetched.fetch->tag >> 32 != generation_ || index >= probes_.size()) return Progress::kDone;  // of rules that are gone
    Emit(probes_[index].probe, fetched.http, sink);
    return Progress::kDone;
  }

 private:
  struct Scheduled {
    Probe probe;
    absl::Time due;
  };

  Fetch FetchOf(const Probe& probe, std::size_t index) const {
    Fetch out;
    out.tag = generation_ << 32 | index;
    HttpRequest& http = out.http;
    http.url = probe.target;
    http.timeout = probe.timeout;
    http.max_body = kBodyBytes;
    http.cut_body = true;
    http.want_certificate = absl::StartsWithIgnoreCase(probe.target, "https:");
    http.tcp_only = probe.tcp;
    http.guarded = true;
    http.allow = allow_;
    return out;
  }

  void Emit(const Probe& probe, const HttpResponse& answer, SampleSink& sink) const {
    const absl::Time time = answer.received == absl::UnixEpoch() ? now_ : answer.received;
    const SourceId source = sink.Source(absl::StrCat("probe/", probe.rule_id, "/", probe.target));
    const Labels labels({{"rule", probe.rule_id}, {"target", probe.target}});
    auto add = [&](const char* metric, const char* unit, double value) {
      Series series{.source = source, .cadence = probe.every, .metric = metric, .unit = unit, .labels = labels};
      Sample sample{.series = sink.Intern(series), .time_ms = absl::ToUnixMillis(time)};
      sample.value = value;
      sink.Add(sample);
    };
    const bool answered = answer.transport.ok();
    if (answered || answer.total > absl::ZeroDuration()) add(kProbeDurationMetric, "s", absl::ToDoubleSeconds(answer.total));
    if (answered && !probe.tcp) add(kProbeStatusMetric, "", answer.status);
    if (answered && answer.certificate_expires != absl::InfiniteFuture()) add(kProbeCertificateMetric, "s", absl::ToDoubleSeconds(answer.certificate_expires - time));
    add(kProbeResultMetric, "", static_cast<double>(Judge(probe, answer)));
    sink.Watermark(source, time);
  }

  std::string name_ = "probe";
  std::vector<std::string> allow_;
  std::vector<Scheduled> probes_;
  std::uint64_t generation_ = 0;  // answers of an older set of rules are not counted
  absl::Time now_;
};

absl::StatusOr<std::unique_ptr<Collector>> Make(const OptionValues& values, const CollectorContext&) {
  std::vector<std::string> allow = values.TextList("allow");
  if (absl::StatusOr<AddressGuard> guard = AddressGuard::Make(allow); !guard.ok()) return guard.status();
  return std::make_unique<ProbeCollector>(std::move(allow));
}

}  // namespace

extern const CollectorType probe_collector;
const CollectorType probe_collector = {"probe", &kTable, &Make};

}  // namespace nephoscope
