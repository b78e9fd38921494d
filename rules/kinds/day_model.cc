#include "rules/kinds/day_model.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "rules/kinds/median.h"

namespace nephoscope {
namespace {

constexpr double kLeast = 1e-9, kLeastSwing = 0.015, kSigma = 1.4826;
constexpr double kMeanToSwing = 1.2533 * 1.05;  // of |r|, for a normal one, and a little more
constexpr int kAccept = 7;                       // days on one side; then the level follows fast
constexpr double kMostCusum = 20, kLean = 5, kDriftWeight = 0.4, kPair = 1.7;
constexpr double kUnusualZ = 4, kLearntZ = 1.5, kAcceptedZ = 6;
constexpr double kKeptTrend = 0.97;
constexpr double kQuietFactor = 0.05;            // under it a weekday counts as one without cost
constexpr double kSparseSwing = 0.4, kNever = 20;
constexpr int kFallsBack = 10;                   // days; a deep fall that is younger may end
constexpr int kSunday = 6;
constexpr int kAcceptedDays = 5;
constexpr double kBatch = 1.3, kQuietDay = 0.75;  // weekday factors that are believed at once
constexpr double kLeastOfMean = 0.05;           // of the first days: a line does not go below

// The day of a batch, or a quiet one: it differs from other weekdays by much more than from week to
// week.
bool Alike(const std::vector<double>& ratios, double middle) {
  const bool batch = ratios.size() >= 2 && middle >= kBatch;
  const bool quiet = ratios.size() >= 3 && middle < kQuietDay;
  if (!batch && !quiet) return false;
  const double apart = (batch ? 0.25 : 0.1) * std::fabs(middle - 1);
  return std::all_of(ratios.begin(), ratios.end(), [&](double one) {
    return std::fabs(one - middle) < apart;
  });
}

double Clamp(double x, double limit) { return std::clamp(x, -limit, limit); }

}  // namespace

// A holiday is taken for a Sunday.
int DayModel::WeekdayFor(std::int64_t day, DayClass of) const {
  return of == DayClass::kHoliday ? kSunday : WeekdayOf(day);
}

void DayModel::Normalise() {
  double sum = 0;
  for (const double factor : weekday_) sum += factor;
  const double mean = sum / 7;
  for (double& factor : weekday_) factor /= mean;
}

void DayModel::NoteRecent(double value) {
  if (recent_count_ == kRecent) std::move(recent_.begin() + 1, recent_.end(), recent_.begin());
  recent_count_ = std::min(recent_count_ + 1, kRecent);
  recent_[static_cast<std::size_t>(recent_count_ - 1)] = value;
}

// A robust line (Theil and Sen) and weekday medians, in turn.
void DayModel::Fit(absl::Span<const Day> first, const Rates& rates) {
  *this = {};
  days_ = static_cast<int>(first.size());
  if (first.empty()) return;
  const auto idle = std::count_if(first.begin(), first.end(), [](const Day& d) { return d.cost <= 0; });
  idle_ = static_cast<double>(idle) / days_;
  double sum = 0;
  for (const Day& day : first) sum += day.cost;
  if (idle_ > 0.5) return FitSparse(first);
  level_ = std::max(sum / days_, kLeast);
  if (days_ < kUsable) return FitRough(first);
  std::vector<std::size_t> plain;
  for (std::size_t i = 0; i < first.size(); ++i)
    if (first[i].of == DayClass::kPlain) plain.push_back(i);
  if (plain.size() < kRecent) return;
  const auto at = [&](std::size_t i) { return static_cast<double>(first[i].day - first[0].day); };
  std::vector<double> z(first.size()), line(first.size()), some;
  double slope = 0, base = 0;
  const double floor = kLeastOfMean * level_;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < first.size(); ++i)
      z[i] = first[i].cost / weekday_[static_cast<std::size_t>(WeekdayFor(first[i].day, first[i].of))];
    some.clear();
    for (std::size_t a = 0; a < plain.size(); ++a)
      for (std::size_t b = a + 7; b < plain.size(); ++b)
        some.push_back((z[plain[b]] - z[plain[a]]) / (at(plain[b]) - at(plain[a])));
    slope = days_ >= kWarmUp && plain.size() >= kUsable ? Median(some) : 0;  // of fewer days it is a guess
    some.clear();
    for (const std::size_t i : plain) some.push_back(z[i] - slope * at(i));
    base = Median(some);
    for (std::size_t i = 0; i < first.size(); ++i) line[i] = std::max(base + slope * at(i), floor);
    for (std::size_t k = 0; rates.weekly && k < 7; ++k) {
      some.clear();
      for (const std::size_t i : plain)
        if (WeekdayOf(first[i].day) == static_cast<int>(k)) some.push_back(first[i].cost / line[i]);
      if (some.empty()) continue;
      const double n = static_cast<double>(some.size()), middle = Median(some);
      weekday_[k] = middle < kQuietFactor && n >= 2 ? std::max(middle, kLeast) : (middle * n + 1) / (n + 1);
      if (rates.trusting && Alike(some, middle)) weekday_[k] = std::max(middle, kLeast);
      seen_[k] = static_cast<int>(n);
    }
    Normalise();
  }
  const auto ratio = [&](std::size_t i) {
    return first[i].cost / (line[i] * weekday_[static_cast<std::size_t>(WeekdayFor(first[i].day, first[i].of))]);
  };
  some.clear();
  for (const std::size_t i : plain) some.push_back(std::fabs(ratio(i) - 1));
  level_ = std::max(base + slope * at(first.size() - 1), floor);
  trend_ = slope / 2;
  swing_ = std::max(kLeastSwing, 1.2 * kSigma * Median(some));
  for (const std::size_t i : plain)
    NoteRecent(first[i].cost / weekday_[static_cast<std::size_t>(WeekdayOf(first[i].day))]);
  for (std::size_t i = 0; i < first.size(); ++i)
    if (first[i].of != DayClass::kPlain) LearnClass(first[i].of, ratio(i));
}

