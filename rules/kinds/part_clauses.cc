#include "rules/kinds/part_clauses.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/kinds/say_words.h"

namespace nephoscope {

AtLeast ParseAtLeast(absl::string_view text) {
  AtLeast out;
  const std::vector<absl::string_view> halves = absl::StrSplit(absl::StripAsciiWhitespace(text), absl::MaxSplits(absl::string_view(" of "), 1));
  if (halves.size() != 2) return out;
  absl::string_view list = absl::StripAsciiWhitespace(halves[1]);
  if (list.size() < 2 || list.front() != '[' || list.back() != ']') return out;
  list = list.substr(1, list.size() - 2);
  for (absl::string_view name : absl::StrSplit(list, ',')) {
    name = absl::StripAsciiWhitespace(name);
    if (name.size() >= 2 && (name.front() == '"' || name.front() == '\'') && name.front() == name.back()) name = name.substr(1, name.size() - 2);
    if (name.empty()) return out;
    out.names.emplace_back(name);
  }
  int least = 0;
  if (absl::SimpleAtoi(absl::StripAsciiWhitespace(halves[0]), &least)) out.least = std::max(0, least);
  return out;
}

PartClauses::PartClauses(const OptionValues& options) {
  const std::vector<std::string>& all = options.TextList("all_of");
  if (!all.empty()) Add("all of ", static_cast<int>(all.size()), false, all);
  const std::vector<std::string>& order = options.TextList("in_order");
  if (!order.empty()) Add("in this order ", static_cast<int>(order.size()), true, order);
  if (options.Has("at_least")) {
    const AtLeast some = ParseAtLeast(options.Text("at_least"));
    if (some.least > 0) Add("of ", some.least, false, some.names);
  }
  if (!options.TextList("any_of").empty()) Add("any of ", 1, false, options.TextList("any_of"));
  allowed_ = static_cast<int>(names_.size());
  for (const std::string& name : options.TextList("none_of")) Number(name);
}

int PartClauses::NumberOf(absl::string_view name) const {
  const auto at = std::find(names_.begin(), names_.end(), name);
  return at == names_.end() ? -1 : static_cast<int>(at - names_.begin());
}

int PartClauses::Number(const std::string& name) {
  const int known = NumberOf(name);
  if (known >= 0) return known;
  names_.push_back(name);
  return static_cast<int>(names_.size()) - 1;
}

void PartClauses::Add(const char* words, int least, bool ordered, const std::vector<std::string>& names) {
  Clause clause{words, least, ordered, {}};
  for (const std::string& name : names) clause.names.push_back(Number(name));
  clauses_.push_back(std::move(clause));
}

int PartClauses::needed() const {
  int most = 0;
  for (const Clause& clause : clauses_) most = std::max(most, clause.least);
  return most;
}

bool PartClauses::Enough(const std::vector<int>& counts) const {
  for (const Clause& clause : clauses_) {
    const auto fires = [&](int name) { return counts[name] > 0; };
    if (std::count_if(clause.names.begin(), clause.names.end(), fires) < clause.least) return false;
  }
  return !clauses_.empty();
}

// The first name at its earliest, then each next one at its earliest from there on.
bool PartClauses::InOrder(const Clause& clause, const PartBegin* from, const PartBegin* to) {
  absl::Time since = absl::InfinitePast();
  for (const int name : clause.names) {
    const PartBegin* found = std::find_if(from, to, [&](const PartBegin& part) { return part.name == name && part.begin >= since; });
    if (found == to) return false;
    since = found->begin;
  }
  return true;
}

bool PartClauses::Hold(std::vector<PartBegin>& parts, absl::Duration within, std::vector<int>& used) const {
  used.clear();
  if (std::any_of(parts.begin(), parts.end(), [&](const PartBegin& part) { return forbids(part.name); })) return false;
  std::sort(parts.begin(), parts.end(), [](const PartBegin& a, const PartBegin& b) { return std::tie(a.begin, a.name) < std::tie(b.begin, b.name); });
  std::vector<int> counts(names_.size());
  const PartBegin* const end = parts.data() + parts.size();
  const PartBegin* to = parts.data();
  for (const PartBegin* from = parts.data(); from != end; --counts[from->name], ++from) {
    for (; to != end && (within <= absl::ZeroDuration() || to->begin - from->begin <= within); ++to) ++counts[to->name];
    if (!Enough(counts)) continue;
    if (std::any_of(clauses_.begin(), clauses_.end(), [&](const Clause& clause) { return clause.ordered && !InOrder(clause, from, to); })) continue;
    for (int name = 0; name < allowed_; ++name)
      if (counts[name] > 0) used.push_back(name);
    return true;
  }
  return false;
}

std::string PartClauses::text() const {
  std::vector<std::string> out;
  for (const Clause& clause : clauses_) {
    std::vector<std::string> names;
    for (const int name : clause.names) names.push_back(names_[name]);
    const bool some = clause.words == absl::string_view("of ");
    out.push_back(absl::StrCat(some ? absl::StrCat("at least ", clause.least, " ") : "", clause.words, SayNames(names)));
  }
  const std::vector<std::string> none(names_.begin() + allowed_, names_.end());
  if (!none.empty()) out.push_back(absl::StrCat("none of ", SayNames(none)));
  return absl::StrJoin(out, ", and ");
}

std::string PartClauses::verbs() const {
  std::vector<std::string> out;
  for (const Clause& clause : clauses_) {
    std::vector<std::string> names;
    for (const int name : clause.names) names.push_back(names_[name]);
    if (clause.ordered) {
      std::vector<std::string> said;
      for (const std::string& name : names) said.push_back(SayName(name));
      out.push_back(absl::StrCat(absl::StrJoin(said, ", then "), names.size() == 1 ? " fires" : " fire"));
    } else if (clause.words == absl::string_view("of ")) {
      out.push_back(absl::StrCat("at least ", clause.least, " of ", SayNames(names), clause.least == 1 ? " fires" : " fire"));
    } else if (clause.words == absl::string_view("any of ")) {
      out.push_back(absl::StrCat("any of ", SayNames(names), " fires"));
    } else {
      out.push_back(absl::StrCat(SayNames(names), names.size() == 1 ? " fires" : " fire"));
    }
  }
  const std::vector<std::string> none(names_.begin() + allowed_, names_.end());
  if (!none.empty()) out.push_back(absl::StrCat("none of ", SayNames(none), " fires"));
  return absl::StrJoin(out, ", and ");
}

}  // namespace nephoscope
