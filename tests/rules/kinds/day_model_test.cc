#include "rules/kinds/day_model.h"

#include <cmath>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "absl/time/civil_time.h"

using namespace nephoscope;

namespace {

struct Row {
  int series, day;
  double cost, score;  // -1: of the first days, which are not scored
};
const Row kRows[] = {
#include "tests/rules/kinds/day_model_reference.inc"
};

DayModel::Day DayOfRow(const Row& row) {
  const std::int64_t day = absl::CivilDay(2024, 1, 1) - absl::CivilDay(1970, 1, 1) + row.day;
  return {day, ClassOf(day, {}), row.cost};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(day_model_test)

BOOST_AUTO_TEST_CASE(scores_are_those_of_the_reference_day_by_day) {
  DayModel model;
  std::vector<DayModel::Day> first;
  for (const Row& row : kRows) {
    if (row.day == 0) model = {}, first.clear();
    if (row.score < 0) {
      first.push_back(DayOfRow(row));
      if (first.size() == DayModel::kWarmUp) model.Fit(first, {.trusting = false});
      continue;
    }
    const DayModel::Score score = model.Step(DayOfRow(row), {});
    BOOST_TEST(std::max(score.up, score.down) == row.score, boost::test_tools::tolerance(1e-6));
  }
}

BOOST_AUTO_TEST_CASE(a_saved_model_goes_on_as_it_was) {
  DayModel model;
  std::vector<DayModel::Day> first;
  for (const Row& row : kRows) {
    if (row.series != 1) continue;
    if (row.score < 0) {
      first.push_back(DayOfRow(row));
      if (first.size() == DayModel::kWarmUp) model.Fit(first, {.trusting = false});
      continue;
    }
    StateWriter out;
    model.Save(out);
    const std::string bytes = out.Take();
    StateReader in(bytes);
    DayModel again;
    again.Load(in);
    BOOST_TEST(in.AtEnd());
    BOOST_TEST(again.Step(DayOfRow(row), {}).up == model.Step(DayOfRow(row), {}).up);
  }
  BOOST_TEST(sizeof(DayModel) < 1024u);
}

// A bill of 30 USD that comes on the first of each month, and nothing else.
BOOST_AUTO_TEST_CASE(a_fee_alone_is_expected_on_its_day_and_nothing_on_others) {
  std::vector<DayModel::Day> first;
  const std::int64_t start = absl::CivilDay(2024, 1, 1) - absl::CivilDay(1970, 1, 1);
  for (int i = 0; i < 28; ++i) first.push_back({start + i, ClassOf(start + i, {}), i == 0 ? 30e6 : 0});
  DayModel model;
  model.Fit(first, {});
  BOOST_TEST(model.sparse());
  for (std::int64_t day = start + 28; day < start + 120; ++day) {
    const double cost = DayOfMonth(day) == 1 ? 30e6 : 0;
    const DayModel::Score score = model.Step({day, ClassOf(day, {}), cost}, {});
    BOOST_TEST(std::max(score.up, score.down) < 1);
  }
}

// A weekday without cost is no fall, and costs on it are compared with the level.
BOOST_AUTO_TEST_CASE(weekends_without_cost_are_usual) {
  std::vector<DayModel::Day> first;
  const std::int64_t start = absl::CivilDay(2024, 1, 1) - absl::CivilDay(1970, 1, 1);
  const auto cost = [](std::int64_t day) { return WeekdayOf(day) > 4 ? 0.0 : 100e6 + static_cast<double>(day % 3) * 1e6; };
  for (std::int64_t day = start; day < start + 28; ++day) first.push_back({day, ClassOf(day, {}), cost(day)});
  DayModel model;
  model.Fit(first, {});
  for (std::int64_t day = start + 28; day < start + 90; ++day)
    BOOST_TEST(model.Step({day, ClassOf(day, {}), cost(day)}, {}).down < 3);
}

BOOST_AUTO_TEST_SUITE_END()
