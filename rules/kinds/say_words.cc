#include "rules/kinds/say_words.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "rules/model/count_text.h"

namespace nephoscope {
namespace {

struct Unit {
  absl::Duration length;
  const char* one;
};
const Unit kUnits[] = {
    {absl::Hours(24), "day"}, {absl::Hours(1), "hour"}, {absl::Minutes(1), "minute"}, {absl::Seconds(1), "second"}, {absl::Milliseconds(1), "millisecond"}, {absl::Nanoseconds(1), "nanosecond"}};

bool IsPlain(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("_.:/@*%+-", c) || static_cast<unsigned char>(c) >= 0x80; }

// Words that a sentence joins names with.
bool IsJoiner(absl::string_view name) {
  for (const char* word : {"and", "or", "nor", "where", "is", "except", "for", "than"})
    if (name == word) return true;
  return false;
}

// A list with globs in it is read as one expression: the globs again. Absent: it is another expression.
std::optional<std::vector<std::string>> GlobsOf(absl::string_view regex) {
  if (!absl::ConsumePrefix(&regex, "(?:") || !absl::ConsumeSuffix(&regex, ")")) return std::nullopt;
  std::vector<std::string> out(1);
  while (!regex.empty()) {
    const char c = regex[0];
    if (absl::ConsumePrefix(&regex, "(?s:.*)")) {
      out.back() += '*';
      continue;
    }
    const bool quoted = c == '\\' && regex.size() > 1;
    if (quoted && absl::ascii_isalnum(static_cast<unsigned char>(regex[1]))) return std::nullopt;
    if (!quoted && c != '|' && c != '_' && !absl::ascii_isalnum(static_cast<unsigned char>(c)) && static_cast<unsigned char>(c) < 0x80) return std::nullopt;
    if (!quoted && c == '|') {
      out.emplace_back();
    } else {
      out.back() += quoted ? regex[1] : c;
    }
    regex.remove_prefix(quoted ? 2 : 1);
  }
  return out;
}

std::string SayRegex(const Matcher& matcher, bool negated) {
  if (const auto globs = GlobsOf(matcher.values[0])) return absl::StrCat(negated ? "is not like " : "is like ", SayNames(*globs, "or"));
  return absl::StrCat(negated ? "does not match \"" : "matches \"", matcher.values[0], "\"");
}

std::string SayFixed(const Rule& rule) {
  const FixedWindow& window = *rule.watch.fixed;
  const std::string cell = window.unit.empty() ? SayLength(window.length) : window.unit;
  return absl::StrCat(window.growing ? " since the start of the " : " of each ", cell, rule.calendar ? absl::StrCat(" by the calendar ", SayName(rule.calendar->name)) : rule.watch.is_cost ? "" : " (UTC)");
}

std::string SaySubject(const Watch& watch) {
  if (!watch.is_cost) return SayName(watch.metric);
  return absl::StrCat(absl::StripPrefix(watch.metric, "cost."), " cost");
}

}  // namespace

std::string SayLength(absl::Duration length) {
  if (length == absl::InfiniteDuration()) return "ever";
  for (const Unit& unit : kUnits)
    if (const std::int64_t n = length / unit.length; n != 0 && n * unit.length == length) return CountText(n, unit.one);
  return "0 seconds";
}

std::string SayMoney(const Money& money) {
  const std::string plain = money.ToDecimal();
  const std::size_t begin = plain[0] == '-' ? 1 : 0, point = std::min(plain.find('.'), plain.size());
  std::string out;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (i > begin && i < point && (point - i) % 3 == 0) out += ',';
    out += plain[i];
  }
  if (absl::EndsWith(out, ".00")) out.resize(out.size() - 3);
  return money.currency.empty() ? out : absl::StrCat(out, " ", money.currency.code());
}

// As it was written: 0.07 * 100 is 7.000000000000001.
std::string SayShare(double ratio) { return absl::StrFormat("%.12g%%", ratio * 100); }