// Of a few days: their average, with the weekly rhythm in it that is not known yet.
void DayModel::FitRough(absl::Span<const Day> first) {
  std::vector<double> off;
  for (const Day& day : first) off.push_back(std::fabs(day.cost / level_ - 1));
  swing_ = std::max(kLeastSwing, 1.2 * kSigma * (1 + 3.0 / days_) * Median(off));
}

void DayModel::LearnClass(DayClass of, double ratio) {
  Class& one = classes_[static_cast<std::size_t>(of) - 1];
  const double error = one.seen > 0 ? std::fabs(ratio / one.factor - 1) : 0;
  ++one.seen;
  if (one.seen > 1) one.error += std::max(1.0 / (one.seen - 1), 0.25) * (std::min(error, 1.0) - one.error);
  one.factor += std::max(1 / (one.seen + 0.5), 0.2) * (std::min(ratio, 6 * one.factor + 5) - one.factor);
}

double DayModel::Local() const {
  if (recent_count_ < 3) return level_ + trend_;
  std::vector<double> some(recent_.begin(), recent_.begin() + recent_count_);
  return Median(some);
}

double DayModel::SwingOn(DayClass of) const {
  if (of == DayClass::kPlain) return swing_;
  const Class& one = ClassAt(of);
  const double own = one.seen > 0 ? 1.5 * one.error : 0;
  const double unsure = one.seen == 0 ? 0.5 : one.seen < 3 ? 0.25 : 0;
  return std::max(swing_, own) * (1 + 3.0 / (1 + one.seen)) + unsure;
}

double DayModel::Expected(std::int64_t day, DayClass of, int ahead) const {
  if (sparse_) return of != DayClass::kPlain && ClassAt(of).seen > 0 ? ClassAt(of).factor : level_;
  double steps = 1, kept = 1;
  for (int h = 1; h < ahead; ++h) steps += kept *= kKeptTrend;
  const double factor = of == DayClass::kPlain ? 1 : ClassAt(of).factor;
  return std::max(level_ + trend_ * steps, kLeast) * weekday_[static_cast<std::size_t>(WeekdayFor(day, of))] * factor;
}

