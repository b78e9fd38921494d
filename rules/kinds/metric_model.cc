#include "rules/kinds/metric_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nephoscope {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr int kMeanOf = 20;           // first samples whose plain mean is the level
constexpr int kSpreadOf = 50;         // and whose plain mean is the spread
constexpr double kLeastStep = 1e-12;  // of the streaming median
constexpr int kFewOfACell = 3;        // samples of a cell that its mean follows all the way
constexpr double kCalmLeast = 1e-9;   // of a step, so that nothing is divided by zero
constexpr double kFirstChange = 3;    // surprise of the first change of a series that never moved
constexpr int kFewSamples = 10;       // before which a change is no surprise
constexpr double kLeastPart = 0.6;    // of the threshold: what the largest of four can be when they reach it together
constexpr std::int64_t kHourMs = 3'600'000;

double Cube(double x) { return x * x * x; }

// How unusual a size is whose streaming median is e^log_median: 1.5 log10(1 + (robust z)^2 / 3), as of a Student tail.
double RobustSurprise(double size, double log_median, double weight) {
  const double z = 0.6745 * size / std::exp(log_median);
  return weight * std::log10(1 + z * z / 3);
}
double RobustSize(double surprise, double log_median, double weight) {
  return std::exp(log_median) / 0.6745 * std::sqrt(3 * (std::pow(10, surprise / weight) - 1));
}

double HalfLife(double samples) { return std::exp2(-1 / samples); }

struct Extremes {
  float least, most;
};

// Of `count` values less one, `last` among them; in four lanes that do not wait for each other.
Extremes ExtremesOf(const std::array<float, 32>& values, std::size_t count, float last, std::size_t left_out) {
  std::array<float, 4> least, most;
  least.fill(last), most.fill(last);
  for (std::size_t i = 0; i < count; ++i) {
    const float value = i == left_out ? last : values[i];
    float &low = least[i % 4], &high = most[i % 4];
    low = value < low ? value : low;
    high = value > high ? value : high;
  }
  return {*std::min_element(least.begin(), least.end()), *std::max_element(most.begin(), most.end())};
}

}  // namespace

MetricModel::MetricModel(MetricRhythm rhythm, int warm_up)
    : rhythm_(rhythm), warm_up_(std::clamp(warm_up, kLeastWarmUp, kMostWarmUp)), season_(rhythm.cells), seen_(rhythm.cells) {}

double MetricModel::HourMean(int cell, bool& known) const {
  const int first = cell / rhythm_.cells_an_hour * rhythm_.cells_an_hour;
  double sum = 0;
  int count = 0;
  for (int at = first; at < std::min(first + rhythm_.cells_an_hour, rhythm_.cells); ++at)
    if (seen_[at] > 0) sum += season_[at], ++count;
  known = count > 0;
  return known ? sum / count : 0;
}

MetricModel::Moves MetricModel::MovesOf(const Look& look, const MetricTuning& tuning) const {
  if (samples_ == 0) return {};
  const double step = look.value - last_, rate = samples_ == gap_before_ ? 0 : tuning.fast_rate;
  const double squared = (1 - rate) * fast_ + rate * step * step, weight = (1 - rate) * fast_weight_ + rate;
  return {.usual = slow_past_[samples_ % kBehind], .now = weight > 0 ? std::sqrt(squared / weight) : 0};
}

double MetricModel::CalmOf(const Moves& moves, const MetricTuning& tuning) const {
  if (samples_ < kBehind) return 0;
  const double floor = kCalmLeast + tuning.calm_floor * moves.usual;
  return std::max(0.0, std::log((moves.usual + floor) / (moves.now + floor)));
}

void MetricModel::Measure(Look& look, const MetricTuning& tuning) const {
  const auto value = static_cast<float>(look.value - anchor_);
  if (seen_[look.cell] > 0) look.size[kSeason] = std::fabs(double{value} - double{season_[look.cell]});
  const double off = look.value - median_;
  look.drift = drift_ + (off - drift_) * tuning.level_rate;
  look.size[kLevel] = std::fabs(look.drift);
  const auto count = static_cast<std::size_t>(std::min<std::int64_t>(samples_, kRange32));
  const auto [least, most] = ExtremesOf(newest_, count, newest_[(samples_ - 1) % kRange32], static_cast<std::size_t>(samples_ % kRange32));
  look.size[kRange] = double{std::max(most, value)} - double{std::min(least, value)};
  look.is_most = value >= most, look.is_least = value <= least;
  look.size[kCalm] = CalmOf(MovesOf(look, tuning), tuning);
  if (tuning.dial <= 0) return;
  look.size[kNear] = std::fabs(look.value - anchor_ - near_);
  bool known = false;
  const double hour = HourMean(look.cell, known);
  if (known) look.size[kHour] = std::fabs(look.value - anchor_ - hour);
}

