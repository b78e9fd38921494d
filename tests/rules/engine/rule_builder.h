// Rules for tests, without YAML.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/engine/kind.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"

namespace nephoscope {

// All that a transition says, for comparing two engines.
inline std::string WholeText(const Transition& t) {
  std::string out = absl::StrCat(t.event_id, " ", t.rule.name, " ", t.rule.revision, " ", t.labels.ToString(), " #", t.sequence, " ", ToText(t.type), " ", ToText(t.status), " ", ToText(t.cause), " ", ToText(t.severity),
                                 t.flapping ? " flapping" : "", " ", absl::FormatTime(t.time), " since ", absl::FormatTime(t.starts_at), " as of ", absl::FormatTime(t.as_of), " judged ", absl::FormatTime(t.watermark), " ", t.summary);
  for (const NamedValue& value : t.values) absl::StrAppend(&out, " ", value.name, "=", value.value);
  return out;
}

inline OptionValues Above(double number) {
  OptionValues out(&FindKind("threshold")->condition());
  Quantity quantity;
  quantity.value = number;
  quantity.micros = static_cast<std::int64_t>(number * 1e6);
  quantity.text = absl::StrCat(number);
  out.Set("above", {.value = quantity, .mark = {}, .given = true});
  return out;
}

inline OptionValues Below(double number) {
  OptionValues out(&FindKind("threshold")->condition());
  Quantity quantity;
  quantity.value = number;
  quantity.text = absl::StrCat(number);
  out.Set("below", {.value = quantity, .mark = {}, .given = true});
  return out;
}

// "warning when `queue_length` is above 80, for each queue".
inline Rule QueueRule() {
  Rule rule;
  rule.name = "QueueLong";
  rule.id = "queue-long";
  rule.kind = "threshold";
  rule.watch.metric = "queue_length";
  rule.watch.by = {"queue"};
  rule.options = OptionValues(&FindKind("threshold")->options());
  rule.notify = {"owner"};
  Level level;
  level.severity = Severity::kWarning;
  level.condition = Above(80);
  rule.levels.push_back(std::move(level));
  rule.summary = "${queue} has ${value} waiting";
  rule.revision = "sha256:1";
  return rule;
}

inline std::shared_ptr<const RuleSet> SetOf(std::vector<Rule> rules) {
  auto out = std::make_shared<RuleSet>();
  for (Rule& rule : rules) out->rules.push_back(std::make_shared<const Rule>(std::move(rule)));
  return out;
}

inline Series QueueSeries(SeriesId id, const std::string& queue, absl::Duration cadence = absl::Minutes(1)) {
  Series out;
  out.id = id;
  out.source = 1;
  out.metric = "queue_length";
  out.cadence = cadence;
  out.labels = Labels(std::vector<Label>{{"queue", queue}});
  return out;
}

inline Sample At(SeriesId id, absl::Time time, double value) {
  Sample out;
  out.series = id;
  out.time_ms = absl::ToUnixMillis(time);
  out.value = value;
  return out;
}

}  // namespace nephoscope
