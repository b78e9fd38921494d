#include "rules/engine/matcher.h"

#include <re2/re2.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "rules/model/probe.h"

namespace nephoscope {

bool GlobMatches(absl::string_view pattern, absl::string_view text) {
  std::size_t p = 0, t = 0, star = absl::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != absl::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

WatchMatcher::WatchMatcher(const Rule& rule) : rule_(&rule) {
  for (const Matcher& matcher : rule.watch.where) where_.push_back(Compile(matcher));
  for (const Matcher& matcher : rule.watch.leave_out) leave_out_.push_back(Compile(matcher));
}
WatchMatcher::~WatchMatcher() = default;
WatchMatcher::WatchMatcher(WatchMatcher&&) noexcept = default;

WatchMatcher::Compiled WatchMatcher::Compile(const Matcher& matcher) {
  const bool regex = matcher.op == Matcher::Op::kRegex || matcher.op == Matcher::Op::kNotRegex;
  return {&matcher, regex ? std::make_unique<re2::RE2>(matcher.values[0]) : nullptr};
}

bool WatchMatcher::Holds(const Compiled& one, const Labels& labels) {
  const Matcher& m = *one.matcher;
  const absl::string_view value = labels.Get(m.label);
  const auto any = [&](const auto& same) { return std::any_of(m.values.begin(), m.values.end(), same); };
  const auto equal = [&](const std::string& v) { return value == v; };
  const auto glob = [&](const std::string& v) { return GlobMatches(v, value); };
  switch (m.op) {
    case Matcher::Op::kEqual:
    case Matcher::Op::kAnyOf: return any(equal);
    case Matcher::Op::kNotEqual:
    case Matcher::Op::kNotAnyOf: return !any(equal);
    case Matcher::Op::kGlob: return any(glob);
    case Matcher::Op::kNotGlob: return !any(glob);
    case Matcher::Op::kRegex: return re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *one.regex);
    case Matcher::Op::kNotRegex: return !re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *one.regex);
    case Matcher::Op::kMissing: return value.empty();
    case Matcher::Op::kPresent: return !value.empty();
  }
  return false;
}

bool WatchMatcher::Matches(const Series& series) const {
  // A health check with its own probe sees the samples of that probe.
  if (rule_->watch.metric.empty()) return absl::StartsWith(series.metric, "probe.") && series.labels.Get("rule") == rule_->id;
  if (series.metric != rule_->watch.metric) return false;
  const auto holds = [&](const Compiled& one) { return Holds(one, series.labels); };
  return std::all_of(where_.begin(), where_.end(), holds) && std::none_of(leave_out_.begin(), leave_out_.end(), holds);
}

}  // namespace nephoscope
