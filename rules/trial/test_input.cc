// From the phrases of a test to points.
#include <algorithm>
#include <cstdint>

#include "rules/model/money.h"
#include "rules/trial/rule_trial.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kLongestStep = absl::Hours(1);  // between two ticks: the agent's clock does not wait for data
constexpr std::int64_t kMostTicks = 50'000;
constexpr absl::Duration kRestatedAfter = absl::Hours(1);

class SeriesWriter {
 public:
  SeriesWriter(const RuleTest& test, const Series& series, TestInput& out) : test_(test), series_(series), out_(out), at_(test.start) {}

  void Write(const TestPoint& point) {
    Sample sample;
    sample.series = series_.id;
    sample.time_ms = absl::ToUnixMillis(point.at);
    sample.value = money() ? 0 : point.value.value;
    sample.micros = point.value.micros;
    Add(point.at + (money() ? series_.period : absl::ZeroDuration()), sample);
    out_.end = std::max(out_.end, point.at + series_.cadence);
  }

  void Write(const TestStretch& stretch) {
    switch (stretch.kind) {
      case TestStretch::Kind::kMissing: at_ += stretch.length; break;
      case TestStretch::Kind::kRestated: Restate(stretch); break;
      case TestStretch::Kind::kValue:
      case TestStretch::Kind::kRamp: Points(stretch); break;
    }
    out_.end = std::max(out_.end, at_);
  }

 private:
  bool money() const { return series_.type == ValueType::kMoney; }

  void Points(const TestStretch& stretch) {
    const std::int64_t count = std::max<std::int64_t>(1, -((-stretch.length) / series_.cadence));
    for (std::int64_t i = 0; i < count; ++i) {
      const double share =
          stretch.kind == TestStretch::Kind::kRamp && count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 0;
      Sample sample;
      sample.series = series_.id;
      sample.time_ms = absl::ToUnixMillis(at_);
      if (money()) {
        sample.micros = stretch.from.micros + ScaleMicros(stretch.to.micros - stretch.from.micros, share);
      } else {
        sample.value = stretch.from.value + (stretch.to.value - stretch.from.value) * share;
      }
      // A cell of a bill is known when its day is over.
      Add(at_ + (money() ? series_.period : absl::ZeroDuration()) + stretch.late, sample);
      newest_ = sample;
      at_ += series_.cadence;
    }
  }

  void Restate(const TestStretch& stretch) {
    Sample sample = newest_;
    sample.series = series_.id;
    sample.micros = stretch.from.micros;
    if (stretch.day > 0) sample.time_ms = absl::ToUnixMillis(test_.start + series_.period * (stretch.day - 1));
    restated_ = std::max(restated_, at_) + kRestatedAfter;
    Add(restated_, sample);
  }

  void Add(absl::Time arrives, const Sample& sample) {
    out_.trial.points.push_back({arrives, sample});
    out_.end = std::max(out_.end, arrives);
  }

  const RuleTest& test_;
  const Series& series_;
  TestInput& out_;
  absl::Time at_, restated_ = absl::InfinitePast();
  Sample newest_;
};

}  // namespace

TestInput InputOf(const RuleTest& test) {
  TestInput out;
  out.end = test.start;
  absl::Duration step = kLongestStep;
  for (const TestSeries& one : test.series) {
    Series series = one.series;
    series.id = static_cast<SeriesId>(out.trial.series.size());
    series.source = static_cast<SourceId>(series.type == ValueType::kMoney ? 0 : series.id + 1);
    step = std::min(step, series.cadence);
    SeriesWriter writer(test, series, out);
    for (const TestPoint& point : one.points) writer.Write(point);
    for (const TestStretch& stretch : one.stretches) writer.Write(stretch);
    out.trial.series.push_back(std::move(series));
  }
  for (const TestExpectation& one : test.expect) {
    if (!one.at) continue;
    out.trial.ticks.push_back(*one.at);
    out.end = std::max(out.end, *one.at);
  }
  step = std::max(step, (out.end - test.start) / kMostTicks);
  for (absl::Time at = test.start; at <= out.end; at += step) out.trial.ticks.push_back(at);
  return out;
}

}  // namespace nephoscope
