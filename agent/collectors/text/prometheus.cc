// prometheus: scrapes targets that expose Prometheus text or OpenMetrics.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/collectors/collector.h"
#include "agent/collectors/http_options.h"
#include "agent/collectors/text/exposition.h"
#include "agent/collectors/text/known_lines.h"
#include "rules/model/shown_address.h"

namespace nephoscope {
namespace {

const OptionTable& Table() {
  static const std::vector<Option> options = HttpOptions::Table({
      {.name = "targets", .type = OptionType::kTextList, .sentence = "What to scrape: host:port (then /metrics) or a whole URL", .example = "[\"127.0.0.1:9100\"]", .required = true},
      {.name = "every", .type = OptionType::kDuration, .sentence = "How often", .default_text = "15s", .minimum = 1},
      {.name = "timeout", .type = OptionType::kDuration, .sentence = "How long to wait for a page; at most until the next one is due", .default_text = "10s", .minimum = 0.1},
      {.name = "name", .type = OptionType::kText, .sentence = "The job: a label of every series, and what this collector is called", .default_text = "prometheus"},
  });
  static const OptionTable table = {"prometheus", "Scrapes targets that expose Prometheus text or OpenMetrics.", options};
  return table;
}

constexpr char kAccept[] = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

constexpr std::size_t kBytesPerSlice = 128 << 10;  // of a page: a millisecond or two, where all of its lines are new

struct Target {
  std::string url;
  std::string instance;  // host:port; with the path or the whole URL where that alone names several; never a secret
  std::string shown;     // the URL without its secrets
};

Target TargetOf(const std::string& text) {
  const bool whole = absl::StartsWith(text, "http://") || absl::StartsWith(text, "https://");
  const std::string url = whole ? text : absl::StrCat("http://", text, "/metrics");
  const std::string shown = ShownAddress(url);
  const std::vector<std::string> parts = absl::StrSplit(shown, '/');
  std::string host = parts.size() > 2 ? parts[2] : shown;
  return {url, host.substr(0, host.find('?')), shown};
}

// Two targets never write one series: what they are called by is as long as it takes to tell them apart.
absl::StatusOr<std::vector<Target>> TargetsOf(const std::vector<std::string>& texts) {
  std::vector<Target> out;
  std::map<std::string, int> hosts, paths, urls;
  const auto without_scheme = [](const Target& target) { return target.shown.substr(target.shown.find("://") + 3); };
  for (const std::string& text : texts) {
    out.push_back(TargetOf(text));
    ++hosts[out.back().instance];
    ++paths[without_scheme(out.back())];
    if (++urls[out.back().url] > 1) return absl::InvalidArgumentError(absl::StrCat("`targets` names ", out.back().shown, " twice: leave one of them out"));
  }
  for (Target& target : out) {
    if (hosts[target.instance] == 1) continue;
    target.instance = paths[without_scheme(target)] == 1 ? without_scheme(target) : target.shown;
  }
  std::map<std::string, int> instances;  // that differ in a secret alone are counted
  for (Target& target : out)
    if (const int before = instances[target.instance]++; before > 0) absl::StrAppend(&target.instance, " (", before + 1, ")");
  return out;
}

class PrometheusCollector : public Collector {
 public:
  PrometheusCollector(const OptionValues& values, std::vector<Target> targets, HttpOptions http)
      : http_(std::move(http)), job_(values.Text("name")), name_(job_ == "prometheus" ? job_ : absl::StrCat("prometheus/", job_)), every_(values.Duration("every")), timeout_(values.Duration("timeout")) {
    for (Target& target : targets) targets_.push_back({std::move(target), {}});
  }

  const std::string& name() const override { return name_; }
  absl::Duration every(std::size_t) const override { return every_; }
  std::vector<std::string> Targets() const override {
    std::vector<std::string> out;
    for (const State& state : targets_) out.push_back(state.target.instance);
    return out;
  }

  absl::StatusOr<std::vector<Fetch>> Plan(std::size_t target, absl::Time) override {
    std::vector<Fetch> out(1);
    out[0].tag = target;
    out[0].http.url = targets_[target].target.url;
    out[0].http.timeout = std::min(timeout_, every_);  // a page that hangs does not hold its next one up
    out[0].http.headers = {{"Accept", kAccept}};
    if (absl::Status status = http_.Apply(out[0].http); !status.ok()) return status;
    return out;
  }

  absl::StatusOr<Progress> Decode(Fetched& fetched, SampleSink& sink, std::vector<Fetch>&) override {
    State& state = targets_[fetched.fetch->tag];
    const SourceId source = sink.Source(absl::StrCat(name_, "/", state.target.instance));
    const absl::StatusOr<Progress> read = Read(state, source, fetched, sink);
    if (read.ok() && *read == Progress::kMore) return read;
    const absl::Status status = read.status();
    Up(state, source, fetched.http.received, status.ok(), sink);
    if (status.ok()) return Progress::kDone;
    return absl::Status(status.code(), absl::StrCat("cannot scrape ", state.target.shown, ": ", status.message()));
  }

