// Alerts for the tests of this folder.
#pragma once

#include <random>
#include <string>

#include "exporters/events/cloud_event.h"
#include "rules/model/alert.h"

namespace nephoscope {

inline absl::Time At(absl::string_view text) {
  absl::Time t;
  std::string why;
  if (!absl::ParseTime(absl::RFC3339_full, text, &t, &why)) throw std::invalid_argument(why);
  return t;
}

inline Labels Tags(std::vector<Label> pairs) { return Labels(std::move(pairs)); }

inline Money Dollars(std::int64_t units) { return {units * 1'000'000, Currency::Usd()}; }

// The alert of the example in rules.md section 5.
inline AlertSnapshot PaymentsOverBudget() {
  Transition t;
  t.event_id = "9f2c61d04b7ae8135a60c2f1d7e84b93";
  t.alert_id = "3b0d7c5f9a1e42d8";
  t.sequence = 7;
  t.causation_id = "c51d0000000000000000000000000000";
  t.type = EventType::kEscalated;
  t.time = At("2026-06-18T00:00:00Z");
  t.rule = {"DepartmentMonthlyBudget", "department-monthly-budget", "budget", "budgets.yml", "sha256:1f0a", 3};
  t.status = t.previous_status = AlertState::kFiring;
  t.previous_severity = Severity::kWarning;
  t.severity = Severity::kCritical;
  t.starts_at = At("2026-06-11T00:00:00Z");
  t.labels = Tags({{"department", "payments"}});
  t.annotations = {{"board", "https://boards.example.com/7"}};
  t.values = {{"actual", "42310.55", "USD", "", ""}, {"amount", "42000.00", "USD", "", ""}, {"forecast", "58900", "USD", "55200", "63100"}};
  t.condition_text = "actual at least 100% of 42000 USD";
  t.threshold = NamedValue{"", "42000.00", "USD", "", ""};
  t.window = {At("2026-06-01T00:00:00Z"), At("2026-07-01T00:00:00Z")};
  t.as_of = At("2026-06-17T00:00:00Z");
  t.watermark = At("2026-06-18T00:00:00Z");
  t.provisional = true;
  t.impact = {Dollars(16900), "projected_overrun", Dollars(13200), Dollars(21100), "forecast minus budget"};
  t.summary = "payments has spent 42,310.55 USD of 42,000.00 USD";
  t.explanation = "At this pace the month ends near 58,900 USD.";
  t.contributors = {{Tags({{"account", "1111"}, {"service", "AmazonEC2"}}), Dollars(9400)}};
  t.owner = {"payments-platform", "payments@example.com", "tag Owner on account 1111"};
  t.runbook = "https://wiki.example.com/budget";
  t.notify = {"owner", "finops"};
  return {t, At("2026-06-18T09:12:44.12Z")};
}

// Any alert, with texts that JSON, terminals and label rules do not like. Valid UTF-8, so that all of it can come back.
class RandomAlerts {
 public:
  explicit RandomAlerts(unsigned seed) : random_(seed) {}

  AlertSnapshot Next() {
    Transition t;
    t.event_id = Text(1), t.alert_id = Text(1), t.sequence = random_(), t.causation_id = Text();
    t.type = Word(EventType::kFlapping), t.status = Word(AlertState::kRecovering), t.previous_status = Word(AlertState::kRecovering);
    t.severity = Word(Severity::kCritical), t.cause = Word(Cause::kPeriodEnd), t.data_state = Word(DataState::kError);
    if (Coin()) t.previous_severity = Word(Severity::kCritical);
    t.time = Time(), t.rule = {Text(1), Text(1), Text(1), Text(), Text(), Below(10000)};
    if (Coin()) t.starts_at = Time();
    if (Coin()) t.ends_at = Time();
    if (Coin()) t.as_of = Time();
    if (Coin()) t.watermark = Time();
    if (Coin()) t.window = {Time(), Time()};
    if (Coin()) t.threshold = Value(Text());
    t.labels = SomeLabels(), t.condition_text = Text(), t.provisional = Coin(), t.flapping = Coin();
    for (int i = Below(4); i > 0; --i) t.annotations.emplace_back("a" + std::to_string(i), Text());
    for (int i = Below(4); i > 0; --i) t.values.push_back(Value("v" + std::to_string(i)));
    if (Coin()) t.impact = {Amount(), Text(), Coin() ? std::optional<Money>(Amount()) : std::nullopt, std::nullopt, Text()};
    for (int i = Below(4); i > 0; --i) t.contributors.push_back({SomeLabels(), Amount()});
    t.summary = Text(), t.explanation = Text(), t.owner = {Text(), Text(), Text()}, t.runbook = Text();
    for (int i = Below(3); i > 0; --i) t.notify.push_back(Text());
    return {t, Time()};
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool Coin() { return Below(2) == 0; }
  template <typename W>
  W Word(W last) {
    return static_cast<W>(Below(static_cast<int>(last) + 1));
  }
  absl::Time Time() { return absl::FromUnixNanos(static_cast<std::int64_t>(random_() % 4'000'000'000'000'000'000u)); }
  Money Amount() { return {static_cast<std::int64_t>(random_() % 2'000'000'000'000) - 1'000'000'000'000, Currency::Usd()}; }
  NamedValue Value(std::string name) { return {std::move(name), Text(1), Text(), Text(), Text()}; }
  Labels SomeLabels() {
    std::vector<Label> pairs;
    for (int i = Below(4); i > 0; --i) pairs.push_back({Text(1), Text(1)});
    return Labels(std::move(pairs));
  }
  std::string Text(int at_least = 0) {
    static const char* const kPieces[] = {"a", "Z9", " ", "\"", "\\", "\n", "\x1b[31m", "ü", "費用", "🌤", "/", "{}", "=", ",", "0"};
    std::string out;
    for (int i = at_least + Below(5); i > 0; --i) out += kPieces[Below(std::size(kPieces))];
    return out;
  }
  std::mt19937_64 random_;
};

}  // namespace nephoscope
