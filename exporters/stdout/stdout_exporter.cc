// stdout: alerts in plain words, three lines each, for whoever watches the terminal.
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "exporters/events/cloud_event.h"
#include "exporters/events/digest_event.h"
#include "exporters/exporter.h"
#include "exporters/naming.h"
#include "exporters/events/past_event.h"
#include "exporters/text.h"

namespace nephoscope {
namespace {

constexpr const char* kFormats[] = {"text", "json"};
const Option kOptions[] = {
    {.name = "format",
     .type = OptionType::kChoice,
     .sentence = "Plain words for people, or one CloudEvent a line for programs",
     .default_text = "text",
     .example = "json",
     .choices = kFormats},
    {.name = "name", .type = OptionType::kText, .sentence = kNameSentence, .example = "terminal"},
};
const OptionTable kTable = {"stdout", "Prints every alert to standard output.", kOptions};

// "CRITICAL", "CRITICAL (was warning)", "RESOLVED": what happened, in the words a reader looks for first.
std::string Headline(const Transition& t) {
  const std::string severity = absl::AsciiStrToUpper(ToText(t.severity));
  const std::string before = t.previous_severity ? absl::StrCat(" (was ", ToText(*t.previous_severity), ")") : "";
  switch (t.type) {
    case EventType::kFiring: return severity;
    case EventType::kEscalated:
    case EventType::kDeescalated: return absl::StrCat(severity, before);
    case EventType::kPending: return absl::StrCat("NOT YET ", severity);
    case EventType::kUpdated:
      if (t.cause == Cause::kConditionAdded && !t.condition_text.empty())
        return absl::StrCat("STILL ", severity, " (now ", t.condition_text, ")");
      return t.status == AlertState::kInactive ? "STEADY AGAIN" : absl::StrCat("STILL ", severity);
    case EventType::kResolved: return "RESOLVED";
    case EventType::kCorrected: return "CORRECTED";
    case EventType::kNoData: return "NO DATA";
    case EventType::kDataReturned: return "DATA IS BACK";
    case EventType::kFlapping: return absl::StrCat("UNSTEADY ", severity);
    case EventType::kReminder: return absl::StrCat("REMINDER, STILL ", severity);
    case EventType::kMissed: return absl::StrCat("CAME AND WENT, WAS ", severity);
    case EventType::kUnsuppressed: return severity;
  }
  return severity;
}

std::string AtStake(const Transition& t) {
  const Impact& impact = t.impact;
  const bool band = impact.low && impact.high && *impact.low != *impact.high;
  if (impact.basis.empty()) return "No dollar figure is known";
  if (impact.amount.micros == 0 && !band) return "No money is at stake";
  std::string out = absl::StrCat(impact.amount.ToText(), t.type == EventType::kResolved ? " in the end (" : " at stake (", absl::StrReplaceAll(impact.basis, {{"_", " "}}));
  if (band) absl::StrAppend(&out, ", between ", impact.low->ToText(), " and ", impact.high->ToText());
  return absl::StrCat(out, ")");
}

std::string Minute(absl::Time t) { return absl::FormatTime("%E4Y-%m-%d %H:%M UTC", t, absl::UTCTimeZone()); }

std::string Since(const Transition& t) {
  if (t.starts_at == absl::InfinitePast()) return "";
  if (!t.ends_at) return absl::StrCat(" Since ", Minute(t.starts_at), ".");
  return absl::StrCat(" From ", Minute(t.starts_at), " to ", Minute(*t.ends_at), ".");
}

std::string OwnerText(const Owner& owner) {
  if (owner.contact.empty() || owner.contact == owner.name) return owner.name;
  return absl::StrCat(owner.name, " (", owner.contact, ")");
}

std::string WhatToDo(const Transition& t) {
  if (t.status == AlertState::kInactive && t.type != EventType::kFlapping) {
    if (t.cause == Cause::kRuleRemoved) return "Nothing to do, if the rule was meant to go.";
    if (t.cause == Cause::kSeriesGone) return "Nothing to do, if it was meant to go.";
    return "Nothing to do: it is over.";
  }
  if (!t.runbook.empty()) return absl::StrCat("What to do: ", t.runbook);
  const std::string where = t.rule.file.empty() ? "" : absl::StrCat(" (", t.rule.file, " line ", t.rule.line, ")");
  return absl::StrCat("What to do: ask ", OwnerText(t.owner), "; rule ", t.rule.name, where, " names no runbook.");
}

std::string InPlainWords(const Transition& t) {
  const std::string& said = t.summary.empty() ? t.explanation : t.summary;
  std::string out = Printable(absl::StrCat(Headline(t), ": ", said.empty() ? t.rule.name : said));
  absl::StrAppend(&out, "\n    ", Printable(absl::StrCat(AtStake(t), ". Owner: ", OwnerText(t.owner), ".", Since(t))));
  absl::StrAppend(&out, "\n    ", Printable(WhatToDo(t)));
  return out;
}

class StdoutExporter : public Exporter {
 public:
  StdoutExporter(std::string name, bool json, ExporterContext context)
      : name_(std::move(name)), json_(json), context_(std::move(context)) {}

  const std::string& name() const override { return name_; }
  bool wants_events() const override { return true; }

  bool Send(const Delivery& delivery) override {
    const absl::StatusOr<std::string> text = TextOf(delivery.payload);
    if (!text.ok()) {
      results_.push_back({delivery.id, text.status()});
      return true;
    }
    const std::uint64_t number = context_.out->Write(*text);
    if (number == 0) return false;
    open_.emplace_back(number, delivery.id);
    return true;
  }

  void Poll(std::vector<DeliveryResult>& results) override {
    const std::uint64_t written = open_.empty() ? 0 : context_.out->written();
    for (; !open_.empty() && open_.front().first <= written; open_.pop_front())
      results.push_back({open_.front().second, absl::OkStatus()});
    results.insert(results.end(), results_.begin(), results_.end());
    results_.clear();
  }

  absl::Status health() const override { return context_.out->health(); }
  void Flush(absl::Duration timeout) override { context_.out->Flush(timeout); }

 private:
  const std::string name_;
  const bool json_;
  absl::StatusOr<std::string> TextOf(const std::string& payload) const {
    std::string words = DigestInPlainWords(payload);
    if (words.empty()) words = PastInPlainWords(payload);
    if (words.empty()) {
      const absl::StatusOr<AlertSnapshot> alert = FromCloudEvent(payload);
      if (!alert.ok()) return alert.status();
      words = InPlainWords(alert->last);
    }
    return json_ ? payload : words;
  }

  const ExporterContext context_;
  std::deque<std::pair<std::uint64_t, std::int64_t>> open_;  // number of the block, outbox row
  std::vector<DeliveryResult> results_;  // of events that cannot be read
};

absl::StatusOr<std::unique_ptr<Exporter>> Make(const OptionValues& values, const ExporterContext& context) {
  return std::make_unique<StdoutExporter>(ExporterName("stdout", values.Text("name")), values.Text("format") == "json", context);
}

}  // namespace

extern const ExporterType stdout_exporter;
const ExporterType stdout_exporter = {"stdout", &kTable, &Make};

}  // namespace nephoscope
