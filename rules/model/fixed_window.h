// Windows that begin and end by the calendar: each day, this month so far.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "rules/model/calendar.h"

namespace nephoscope {

struct FixedWindow {
  bool growing = false;                           // from the beginning of the cell until now; else the whole cell, judged at its end
  std::string unit;                               // day, week, month, quarter, year; empty: `length`
  absl::Duration length = absl::ZeroDuration();   // of the clock, from midnight on; divides a day
};

// The cell that has `time` in it; one that ends then, at a border: the end of a cell belongs to it, its beginning does not. Days are those of the
// calendar's zone, of money (`billing_days`) those of UTC; weeks begin on Monday. Of a time that there is twice the first is a border, one that
// there is not moves to the first one after it.
TimeRange CellOf(const FixedWindow& window, const Calendar& calendar, bool billing_days, absl::Time time);

// No cell is longer.
absl::Duration LongestCell(const FixedWindow& window);

// "day", "6h": what a cell is called.
std::string CellText(const FixedWindow& window);

}  // namespace nephoscope