// Days on one side of what was usual are the new level from the third on; a fall to less than half
// may be an outage, and counts half until it has lasted.
double DayModel::ProjectedLevel() const {
  if (recent_count_ < 3) return level_;
  const int days = run_ >= 3 ? std::min(run_, recent_count_) : recent_count_;
  std::vector<double> some(recent_.begin() + (recent_count_ - days), recent_.begin() + recent_count_);
  const double middle = Median(some);
  if (run_ < 3) return (middle + level_) / 2;
  const bool may_end = earlier_ > 0 && middle < 0.5 * earlier_ && run_ <= kFallsBack;
  return may_end ? (middle + earlier_) / 2 : middle;
}

double DayModel::Ahead(std::int64_t day, DayClass of, int ahead) const {
  if (sparse_) return Expected(day, of);
  double steps = 0, kept = 1;
  for (int h = 0; h < ahead; ++h) steps += kept *= kKeptTrend;
  const double factor = of == DayClass::kPlain ? 1 : ClassAt(of).factor;
  const double level = std::max(0.0, ProjectedLevel() + trend_ * steps);
  return level * weekday_[static_cast<std::size_t>(WeekdayFor(day, of))] * factor;
}

void DayModel::Accept() {
  Level();
  const int days = std::min(recent_count_, kAcceptedDays);
  if (sparse_ || days < kAcceptedDays) return;
  std::vector<double> some(recent_.begin() + (recent_count_ - days), recent_.begin() + recent_count_);
  level_ = std::max(Median(some), kLeast);
}

void DayModel::Level() { up_ = down_ = z_before_ = 0, run_ = up_days_ = down_days_ = 0; }

namespace {

// Relative to what was expected; where next to nothing was, to the level.
double Excess(double cost, double expected, double level) {
  return (cost - expected) / std::max({expected, kQuietFactor * level, kLeast});
}

double ZOf(double r, double swing) {
  return r >= 0 ? r / swing : -std::max(-std::log(std::max(1 + r, 0.02)), -r) / swing;
}

}  // namespace

DayModel::Score DayModel::Compare(const Day& day, double more) const {
  if (sparse_) return CompareSparse(day);
  Score out;
  out.expected = Expected(day.day, day.of);
  out.swing = std::sqrt(std::pow(SwingOn(day.of), 2) + more * more);
  const double z = ZOf(Excess(day.cost, out.expected, level_), out.swing);
  (z >= 0 ? out.up : out.down) = out.alone = std::fabs(z);
  return out;
}

DayModel::Score DayModel::Step(const Day& day, const Rates& rates) {
  ++days_;
  idle_ += ((day.cost <= 0 ? 1.0 : 0.0) - idle_) / 30;
  if (sparse_) {
    const Score out = CompareSparse(day);
    StepSparse(day);
    return out;
  }
  const bool plain = day.of == DayClass::kPlain;
  Score out = Compare(day);
  const double r = Excess(day.cost, out.expected, level_);
  const double z = ZOf(r, out.swing), zc = Clamp(z, plain ? kUnusualZ : 1);
  up_ = std::min(kMostCusum, std::max(0.0, up_ + zc - 0.5));
  down_ = std::min(kMostCusum, std::max(0.0, down_ - zc - 0.5));
  up_days_ = up_ > 0 ? up_days_ + 1 : 0;
  down_days_ = down_ > 0 ? down_days_ + 1 : 0;
  const double drift = std::max(up_, down_);
  run_ = drift > kLean ? run_ + 1 : 0;
  const double pair = z * z_before_ > 0 && plain ? std::fabs(z + z_before_) / kPair : 0;
  const double alone = std::max(std::fabs(z), pair);
  (z >= 0 ? out.up : out.down) = alone;
  out.drift = kDriftWeight * drift > alone;
  out.alone = alone;
  out.up = std::max(out.up, kDriftWeight * up_);
  out.down = std::max(out.down, kDriftWeight * down_);
  z_before_ = plain ? Clamp(z, kUnusualZ) : 0;
  double rc = Clamp(z, kLearntZ) * swing_;
  if (run_ > kAccept) rc = Clamp(z, kAcceptedZ) * swing_;
  const int weekday = WeekdayFor(day.day, day.of);
  if (!plain) LearnClass(day.of, day.cost / std::max(Local() * weekday_[static_cast<std::size_t>(weekday)], kLeast));
  LearnLevel(z, rc, plain ? 1 : 0.2);
  if (plain) LearnPlain(day.cost, weekday, r, rc, run_ == 0 ? 1 : 0.3, rates);
  if (run_ > kAccept && std::fabs(z) < 2) up_ *= 0.6, down_ *= 0.6;
  return out;
}

