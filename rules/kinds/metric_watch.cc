#include "rules/kinds/metric_watch.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace nephoscope {
namespace {

constexpr double kWarmUpShare = 0.15;    // of the history
constexpr int kGapShare = 2;            // a gap longer than this part of the warm-up is one
constexpr int kGapTold = 64;             // samples for which it is spoken of
constexpr double kLately = 0.25;         // rate at which the level of an incident follows its samples

}  // namespace

int MetricWatch::WarmUpOf(absl::Duration spacing) const {
  if (spacing <= absl::ZeroDuration()) return MetricModel::kMostWarmUp;
  const double samples = kWarmUpShare * absl::FDivDuration(question_.history, spacing);
  return static_cast<int>(std::min<double>(samples, MetricModel::kMostWarmUp));
}

const MetricVerdict& MetricWatch::Step(absl::Time time, double value, absl::Duration spacing) {
  again_ = nullptr;
  if (!now_.model) {
    now_.model.emplace(question_.rhythm, WarmUpOf(spacing));
    now_.first = time;
  }
  NoteGap(time, spacing);
  const MetricVerdict verdict = Consider(time, value);
  if (verdict.unusual) RememberBefore(time);
  MetricModel& model = *now_.model;
  if (verdict.incident.open) model.Open();
  model.Learn(verdict.look, *question_.tuning, verdict.counts);
  if (!verdict.incident.open) model.Close(IsTold(verdict.incident));
  Take(verdict);
  return now_.verdict;
}

const MetricVerdict* MetricWatch::StepPart(absl::Time time, double value, PossibleValues possible) {
  again_ = nullptr;
  if (!now_.model || now_.model->warming_up()) return nullptr;
  const MetricTuning& tuning = *question_.tuning;
  const MetricModel::Look look = now_.model->Consider(absl::ToUnixMillis(time), value, tuning);
  const double centre = now_.model->BandOf(look, MetricModel::kSeason, tuning).centre;
  const double nearest = std::clamp(centre, possible.low, possible.high);
  MetricVerdict verdict = Consider(time, nearest);
  if (nearest == centre || !verdict.unusual) return nullptr;
  RememberBefore(time);
  verdict.partial = true;
  Take(verdict);
  return &now_.verdict;
}

void MetricWatch::Take(const MetricVerdict& verdict) {
  now_.verdict = verdict;
  if (now_.back_since != absl::InfinitePast() && ++now_.since_back > kGapTold) now_.back_since = absl::InfinitePast();
  if (past_ == nullptr) return;
  const bool kept = keep_from_ <= past_->from;
  if (kept || past_->verdicts.empty()) past_->verdicts.push_back(verdict);
  if (!kept && !verdict.incident.open) Forget();
}

void MetricWatch::NoteGap(absl::Time time, absl::Duration spacing) {
  if (newest() == absl::InfinitePast() || spacing <= absl::ZeroDuration()) return;
  const absl::Duration gap = time - newest();
  if (gap <= spacing * now_.model->warm_up() / kGapShare) return;
  now_.back_since = time;
  now_.gap = gap;
  now_.since_back = 0;
  now_.model->NoteGap();
}

int MetricWatch::DirectionOf(const MetricModel::Look& look, int statistic) const {
  if (statistic == MetricModel::kCalm) return 0;
  double off = look.drift;
  if (statistic == MetricModel::kRange) off = look.value - now_.model->level();
  else if (statistic != MetricModel::kLevel) off = look.value - now_.model->BandOf(look, statistic, *question_.tuning).centre;
  return off > 0 ? 1 : -1;
}

