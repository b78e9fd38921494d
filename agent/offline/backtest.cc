#include "agent/offline/backtest.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/status/blind_rules.h"
#include "agent/stages/notify_herald.h"
#include "exporters/events/cloud_event.h"
#include "rules/engine/kind.h"
#include "rules/model/count_text.h"
#include "rules/language/words/wrap_text.h"
#include "rules/model/modes.h"

namespace nephoscope {
namespace {

constexpr std::size_t kCostliest = 5, kMostListed = 20;
constexpr absl::Duration kDay = absl::Hours(24);

// One alert from when it fired until it was over.
struct Episode {
  const Transition* first = nullptr;
  absl::Time from, to;
  Impact impact;  // the largest that was told of it
  bool over = false, flapped = false;
};

// What came of one rule.
struct Figures {
  std::size_t alerts = 0, notices = 0, night = 0, open = 0;
  bool flapped = false, lasts = false;
  absl::Duration firing;
  absl::Time firing_until = absl::InfinitePast();
  absl::Duration covered;  // of the time of the data, at least one alert fired
  std::map<Currency, Money> stake;
};

std::string TimeText(absl::Time time) { return absl::FormatTime("%Y-%m-%d %H:%M", time, absl::UTCTimeZone()); }

bool AtNight(absl::Time time) {
  const int hour = absl::ToCivilHour(time, absl::UTCTimeZone()).hour();
  return hour >= 22 || hour < 6;
}

std::string MoneyOf(const Impact& impact) { return impact.basis.empty() ? "-" : impact.amount.ToText(); }

std::string PerDay(std::size_t count, absl::Duration length) {
  return absl::StrFormat("%.2f", static_cast<double>(count) / std::max(1.0, absl::FDivDuration(length, kDay)));
}

constexpr std::size_t kFirstColumn = 18;  // a longer name has a line of its own

// Columns as wide as their longest cell; the last one is not padded.
std::string Columns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> width;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (width.size() <= i) width.push_back(0);
      width[i] = std::max(width[i], i == 0 ? std::min(row[i].size(), kFirstColumn) : row[i].size());
    }
  std::string out;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      if (i == 0 && row[i].size() > width[i]) absl::StrAppend(&out, row[i], "\n", std::string(width[i] + 2, ' '));
      else absl::StrAppend(&out, row[i], i + 1 < row.size() ? std::string(width[i] - row[i].size() + 2, ' ') : "\n");
  return out;
}

std::vector<Episode> Episodes(const Backtest& backtest) {
  std::vector<Episode> out;
  std::map<std::string, std::size_t> open;  // by alert id
  for (const TrialStep& step : backtest.steps) {
    const Transition& t = step.transition;
    if (t.type == EventType::kFiring && open.emplace(t.alert_id, out.size()).second)
      out.push_back({&t, step.known, backtest.end, {}, false, false});
    const auto found = open.find(t.alert_id);
    if (found == open.end()) continue;
    Episode& one = out[found->second];
    one.flapped = one.flapped || t.flapping;
    if (!t.impact.basis.empty() && (one.impact.basis.empty() || t.impact.amount.micros > one.impact.amount.micros)) one.impact = t.impact;
    if (t.status != AlertState::kInactive) continue;
    one.to = step.known;
    one.over = true;
    open.erase(found);
  }
  return out;
}

std::map<std::string, Figures> FiguresOf(const Backtest& backtest, const std::vector<Episode>& episodes) {
  std::map<std::string, Figures> out;
  for (const auto& rule : backtest.rules->rules) out[rule->name].lasts = FindKind(rule->kind)->lasts();
  for (const Episode& one : episodes) {  // in order of their begin
    Figures& rule = out[one.first->rule.name];
    ++rule.alerts;
    rule.open += !one.over;
    rule.flapped = rule.flapped || one.flapped;
    rule.firing += one.to - one.from;
    const absl::Time fresh = std::max(one.from, rule.firing_until);
    if (one.to > fresh) rule.covered += one.to - fresh;
    rule.firing_until = std::max(rule.firing_until, one.to);
    if (!one.impact.basis.empty()) {
      Money& sum = rule.stake.emplace(one.impact.amount.currency, Money{0, one.impact.amount.currency}).first->second;
      sum = sum + one.impact.amount;
    }
  }
  std::set<std::string> bills;  // rules about these: a cell is dated midnight, whenever the bill comes
  for (const auto& rule : backtest.rules->rules)
    if (rule->watch.is_cost || !rule->watch.resources.empty() || !rule->watch.commitments.empty()) bills.insert(rule->name);
  const auto count = [&](const TrialStep& step) {
    const std::string& name = step.transition.rule.name;
    ++out[name].notices;
    out[name].night += bills.count(name) == 0 && AtNight(step.known);
  };
  for (std::size_t i = 0; i < backtest.steps.size(); ++i)
    if (backtest.why_not[i].empty()) count(backtest.steps[i]);
  for (const TrialStep& again : backtest.reminders) count(again);
  for (const TrialStep& list : backtest.digests) count(list);
  return out;
}