void MetricModel::Rate(Look& look, const MetricTuning& tuning) const {
  double sum = 0, robust = 0;
  for (int i = 0; i < kTails; ++i) {
    look.surprise[i] = look.first_change && i != kCalm ? kFirstChange : tails_[i].Surprise(look.size[i]);
    sum += Cube(look.surprise[i]);
  }
  look.score = std::cbrt(sum);
  if (tuning.dial <= 0) return;
  for (int i = 0; i < 2; ++i) {
    if (logs_[i] < kFewSamples || look.size[kNear + i] <= 0) continue;
    look.surprise[kNear + i] = RobustSurprise(look.size[kNear + i], log_size_[i], tuning.robust_weight);
    robust += Cube(look.surprise[kNear + i]);
  }
  look.score += tuning.dial * std::max(0.0, std::cbrt(robust) - 1);
}

void MetricModel::Echo(Look& look, int direction) const {
  const double off = look.value - median_;
  const bool pushes = (off > 0) == (look.drift > 0) && std::fabs(off) >= std::fabs(look.drift);
  look.echoes[kLevel] = !pushes || off * direction < 0;
  look.echoes[kRange] = direction > 0 ? !look.is_most : direction < 0 ? !look.is_least : true;
  double tails = 0, fresh = 0;
  for (int i = 0; i < kTails; ++i) {
    tails += Cube(look.surprise[i]);
    if (!look.echoes[i]) fresh += Cube(look.surprise[i]);
  }
  look.fresh_score = look.score - std::cbrt(tails) + std::cbrt(fresh);
}

MetricModel::Look MetricModel::Consider(std::int64_t time_ms, double value, const MetricTuning& tuning) const {
  Look look;
  look.value = value;
  const std::int64_t into = (time_ms % rhythm_.period_ms + rhythm_.period_ms) % rhythm_.period_ms;
  look.cell = static_cast<int>(into * rhythm_.cells / rhythm_.period_ms);
  if (samples_ == 0) return look;
  Measure(look, tuning);
  look.first_change = constant() && look.size[kRange] > 0 && samples_ >= kFewSamples;
  Rate(look, tuning);
  if (look.score < tuning.threshold) return look;
  const double tired = tuning.fatigue * std::log2(1 + tired_ * HalfLife(tuning.tired_for * warm_up_));
  const double peak = peak_ * HalfLife(tuning.hold * warm_up_);
  look.reports = look.score - tired >= tuning.threshold && look.score > tuning.margin * peak;
  return look;
}

void MetricModel::LearnLevel(double value, const MetricTuning& tuning) {
  if (samples_ == 0) median_ = value;
  const double off = value - median_, i = static_cast<double>(samples_);
  drift_ += (off - drift_) * tuning.level_rate;
  spread_ += (std::fabs(off) - spread_) * (samples_ < kSpreadOf ? 1 / (i + 1) : tuning.spread_rate);
  const double step = std::max(spread_ * tuning.step_rate, kLeastStep);
  median_ += samples_ < kMeanOf ? off / (i + 1) : off > 0 ? step : off < 0 ? -step : 0.0;
}

void MetricModel::LearnMoves(double value, const MetricTuning& tuning) {
  if (samples_ > 0 && samples_ != gap_before_) {
    const double squared = (value - last_) * (value - last_);
    const auto learn = [&](double rate, double& mean, double& weight) {
      mean = (1 - rate) * mean + rate * squared;
      weight = (1 - rate) * weight + rate;
    };
    learn(tuning.fast_rate, fast_, fast_weight_);
    learn(tuning.slow_rate, slow_, slow_weight_);
  }
  last_ = value;
  slow_past_[samples_ % kBehind] = static_cast<float>(UsualMove());
}

