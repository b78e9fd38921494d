// Which of several files are versions of one bill. Exports that write the month so far anew each day, each time into a
// file of its own, would otherwise add up.
//
//   a file's name   = its run (folder, date, number, GUID) and its part (part_0_0001, -00002); the parts of one run are
//                     one version
//   the same shape  = two runs whose names differ only in numbers and GUIDs
//   the same rows   = of one day of one account, by count and hash (DayRows)
//
// Two runs that share days of an account: the names decide, where they differ in a date, or in a number beside a part, and
// the newer has all days of the older, or all from its own first day on: it is a version of the older and replaces it on
// the days that they share, whatever their rows. Else the rows do: where a day has the same in both, the newer is a
// version (of runs of different shapes only if most days are the same); this is remembered, as the newer may be written
// again. Where no day has, runs of one shape that share most of their days are reported, and both count. Others add up:
// the bills of two services may stand in two files.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/collectors/bills/focus_cells.h"

namespace nephoscope {

struct BillFile {
  std::string path;
  std::int64_t modified_ns = 0;
  const DaysOfAccounts* days = nullptr;
};

struct BillVersions {
  std::map<std::string, std::set<AccountDay>> replaced;  // by path: what a newer version says instead
  std::vector<std::string> notes;                        // what to tell people, a sentence each
};

// Runs, the older first, that were once found to be versions by their rows.
using DecidedBills = std::set<std::pair<std::string, std::string>>;

BillVersions FindVersions(const std::vector<BillFile>& files, const BillGroups& groups, DecidedBills& decided);

// The parts of a path, for tests: run with `#` for the part, shape with `#` for every number and GUID.
struct BillName {
  std::string run, shape;
  std::vector<std::uint64_t> numbers;  // of the run, in their order; without those of GUIDs
  std::vector<bool> dates;             // which of these are of a date
  bool part = false;
};
BillName NameOfBill(const std::string& path);

}  // namespace nephoscope
