// Exporter: turns alerts into another system's words. One `.cc` per exporter, one line in list.inc.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/model/alert.h"
#include "rules/model/option_table.h"
#include "rules/model/settings.h"

namespace nephoscope {

// One event to deliver.
struct Delivery {
  std::int64_t id = 0;    // outbox row
  std::string key;        // alert id
  std::string event_id;
  std::string payload;    // CloudEvent, structured JSON
};

// What became of a delivery: OK; a transient status (tried again by the exporter itself or handed in again by the caller);
// InvalidArgument: can never be delivered.
struct DeliveryResult {
  std::int64_t id = 0;
  absl::Status status;
};

// A HTTP POST that an exporter wants done (it opens no socket itself); answered with the status code, 0 when no answer came.
using HttpPost = std::function<void(std::string url, std::string content_type, std::string body, std::function<void(int status, std::string body)>)>;

// Takes text for people and writes it behind the caller's back: a reader that does not read holds up nobody else.
class TextOut {
 public:
  virtual ~TextOut() = default;
  // Takes a block, which becomes lines of its own. Returns its number, 1, 2, 3 ...; 0: full, hand it in again later.
  virtual std::uint64_t Write(std::string text) = 0;
  // Every block up to this number has been written.
  virtual std::uint64_t written() const = 0;
  // OK, or why nothing gets through, with the remedy.
  virtual absl::Status health() const = 0;
  // Waits at most `timeout` for what was taken to be written.
  virtual void Flush(absl::Duration timeout) = 0;
};

struct ExporterContext {
  std::string agent_name;          // CloudEvents source is /agents/<agent_name>
  HttpPost post;                   // may be called on the export thread; answers come back on the export thread (in Poll)
  TextOut* out = nullptr;          // standard output; outlives the exporter
  bool only_check = false;         // nothing is started or connected; what is made may be null
};

// Lives on the export thread. Two ways to work, an exporter has one or both:
//  - event by event through the outbox (Kafka, stdout): wants_events() and Send;
//  - level by level (Alertmanager): Sync is called with all that is active.
class Exporter {
 public:
  virtual ~Exporter() = default;
  virtual const std::string& name() const = 0;  // "kafka"; unique among the configured ones
  // What the settings say of receivers: before the first Send and Sync, and when it changes.
  virtual void SetReceivers(const Receivers& receivers) { (void)receivers; }
  virtual bool wants_events() const { return false; }
  // True: it keeps the record, so it is sent every step, also those that people are not notified of (the event says why); else notices only.
  virtual bool wants_record() const { return false; }
  // Takes a delivery; false: full, hand it in again later. In order of commit.
  virtual bool Send(const Delivery& delivery) { (void)delivery; return true; }
  // What happened since the last call. Does not block.
  virtual void Poll(std::vector<DeliveryResult>& results) { (void)results; }
  // The present alerts (firing, and resolved in the last 15 minutes); called at least every 30 s and after every change.
  virtual void Sync(absl::Span<const AlertSnapshot> alerts, absl::Time now) { (void)alerts, (void)now; }
  // OK, or why nothing gets through at the moment: "no broker of 127.0.0.1:9092 answers".
  virtual absl::Status health() const { return absl::OkStatus(); }
  // Delivers what is in flight for at most `timeout`.
  virtual void Flush(absl::Duration timeout) { (void)timeout; }
};

struct ExporterType {
  const char* name;
  const OptionTable* options;
  absl::StatusOr<std::unique_ptr<Exporter>> (*make)(const OptionValues& values, const ExporterContext& context);
};

// In the order of list.inc.
absl::Span<const ExporterType* const> AllExporters();
const ExporterType* FindExporter(absl::string_view name);

}  // namespace nephoscope
