#include "rules/trial/rule_trial.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/kinds/kind.h"
#include "rules/trial/verdict.h"

namespace nephoscope {
namespace {

constexpr int kAround = 5;  // ticks of the timeline on each side of a difference
constexpr std::size_t kMostHappened = 40;

// The rules of the test, with those that they are made of.
std::shared_ptr<const RuleSet> RulesOf(const RuleTest& test, const RuleSet& all) {
  std::map<std::string, std::shared_ptr<const Rule>> by_name;
  for (const auto& rule : all.rules) by_name[rule->name] = rule;
  std::set<std::string> wanted;
  std::vector<std::string> open;
  for (const auto& rule : all.rules)
    if (test.files.empty() ? rule->name == test.alert : std::find(test.files.begin(), test.files.end(), rule->file) != test.files.end())
      open.push_back(rule->name);
  for (const TestExpectation& one : test.expect)
    if (!one.alert.empty()) open.push_back(one.alert);
  while (!open.empty()) {
    const auto rule = by_name.find(open.back());
    open.pop_back();
    if (rule == by_name.end() || !wanted.insert(rule->first).second) continue;
    for (std::string& part : FindKind(rule->second->kind)->Parts(*rule->second)) open.push_back(std::move(part));
  }
  auto out = std::make_shared<RuleSet>();
  out->settings = all.settings;
  out->files = all.files;
  for (const auto& rule : all.rules)
    if (wanted.count(rule->name) != 0) out->rules.push_back(rule);
  return out;
}

std::string Padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string StepLine(const TrialStep& step, const std::string& why_not, absl::Time start) {
  const Transition& t = step.transition;
  std::string out = absl::StrCat(Padded(MomentText(step.known, start), 12), " ", Padded(ToText(t.type), 12), " ",
                                 Padded(ToText(t.severity), 8), " ", t.rule.name, LabelText(t));
  if (!t.impact.basis.empty()) absl::StrAppend(&out, "  ", t.impact.amount.ToText());
  absl::StrAppend(&out, "  ", t.summary);
  if (!why_not.empty()) absl::StrAppend(&out, "  (nobody is told: ", why_not, ")");
  return out;
}

std::string ViewLine(absl::Time now, const Transition& t, absl::Time pending, absl::Time start, bool alone) {
  std::string out = absl::StrCat(Padded(MomentText(now, start), 12), " ", Padded(ToText(t.status), 10));
  if (t.data_state != DataState::kFresh) absl::StrAppend(&out, " data ", ToText(t.data_state));
  if (t.status == AlertState::kPending) absl::StrAppend(&out, " for ", absl::FormatDuration(now - pending));
  if (t.status != AlertState::kInactive && t.status != AlertState::kPending && t.starts_at != absl::InfinitePast())
    absl::StrAppend(&out, " since ", MomentText(t.starts_at, start));
  std::vector<std::string> values;
  for (const NamedValue& value : t.values)
    values.push_back(absl::StrCat(value.name, " ", value.value, value.unit.empty() ? "" : " ", value.unit));
  absl::StrAppend(&out, "  ", absl::StrJoin(values, ", "));
  if (!t.condition_text.empty()) absl::StrAppend(&out, "  [", t.condition_text, "]");
  return alone ? out : absl::StrCat(out, "  ", t.rule.name, LabelText(t));
}

// The alerts that a test is about, and what these are made of; none: all of its files.
std::set<std::string> AskedOf(const RuleTest& test, const RuleSet& rules) {
  std::set<std::string> out;
  if (test.alert.empty()) return out;
  out.insert(test.alert);
  for (const TestExpectation& one : test.expect)
    if (!one.alert.empty()) out.insert(one.alert);
  for (const auto& rule : rules.rules)
    if (out.count(rule->name) != 0)
      for (std::string& part : FindKind(rule->kind)->Parts(*rule)) out.insert(std::move(part));
  return out;
}

// The same again, looking at every tick near the difference.
std::vector<std::string> Timeline(const RuleTest& test, const std::shared_ptr<const RuleSet>& rules, const TestInput& input,
                                  absl::Time around) {
  std::vector<absl::Time> ticks = input.trial.ticks;
  for (const TrialPoint& point : input.trial.points) ticks.push_back(point.arrives);
  std::sort(ticks.begin(), ticks.end());
  ticks.erase(std::unique(ticks.begin(), ticks.end()), ticks.end());
  const auto middle = std::lower_bound(ticks.begin(), ticks.end(), around);
  const absl::Time from = middle - ticks.begin() > kAround ? *(middle - kAround) : absl::InfinitePast();
  const absl::Time to = ticks.end() - middle > kAround ? *(middle + kAround) : absl::InfiniteFuture();
  std::vector<std::string> out;
  std::map<std::string, absl::Time> pending;  // since when, by alert id
  const std::set<std::string> asked = AskedOf(test, *rules);
  RunTrial(rules, input.trial, test.start, {}, [&](absl::Time now, const Trial& trial) {
    if (now > to) return;
    std::vector<Transition> all = trial.Look();
    all.erase(std::remove_if(all.begin(), all.end(), [&](const Transition& one) { return !asked.empty() && asked.count(one.rule.name) == 0; }), all.end());
    for (const Transition& one : all) {
      if (one.status != AlertState::kPending) pending.erase(one.alert_id);
      if (one.status == AlertState::kPending) pending.emplace(one.alert_id, now);
      if (now >= from)
        out.push_back(ViewLine(now, one, one.status == AlertState::kPending ? pending[one.alert_id] : now, test.start, all.size() == 1));
    }
  });
  return out;
}

void NoteUnseen(const RuleTest& test, const RuleSet& rules, const TestInput& input, TestResult& out) {
  for (const Series& series : input.trial.series)
    if (InterestedShards(rules, series) == 0)
      out.notes.push_back(absl::StrCat("no rule of the test looks at ", series.metric, series.labels.ToString(),
                                       "; compare it with `watch` of ", test.alert.empty() ? "the rules" : test.alert));
}

}  // namespace

std::vector<std::string> WhyNobodyIsTold(const std::vector<TrialStep>& steps, Herald& herald) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from < steps.size();) {
    std::size_t end = from;
    for (; end < steps.size() && steps[end].known == steps[from].known; ++end) herald.Note(steps[end].transition);
    for (; from < end; ++from) out.push_back(herald.WhyNot(steps[from].transition));
  }
  return out;
}

