#include "rules/expr/point_program.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>

#include "rules/expr/evaluate.h"
#include "rules/expr/parser.h"

namespace nephoscope {
namespace {

std::unique_ptr<const PointProgram> ProgramOf(const char* text) {
  const ParsedExpr parsed = ParseExpr(text);
  BOOST_TEST_REQUIRE(parsed.expr != nullptr);
  return PointProgram::Of(*parsed.expr);
}

BOOST_AUTO_TEST_SUITE(point_program_test)

BOOST_AUTO_TEST_CASE(what_asks_one_series_is_a_program) {
  const char* const are[] = {"m > 1", "1 >= m", "(m - avg_over_time(m[1d])) / stddev_over_time(m[1d]) > 3", "abs(-m) * 2 < -4", "m{a=\"b\"} - max_over_time(m{a=\"b\"}[5m]) <= 0"};
  for (const char* text : are) BOOST_TEST((ProgramOf(text) != nullptr), text);
  const char* const are_not[] = {"m", "m == 1", "m > bool 1", "m > n", "m - n > 1", "m > time()", "sum(m) > 1", "m{a=\"b\"} - m > 1", "m offset 5m > 1", "m and m > 1", "rate(m[5m]) > 1", "m - on (a) m > 1", "clamp_max(m, 5) > 1",
                                 "m + (m + (m + (m + (m + (m + (m + (m + m))))))) > 1"};
  for (const char* text : are_not) BOOST_TEST((ProgramOf(text) == nullptr), text);
}

BOOST_AUTO_TEST_CASE(a_number_on_the_left_turns_the_comparison_round) {
  const auto program = ProgramOf("3 <= m");
  BOOST_TEST((program->op() == ExprOp::kGreaterOrEqual));
  BOOST_TEST(program->limit() == 3);
  BOOST_TEST((ProgramOf("m < -2")->op() == ExprOp::kLess));
  BOOST_TEST(ProgramOf("m < -2")->limit() == -2);
}

// Points of any size, with gaps, over windows that hold few and many of them.
BOOST_AUTO_TEST_CASE(a_program_answers_what_the_expression_gives) {
  const char* const texts[] = {"(m - avg_over_time(m[45s])) / stddev_over_time(m[45s]) > 1", "sum_over_time(m[30s]) - sum_over_time(m[90s]) > 50", "max_over_time(m[40s]) / min_over_time(m[20s]) > 2",
                               "count_over_time(m[60s]) ^ 2 % 7 >= 3", "floor(last_over_time(m[10s]) / 3) + ceil(m) < 20", "abs(m - stddev_over_time(m[20s])) <= 40"};
  int compared = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    const char* const text = texts[seed % std::size(texts)];
    BOOST_TEST_CONTEXT(text << ", seed " << seed) {
      const ParsedExpr parsed = ParseExpr(text);
      const auto program = PointProgram::Of(*parsed.expr);
      BOOST_TEST_REQUIRE((program != nullptr));
      std::mt19937 random(seed);
      const double size = std::pow(10.0, static_cast<double>(random() % 12) - 4);
      std::vector<ExprSeries> series = {{"m", Labels(), absl::Minutes(5), {}}};
      SeriesMemory memory;
      for (std::int64_t second = 1; second < 400; second += random() % 20 == 0 ? 70 : 1) {
        const TimedValue point{second * 1000, size * (1 + static_cast<double>(random() % 1000) / 50)};
        series[0].points.push_back(point);
        memory.Append(point, point.time_ms - program->reach_ms());
        const std::int64_t time = second * 1000 + static_cast<std::int64_t>(random() % 900);
        const double got = program->AnswerAt(time, memory);
        const auto all = EvaluateExpr(*parsed.expr, series, absl::FromUnixMillis(time), ExprFilter::kOff);
        BOOST_TEST_REQUIRE(all->elements.size() == 1u);
        const double want = all->elements[0].value;
        BOOST_TEST_REQUIRE(((std::isnan(got) && std::isnan(want)) || std::abs(got - want) <= 1e-9 * std::max(1.0, std::abs(want))), got << " is not " << want);
        ++compared;
      }
      BOOST_TEST(memory.points.size() < 250u);  // old ones go
    }
  }
  BOOST_TEST(compared > 20'000);
}

// Of each lane, to the last digit, whatever points the others have.
BOOST_AUTO_TEST_CASE(lanes_answer_what_each_series_answers) {
  const char* const texts[] = {"(m - avg_over_time(m[45s])) / stddev_over_time(m[45s]) > 1", "sum_over_time(m[30s]) - sum_over_time(m[90s]) > 50", "count_over_time(m[60s]) ^ 2 % 7 >= 3",
                               "floor(last_over_time(m[10s]) / 3) + ceil(m) < 20", "abs(m - stddev_over_time(m[20s])) * -2 <= 40"};
  BOOST_TEST((!ProgramOf("max_over_time(m[40s]) > 2")->InColumns().has_value()));
  int compared = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    const char* const text = texts[seed % std::size(texts)];
    BOOST_TEST_CONTEXT(text << ", seed " << seed) {
      const auto program = ProgramOf(text);
      std::mt19937 random(seed);
      const int width = 1 + static_cast<int>(random() % SeriesColumns::kMost);
      const double size = std::pow(10.0, static_cast<double>(random() % 12) - 4);
      SeriesColumns columns(width, 0, *program->InColumns());
      std::vector<SeriesMemory> memories(static_cast<std::size_t>(width));
      std::vector<SeriesColumns::Row> newest(memories.size(), SeriesColumns::kNoRow);
      for (std::int64_t second = 1; second < 200; second += random() % 20 == 0 ? 70 : 1) {
        if (columns.full()) columns.DropBefore(second * 1000 - 300'000);
        if (columns.full()) columns.Grow();
        BOOST_TEST_REQUIRE(columns.Open(second * 1000));
        const SeriesColumns::Row now = columns.end() - 1;
        for (int lane = 0; lane < width; ++lane) {
          if (newest[lane] != SeriesColumns::kNoRow && random() % 8 == 0) continue;
          const TimedValue point{second * 1000, size * (1 + static_cast<double>(random() % 1000) / 50)};
          columns.Values(now)[lane] = point.value;
          memories[lane].Append(point, point.time_ms - program->reach_ms());
        }
        for (int from = 0; from < width;) {
          const bool comes = !std::isnan(columns.Values(now)[from]);
          int to = from + 1;
          if (comes && newest[from] == SeriesColumns::kNoRow) columns.Begin(from, now), newest[from] = now;
          else if (comes) while (to < width && !std::isnan(columns.Values(now)[to]) && newest[to] == newest[from]) ++to;
          if (comes && newest[from] != now) columns.Move(from, to, newest[from], now);
          double got[SeriesColumns::kMost];
          bool fits[SeriesColumns::kMost];
          if (comes) program->AnswersAt(columns, now, from, to, got), columns.Fits(from, to, fits);
          for (int lane = from; comes && lane < to; ++lane, ++compared) {
            const double wanted = program->AnswerAt(second * 1000, memories[lane]);
            newest[lane] = now;
            BOOST_TEST_REQUIRE(((std::isnan(got[lane - from]) && std::isnan(wanted)) || got[lane - from] == wanted), got[lane - from] << " is not " << wanted << " in lane " << lane);
            BOOST_TEST_REQUIRE(fits[lane - from]);
          }
          from = to;
        }
      }
    }
  }
  BOOST_TEST(compared > 100'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