MetricVerdict MetricWatch::Consider(absl::Time time, double value) const {
  const MetricModel& model = *now_.model;
  MetricVerdict out;
  out.time = time;
  out.look = model.Consider(absl::ToUnixMillis(time), value, *question_.tuning);
  out.warming_up = model.warming_up();
  out.samples = model.samples();
  out.warm_up = model.warm_up();
  const MetricIncident& before = now_.verdict.incident;
  // What is open goes on by what each sample is, not by what those before it were.
  if (before.open) model.Echo(out.look, before.direction);
  const double score = before.open ? out.look.fresh_score : out.look.score;
  const bool loud = score >= question_.tuning->threshold && !out.warming_up;
  if (!loud && !before.open) return out;
  if (before.open) out.incident = before;
  out.statistic = loud ? model.LargestOf(out.look, *question_.tuning) : DescribedBy(before.statistic, out.look.cell);
  const int direction = DirectionOf(out.look, out.statistic);
  out.counts = !loud || question_.direction == 0 || question_.direction == direction;
  if (loud && out.counts) Worsen(direction, out);
  else if (before.open) Calm(out);
  if (before.open || out.incident.open) Fill(out);
  return out;
}

// Of a time that has not come before nothing is known but the last samples.
int MetricWatch::DescribedBy(int statistic, int cell) const {
  return now_.model->Knows(statistic, cell) ? statistic : static_cast<int>(MetricModel::kNear);
}

void MetricWatch::Worsen(int direction, MetricVerdict& out) const {
  MetricIncident& incident = out.incident;
  const double value = out.look.value;
  if (!incident.open) {
    if (!out.look.reports) return;
    incident = {.open = true, .direction = direction, .statistic = out.statistic, .since = out.time};
    incident.least = incident.most = value;
  }
  if (incident.cell != out.look.cell) {
    incident.cell = out.look.cell;
    incident.centre = now_.model->BandOf(out.look, MetricModel::kSeason, *question_.tuning).centre;
  }
  out.unusual = true;
  ++incident.points;
  incident.quiet = 0;
  incident.last = out.time;
  incident.normal_since = absl::InfinitePast();
  incident.least = std::min(incident.least, value), incident.most = std::max(incident.most, value);
  incident.lately += (value - incident.lately) * std::max(1.0 / incident.points, kLately);
}

void MetricWatch::Calm(MetricVerdict& out) const {
  if (out.incident.quiet++ == 0) out.incident.normal_since = out.time;
  bool over = true;
  for (std::size_t level = 0; level < question_.normal_for.size(); ++level) over = over && Over(out, level);
  out.incident.open = !over;
  const double value = out.look.value, lately = out.incident.lately;
  out.accepted = over && out.incident.direction != 0 && std::fabs(value - lately) < std::fabs(value - CentreOf(out));
}

bool MetricWatch::Over(const MetricVerdict& verdict, std::size_t level) const {
  const MetricIncident& incident = verdict.incident;
  if (!incident.open && !verdict.unusual && incident.points == 0) return true;
  if (incident.normal_since == absl::InfinitePast()) return false;
  const absl::Duration normal_for = question_.normal_for[level];
  if (normal_for > absl::ZeroDuration()) return verdict.time - incident.normal_since >= normal_for;
  return incident.quiet >= now_.model->quiet_after();
}

// Of a rule with a `for` one wild sample is nothing that what comes next has to exceed.
bool MetricWatch::IsTold(const MetricIncident& incident) const {
  return incident.points >= question_.least_points && incident.last - incident.since >= question_.least_held;
}

void MetricWatch::Fill(MetricVerdict& out) const {
  const MetricModel& model = *now_.model;
  const MetricTuning& tuning = *question_.tuning;
  out.filled = true;
  out.usual = BandOf(out);
  out.limit = model.LimitOf(out.look, out.statistic, tuning);
  out.level = model.level();
  out.moves = model.MovesOf(out.look, tuning);
  const double lately = out.incident.lately, value = out.look.value;
  if (out.accepted) out.usual = {lately, std::min(lately, value), std::max(lately, value)};
  out.unseen = out.look.size[static_cast<std::size_t>(out.statistic)] > model.record(out.statistic);
}