void DayModel::LearnLevel(double, double rc, double slow) {
  const double level = std::max(level_ + trend_, kLeast);
  double a = std::max(2.0 / (days_ + 1), 0.06);
  if (run_ > kAccept) a = std::min(0.5, 5 * a);
  level_ = std::max(level + a * slow * rc * level, kLeast);
  trend_ = run_ <= kAccept ? 0.995 * (trend_ + 0.002 * rc * level) : 0.8 * trend_;
}

void DayModel::LearnPlain(double cost, int weekday, double r, double rc, double calm, const Rates& rates) {
  const auto k = static_cast<std::size_t>(weekday);
  NoteRecent(cost / std::max(weekday_[k], kLeast));
  ++seen_[k];
  if (rates.weekly) {
    weekday_[k] *= 1 + std::max(1.0 / seen_[k], rates.weekday) * calm * rc;
    Normalise();
  }
  const double more = kMeanToSwing * std::min(std::fabs(r), 2.5 * swing_) - swing_;
  swing_ = std::max(kLeastSwing, swing_ + std::max(1.0 / days_, rates.swing) * calm * more);
}

// Amounts now and then: `recent_` are those of plain days, the factor of a class is its amount.
void DayModel::FitSparse(absl::Span<const Day> first) {
  sparse_ = true;
  double sum = 0;
  int plain = 0;
  for (const Day& day : first)
    if (day.of == DayClass::kPlain) sum += day.cost, ++plain;
  level_ = plain > 0 ? sum / plain : 0;
  swing_ = kSparseSwing;
  const double level = level_;
  for (const Day& day : first) StepSparse(day);
  level_ = level;
}

void DayModel::StepSparse(const Day& day) {
  if (day.of == DayClass::kPlain) {
    level_ += (day.cost - level_) / 28;
    if (day.cost > 0) NoteRecent(day.cost);
    return;
  }
  Class& one = classes_[static_cast<std::size_t>(day.of) - 1];
  if (one.seen == 0) one.factor = 0;
  ++one.seen;
  one.factor += (day.cost - one.factor) / std::min(one.seen, 3);
}

DayModel::Score DayModel::CompareSparse(const Day& day) const {
  Score out;
  out.swing = kSparseSwing;
  double usual = 0;
  if (day.of != DayClass::kPlain && ClassAt(day.of).seen > 0) usual = ClassAt(day.of).factor;
  for (int i = 0; i < recent_count_; ++i) usual = std::max(usual, recent_[static_cast<std::size_t>(i)]);
  out.expected = usual;
  if (day.cost > 0) out.up = usual > 0 ? std::max(0.0, day.cost / usual - 1) / kSparseSwing : kNever;
  return out;
}

void DayModel::Save(StateWriter& out) const {
  for (const int value : {days_, run_, recent_count_, up_days_, down_days_, sparse_ ? 1 : 0}) out.Int(value);
  for (const double value : {level_, trend_, swing_, up_, down_, z_before_, idle_, earlier_}) out.Real(value);
  for (const double value : weekday_) out.Real(value);
  for (const int value : seen_) out.Int(value);
  for (const double value : recent_) out.Real(value);
  for (const Class& one : classes_) out.Real(one.factor), out.Real(one.error), out.Int(one.seen);
}

void DayModel::Load(StateReader& in) {
  for (int* value : {&days_, &run_, &recent_count_, &up_days_, &down_days_}) *value = static_cast<int>(in.Int());
  sparse_ = in.Int() != 0;
  recent_count_ = std::clamp(recent_count_, 0, kRecent);
  for (double* value : {&level_, &trend_, &swing_, &up_, &down_, &z_before_, &idle_, &earlier_}) *value = in.Real();
  for (double& value : weekday_) value = in.Real();
  for (int& value : seen_) value = static_cast<int>(in.Int());
  for (double& value : recent_) value = in.Real();
  for (Class& one : classes_) one.factor = in.Real(), one.error = in.Real(), one.seen = static_cast<int>(in.Int());
}

}  // namespace nephoscope
