// A scenario: rules as a coordinator writes them, input in a few words, and every transition that must come of it.
//
//   NAME.rules.yaml   the rules; without it, the input names some of the examples of the language (tests/rules/language/examples)
//   NAME.input        the series, one a line:
//       examples: UnusualSpend, InstanceCountJump
//       series queue_length{queue="orders"} every 1m: 40 for 1h, 99 for 4m, gap 30m, 40 for 1h
//       series queue_length{queue="late"} every 1m: 40 for 1h, 99 for 10m late 20m
//       cost cost.effective{department="payments"} USD: 100 for 20d, 900 for 1d
//       cost cost.effective{department="search"} USD every 8h: 400 for 2d
//       restate cost.effective{department="payments"} USD day 21: 100
//       restart: 12m
//   NAME.expected     what the engine must answer: one line a transition
//
// Time starts at 2026-01-05T00:00:00Z, a Monday. A series has its own source; after each point of time every source's watermark is
// advanced to it, and the wall clock as well. Cost cells arrive at the end of
// their day (or of their 8 h), points of metrics at their own time, unless they are late.
#pragma once

#include <string>
#include <vector>

#include "rules/model/alert.h"

namespace nephoscope {

// One line a transition: "1d 02:00 firing critical {queue="orders"} 120.00 USD | summary".
std::string ToLine(const Transition& transition);

// Runs a scenario on `shards` engines (1, 2 or 8 threads' worth), with batches of at most `batch` samples. Throws std::runtime_error
// with file and line when a file is wrong.
std::vector<std::string> RunScenario(const std::string& path_without_ending, int engines, std::size_t batch);

}  // namespace nephoscope