std::string LabelText(const Transition& transition) {
  Labels out = transition.labels;
  for (const LabelView label : transition.labels.pairs())
    if (label.value == kNoGroup) out = out.With(label.name, "");
  return out.empty() ? "" : out.ToString();
}

std::string MomentText(absl::Time time, absl::Time start) {
  const absl::Duration since = time - start;
  if (since < absl::Hours(48)) return absl::FormatDuration(since);
  return absl::StrCat("day ", since / absl::Hours(24) + 1, " ",
                      absl::FormatTime("%H:%M", absl::UnixEpoch() + since % absl::Hours(24), absl::UTCTimeZone()));
}

TestResult RunRuleTest(const RuleTest& test, const RuleSet& all, const MakeHerald& herald) {
  TestResult out{test.name, test.alert, test.file, test.line, {}, {}, {}, {}};
  const std::shared_ptr<const RuleSet> rules = RulesOf(test, all);
  const TestInput input = InputOf(test);
  Course course;
  const bool always =
      std::any_of(test.expect.begin(), test.expect.end(), [](const TestExpectation& one) { return one.never == "pending"; });
  course.steps = RunTrial(rules, input.trial, test.start, {}, [&](absl::Time now, const Trial& trial) {
    if (always || std::any_of(test.expect.begin(), test.expect.end(), [now](const TestExpectation& one) { return one.at == now; }))
      course.looks[now] = trial.Look();
  });
  course.why_not = WhyNobodyIsTold(course.steps, *herald(rules));
  out.differences = Compare(test, course);
  if (out.holds()) return out;
  for (std::size_t i = 0; i < course.steps.size() && i < kMostHappened; ++i)
    out.happened.push_back(StepLine(course.steps[i], course.why_not[i], test.start));
  if (course.steps.size() > kMostHappened) out.happened.push_back(absl::StrCat("and ", course.steps.size() - kMostHappened, " more"));
  out.timeline = Timeline(test, rules, input, out.differences[0].when);
  NoteUnseen(test, *rules, input, out);
  return out;
}

}  // namespace nephoscope