void MetricModel::LearnSeason(const Look& look, const MetricTuning& tuning) {
  float& mean = season_[look.cell];
  std::uint8_t& seen = seen_[look.cell];
  const auto value = static_cast<float>(look.value - anchor_);
  // One spike is not in the way of the next samples of its cell: it moves the mean as the edge of the tail would.
  const double edge = tails_[kSeason].edge(), reach = edge > 0 && seen > kFewOfACell ? tuning.season_reach * edge : HUGE_VAL;
  const double off = std::clamp(double{value} - double{mean}, -reach, reach);
  mean = seen == 0 ? value : static_cast<float>(mean + off * std::max(tuning.season_rate, 1.0 / (seen + 1)));
  if (seen < 255) ++seen;
}

void MetricModel::LearnRobust(const Look& look) {
  for (int i = 0; i < 2; ++i) {
    if (look.size[kNear + i] <= 0) continue;
    const double log = std::log(look.size[kNear + i]);
    const double step = std::max(0.01, 1 / (10 + 0.2 * logs_[i]));
    if (logs_[i]++ == 0) log_size_[i] = static_cast<float>(log);
    else log_size_[i] += static_cast<float>(log > log_size_[i] ? step : -step);
  }
}

void MetricModel::Learn(const Look& look, const MetricTuning& tuning, bool counts) {
  if (samples_ == 0) anchor_ = look.value;
  negative_ = negative_ || look.value < 0;
  for (int i = 0; i < kTails; ++i) {
    if (look.first_change) tails_[i].Begin(look.size[i], samples_);
    tails_[i].Add(look.size[i], tuning.tail);
  }
  std::array<float, kStatistics>& record = open_ ? open_record_ : record_;
  for (int i = 0; i < kStatistics; ++i) record[i] = std::max(record[i], static_cast<float>(look.size[i]));
  if (tuning.dial > 0) LearnRobust(look);
  LearnSeason(look, tuning);
  LearnLevel(look.value, tuning);
  LearnMoves(look.value, tuning);
  const double value = look.value - anchor_;
  near_ += (value - near_) * std::max(tuning.near_rate, 1 / (static_cast<double>(samples_) + 1));
  newest_[samples_ % kRange32] = static_cast<float>(value);
  const double hold = HalfLife(tuning.hold * warm_up_), tired_hold = HalfLife(tuning.tired_for * warm_up_);
  peak_ *= hold, untold_peak_ *= hold, tired_ *= tired_hold, untold_tired_ *= tired_hold;
  const bool loud = look.score >= tuning.threshold && look.score - tuning.fatigue * std::log2(1 + tired_) >= tuning.threshold;
  if (counts && loud) {
    if (look.reports) tired_ += 1;
    peak_ = std::max(peak_, look.score);
  }
  ++samples_;
}

void MetricModel::Open() {
  if (open_) return;
  open_ = true;
  untold_peak_ = peak_, untold_tired_ = tired_;
}

void MetricModel::Close(bool told) {
  if (!open_) return;
  if (!told) peak_ = untold_peak_, tired_ = untold_tired_;
  for (int i = 0; i < kStatistics; ++i) record_[i] = std::max(record_[i], open_record_[i]);
  open_record_ = {};
  open_ = false;
}

double MetricModel::UsualMove() const { return slow_weight_ > 0 ? std::sqrt(slow_ / slow_weight_) : 0; }

int MetricModel::LargestOf(const Look& look, const MetricTuning& tuning) const {
  if (look.first_change || look.surprise[kSeason] >= kLeastPart * tuning.threshold) return kSeason;
  std::array<double, kStatistics> weight = look.surprise;
  double fresh = 0;
  for (int i = 0; i < kTails; ++i) {
    if (look.echoes[i] && look.fresh_score >= tuning.threshold) weight[i] = 0;
    fresh += Cube(weight[i]);
  }
  // The robust ones carry it where the others alone do not.
  if (std::cbrt(fresh) >= tuning.threshold) weight[kNear] = weight[kHour] = 0;
  else if (weight[kNear] + weight[kHour] > 0) std::fill(weight.begin(), weight.begin() + kTails, 0);
  return static_cast<int>(std::max_element(weight.begin(), weight.end()) - weight.begin());
}

