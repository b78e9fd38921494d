#include "agent/collectors/bills/bill_versions.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace nephoscope {
namespace {

constexpr std::uint32_t kLeastRows = 3;  // that are the same, for files whose names do not say that they belong together
constexpr int kGuid[] = {8, 4, 4, 4, 12};

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsHex(char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); }

// Length of the GUID that `text` begins with; 0: none.
std::size_t GuidLength(absl::string_view text) {
  std::size_t at = 0;
  for (const int group : kGuid) {
    if (at > 0 && (at >= text.size() || text[at++] != '-')) return 0;
    for (int i = 0; i < group; ++i, ++at)
      if (at >= text.size() || !IsHex(text[at])) return 0;
  }
  return at == text.size() || !IsHex(text[at]) ? at : 0;
}

// Where the part begins and ends in the file's name; empty: it has none.
std::pair<std::size_t, std::size_t> PartOf(absl::string_view path) {
  const std::size_t name = path.rfind('/') == path.npos ? 0 : path.rfind('/') + 1;
  const std::size_t end = std::min(path.find('.', name), path.size());
  const std::string small = absl::AsciiStrToLower(path);
  if (std::size_t at = small.find("part", name); at < end) {
    std::size_t stop = at + 4;
    while (stop < end && (IsDigit(path[stop]) || ((path[stop] == '_' || path[stop] == '-') && stop + 1 < end &&
                                                  IsDigit(path[stop + 1]) && GuidLength(path.substr(stop + 1)) == 0)))
      ++stop;
    if (stop > at + 4) return {at, stop};
  }
  std::size_t begin = end;
  while (begin > name && IsDigit(path[begin - 1])) --begin;
  return end - begin >= 3 && path[begin] == '0' ? std::pair(begin, end) : std::pair(end, end);
}

struct Run {
  BillName name;
  std::string path;  // the first of its files
  std::int64_t modified_ns = 0;
  std::vector<std::string> paths;
  DaysOfAccounts days;
};

// Numbers say which is the older; where only GUIDs differ, the files' times.
bool Older(const Run& a, const Run& b) {
  const bool by_name = a.name.shape == b.name.shape && a.name.numbers != b.name.numbers;
  if (by_name) return a.name.numbers < b.name.numbers;
  return std::tie(a.modified_ns, a.path) < std::tie(b.modified_ns, b.path);
}

std::vector<Run> RunsOf(const std::vector<BillFile>& files) {
  std::map<std::string, Run> runs;
  for (const BillFile& file : files) {
    BillName name = NameOfBill(file.path);
    Run& run = runs[name.run];
    if (run.path.empty()) run.path = file.path;
    run.modified_ns = std::max(run.modified_ns, file.modified_ns);
    run.paths.push_back(file.path);
    for (const auto& [key, rows] : *file.days) {
      DayRows& sum = run.days[key];
      sum.rows += rows.rows;
      sum.use += rows.use;
      sum.mark += rows.mark;
    }
    run.name = std::move(name);
  }
  std::vector<Run> out;
  for (auto& [key, run] : runs) out.push_back(std::move(run));
  std::stable_sort(out.begin(), out.end(), Older);
  return out;
}

// The days that an older and a newer run share.
struct Shared {
  std::vector<AccountDay> days;
  std::size_t same = 0;
  std::uint64_t same_rows = 0;
};

enum class Relation { kApart, kVersion, kUnclear };

// The names say that it is another run of one export: of another date, or of another number where a part has its own.
bool OtherRun(const BillName& a, const BillName& b) {
  if (a.shape != b.shape || a.numbers.size() != b.numbers.size()) return false;
  bool number = false;
  for (std::size_t i = 0; i < a.numbers.size(); ++i) {
    if (a.numbers[i] == b.numbers[i]) continue;
    if (a.dates[i] && b.dates[i]) return true;
    number = true;
  }
  return a.part && b.part && (number || a.run != b.run);
}

// The newer has all days of the older from its own first day on, most of its days, and not far fewer rows on them: it is
// no file of what was added.
bool Covers(const Run& older, const Run& newer) {
  std::int64_t first = INT64_MAX;
  for (const auto& [key, rows] : newer.days) first = std::min(first, key.day);
  std::size_t both = 0;
  std::uint64_t rows_before = 0, rows_now = 0;
  for (const auto& [key, rows] : older.days) {
    if (const auto found = newer.days.find(key); found != newer.days.end())
      ++both, rows_before += rows.rows, rows_now += found->second.rows;
    else if (key.day >= first) return false;
  }
  return both * 2 > older.days.size() && rows_now * 2 >= rows_before;
}

Relation RelationOf(const Run& older, const Run& newer, const Shared& shared, bool decided) {
  const bool shape = older.name.shape == newer.name.shape;
  if (decided || (OtherRun(older.name, newer.name) && Covers(older, newer))) return Relation::kVersion;
  const bool most = shared.days.size() * 2 >= std::min(older.days.size(), newer.days.size());
  if (shape && shared.same > 0) return Relation::kVersion;
  if (shape) return most ? Relation::kUnclear : Relation::kApart;
  if (shared.same == 0) return Relation::kApart;
  return shared.same * 2 >= shared.days.size() && shared.same_rows >= kLeastRows ? Relation::kVersion : Relation::kUnclear;
}

