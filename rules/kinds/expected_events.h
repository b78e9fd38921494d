// ExpectedEvents: days that people know of beforehand, such as a sale or a migration: a rule neither reports what they cost nor learns from it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rules/engine/matcher.h"
#include "rules/model/diagnostic.h"
#include "rules/model/labels.h"
#include "rules/model/option_table.h"

namespace nephoscope {

extern const OptionTable kExpectedOptions;  // from, to, where, reason

class ExpectedEvents {
 public:
  // The options outlive this.
  explicit ExpectedEvents(const std::vector<OptionValues>& list);
  ~ExpectedEvents();

  // A series of the group: events whose `where` holds for it concern the group.
  void Define(const Labels& labels);
  // Why the day (since the epoch) is expected to be unusual; nullptr: it is not.
  const std::string* On(std::int64_t day) const;

  static void Check(const std::vector<OptionValues>& list, std::vector<Diagnostic>& out);
  // " Not on known days: Black Friday (2026-11-26 to 2026-11-30)."; empty: there are none.
  static std::string Say(const std::vector<OptionValues>& list);

 private:
  struct Event;
  std::vector<Event> events_;
};

}  // namespace nephoscope
