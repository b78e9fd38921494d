#include "rules/kinds/metric_model.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "rules/kinds/metric_watch.h"

namespace nephoscope {
namespace {

constexpr MetricRhythm kDaily = {.period_ms = 86'400'000, .cells = 96, .cells_an_hour = 4};

MetricTuning Low() {
  MetricTuning out;
  out.dial = 0, out.threshold = 2.8, out.margin = 1.8, out.fatigue = 0.15;
  return out;
}

struct Point {
  std::int64_t time_ms;
  double value;
};

// As bench/detection/reference_scores.py makes it.
std::vector<Point> MadeUp(int count) {
  std::vector<Point> out;
  std::int64_t state = 7;
  for (int i = 0; i < count; ++i) {
    state = (state * 1103515245 + 12345) % 2147483648LL;
    const double noise = static_cast<double>((state >> 16) % 100) / 10.0;
    const int quarter = i % 288;
    double value = 100.0 + (quarter < 144 ? quarter : 288 - quarter) / 4.0 + noise;
    if (i == 1500) value += 90;
    if (i >= 2200) value += 40;
    if (i >= 2700 && i < 2760) value = 150;
    out.push_back({i * 300'000LL, value});
  }
  return out;
}

BOOST_AUTO_TEST_SUITE(metric_model_test)

BOOST_AUTO_TEST_CASE(scores_and_alerts_are_those_of_the_reference) {
  const struct { int sample; double score; int alerts; } kReference[] = {
#include "tests/rules/kinds/metric_reference.inc"
  };
  MetricTuning tuning = Low();
  tuning.season_reach = HUGE_VAL;  // ours alone
  MetricModel model(kDaily, 450);
  std::size_t next = 0;
  int alerts = 0;
  const std::vector<Point> points = MadeUp(3000);
  for (int i = 0; i < 3000; ++i) {
    const MetricModel::Look look = model.Consider(points[i].time_ms, points[i].value, tuning);
    model.Learn(look, tuning);
    const bool listed = next < std::size(kReference) && kReference[next].sample == i;
    BOOST_TEST((!look.reports || listed), "sample " << i << " alerts, and does not in the reference");
    if (!listed) continue;
    BOOST_TEST(std::fabs(look.score - kReference[next].score) < 0.01, "sample " << i << ": " << look.score << ", reference " << kReference[next].score);
    BOOST_TEST(look.reports == (kReference[next].alerts == 1), "sample " << i);
    alerts += look.reports;
    ++next;
  }
  BOOST_TEST(next == std::size(kReference));
  BOOST_TEST(alerts > 2);
}

BOOST_AUTO_TEST_CASE(a_saved_model_goes_on_as_if_nothing_had_happened) {
  const MetricTuning tuning;
  MetricModel stays(kDaily, 300), saved(kDaily, 300);
  for (const Point& point : MadeUp(2800)) {
    const MetricModel::Look one = stays.Consider(point.time_ms, point.value, tuning), two = saved.Consider(point.time_ms, point.value, tuning);
    BOOST_REQUIRE(one.score == two.score);
    BOOST_REQUIRE(one.reports == two.reports);
    stays.Learn(one, tuning), saved.Learn(two, tuning);
    if (stays.samples() % 97 != 0) continue;
    StateWriter out;
    saved.Save(out);
    const std::string bytes = out.Take();
    BOOST_TEST(bytes.size() < 4096u);
    MetricModel loaded(kDaily, 300);
    StateReader in(bytes);
    BOOST_REQUIRE(loaded.Load(in));
    BOOST_REQUIRE(in.AtEnd());
    saved = loaded;
  }
}

BOOST_AUTO_TEST_CASE(a_state_of_another_rhythm_or_of_no_sense_begins_anew) {
  const MetricTuning tuning;
  MetricModel model(kDaily, 300);
  for (const Point& point : MadeUp(500)) model.Learn(model.Consider(point.time_ms, point.value, tuning), tuning);
  StateWriter out;
  model.Save(out);
  const std::string bytes = out.Take();
  MetricModel weekly({.period_ms = 7 * 86'400'000LL, .cells = 168, .cells_an_hour = 1}, 300);
  StateReader in(bytes);
  BOOST_TEST(!weekly.Load(in));
  BOOST_TEST(in.AtEnd());
  BOOST_TEST(weekly.samples() == 0);
  for (std::size_t size = 0; size < bytes.size(); size += 61) {
    MetricModel cut(kDaily, 300);
    StateReader half(absl::string_view(bytes).substr(0, size));
    BOOST_TEST(!cut.Load(half));
    BOOST_TEST(cut.samples() == 0);
  }
}

// What is said of a sample does not depend on those after it, nor on how the others are cut.
BOOST_AUTO_TEST_CASE(nothing_is_known_ahead) {
  const MetricTuning tuning;
  const std::vector<Point> points = MadeUp(3000);
  std::vector<double> whole, cut;
  for (std::vector<double>* scores : {&whole, &cut}) {
    MetricModel model(kDaily, 450);
    const std::size_t end = scores == &cut ? points.size() * 6 / 10 : points.size();
    for (std::size_t i = 0; i < end; ++i) {
      const MetricModel::Look look = model.Consider(points[i].time_ms, points[i].value, tuning);
      scores->push_back(look.score);
      model.Learn(look, tuning);
    }
  }
  whole.resize(cut.size());
  BOOST_TEST((whole == cut));
}

MetricWatch Watch(const MetricTuning& tuning, int direction = 0) {
  MetricWatch::Question question{.tuning = &tuning, .rhythm = kDaily, .history = absl::Hours(24 * 10), .direction = direction};
  question.normal_for.push_back(absl::ZeroDuration());
  return MetricWatch(question);
}

BOOST_AUTO_TEST_CASE(a_constant_series_says_nothing_and_its_first_change_is_reported) {
  for (const MetricTuning& tuning : {Low(), MetricTuning{}}) {
    MetricWatch watch = Watch(tuning);
    absl::Time time = absl::UnixEpoch();
    for (int i = 0; i < 1000; ++i, time += absl::Minutes(5)) {
      const MetricVerdict& verdict = watch.Step(time, 3, absl::Minutes(5));
      BOOST_REQUIRE(!verdict.unusual);
      BOOST_REQUIRE(verdict.look.score == 0);
    }
    const MetricVerdict& changed = watch.Step(time, 2, absl::Minutes(5));
    BOOST_TEST(changed.unusual);
    BOOST_TEST(changed.look.first_change);
    BOOST_TEST(changed.incident.direction == -1);
  }
}

BOOST_AUTO_TEST_CASE(a_level_that_stays_is_reported_once_and_accepted) {
  const MetricTuning tuning;
  MetricWatch watch = Watch(tuning);
  int begun = 0, accepted = 0;
  bool open = false;
  std::uint64_t state = 1;
  for (int i = 0; i < 8000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const double value = (i < 4000 ? 100 : 160) + static_cast<double>(state >> 60);
    const MetricVerdict& verdict = watch.Step(absl::FromUnixSeconds(i * 300), value, absl::Minutes(5));
    begun += verdict.incident.open && !open && i >= 4000;
    accepted += verdict.accepted;
    open = verdict.incident.open;
  }
  BOOST_TEST(begun == 1);
  BOOST_TEST(accepted == 1);
}

BOOST_AUTO_TEST_CASE(a_spike_is_over_when_the_value_is_back) {
  const MetricTuning tuning;
  MetricWatch watch = Watch(tuning);
  std::uint64_t state = 1;
  for (int i = 0; i < 3000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const double value = (i == 2500 ? 400 : 100) + static_cast<double>(state >> 60);
    const MetricVerdict& verdict = watch.Step(absl::FromUnixSeconds(i * 300), value, absl::Minutes(5));
    if (i == 2500) BOOST_TEST(verdict.unusual);
    if (i > 2510) BOOST_TEST(!verdict.unusual, "sample " << i);  // not for the 32 that its range is remembered
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