std::string DayText(std::int64_t day) { return absl::FormatCivilTime(absl::CivilDay(1970, 1, 1) + day); }

// "for 10 days (2026-11-01 to 2026-11-10) of 123 (AWS)".
std::string SharedText(const Shared& shared, const BillGroups& groups) {
  std::set<std::int64_t> days;
  std::set<std::uint32_t> accounts;
  for (const AccountDay& one : shared.days) days.insert(one.day), accounts.insert(one.account);
  const std::string who = groups.AccountName(*accounts.begin());
  return absl::StrCat(days.size(), days.size() == 1 ? " day (" : " days (", DayText(*days.begin()),
                      days.size() == 1 ? "" : absl::StrCat(" to ", DayText(*days.rbegin())), ") of the account ", who,
                      accounts.size() > 1 ? absl::StrCat(" and ", accounts.size() - 1, " more") : "");
}

}  // namespace

namespace {

constexpr std::uint64_t kFirstYear = 2000, kLastYear = 2099;

bool IsYear(std::uint64_t n) { return n >= kFirstYear && n <= kLastYear; }
bool IsMonth(std::uint64_t n) { return n >= 1 && n <= 12; }
bool IsDay(std::uint64_t n) { return n >= 1 && n <= 31; }
bool IsDate(std::uint64_t n) { return IsYear(n / 10'000) && IsMonth(n / 100 % 100) && IsDay(n % 100); }  // 20261128

// 20261128, perhaps with the time behind it; 2026-11 and 2026-11-28.
std::vector<bool> DatesIn(const std::vector<std::uint64_t>& numbers) {
  constexpr std::uint64_t kTime = 1'000'000;
  std::vector<bool> out(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (IsDate(numbers[i]) || IsDate(numbers[i] / kTime)) out[i] = true;
    if (!IsYear(numbers[i]) || i + 1 >= numbers.size() || !IsMonth(numbers[i + 1])) continue;
    out[i] = out[i + 1] = true;
    if (i + 2 < numbers.size() && IsDay(numbers[i + 2])) out[i + 2] = true;
  }
  return out;
}

}  // namespace

BillName NameOfBill(const std::string& path) {
  BillName out;
  const auto [begin, end] = PartOf(path);
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t guid = at == 0 || !IsHex(path[at - 1]) ? GuidLength(absl::string_view(path).substr(at)) : 0;
    if (at == begin && begin < end) {
      out.run += '#', out.shape += '#';
      out.part = true;
      at = end;
    } else if (guid > 0) {
      out.run += path.substr(at, guid), out.shape += '#';
      at += guid;
    } else if (IsDigit(path[at])) {
      std::uint64_t number = 0;
      out.shape += '#';
      for (; at < path.size() && IsDigit(path[at]) && at != begin; ++at)
        out.run += path[at], number = number * 10 + static_cast<std::uint64_t>(path[at] - '0');
      out.numbers.push_back(number);
    } else {
      out.run += path[at], out.shape += path[at];
      ++at;
    }
  }
  out.dates = DatesIn(out.numbers);
  return out;
}

BillVersions FindVersions(const std::vector<BillFile>& files, const BillGroups& groups, DecidedBills& decided) {
  const std::vector<Run> runs = RunsOf(files);
  std::map<AccountDay, std::map<absl::string_view, std::size_t>> newest;  // by shape: the run that was the last to have it
  std::map<std::pair<std::size_t, std::size_t>, Shared> pairs;
  for (std::size_t i = 0; i < runs.size(); ++i)
    for (const auto& [key, rows] : runs[i].days) {
      auto& before = newest[key];
      for (const auto& [shape, run] : before) {
        Shared& shared = pairs[{run, i}];
        shared.days.push_back(key);
        if (runs[run].days.at(key) != rows) continue;
        ++shared.same;
        shared.same_rows += rows.rows;
      }
      before[runs[i].name.shape] = i;
    }
  BillVersions out;
  for (const auto& [pair, shared] : pairs) {
    const Run &older = runs[pair.first], &newer = runs[pair.second];
    const std::pair<std::string, std::string> names{older.name.run, newer.name.run};
    const Relation relation = RelationOf(older, newer, shared, decided.count(names) != 0);
    if (relation == Relation::kApart) continue;
    const std::string text = SharedText(shared, groups);
    if (relation == Relation::kVersion) {
      decided.insert(names);
      for (const std::string& path : older.paths) out.replaced[path].insert(shared.days.begin(), shared.days.end());
      out.notes.push_back(absl::StrCat(newer.path, " is a newer version of ", older.path, " for ", text,
                                       ": there only the newer one counts"));
    } else {
      out.notes.push_back(absl::StrCat(older.path, " and ", newer.path, " both have rows for ", text,
                                       ", and it cannot be decided whether they are two versions of one bill: both count; "
                                       "if they are, this cost counts twice: keep the older one out of `files`"));
    }
  }
  return out;
}

}  // namespace nephoscope
