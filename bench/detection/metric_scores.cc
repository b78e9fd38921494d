// Alerts of MetricModel over series of numbers, with any of its numbers: what jitter and cross-validation are made of.
//
//   metric_scores [NAME=NUMBER ...] < LIST
//
// LIST: a line for each series, `WARM_UP PATH`; PATH holds lines of `SECONDS VALUE`. Prints `# PATH` and, for each
// alert, `ROW SCORE OPENS`: OPENS is 1 where the alert begins, 0 where it goes on and reports again. With all=1 the score of each row.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "rules/kinds/metric_model.h"

namespace nephoscope {
namespace {

std::map<std::string, double*> NamesOf(MetricTuning& tuning) {
  return {{"dial", &tuning.dial},
          {"threshold", &tuning.threshold},
          {"hold", &tuning.hold},
          {"margin", &tuning.margin},
          {"fatigue", &tuning.fatigue},
          {"tired_for", &tuning.tired_for},
          {"season_rate", &tuning.season_rate},
          {"season_reach", &tuning.season_reach},
          {"step_rate", &tuning.step_rate},
          {"spread_rate", &tuning.spread_rate},
          {"level_rate", &tuning.level_rate},
          {"near_rate", &tuning.near_rate},
          {"fast_rate", &tuning.fast_rate},
          {"slow_rate", &tuning.slow_rate},
          {"calm_floor", &tuning.calm_floor},
          {"robust_weight", &tuning.robust_weight},
          {"tail_share", &tuning.tail.share},
          {"tail_slope", &tuning.tail.least_slope}};
}

void RunSeries(int warm_up, const char* path, const MetricTuning& tuning, MetricRhythm rhythm, bool all) {
  std::printf("# %s\n", path);
  std::FILE* file = std::fopen(path, "r");
  if (file == nullptr) return;
  MetricModel model(rhythm, warm_up);
  double seconds, value;
  int direction = 0;
  int quiet = -1;  // samples below the threshold since the last one above; -1: nothing is open
  for (int row = 0; std::fscanf(file, "%lf %lf", &seconds, &value) == 2; ++row) {
    MetricModel::Look look = model.Consider(static_cast<std::int64_t>(seconds * 1000), value, tuning);
    const bool muted = model.warming_up();
    model.Learn(look, tuning);
    if (all) std::printf("%d %.9g\n", row, look.score);
    if (quiet >= 0) model.Echo(look, direction);
    if (quiet >= 0) quiet = look.fresh_score >= tuning.threshold ? 0 : quiet + 1;
    if (quiet >= model.quiet_after()) quiet = -1;
    if (muted || !look.reports) continue;
    if (!all) std::printf("%d %.6f %d\n", row, look.score, quiet < 0);
    if (quiet < 0) direction = look.drift > 0 ? 1 : -1;
    quiet = 0;
  }
  std::fclose(file);
}

}  // namespace
}  // namespace nephoscope

int main(int argc, char** argv) {
  nephoscope::MetricTuning tuning;
  nephoscope::MetricRhythm rhythm;
  bool all = false;
  auto names = nephoscope::NamesOf(tuning);
  for (int i = 1; i < argc; ++i) {
    const char* equals = std::strchr(argv[i], '=');
    if (equals == nullptr) return 2;
    const std::string name(argv[i], static_cast<std::size_t>(equals - argv[i]));
    const double number = std::atof(equals + 1);
    if (name == "all") all = number != 0;
    else if (name == "half_life") tuning.tail.growth = std::exp2(1 / number);
    else if (name == "weekly") rhythm = number != 0 ? nephoscope::MetricRhythm{7 * 86'400'000LL, 168, 1} : nephoscope::MetricRhythm{};
    else if (names.count(name) != 0) *names[name] = number;
    else return std::fprintf(stderr, "no number is called %s\n", name.c_str()), 2;
  }
  int warm_up;
  char path[4096];
  while (std::scanf("%d %4095s", &warm_up, path) == 2) nephoscope::RunSeries(warm_up, path, tuning, rhythm, all);
  return 0;
}
