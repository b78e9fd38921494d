// RuleTest: input in a few words, and what must come of it (rules.md 2.12). Read with the rules; rules/trial runs it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rules/model/labels.h"
#include "rules/model/money.h"
#include "rules/model/series.h"
#include "rules/model/severity.h"

namespace nephoscope {

// In the unit of the series: `value` of a number, `micros` of money.
struct TestValue {
  double value = 0;
  std::int64_t micros = 0;
};

// A phrase of `values`.
struct TestStretch {
  enum class Kind : std::uint8_t {
    kValue,     // 40% for 1h
    kMissing,   // missing 5m
    kRamp,      // rising from 10% to 90% over 2h
    kRestated,  // restated to 38 USD: a new version of an earlier point
  };
  Kind kind = Kind::kValue;
  TestValue from, to;
  absl::Duration length = absl::ZeroDuration();  // zero: one point
  absl::Duration late = absl::ZeroDuration();    // how long after their time the points arrive
  int day = 0;                                   // of kRestated, from 1; 0: the newest point
};

// A row of `points`, or of the file that `from` names.
struct TestPoint {
  absl::Time at;  // of money, the begin of its day
  TestValue value;
};

struct TestSeries {
  Series series;  // without id and source; cadence is set
  std::vector<TestPoint> points;  // in order of time; or else
  std::vector<TestStretch> stretches;
};

struct TestExpectation {
  int line = 0;
  // One of these three is set.
  std::optional<absl::Time> at;  // when it is looked at
  std::optional<std::int64_t> notifications;
  std::string never;  // a state

  std::string at_text;  // as written
  std::string state;    // at `at`: inactive, pending, firing, recovering, resolved, corrected
  // What the alert must be like; empty or absent: anything.
  std::string alert;
  Labels labels;  // these and perhaps others
  std::optional<Severity> severity;
  std::optional<Money> impact;
  std::optional<bool> notified;      // by then, people were told of what the alert is now
  std::string owner, summary, text;  // text: occurs in summary or explanation
};

struct RuleTest {
  std::string name;
  std::string file;
  int line = 0;
  std::string alert;               // the rule that it stands in, or that a test file names; empty: all rules of `files`
  std::vector<std::string> files;  // of a test file: the rule files, by the path they were read by; empty: stands in the rule
  absl::Time start;
  std::vector<TestSeries> series;
  std::vector<TestExpectation> expect;
};

}  // namespace nephoscope
