#include "rules/kinds/metric_verdict.h"

#include <algorithm>
#include <initializer_list>

namespace nephoscope {
namespace {

int StatisticIn(StateReader& in) {
  return static_cast<int>(std::clamp<std::int64_t>(in.Int(), 0, MetricModel::kStatistics - 1));
}
int CountIn(StateReader& in) { return static_cast<int>(std::clamp<std::int64_t>(in.Int(), 0, INT32_MAX)); }

}  // namespace

void MetricIncident::Save(StateWriter& out) const {
  out.Int(points);
  if (points == 0) return;
  for (const int one : {int{open}, direction, statistic, quiet}) out.Int(one);
  out.Int(cell);
  for (const absl::Time one : {since, last, normal_since}) out.Time(one);
  for (const double one : {least, most, lately, centre}) out.Real(one);
}

void MetricIncident::Load(StateReader& in) {
  *this = {};
  points = CountIn(in);
  if (points == 0) return;
  open = in.Int() != 0;
  direction = static_cast<int>(std::clamp<std::int64_t>(in.Int(), -1, 1));
  statistic = StatisticIn(in);
  quiet = CountIn(in);
  cell = static_cast<int>(in.Int());
  for (absl::Time* one : {&since, &last, &normal_since}) *one = in.Time();
  for (double* one : {&least, &most, &lately, &centre}) *one = in.Real();
}

void MetricVerdict::Save(StateWriter& out) const {
  out.Time(time);
  for (const double one : {look.value, look.score, look.fresh_score, look.drift, limit, level, usual.centre, usual.low, usual.high,
                           moves.usual, moves.now})
    out.Real(one);
  for (const double one : look.size) out.Real(one);
  for (const double one : look.surprise) out.Real(one);
  for (const bool one : {look.is_most, look.is_least, look.reports, look.first_change, warming_up, unusual, partial, counts, filled, unseen,
                         accepted})
    out.Int(one);
  for (const bool one : look.echoes) out.Int(one);
  out.Int(look.cell), out.Int(samples), out.Int(warm_up), out.Int(statistic);
  incident.Save(out);
}

void MetricVerdict::Load(StateReader& in) {
  time = in.Time();
  for (double* one : {&look.value, &look.score, &look.fresh_score, &look.drift, &limit, &level, &usual.centre, &usual.low, &usual.high,
                      &moves.usual, &moves.now})
    *one = in.Real();
  for (double& one : look.size) one = in.Real();
  for (double& one : look.surprise) one = in.Real();
  for (bool* one : {&look.is_most, &look.is_least, &look.reports, &look.first_change, &warming_up, &unusual, &partial, &counts, &filled, &unseen,
                    &accepted})
    *one = in.Int() != 0;
  for (bool& one : look.echoes) one = in.Int() != 0;
  look.cell = CountIn(in), samples = in.Int(), warm_up = CountIn(in), statistic = StatisticIn(in);
  incident.Load(in);
}

}  // namespace nephoscope
