#include "rules/kinds/anomaly_words.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "rules/kinds/say_words.h"
#include "rules/model/count_text.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostParts = 3;
constexpr double kExplains = 0.8;      // of the change
constexpr double kMovedToo = 0.3;      // a change to the other side that is worth a word

std::string DateText(std::int64_t day) {
  return absl::FormatCivilTime(absl::CivilDay(1970, 1, 1) + day);
}
std::string DayText(std::int64_t day) { return absl::StrCat(WeekdayName(day), " ", DateText(day)); }

int Percent(double share) { return static_cast<int>(std::lround(share * 100)); }

// " on a Sunday", " on the first of a month": whom the day is compared with.
std::string Like(const AnomalyFacts& facts) {
  if (facts.of == DayClass::kFirstOfMonth) return " on the first of a month";
  if (facts.of == DayClass::kEndOfMonth) return " on the last days of a month";
  if (facts.of == DayClass::kHoliday) return " on a holiday";
  return facts.weekly ? absl::StrCat(" on a ", WeekdayName(facts.day)) : "";
}

std::string RangeText(const AnomalyFacts& facts) {
  return absl::StrCat(facts.Money(facts.low), " to ", facts.Money(facts.high));
}

// "12.35 USD on Monday 2026-03-02; 8.21 USD to 12.31 USD is usual on a Monday."
std::string DayAndRange(const AnomalyFacts& facts) {
  const bool inside = facts.actual >= facts.low && facts.actual <= facts.high;
  return absl::StrCat(facts.Money(facts.actual), " on ", DayText(facts.day),
                      inside ? ", which is usual by itself (" : "; ", RangeText(facts),
                      inside ? "" : " is usual", Like(facts), inside ? ")." : ".");
}

// " The last four Sundays cost 610.00 USD to 640.10 USD."
std::string Comparable(const AnomalyFacts& facts) {
  if (!facts.weekly || facts.of != DayClass::kPlain) return "";
  std::int64_t low = INT64_MAX, high = INT64_MIN;
  int count = 0;
  std::int64_t day = facts.day;
  while (day >= facts.anomaly.first) day -= 7;
  for (; count < GroupDays::kComparable && facts.days.Any(day); ++count, day -= 7) {
    low = std::min(low, facts.days.Micros(day));
    high = std::max(high, facts.days.Micros(day));
  }
  if (count < 2) return "";
  return absl::StrCat(" The ", count, " ", WeekdayName(facts.day), "s before cost ",
                      low == high ? "" : absl::StrCat(facts.Money(low), " to "), facts.Money(high), ".");
}

// " Higher since Monday 2026-03-02: 3,420.00 USD (86%) more than expected in 3 days."
std::string Course(const AnomalyFacts& facts) {
  const DayAnomaly& one = facts.anomaly;
  const auto excess = static_cast<std::int64_t>(std::llround(std::fabs(one.excess)));
  const std::string share = one.usual > 0 ? absl::StrCat(" (", Percent(std::fabs(one.excess) / one.usual), "%)") : "";
  const std::string by = absl::StrCat(facts.Money(excess), share, one.direction > 0 ? " more" : " less",
                                      " than expected in ", CountText(one.days, "day"), ".");
  if (one.drift) {
    return absl::StrCat(one.direction > 0 ? " A slow climb since " : " A slow decline since ", DayText(one.leans_from),
                        ": small differences to one side that add up. Since ", DayText(one.first), " it is ", by);
  }
  if (one.days == 1 && one.first == facts.day) return absl::StrCat(" ", by);
  return absl::StrCat(one.direction > 0 ? " Higher since " : " Lower since ", DayText(one.first), ": ", by);
}

std::string Rarity(const AnomalyFacts& facts) {
  const DayAnomaly& one = facts.anomaly;
  if (one.drift || facts.history < DayModel::kUsable) return "";
  if (one.seen_before > 0) return absl::StrCat(" A day as unusual was last seen on ", DateText(one.seen_before), ".");
  return absl::StrCat(" Not seen in the ", CountText(one.first - one.record_from, "day"), " on record.");
}

