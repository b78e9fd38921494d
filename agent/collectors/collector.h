// Collector: turns a provider's answers into samples. Plans requests and decodes answers; never sleeps, retries, reads a
// clock or opens a socket. One `.cc` per collector, one line in list.inc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "agent/net/http.h"
#include "rules/model/option_table.h"
#include "rules/model/probe.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace nephoscope {

// Where samples go: the poll stage. All calls on the I/O thread, during Decode.
class SampleSink {
 public:
  virtual ~SampleSink() = default;
  // The id of the series with this metric, labels, source and type; made when new. `series.id` is ignored.
  virtual SeriesId Intern(const Series& series) = 0;
  // When this changes, what was interned before has to be interned anew: its labels may have been forgotten.
  virtual std::uint64_t generation() const { return 0; }
  virtual void Add(const Sample& sample) = 0;
  // A sample of this series is likely to be among the next ones; means nothing but time.
  virtual void Soon(SeriesId series) { (void)series; }
  // A name for what has one watermark; stable.
  virtual SourceId Source(absl::string_view name) = 0;
  // Every point of `source` up to `time` has been added.
  virtual void Watermark(SourceId source, absl::Time time) = 0;
  // One record that could not be read; the others count all the same. `where`: "bill.csv row 17"; `what`: found and expected.
  virtual void Reject(absl::string_view where, absl::string_view what) = 0;
  // Something that people should know of what was read, once: "a.csv is a newer version of b.csv ...".
  virtual void Note(absl::string_view text) { (void)text; }
};

// One thing to fetch: an HTTP request, or (when `file` is set) a file.
struct Fetch {
  HttpRequest http;
  std::string file;
  std::uint64_t tag = 0;  // the collector's own mark
};

// The answer to a Fetch.
struct Fetched {
  const Fetch* fetch = nullptr;
  HttpResponse http;
  absl::Status file_status;              // of opening the file
  std::unique_ptr<ByteStream> stream;    // a file's bytes
  std::size_t read = 0;                  // the collector's own: how much of http.body has been decoded
};

// kMore: call Decode again with the same Fetched. Each call is to take a few milliseconds at most, whatever a provider
// sends: the poll stage asks and answers health checks between them.
enum class Progress { kDone, kMore };

class Collector {
 public:
  virtual ~Collector() = default;
  // "focus"; with a `name:` option "focus/main".
  virtual const std::string& name() const = 0;
  // Names of the targets: what is asked in rounds of its own, so that one that hangs, fails or is retried delays no
  // other. A scraped page, a health check, a region; all files of a bill. Asked again after SetProbes.
  virtual std::vector<std::string> Targets() const { return {""}; }
  // How often Plan is called for the target. Asked after Plan: it may want to look again soon.
  virtual absl::Duration every(std::size_t target) const = 0;
  // Requests of the target's next round; its round before is over.
  virtual absl::StatusOr<std::vector<Fetch>> Plan(std::size_t target, absl::Time now) = 0;
  // Decodes one answer; adds pages that follow to `next`. A failed transport comes here as well (a probe counts it; others return it).
  // The status names the source, what was found and the remedy.
  virtual absl::StatusOr<Progress> Decode(Fetched& fetched, SampleSink& sink, std::vector<Fetch>& next) = 0;
  // After a round without a failure: what is wrong with what the collector has, as a sentence with the way out; OK: nothing.
  virtual absl::Status Health() const { return absl::OkStatus(); }
  // The provider's own error code in a failed answer ("ThrottlingException"), for the retry policy; empty: none.
  virtual std::string ErrorCode(const Fetched& fetched) const { (void)fetched; return {}; }
  // Before the first Plan: an earlier run read `source` (as SampleSink::Source names it) up to `complete`, and judged it. Where the
  // provider keeps the past, the gap since is asked for, within a bound; sources of other collectors are none of its business.
  virtual void Resume(absl::string_view source, absl::Time complete) { (void)source, (void)complete; }
  // New rules were loaded, which want what was reported before as well: the next round reports everything again. True:
  // it is due at once; false: each target keeps its rhythm.
  virtual bool Forget() { return true; }
  // The rules that are loaded now, before Forget: what is costly to report is reported only where a rule looks at it.
  virtual void SetRules(const RuleSet& rules) { (void)rules; }
  // The probes of the rules that are loaded now; only the probe collector listens.
  virtual void SetProbes(absl::Span<const Probe> probes) { (void)probes; }
};

// One round of every target: for reading once, and for tests. The first Plan that fails is returned.
absl::StatusOr<std::vector<Fetch>> PlanAll(Collector& collector, absl::Time now);

struct CollectorContext {
  FileReader* files = nullptr;
  std::string (*environment)(const char* name) = nullptr;  // "" when not set
  std::string directory = {};  // of the configuration: relative paths of keys and certificates start here
};

struct CollectorType {
  const char* name;
  const OptionTable* options;
  // InvalidArgument: what tables cannot say.
  absl::StatusOr<std::unique_ptr<Collector>> (*make)(const OptionValues& values, const CollectorContext& context);
  // Whether one that is made so may have series of this metric; `commitment.` stands for all metrics of commitments.
  bool (*brings)(const OptionValues& values, absl::string_view metric);
};

// In the order of list.inc.
absl::Span<const CollectorType* const> AllCollectors();
const CollectorType* FindCollector(absl::string_view name);

}  // namespace nephoscope
