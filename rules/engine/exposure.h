// Exposure: what the bill says that resources and groups cost a month, for alerts that know no amount themselves: a database that is slow costs what it
// costs, and a queue of alerts can be sorted by money. It is no loss, and is told as "exposed".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/engine/day_cells.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace nephoscope {

class Exposure {
 public:
  // Alerts of the rule are about something else than money, so that the bill has to say what it costs.
  static bool Serves(const Rule& rule);
  // Series of a bill that are read for it.
  static bool Reads(const Series& series);

  // A position for its samples; the same series keeps it.
  int Define(const Series& series);
  void Add(int position, const Sample& sample);

  // The amount a month of what an alert is about, by the days of the bill before `time`: of the one resource of its series, or of all that has its `by`
  // labels in the bill. Without a basis: the bill knows neither.
  Impact Of(const Rule& rule, const Labels& by, absl::Span<const Series> members, absl::Time time) const;
  // What the bill says of the one resource that an alert is about, its tags among it: they know an owner where its metrics do not. Empty: it is about no
  // one resource, or the bill does not know it. Valid until the next Define.
  std::vector<const Labels*> TagsOf(const Rule& rule, absl::Span<const Series> members) const;

 private:
  struct Bill {
    Series series;
    DayCells cells;
  };
  using Positions = std::vector<int>;
  struct ByLabels {
    std::size_t known = 0;  // of groups_, so many are in it
    absl::flat_hash_map<Labels, Positions> positions;
  };

  const Positions* OfGroup(const Labels& by) const;
  Positions OfResource(const Watch& watch, absl::Span<const Series> members, std::string& name) const;
  std::optional<Money> Monthly(const Rule& rule, const Positions& positions, absl::Time time, int& days) const;

  std::vector<Bill> bills_;
  std::map<std::pair<std::string, Labels>, int> position_of_;    // by metric and labels
  absl::flat_hash_map<std::string, Positions> resources_;        // by ResourceKey
  Positions groups_;                                             // those that are of no single resource
  mutable std::map<std::vector<std::string>, ByLabels> by_names_;  // groups, by the names of the labels that were asked for
};

}  // namespace nephoscope