std::string Parts(const AnomalyFacts& facts) {
  const DayAnomaly& one = facts.anomaly;
  const std::vector<Contributor> parts = ContributorsOf(facts.days, one);
  const std::vector<GroupDays::Change> all = facts.days.Changes(one.first, one.last, one.direction);
  double same = 0, other = 0;
  for (const GroupDays::Change& change : all)
    (change.micros * one.direction > 0 ? same : other) += std::fabs(static_cast<double>(change.micros));
  const std::vector<std::string>& by = facts.rule.watch.by;
  std::vector<std::string> said;
  for (const Contributor& part : parts) {
    const std::string name = SayPart(facts.days, part.labels, by);
    if (name.empty()) return "";
    const double share = same > 0 ? std::fabs(static_cast<double>(part.amount.micros)) / same : 0;
    said.push_back(absl::StrCat(name, ": ", part.amount.micros > 0 ? "+" : "", part.amount.ToText(), ", ",
                                Percent(share), "% of the ", one.direction > 0 ? "rise" : "fall"));
  }
  if (said.empty()) return "";
  std::string out = absl::StrCat(" ", absl::StrJoin(said, "; "), ".");
  if (other > kMovedToo * same && !all.empty()) {
    const GroupDays::Change& last = all.back();
    const std::string name = SayPart(facts.days, facts.days.labels(last.slot), by);
    if (last.micros * one.direction < 0 && !name.empty())
      absl::StrAppend(&out, " At the same time ", name, " changed by ", facts.Money(last.micros), ": some of it may have moved.");
  }
  return out;
}

std::string Month(const AnomalyFacts& facts) {
  if (facts.month == 0 || facts.month_usual == facts.month) return "";
  return absl::StrCat(" If it stays like this, the month ends near ", facts.Money(facts.month), " instead of ", facts.Money(facts.month_usual), ".");
}

std::string DataText(const AnomalyFacts& facts) {
  if (!facts.provisional) return "";
  if (facts.complete > 0 && facts.complete < 0.99)
    return absl::StrCat(" The bill of this day may still grow: days of its age usually have ", Percent(facts.complete), "% of their cost.");
  return " The bill of this day may still change.";
}

std::string OneTimeText(const AnomalyFacts& facts) {
  std::string out;
  for (const auto& [category, micros] : facts.days.OneTime(facts.anomaly.first, facts.day))
    absl::StrAppend(&out, out.empty() ? "" : ", ", category.empty() ? "charges for a term" : category, " ", facts.Money(micros));
  return out.empty() ? "" : absl::StrCat(" Not counted here, as they come once: ", out, ".");
}

std::string SayNew(const AnomalyFacts& facts) {
  const DayAnomaly& one = facts.anomaly;
  const auto sum = static_cast<std::int64_t>(std::llround(one.excess));
  if (!one.open && one.accepted)
    return absl::StrCat(facts.Money(facts.actual), " on ", DayText(facts.day), ". New spend since ", DateText(one.first), ", ", facts.Money(sum), " so far; from now on it is compared with itself.");
  if (!one.open) return absl::StrCat("The new spend since ", DayText(one.first), " has ended: ", facts.Money(sum), " in ", CountText(one.days, "day"), ".");
  return absl::StrCat("New spend: ", facts.Money(facts.actual), " on ", DayText(facts.day), one.first == facts.day ? ", for the first time." : absl::StrCat("; ", facts.Money(sum), " in ", CountText(one.days, "day"), " since ", DayText(one.first), "."),
                      " Nothing like it was on the bill before.", Month(facts), DataText(facts), facts.noise);
}

std::string SayVanished(const AnomalyFacts& facts) {
  const DayAnomaly& one = facts.anomaly;
  const auto sum = static_cast<std::int64_t>(std::llround(std::fabs(one.excess)));
  const std::string missing = absl::StrCat(facts.Money(sum), " less than expected in ", CountText(one.days, "day"));
  if (!one.open && one.accepted) return absl::StrCat("No cost since ", DayText(one.first), " (", missing, "). That is accepted; cost that comes back is reported as new.");
  if (!one.open) return absl::StrCat(facts.Money(facts.actual), " on ", DayText(facts.day), ": the cost is back. ", missing, ".");
  return absl::StrCat("No cost on ", DayText(facts.day), "; ", RangeText(facts), " is usual", Like(facts), ".", Comparable(facts),
                      one.days > 1 ? absl::StrCat(" Nothing has come since ", DayText(one.first), ": ", missing, ".") : "", Month(facts), facts.noise);
}

std::string SayWithdrawn(const AnomalyFacts& facts) {
  const std::string now = absl::StrCat("The bill has changed: ", facts.Money(facts.actual), " on ", DayText(facts.day));
  if (facts.actual < facts.low || facts.actual > facts.high) return absl::StrCat(now, ". What was reported is not so any more.");
  return absl::StrCat(now, ", which is usual (", RangeText(facts), Like(facts), ").");
}