// quiet: it says nothing. broken: it fires more than half of the time (unless its alerts last until something is mended), or goes on and off.
// noisy: more than one notice a day. Else fine.
const char* VerdictOf(const Figures& rule, absl::Duration length) {
  if (rule.alerts == 0) return "quiet";
  if (rule.flapped || (!rule.lasts && rule.covered * 2 > std::max(length, kDay))) return "broken";
  return static_cast<double>(rule.notices) > std::max(1.0, absl::FDivDuration(length, kDay)) ? "noisy" : "fine";
}

std::string StakeText(const std::map<Currency, Money>& stake) {
  std::string out;
  for (const auto& [currency, money] : stake) absl::StrAppend(&out, out.empty() ? "" : " + ", money.ToText());
  return out.empty() ? "-" : out;
}

// By which alerts of two versions are the same: rule, labels, day, and the how-manieth of the day.
std::vector<std::string> KeysOf(const std::vector<Episode>& episodes) {
  std::map<std::string, int> seen;
  std::vector<std::string> out;
  for (const Episode& one : episodes) {
    std::string key =
        absl::StrCat(one.first->rule.name, LabelText(*one.first), " ", absl::FormatTime("%Y-%m-%d", one.from, absl::UTCTimeZone()));
    const int number = ++seen[key];
    out.push_back(absl::StrCat(std::move(key), " ", number));
  }
  return out;
}

void ListMissing(const char* title, const std::vector<Episode>& from, const std::vector<std::string>& keys,
                 const std::set<std::string>& others, std::string& out) {
  std::string list;
  std::size_t missing = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (others.count(keys[i]) != 0 || ++missing > kMostListed) continue;
    const Transition& first = *from[i].first;
    absl::StrAppend(&list, WrapText(absl::StrCat(TimeText(from[i].from), "  ", ToText(first.severity), "  ", first.rule.name, LabelText(first)), "  ", "    "),
                    WrapText(absl::StrCat(first.summary, from[i].impact.basis.empty() ? "" : absl::StrCat("; ", MoneyOf(from[i].impact), " at stake")), "    ", "    "));
  }
  absl::StrAppend(&out, title, ": ", missing, "\n", list);
  if (missing > kMostListed) absl::StrAppend(&out, "  and ", missing - kMostListed, " more\n");
}

}  // namespace

Backtest RunBacktest(std::shared_ptr<const RuleSet> rules, const RecordedData& data, const std::function<void(double)>& progress) {
  Backtest out;
  out.rules = RulesAt(std::move(rules), data.begin);
  out.begin = data.begin;
  out.end = data.end;
  out.series = data.input.series.size();
  out.points = data.input.points.size();
  Interest interest(out.rules);
  for (const Series& series : data.input.series) interest.ShardsOf(series);
  for (std::size_t i = 0; i < out.rules->rules.size(); ++i)
    if (interest.reach().IsBlind(i)) out.blind[out.rules->rules[i]->name] = BlindText(interest.reach().Why(i));
  TrialWatcher look;
  if (progress)
    look = [&](absl::Time now, const Trial&) {
      progress(data.end > data.begin ? absl::FDivDuration(now - data.begin, data.end - data.begin) : 1);
    };
  out.steps = RunTrial(out.rules, data.input, data.begin, {.arrivals_answer = true}, look, &out.no_rates);
  Told told = WhoIsTold(out.steps, out.end, *NotifyHerald::Make(out.rules));
  out.why_not = std::move(told.why_not);
  out.reminders = std::move(told.reminders);
  out.digests = std::move(told.digests);
  return out;
}

std::string BacktestTable(const Backtest& backtest) {
  std::string out;
  for (std::size_t i = 0; i < backtest.steps.size(); ++i) {
    const Transition& t = backtest.steps[i].transition;
    absl::StrAppend(&out, WrapText(absl::StrCat(TimeText(backtest.steps[i].known), "  ", ToText(t.type), "  ", ToText(t.severity), "  ", t.rule.name, LabelText(t)), "", "  "));
    std::string more = t.impact.basis.empty() ? "" : absl::StrCat(MoneyOf(t.impact), " at stake; ");
    absl::StrAppend(&more, "owner ", t.owner.name, backtest.why_not[i].empty() ? "" : absl::StrCat("; nobody is notified: ", backtest.why_not[i]));
    absl::StrAppend(&out, WrapText(t.summary, "    ", "    "), WrapText(more, "    ", "    "));
  }
  return out;
}