 private:
  struct State {
    Target target;
    KnownLines lines;
    std::uint64_t generation = 0;  // of the sink, when these were learned
    // State of the page that is being read.
    ExpositionPlace place;
    std::size_t taken = 0;
    absl::Status first;  // line that could not be read
  };

  absl::StatusOr<Progress> Read(State& state, SourceId source, Fetched& fetched, SampleSink& sink) {
    const HttpResponse& http = fetched.http;
    if (!http.transport.ok()) return http.transport;
    if (http.status != 200) return absl::UnavailableError(absl::StrCat("it answered with status ", http.status, " instead of 200"));
    const bool openmetrics = absl::StartsWith(HeaderValue(http.headers, "Content-Type"), "application/openmetrics-text");
    if (std::exchange(state.generation, sink.generation()) != sink.generation()) state.lines = KnownLines();
    const std::int64_t received_ms = absl::ToUnixMillis(http.received);
    if (fetched.read == 0) state.place = {}, state.taken = 0, state.first = absl::OkStatus();
    const auto known = [&](absl::string_view rest) {
      const std::size_t length = state.lines.Guess(rest);
      if (const SeriesId* soon = state.lines.Soon()) sink.Soon(*soon);
      return length;
    };
    const auto reject = [&](std::int64_t number, const absl::Status& status) {
      sink.Reject(absl::StrCat(state.target.shown, " line ", number), status.message());
      if (state.first.ok()) state.first = absl::InvalidArgumentError(absl::StrCat("line ", number, ": ", status.message()));
      return true;
    };
    const auto take = [&](const ExpositionLine& line) {
      absl::Status status;
      const SeriesId id = Resolve(state, source, line.series, sink, status);
      if (!status.ok()) return (void)reject(line.number, status);
      ++state.taken;
      Sample sample;
      sample.series = id;
      sample.time_ms = line.has_time ? line.time_ms : received_ms;
      sample.value = line.value;
      sink.Add(sample);
    };
    const absl::Status status = ReadExpositionSlice(http.body, openmetrics, state.place, kBytesPerSlice, take, known, reject);
    fetched.read = state.place.at;
    if (status.ok() && fetched.read < http.body.size()) return Progress::kMore;
    state.lines.EndPage();
    if (!status.ok()) return status;
    if (state.first.ok() || state.taken > 0) return Progress::kDone;
    return absl::InvalidArgumentError(absl::StrCat("no line of the page can be read, so it is no page of metrics; ", state.first.message()));
  }

  SeriesId Resolve(State& state, SourceId source, absl::string_view text, SampleSink& sink, absl::Status& status) {
    if (const SeriesId* known = state.lines.Next(text)) return *known;
    SeriesText parsed;
    status = ParseSeriesText(text, parsed);
    if (!status.ok()) return 0;
    // A target's own `up` is kept apart from ours, which says whether it could be scraped.
    if (parsed.name == "up" && parsed.labels.empty()) parsed.name = "exported_up";
    const SeriesId id = sink.Intern(SeriesFor(state, source, parsed));
    state.lines.Learn(text, id);
    return id;
  }

  Series SeriesFor(const State& state, SourceId source, const SeriesText& text) const {
    Series out;
    out.source = source;
    out.metric = text.name;
    out.cadence = every_;
    std::vector<Label> labels;
    for (const auto& [name, value] : text.labels) labels.push_back({name == "job" || name == "instance" ? absl::StrCat("exported_", name) : name, value});
    labels.push_back({"job", job_});
    labels.push_back({"instance", state.target.instance});
    out.labels = Labels(std::move(labels));
    return out;
  }

  void Up(const State& state, SourceId source, absl::Time received, bool up, SampleSink& sink) const {
    Sample sample;
    sample.series = sink.Intern(SeriesFor(state, source, {"up", {}}));
    sample.time_ms = absl::ToUnixMillis(received);
    sample.value = up ? 1 : 0;
    sink.Add(sample);
    sink.Watermark(source, received);
  }

  HttpOptions http_;
  std::string job_, name_;
  absl::Duration every_, timeout_;
  std::vector<State> targets_;
};

absl::StatusOr<std::unique_ptr<Collector>> Make(const OptionValues& values, const CollectorContext& context) {
  absl::StatusOr<std::vector<Target>> targets = TargetsOf(values.TextList("targets"));
  if (!targets.ok()) return targets.status();
  absl::StatusOr<HttpOptions> http = HttpOptions::Make(values, context.directory);
  if (!http.ok()) return http.status();
  return std::make_unique<PrometheusCollector>(values, *std::move(targets), *std::move(http));
}

// A page may have any name that Prometheus takes: the dotted ones are those of providers and bills.
bool Brings(const OptionValues&, absl::string_view metric) { return !absl::StrContains(metric, '.'); }

}  // namespace

extern const CollectorType prometheus_collector;
const CollectorType prometheus_collector = {"prometheus", &Table(), &Make, &Brings};

}  // namespace nephoscope