std::string SayEnd(const AnomalyFacts& facts) {
  const DayAnomaly& one = facts.anomaly;
  const auto excess = static_cast<std::int64_t>(std::llround(std::fabs(one.excess)));
  const std::string sum = absl::StrCat(facts.Money(excess), one.direction > 0 ? " more" : " less", " than expected in ", CountText(one.days, "day"));
  const std::string range = absl::StrCat(RangeText(facts), Like(facts));
  if (one.accepted)
    return absl::StrCat(facts.Money(facts.actual), " on ", DayText(facts.day), ". After ", CountText(facts.day - one.first + 1, "day"), " this is accepted as the new usual level (", range, "). The change came to ", sum, ".");
  return absl::StrCat(facts.Money(facts.actual), " on ", DayText(facts.day), ", which is usual again (", range, "). ", one.days <= 2 && one.direction > 0 ? "The spike came to " : "The anomaly came to ", sum, ".");
}

}  // namespace

std::string AnomalyFacts::Money(std::int64_t micros) const { return nephoscope::Money{micros, days.currency()}.ToText(); }

const char* PatternOf(const DayAnomaly& anomaly, std::int64_t day) {
  if (anomaly.kind == DayAnomaly::Kind::kNew) return "new spend";
  if (anomaly.kind == DayAnomaly::Kind::kVanished) return "no cost any more";
  if (anomaly.drift) return anomaly.direction > 0 ? "slow climb" : "slow decline";
  const bool lasts = day - anomaly.first >= 2;
  if (anomaly.direction > 0) return lasts ? "stays higher" : "spike";
  const bool deep = anomaly.usual > 0 && anomaly.excess < -0.3 * anomaly.usual;
  return deep ? "dropped" : "unusually quiet";
}

std::string SayAnomaly(const AnomalyFacts& facts) {
  const DayAnomaly& one = facts.anomaly;
  if (facts.event != nullptr)
    return absl::StrCat(facts.Money(facts.actual), " on ", DayText(facts.day), ", which is not judged: ", *facts.event, " is expected.");
  if (facts.withdrawn) return SayWithdrawn(facts);
  if (one.kind == DayAnomaly::Kind::kNew) return SayNew(facts);
  if (one.kind == DayAnomaly::Kind::kVanished) return SayVanished(facts);
  if (one.kind == DayAnomaly::Kind::kNone) {
    if (facts.judged) return DayAndRange(facts);
    return absl::StrCat(facts.Money(facts.actual), " on ", DayText(facts.day), ". What is usual can be told after ", DayModel::kUsable, " days; ", facts.history, " are known.");
  }
  if (!one.open) return SayEnd(facts);
  if (one.turned && one.first == facts.day)
    return absl::StrCat(DayAndRange(facts), " What was reported before is over: the cost differs to the other side now, which is reported by itself if it goes on.");
  return absl::StrCat(DayAndRange(facts), Comparable(facts), Course(facts), Rarity(facts), Parts(facts), OneTimeText(facts), Month(facts), DataText(facts), facts.noise);
}

std::vector<Contributor> ContributorsOf(const GroupDays& days, const DayAnomaly& anomaly) {
  std::vector<Contributor> out;
  if (anomaly.days == 0) return out;
  const int sign = anomaly.direction;
  double all = 0, sum = 0;
  const std::vector<GroupDays::Change> changes = days.Changes(anomaly.first, anomaly.last, sign);
  for (const GroupDays::Change& change : changes)
    if (change.micros * sign > 0) all += std::fabs(static_cast<double>(change.micros));
  for (const GroupDays::Change& change : changes) {
    if (change.micros * sign <= 0 || out.size() == kMostParts || sum >= kExplains * all) break;
    sum += std::fabs(static_cast<double>(change.micros));
    out.push_back({days.labels(change.slot), {change.micros, days.currency()}});
  }
  return out;
}

std::string SayPart(const GroupDays& days, const Labels& labels, const std::vector<std::string>& by) {
  std::string service, region;
  std::vector<std::string> rest;
  for (const LabelView label : labels.pairs()) {
    const std::string name(label.name), value(label.value);
    if (std::find(by.begin(), by.end(), name) != by.end() || value.empty()) continue;
    bool differs = false;
    for (std::size_t slot = 0; slot < days.size() && !differs; ++slot)
      differs = days.labels(static_cast<int>(slot)).Get(name) != label.value;
    if (!differs) continue;
    if (name == "service" || name == "service_name") service = value;
    else if (name == "region" || name == "region_name") region = value;
    else rest.push_back(absl::StrCat(absl::StrReplaceAll(name, {{"_", " "}}), " ", SayName(value)));
  }
  std::string out = service;
  if (!region.empty()) absl::StrAppend(&out, out.empty() ? "in " : " in ", region);
  for (const std::string& one : rest) absl::StrAppend(&out, out.empty() ? "" : ", ", one);
  return out;
}

}  // namespace nephoscope