std::string BacktestJsonLines(const Backtest& backtest) {
  std::string out;
  for (std::size_t i = 0; i < backtest.steps.size(); ++i) {
    const TrialStep& step = backtest.steps[i];
    const Transition& t = step.transition;
    Notice notice{.why_not = WhyNotFrom(backtest.why_not[i])};
    if (notice.why_not == WhyNot::kNone) notice = {.of = t.type, .at = step.known, .who = t.notify};
    const AlertSnapshot alert{.last = t, .recorded = step.known, .notice = std::move(notice)};
    absl::StrAppend(&out, "{\"type\":\"io.nephoscope.alert.", ToText(t.type), ".v1\",\"time\":\"",
                    absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", step.known, absl::UTCTimeZone()),
                    "\",\"data\":", AlertToJson(alert, t.time), "}\n");
  }
  return out;
}

std::string BacktestSummary(const Backtest& backtest) {
  const std::vector<Episode> episodes = Episodes(backtest);
  const absl::Duration length = backtest.end - backtest.begin;
  Figures all;
  std::vector<std::vector<std::string>> rows = {
      {"RULE", "ALERTS", "OPEN", "NOTICES", "A DAY", "HOURS", "AT STAKE", "VERDICT"}};
  for (const auto& [name, rule] : FiguresOf(backtest, episodes)) {
    rows.push_back({name, absl::StrCat(rule.alerts), absl::StrCat(rule.open), absl::StrCat(rule.notices), PerDay(rule.notices, length),
                    absl::StrFormat("%.0f", absl::ToDoubleHours(rule.firing)), StakeText(rule.stake), backtest.blind.count(name) != 0 ? "blind" : VerdictOf(rule, length)});
    all.alerts += rule.alerts, all.notices += rule.notices, all.night += rule.night;
  }
  std::string out = WrapText(absl::StrCat(TimeText(backtest.begin), " to ", TimeText(backtest.end), " UTC: ", backtest.series, " series, ",
                                 CountText(backtest.points, "point"), ", ", CountText(backtest.rules->rules.size(), "rule"), "\n", CountText(all.alerts, "alert"), " (",
                                 PerDay(all.alerts, length), " a day), ", CountText(all.notices, "notice"), " (", PerDay(all.notices, length),
                                 " a day), ", all.night, " of them between 22:00 and 06:00 UTC (bills apart)"), "", "");
  absl::StrAppend(&out, "\n", Columns(rows));
  if (!backtest.blind.empty()) absl::StrAppend(&out, "\nblind (these can never fire on such data):\n");
  for (const auto& [name, why] : backtest.blind) absl::StrAppend(&out, WrapText(absl::StrCat(name, " ", why), "  ", "    "));
  std::vector<const Episode*> costliest;
  for (const Episode& one : episodes)
    if (!one.impact.basis.empty()) costliest.push_back(&one);
  std::stable_sort(costliest.begin(), costliest.end(),
                   [](const Episode* a, const Episode* b) { return a->impact.amount.micros > b->impact.amount.micros; });
  if (costliest.empty()) return out;
  absl::StrAppend(&out, "\nmost at stake:\n");
  for (std::size_t i = 0; i < costliest.size() && i < kCostliest; ++i) {
    const Transition& first = *costliest[i]->first;
    absl::StrAppend(&out, WrapText(absl::StrCat(costliest[i]->impact.amount.ToText(), "  ", TimeText(costliest[i]->from), "  ", first.rule.name, LabelText(first)), "  ", "    "),
                    WrapText(first.summary, "    ", "    "));
  }
  return out;
}

std::string BacktestDifference(const Backtest& before, const Backtest& after) {
  const std::vector<Episode> old_ones = Episodes(before), new_ones = Episodes(after);
  const std::vector<std::string> old_keys = KeysOf(old_ones), new_keys = KeysOf(new_ones);
  const std::set<std::string> old_set(old_keys.begin(), old_keys.end()), new_set(new_keys.begin(), new_keys.end());
  std::size_t same = 0;
  for (const std::string& key : new_keys) same += old_set.count(key);
  const auto notices = [](const Backtest& one) { return std::count(one.why_not.begin(), one.why_not.end(), "") + static_cast<std::ptrdiff_t>(one.reminders.size() + one.digests.size()); };
  const absl::Duration length = after.end - after.begin;
  std::string out = absl::StrCat("alerts: ", old_ones.size(), " before, ", new_ones.size(),
                                 " now; notices a day: ", PerDay(static_cast<std::size_t>(notices(before)), length), " before, ",
                                 PerDay(static_cast<std::size_t>(notices(after)), length), " now\nalerts of both versions: ", same, "\n");
  ListMissing("alerts that are new", new_ones, new_keys, old_set, out);
  ListMissing("alerts that are gone", old_ones, old_keys, new_set, out);
  return out;
}

}  // namespace nephoscope
