// MetricVerdict: all that is said of one sample of a metric, and the stretch of unusual samples that it belongs to.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "rules/engine/state_bytes.h"
#include "rules/kinds/metric_model.h"

namespace nephoscope {

// Unusual samples, and the usual ones behind them until it is over. It is one alert, and keeps its direction.
struct MetricIncident {
  bool open = false;
  int direction = 0;  // 1: above the usual, -1: below, 0: neither (quiet)
  int statistic = 0;  // MetricModel::Statistic that it began by
  int points = 0, quiet = 0;                       // unusual ones; usual ones since the last of these
  absl::Time since = absl::InfinitePast();         // the first unusual one
  absl::Time last = absl::InfinitePast();          // and the last
  absl::Time normal_since = absl::InfinitePast();  // InfinitePast: it is unusual
  double least = 0, most = 0;                      // of the values of its unusual samples
  double lately = 0;                               // around which these lay
  int cell = -1;                                   // of the season, of its newest unusual sample
  double centre = 0;                               // the mean of that when the incident came to it

  void Save(StateWriter& out) const;
  void Load(StateReader& in);
};

struct MetricVerdict {
  absl::Time time = absl::InfinitePast();
  MetricModel::Look look;
  MetricIncident incident;   // with this sample
  bool warming_up = true, unusual = false, partial = false;
  bool counts = true;        // it is of a direction that is asked for
  std::int64_t samples = 0;  // before this one
  int warm_up = 0;           // so many are needed

  // In what it differs from the usual; without `filled` these are not known.
  bool filled = false;
  bool unseen = false;                  // its statistic has never been so large
  bool accepted = false;                // the incident is over, and yet it is as far away as it was: it is the usual now
  int statistic = 0;                    // that it is described by
  double limit = 0;                     // the size of that from which on it is unusual
  double level = 0;                     // the usual one
  MetricModel::Usual usual;
  MetricModel::Moves moves;

  void Save(StateWriter& out) const;
  void Load(StateReader& in);
};

}  // namespace nephoscope