std::string SayName(absl::string_view name) {
  if (!name.empty() && std::all_of(name.begin(), name.end(), IsPlain) && !IsJoiner(name)) return std::string(name);
  std::string out = "\"";
  for (const char c : name) absl::StrAppend(&out, c == '"' || c == '\\' ? "\\" : "", absl::string_view(&c, 1));
  return out + "\"";
}

std::string SayList(std::vector<std::string> all, absl::string_view last_word) {
  if (all.empty()) return "";
  const std::string last = std::move(all.back());
  all.pop_back();
  return all.empty() ? last : absl::StrCat(absl::StrJoin(all, ", "), " ", last_word, " ", last);
}

std::string SayNames(absl::Span<const std::string> names, absl::string_view last_word) {
  std::vector<std::string> all;
  for (const std::string& name : names) all.push_back(SayName(name));
  return SayList(std::move(all), last_word);
}

std::string SayMatcherValues(const Matcher& matcher) {
  using Op = Matcher::Op;
  switch (matcher.op) {
    case Op::kEqual:
    case Op::kAnyOf: return absl::StrCat("is ", SayNames(matcher.values, "or"));
    case Op::kGlob: return absl::StrCat("is like ", SayNames(matcher.values, "or"));
    case Op::kNotEqual:
    case Op::kNotAnyOf: return absl::StrCat("is not ", SayNames(matcher.values, "or"));
    case Op::kNotGlob: return absl::StrCat("is not like ", SayNames(matcher.values, "or"));
    case Op::kRegex: return SayRegex(matcher, false);
    case Op::kNotRegex: return SayRegex(matcher, true);
    case Op::kMissing: return "is missing";
    case Op::kPresent: return "is there";
    case Op::kAtLeast: return absl::StrCat("is at least ", matcher.values[0]);
    case Op::kAtMost: return absl::StrCat("is at most ", matcher.values[0]);
    case Op::kAbove: return absl::StrCat("is above ", matcher.values[0]);
    case Op::kBelow: return absl::StrCat("is below ", matcher.values[0]);
  }
  return "";
}

std::string SayMatchers(absl::Span<const Matcher> matchers, absl::string_view last_word) {
  std::vector<std::string> all;
  for (const Matcher& one : matchers) all.push_back(absl::StrCat(SayName(one.label), " ", SayMatcherValues(one)));
  return absl::StrJoin(all, absl::StrCat(", ", last_word, " "));
}

std::string SayScope(const Watch& watch) {
  return absl::StrCat(watch.where.empty() ? "" : absl::StrCat("where ", SayMatchers(watch.where)),
                      watch.where.empty() || watch.leave_out.empty() ? "" : ", ",
                      watch.leave_out.empty() ? "" : absl::StrCat("except where ", SayMatchers(watch.leave_out, "or")));
}

std::string SayStat(const std::string& stat) {
  if (stat == "avg") return "the average of ";
  if (stat == "max") return "the highest ";
  if (stat == "min") return "the lowest ";
  if (stat == "last") return "the last value of ";
  if (stat == "count") return "the number of points of ";
  if (stat.size() > 1 && stat[0] == 'p' && absl::ascii_isdigit(static_cast<unsigned char>(stat[1]))) return absl::StrCat("the ", stat.substr(1), "th percentile of ");
  return absl::StrCat("the ", stat, " of ");
}

std::string SayOf(absl::string_view limits) { return absl::StrCat(absl::StartsWith(limits, "at ") || absl::StartsWith(limits, "exactly") ? "of " : "", limits); }

std::string SayBy(absl::string_view limits) {
  return absl::StrReplaceAll(limits, {{"above ", "more than "}, {"below ", "less than "}});
}

std::string SayTypes(absl::Span<const std::string> types) {
  return types.size() == 1 && types[0] == "*" ? "" : absl::StrCat(" of type ", SayNames(types, "or"));
}

std::string SaySeries(const Rule& rule) {
  const Watch& watch = rule.watch;
  return absl::StrCat(watch.stat.empty() ? watch.is_cost ? "the " : "" : SayStat(watch.stat), SaySubject(watch),
                      watch.fixed ? SayFixed(rule) : watch.window > absl::ZeroDuration() ? absl::StrCat(" over ", SayLength(watch.window)) : "");
}

}  // namespace nephoscope
