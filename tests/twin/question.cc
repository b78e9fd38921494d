#include "tests/twin/question.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "rules/engine/kind.h"

namespace nephoscope {
namespace {

constexpr const char* kCompareTo[] = {"previous window", "same hour yesterday", "same hour last week", "average of last 4 weeks"};

void SetBounds(OptionValues& out, const Bounds& bounds, bool money, double scale) {
  const auto set = [&](const char* name, const std::optional<double>& limit) {
    if (!limit) return;
    Quantity quantity;
    quantity.value = *limit / scale;
    quantity.micros = std::llround(*limit * 1e6);
    quantity.base = money ? "USD" : "";
    quantity.text = absl::StrCat(*limit);
    out.Set(name, {.value = quantity, .mark = {}, .given = true});
  };
  set("above", bounds.above), set("below", bounds.below), set("at_least", bounds.at_least), set("at_most", bounds.at_most), set("equals", bounds.equals);
}

OptionValues ConditionOf(const Wanted& wanted, const RuleKind& kind, bool change, bool money, bool percent) {
  OptionValues out(&kind.condition());
  if (!change) {
    SetBounds(out, wanted.value, money, percent ? 100 : 1);
    return out;
  }
  const auto set = [&](const char* name, const Bounds& bounds, bool is_money, double scale) {
    if (!bounds.any()) return;
    const auto options = kind.condition().options;
    const auto option = std::find_if(options.begin(), options.end(), [&](const Option& one) { return absl::string_view(one.name) == name; });
    auto map = std::make_shared<OptionValues>(option->fields);
    SetBounds(*map, bounds, is_money, scale);
    out.Set(name, {.value = map, .mark = {}, .given = true});
  };
  set("increase", wanted.increase, false, 1);
  set("decrease", wanted.decrease, false, 1);
  set("difference", wanted.difference, money, percent ? 100 : 1);
  return out;
}

// From `limit` on, in one of the ways to write that.
Bounds From(Dice& dice, bool up, double limit) {
  Bounds out;
  (up ? (dice.Percent(50) ? out.above : out.at_least) : (dice.Percent(50) ? out.below : out.at_most)) = limit;
  return out;
}

// Of the number: levels of rising limits (or falling ones), recovery at some distance.
void NumberLevel(Dice& dice, bool up, double limit, WantedLevel& out) {
  out.condition.value = From(dice, up, limit);
  if (dice.Percent(15)) (up ? out.condition.value.below : out.condition.value.above) = up ? 97 : 3;
  if (dice.Percent(30)) out.recover = Wanted{From(dice, !up, limit + (up ? -1 : 1) * static_cast<double>(dice.Below(15))), {}, {}, {}};
}

// Of the change; `how`: 0 increase, 1 decrease, 2 difference, 3 increase and difference.
void ChangeLevel(Dice& dice, int how, double share, double gap, WantedLevel& out) {
  const auto ask = [&](double a, double b, bool up) {
    Wanted wanted;
    if (how == 0 || how == 3) wanted.increase = From(dice, up, a);
    if (how == 1) wanted.decrease = From(dice, up, a);
    if (how == 2 || (how == 3 && up)) wanted.difference = From(dice, up, b);
    return wanted;
  };
  out.condition = ask(share, gap, true);
  if (dice.Percent(25)) out.recover = ask(share / 2, gap / 2, false);
}

}  // namespace

Question RandomQuestion(Dice& dice, bool money, absl::Duration step) {
  Question out;
  out.change = dice.Percent(30);
  if (out.change) out.compare = dice.Of({Question::kWindow, Question::kWindow, Question::kWindow, Question::kYesterday, Question::kLastWeek, Question::kFourWeeks});
  // The usual step of cells is a day or 8 h: what looks back four weeks needs that.
  if (!money && out.compare != Question::kYesterday) out.compare = Question::kWindow;
  out.stat = dice.Of({"", "last", "avg", "max", "min", "sum", "count", "rate", "p50", "p90", "p99"});
  out.combine = dice.Of({"", "", "sum", "max", "min", "avg", "count"});
  if (dice.Percent(60)) out.window = step * dice.Of({1, 2, 3, 5, 8, 8, 60});
  if (!out.change && dice.Percent(20)) {
    out.cell = money ? absl::Hours(24) * dice.Of({1, 1, 7}) : absl::Minutes(10) * dice.Of({1, 2, 3});
    out.growing = dice.Percent(40);
    out.window = absl::ZeroDuration();
  }
  if ((out.cell == absl::ZeroDuration() || out.growing) && dice.Percent(30)) out.every = step * dice.Of({1, 2, 3, 4});
  if (dice.Percent(15)) out.delay = step * dice.Of({1, 2, 3});
  if (dice.Percent(40)) out.no_data_after = step * dice.Of({2, 3, 6});
  if (dice.Percent(40)) out.keep_firing_for = step * dice.Of({1, 2, 4});
  out.may_leave = dice.Percent(15);
  out.no_data = dice.Of({NoDataPolicy::kKeepLast, NoDataPolicy::kNoData, NoDataPolicy::kFiring, NoDataPolicy::kOk});
  if (money && dice.Percent(40)) out.currency = dice.Of({"USD", "EUR"});
  const bool up = dice.Percent(70);
  const int how = static_cast<int>(dice.Below(4)), levels = static_cast<int>(1 + dice.Below(3));
  double limit = up ? 40 : 60;
  for (int i = 0; i < levels; ++i) {
    WantedLevel level;
    level.severity = static_cast<Severity>(i + (levels < 3 && dice.Percent(50) && i == levels - 1 ? 3 - levels : 0));
    limit += (up ? 1 : -1) * static_cast<double>(5 + dice.Below(15));
    if (out.change) ChangeLevel(dice, how, 0.05 + 0.2 * i, 3 + 8 * i, level);
    else NumberLevel(dice, up, limit, level);
    if (dice.Percent(20)) {
      level.m = static_cast<int>(2 + dice.Below(5));
      level.n = static_cast<int>(1 + dice.Below(level.m));
    } else if (dice.Percent(60)) {
      level.hold = step * dice.Of({1, 2, 3, 5});
    }
    out.levels.push_back(std::move(level));
  }
  return out;
}

Question Edited(Dice& dice, Question out, absl::Duration step) {
  const double by = static_cast<double>(dice.Below(41) - 20), times = dice.Of({0.5, 2.0});  // that no digit is lost by
  const auto move = [&](Wanted& wanted) {
    for (std::optional<double> Bounds::*limit : {&Bounds::above, &Bounds::below, &Bounds::at_least, &Bounds::at_most, &Bounds::equals}) {
      if (wanted.value.*limit) *(wanted.value.*limit) += by;
      for (Bounds* bounds : {&wanted.increase, &wanted.decrease, &wanted.difference})
        if (bounds->*limit) *(bounds->*limit) *= times;
    }
  };
  for (WantedLevel& level : out.levels) {
    move(level.condition);
    if (level.recover) move(*level.recover);
    if (level.m == 0 && dice.Percent(30)) level.hold = step * dice.Of({0, 1, 2, 4});
  }
  if (dice.Percent(30)) out.keep_firing_for = step * dice.Of({0, 1, 3});
  if (dice.Percent(30)) out.no_data = dice.Of({NoDataPolicy::kKeepLast, NoDataPolicy::kNoData, NoDataPolicy::kFiring, NoDataPolicy::kOk});
  return out;
}

Rule RuleOf(const Question& question, bool money, bool percent, const std::vector<std::string>& by) {
  Rule out;
  out.name = "Twin";
  out.id = "twin";
  out.kind = question.change ? "change" : "threshold";
  const RuleKind& kind = *FindKind(out.kind);
  out.options = OptionValues(&kind.options());
  if (question.change) out.options.Set("compare_to", {.value = std::string(kCompareTo[question.compare]), .mark = {}, .given = true});
  out.watch.metric = money ? "cost.effective" : "load";
  out.watch.is_cost = money;
  out.watch.by = by;
  out.watch.stat = question.stat;
  out.watch.window = question.window;
  const absl::Duration day = absl::Hours(24);
  if (question.cell > absl::ZeroDuration())
    out.watch.fixed = FixedWindow{.growing = question.growing, .unit = question.cell == day ? "day" : question.cell == 7 * day ? "week" : "", .length = question.cell < day ? question.cell : absl::ZeroDuration()};
  out.watch.combine = question.combine;
  out.every = question.every;
  out.evaluation_delay = question.delay;
  out.no_data_after = question.no_data_after;
  out.no_data = question.no_data;
  out.members_may_leave = question.may_leave;
  out.expire_after = absl::Hours(24 * 1000);  // the twin forgets no series
  out.keep_firing_for = question.keep_firing_for;
  for (const WantedLevel& wanted : question.levels) {
    Level level;
    level.severity = wanted.severity;
    level.condition = ConditionOf(wanted.condition, kind, question.change, money, percent);
    if (wanted.recover) level.recover = ConditionOf(*wanted.recover, kind, question.change, money, percent);
    level.hold = wanted.hold;
    level.hold_points = {wanted.n, wanted.m};
    out.levels.push_back(std::move(level));
  }
  if (!question.currency.empty()) {
    out.currency = *Currency::Parse(question.currency);
    out.exchange = std::make_shared<Exchange>(Currency::Usd(), std::vector<std::pair<Currency, double>>{{*Currency::Parse("EUR"), kEuro}}, "2026-01-01");
  }
  out.revision = "sha256:1";
  return out;
}

namespace {

std::string BoundWords(const char* name, const Bounds& bounds) {
  std::string out;
  const auto add = [&](const char* op, const std::optional<double>& limit) {
    if (limit) absl::StrAppend(&out, " ", name, " ", op, " ", *limit);
  };
  add("above", bounds.above), add("below", bounds.below), add("at_least", bounds.at_least), add("at_most", bounds.at_most), add("equals", bounds.equals);
  return out;
}

std::string WantedWords(const Wanted& wanted) {
  return absl::StrCat(BoundWords("value", wanted.value), BoundWords("increase", wanted.increase), BoundWords("decrease", wanted.decrease), BoundWords("difference", wanted.difference));
}

}  // namespace

std::string InWords(const Question& question) {
  std::string out = absl::StrCat(question.change ? "change" : "threshold", question.change ? absl::StrCat(" against ", kCompareTo[question.compare]) : "", " stat ", question.stat,
                                 question.currency.empty() ? "" : absl::StrCat(" in ", question.currency), " window ", absl::FormatDuration(question.window), question.growing ? " since cell " : " cell ", absl::FormatDuration(question.cell), " combine ", question.combine, " every ", absl::FormatDuration(question.every), " delay ",
                                 absl::FormatDuration(question.delay), " keep ", absl::FormatDuration(question.keep_firing_for), " no_data ",
                                 absl::FormatDuration(question.no_data_after), " policy ", static_cast<int>(question.no_data), question.may_leave ? " may leave" : "", "\n");
  for (const WantedLevel& level : question.levels)
    absl::StrAppend(&out, "  ", ToText(level.severity), WantedWords(level.condition), level.recover ? absl::StrCat(" recover", WantedWords(*level.recover)) : "", " for ",
                    absl::FormatDuration(level.hold), " or ", level.n, " of ", level.m, "\n");
  return out;
}

}  // namespace nephoscope
