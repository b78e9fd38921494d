#include "rules/kinds/period_end.h"

#include <algorithm>
#include <cmath>

#include "rules/kinds/calendar_days.h"
#include "rules/kinds/median.h"

namespace nephoscope {
namespace {

constexpr std::int8_t kNoError = -128;
constexpr double kPerOctave = 24, kFine = 4;   // of packed errors
constexpr double kRoughScale = 1.86;           // sd; of a Laplace distribution, of which 80 % lie within 3
constexpr double kLevelShare = 0.35, kLevelMoves = 1.6;

// Months share what happens in them: with few days left, later months leave the interval of earlier
// ones more often than asked, with many days left less often. Measured on the development seeds of
// bench/detection (20240101, 555).
double Asked(double share, int remaining) {
  return share + (1 - share) * (0.35 - 0.03 * std::min(remaining, 16));
}

}  // namespace

std::int8_t ForecastErrors::Packed(double z) {
  const double size = kPerOctave * std::log2(1 + kFine * std::fabs(z));
  const int code = static_cast<int>(std::lround(std::min<double>(size, kMost)));
  return static_cast<std::int8_t>(z < 0 ? -code : code);
}

double ForecastErrors::Unpacked(int packed) {
  const double size = (std::exp2(std::abs(packed) / kPerOctave) - 1) / kFine;
  return packed < 0 ? -size : size;
}

const ForecastErrors::OfDay& ForecastErrors::At(int remaining) const {
  return days_[static_cast<std::size_t>(std::clamp(remaining, 0, kDays - 1))];
}

void ForecastErrors::Add(int remaining, std::int8_t packed, int times) {
  OfDay& day = days_[static_cast<std::size_t>(std::clamp(remaining, 0, kDays - 1))];
  day.count += times;
  day.by[static_cast<std::size_t>(packed + kMost)] += times;
}

double ForecastErrors::Half(int remaining, double share) const {
  if (rough(remaining)) return -kRoughScale * std::log(1 - share);
  const OfDay& day = At(remaining);
  const int rank = std::min(day.count - 1, static_cast<int>(Asked(share, remaining) * (day.count + 1)));
  int below = 0;
  for (int code = 0; code <= kMost; ++code) {
    below += day.by[static_cast<std::size_t>(kMost + code)];
    if (code > 0) below += day.by[static_cast<std::size_t>(kMost - code)];
    if (below > rank) return Unpacked(code);
  }
  return Unpacked(kMost);
}

double ForecastErrors::Above(int remaining, double z) const {
  if (rough(remaining)) {
    const double tail = 0.5 * std::exp(-std::fabs(z) / kRoughScale);
    return z > 0 ? tail : 1 - tail;
  }
  const OfDay& day = At(remaining);
  int above = 0;
  for (int code = -kMost; code <= kMost; ++code)
    if (Unpacked(code) >= z) above += day.by[static_cast<std::size_t>(code + kMost)];
  return (above + 0.5) / (day.count + 1);
}

PeriodEnd::~PeriodEnd() { Meet(nullptr); }

void PeriodEnd::Meet(std::shared_ptr<ForecastErrors> errors) {
  if (errors == common_) return;
  const auto tell = [&](int times) {
    for (const auto& month : errors_)
      for (int remaining = 0; common_ != nullptr && remaining < 31; ++remaining)
        if (month[static_cast<std::size_t>(remaining)] != kNoError)
          common_->Add(remaining, month[static_cast<std::size_t>(remaining)], times);
  };
  tell(-1);
  common_ = std::move(errors);
  tell(1);
}

void PeriodEnd::Restart() {
  model_ = {};
  newest_ = month_ = kNever;
  log_level_ = 0;
  changes_ = 0;
  forecasts_ = {};
}

PeriodEnd PeriodEnd::Copy() const {
  PeriodEnd out;
  out.model_ = model_;
  out.newest_ = newest_;
  out.log_level_ = log_level_;
  out.changes_ = changes_;
  out.change_ = change_;
  return out;
}

void PeriodEnd::Learn(const DayModel::Day& day, absl::Span<const DayModel::Day> past) {
  const double before = model_.level();
  const bool leaned = model_.run() > 0;
  newest_ = day.day;
  if (model_.days() >= DayModel::kWarmUp && !model_.changed_rhythm()) {
    (void)model_.Step(day, {});
  } else {
    std::vector<DayModel::Day> days(past.begin(), past.end());
    days.push_back(day);
    if (days.size() > DayModel::kWarmUp) days.erase(days.begin(), days.end() - DayModel::kWarmUp);
    model_.Fit(days, {});
  }
  if (!leaned && model_.run() > 0) model_.CalmFrom(before);
  if (model_.run() == 0) model_.CalmFrom(0);
  if (model_.days() < DayModel::kWarmUp) return;
  const double now = std::log(std::max(model_.ProjectedLevel(), 1.0));
  if (log_level_ != 0) change_[static_cast<std::size_t>(changes_++ % 56)] = static_cast<float>(std::fabs(now - log_level_));
  log_level_ = now;
}

void PeriodEnd::StepOpen(const DayModel::Day& day, absl::Span<const DayModel::Day> past) { Learn(day, past); }

void PeriodEnd::Step(const DayModel::Day& day, absl::Span<const DayModel::Day> past) {
  Learn(day, past);
  NoteMonth(day);
}

void PeriodEnd::NoteMonth(const DayModel::Day& day) {
  const int number = DayOfMonth(day.day);
  const std::int64_t month = day.day - number + 1, next = NextMonth(day.day);
  if (month != month_) forecasts_ = {}, so_far_ = 0, month_ = number == 1 ? month : kNever;
  if (month_ == kNever) return;
  so_far_ += day.cost;
  if (day.day + 1 < next) {
    if (model_.days() < 2 * DayModel::kWarmUp) return;
    const Outlook rest = Ahead(day.day + 1, next);
    forecasts_[static_cast<std::size_t>(number - 1)] = {static_cast<float>(so_far_ + rest.middle), static_cast<float>(rest.sd)};
    return;
  }
  if (closed_ != kNever && month <= closed_) return;
  closed_ = month;
  auto& errors = errors_.emplace_back();
  errors.fill(kNoError);
  for (int at = 0; at < number - 1; ++at) {
    const Forecast& one = forecasts_[static_cast<std::size_t>(at)];
    if (one.sd <= 0) continue;
    const int remaining = number - 1 - at;
    errors[static_cast<std::size_t>(remaining)] = ForecastErrors::Packed((so_far_ - one.middle) / one.sd);
    if (common_ != nullptr) common_->Add(remaining, errors[static_cast<std::size_t>(remaining)], 1);
  }
  if (errors_.size() <= kMonths) return;
  const auto& oldest = errors_.front();
  for (int remaining = 0; remaining < 31 && common_ != nullptr; ++remaining)
    if (oldest[static_cast<std::size_t>(remaining)] != kNoError) common_->Add(remaining, oldest[static_cast<std::size_t>(remaining)], -1);
  errors_.erase(errors_.begin());
}

double PeriodEnd::LevelChange() const {
  const int count = std::min<int>(changes_, static_cast<int>(change_.size()));
  if (count == 0) return 0;
  std::vector<double> sizes(change_.begin(), change_.begin() + count);
  const double cap = 3 * (Median(sizes) + 1e-9);
  double sum = 0;
  for (int i = 0; i < count; ++i) sum += std::pow(std::min<double>(change_[static_cast<std::size_t>(i)], cap), 2);
  return kLevelMoves * std::sqrt(sum / count);
}

double PeriodEnd::Expected(std::int64_t day) const {
  return model_.Ahead(day, ClassOf(day, {}), static_cast<int>(day - newest_));
}

Outlook PeriodEnd::Ahead(std::int64_t from, std::int64_t to) const {
  Outlook out;
  if (!model_.started()) return out;
  double squares = 0;
  for (std::int64_t day = from; day < to; ++day) {
    const double expected = Expected(day);
    out.middle += expected;
    squares += std::pow(model_.swing() * expected, 2);
  }
  const double level = 0.3 * std::pow(kLevelShare * model_.swing(), 2);
  const double moves = std::pow(LevelChange(), 2) * static_cast<double>(to - from) / 3;
  out.sd = std::sqrt(1.5 * squares + out.middle * out.middle * (level + moves));
  return out;
}

void PeriodEnd::Save(StateWriter& out) const {
  model_.Save(out);
  for (const std::int64_t value : {newest_, std::int64_t{changes_}, month_, closed_}) out.Int(value);
  for (const double value : {log_level_, so_far_}) out.Real(value);
  for (const float value : change_) out.Real(value);
  for (const Forecast& one : forecasts_) out.Real(one.middle), out.Real(one.sd);
  out.Int(static_cast<std::int64_t>(errors_.size()));
  for (const auto& month : errors_)
    for (const std::int8_t error : month) out.Int(error);
}

void PeriodEnd::Load(StateReader& in) {
  const std::shared_ptr<ForecastErrors> common = common_;
  Meet(nullptr);
  model_.Load(in);
  newest_ = in.Int();
  changes_ = static_cast<int>(in.Int());
  month_ = in.Int();
  closed_ = in.Int();
  for (double* value : {&log_level_, &so_far_}) *value = in.Real();
  for (float& value : change_) value = static_cast<float>(in.Real());
  for (Forecast& one : forecasts_) one.middle = static_cast<float>(in.Real()), one.sd = static_cast<float>(in.Real());
  errors_.resize(std::min<std::size_t>(in.Count(31 * 8), kMonths));
  for (auto& month : errors_)
    for (std::int8_t& error : month) error = static_cast<std::int8_t>(in.Int());
  Meet(common);
}

}  // namespace nephoscope