double MetricModel::LimitOf(const Look& look, int statistic, const MetricTuning& tuning) const {
  double tails = 0, robust = 0, limit = 0;
  for (int i = 0; i < kTails; ++i) tails += Cube(look.surprise[i]);
  for (int i = kNear; i < kStatistics; ++i) robust += Cube(look.surprise[i]);
  const double own = Cube(look.surprise[statistic]), size = look.size[statistic];
  if (statistic < kTails) {
    const double need = tuning.threshold - tuning.dial * std::max(0.0, std::cbrt(robust) - 1);
    const double left = Cube(std::max(need, 0.0)) - (tails - own);
    limit = tails_[statistic].ValueAt(std::max(std::cbrt(left), kLeastPart * tuning.threshold));
  } else if (logs_[statistic - kNear] >= kFewSamples) {
    const double need = 1 + (tuning.threshold - std::cbrt(tails)) / std::max(tuning.dial, kCalmLeast);
    const double left = std::max(Cube(need) - (robust - own), kLeastPart);
    limit = RobustSize(std::cbrt(left), log_size_[statistic - kNear], tuning.robust_weight);
  } else {
    limit = tails_[kRange].ValueAt(tuning.threshold);
  }
  if (!std::isfinite(limit)) limit = size;
  return look.score >= tuning.threshold ? std::min(limit, size) : std::max(limit, size);
}

bool MetricModel::Knows(int statistic, int cell) const {
  bool known = true;
  if (statistic == kSeason) known = seen_[cell] > 0;
  if (statistic == kHour) (void)HourMean(cell, known);
  return known;
}

MetricModel::Usual MetricModel::BandOf(const Look& look, int statistic, const MetricTuning& tuning) const {
  const bool of_value = statistic == kSeason || statistic == kNear || statistic == kHour;
  int by = of_value ? statistic : kSeason;
  if (!Knows(by, look.cell)) by = kNear;
  bool known = false;
  const double from_anchor = by == kNear ? near_ : by == kSeason ? season_[look.cell] : HourMean(look.cell, known);
  const double centre = anchor_ + from_anchor;
  const double off = std::fabs(look.value - centre);
  double limit = LimitOf(look, by, tuning);
  if (by != statistic) limit = std::max(limit, off);  // not by its value is it unusual
  return {centre, Reached(centre - limit, look.value), centre + limit};
}

void MetricModel::Save(StateWriter& out) const {
  const auto raw = [&](const auto& array) { out.Text({reinterpret_cast<const char*>(array.data()), array.size() * sizeof array[0]}); };
  out.Int(kVersion);
  out.Int(rhythm_.period_ms), out.Int(rhythm_.cells);
  out.Int(samples_), out.Int(gap_before_), out.Int(open_), out.Int(negative_);
  for (const double one : {anchor_, median_, spread_, drift_, near_, last_, fast_, fast_weight_, slow_, slow_weight_, peak_, tired_, untold_peak_, untold_tired_}) out.Real(one);
  raw(season_), raw(seen_), raw(log_size_), raw(logs_), raw(record_), raw(open_record_), raw(newest_), raw(slow_past_);
  for (const SurpriseTail& tail : tails_) tail.Save(out);
}

bool MetricModel::Load(StateReader& in) {
  MetricModel fresh(rhythm_, warm_up_);
  bool same = in.Int() == kVersion;
  const std::int64_t period_ms = in.Int(), cells = in.Int();
  same = same && period_ms == rhythm_.period_ms && cells == rhythm_.cells;
  const auto raw = [&](auto& array) {
    const std::string bytes = in.Text();
    if (bytes.size() == array.size() * sizeof array[0]) std::memcpy(static_cast<void*>(array.data()), bytes.data(), bytes.size());
    else same = false;
  };
  samples_ = std::max<std::int64_t>(in.Int(), 0), gap_before_ = in.Int(), open_ = in.Int() != 0, negative_ = in.Int() != 0;
  for (double* one : {&anchor_, &median_, &spread_, &drift_, &near_, &last_, &fast_, &fast_weight_, &slow_, &slow_weight_, &peak_, &tired_, &untold_peak_, &untold_tired_}) {
    *one = in.Real();
    same = same && std::isfinite(*one);
  }
  raw(season_), raw(seen_), raw(log_size_), raw(logs_), raw(record_), raw(open_record_), raw(newest_), raw(slow_past_);
  for (SurpriseTail& tail : tails_) same = tail.Load(in) && same;
  same = same && in.ok();
  if (!same) *this = std::move(fresh);
  return same;
}

}  // namespace nephoscope