// The mean that the season had before the incident: an hour learns from its own first quarter.
double MetricWatch::CentreOf(const MetricVerdict& verdict) const {
  const MetricIncident& incident = verdict.incident;
  if (incident.points > 0 && incident.cell == verdict.look.cell) return incident.centre;
  return now_.model->BandOf(verdict.look, MetricModel::kSeason, *question_.tuning).centre;
}

MetricModel::Usual MetricWatch::BandOf(const MetricVerdict& verdict) const {
  const MetricModel::Usual out = now_.model->BandOf(verdict.look, verdict.statistic, *question_.tuning);
  if (verdict.statistic != MetricModel::kSeason) return out;
  const double centre = CentreOf(verdict), off = std::fabs(verdict.look.value - centre), limit = out.high - out.centre;
  const double within = verdict.unusual ? std::min(limit, off) : std::max(limit, off);
  return {centre, now_.model->Reached(centre - within, verdict.look.value), centre + within};
}

MetricVerdict MetricWatch::Told() const {
  MetricVerdict out = again_ != nullptr ? *again_ : now_.verdict;
  if (out.filled || !now_.model) return out;
  out.statistic = DescribedBy(MetricModel::kSeason, out.look.cell);
  Fill(out);
  return out;
}

const MetricVerdict& MetricWatch::Again(absl::Time time) {
  again_ = nullptr;
  if (past_ == nullptr || time >= newest()) return now_.verdict;
  for (const MetricVerdict& one : past_->verdicts)
    if (one.time <= time) again_ = &one;
  return again_ != nullptr ? *again_ : now_.verdict;
}

void MetricWatch::RememberBefore(absl::Time time) {
  if (past_ != nullptr && keep_from_ <= past_->from) return;
  if (past_ == nullptr) past_ = std::make_unique<Past>();
  past_->from = time;
  past_->before = now_;
  past_->verdicts.clear();
}

void MetricWatch::Forget() {
  again_ = nullptr;
  past_.reset();
}

void MetricWatch::GoBack(absl::Time from) {
  again_ = nullptr;
  if (past_ == nullptr || past_->from != from) return;
  now_ = past_->before;
  past_->verdicts.clear();
}

void MetricWatch::State::Save(StateWriter& out) const {
  out.Int(model.has_value());
  if (!model) return;
  out.Time(first), out.Time(back_since);
  out.Length(gap);
  out.Int(since_back), out.Int(model->warm_up());
  model->Save(out);
  verdict.Save(out);
}

// Of another version or another pattern only the place in time is kept: the model begins anew.
void MetricWatch::State::Load(const Question& question, StateReader& in) {
  *this = {};
  if (in.Int() == 0) return;
  first = in.Time(), back_since = in.Time();
  gap = in.Length();
  since_back = static_cast<int>(std::clamp<std::int64_t>(in.Int(), 0, kGapTold));
  model.emplace(question.rhythm, static_cast<int>(std::clamp<std::int64_t>(in.Int(), 0, MetricModel::kMostWarmUp)));
  const bool same = model->Load(in);
  verdict.Load(in);
  if (!same || !in.ok()) *this = {};
}

void MetricWatch::Save(StateWriter& out) const {
  now_.Save(out);
  out.Int(past_ != nullptr);
  if (past_ == nullptr) return;
  out.Time(past_->from);
  past_->before.Save(out);
  out.Int(static_cast<std::int64_t>(past_->verdicts.size()));
  for (const MetricVerdict& one : past_->verdicts) one.Save(out);
}

void MetricWatch::Load(StateReader& in) {
  Forget();
  now_.Load(question_, in);
  if (in.Int() == 0) return;
  past_ = std::make_unique<Past>();
  past_->from = in.Time();
  past_->before.Load(question_, in);
  past_->verdicts.resize(in.Count(8));
  for (MetricVerdict& one : past_->verdicts) one.Load(in);
  if (!past_->before.model) Forget();
}

}  // namespace nephoscope
