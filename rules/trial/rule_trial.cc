#include "rules/trial/rule_trial.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/engine/interest.h"
#include "rules/engine/kind.h"
#include "rules/model/digests.h"
#include "rules/model/modes.h"
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
  return RulesAt(std::move(out), test.start);
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

void NoteUnseen(const RuleTest& test, std::shared_ptr<const RuleSet> rules, const TestInput& input, TestResult& out) {
  Interest interest(std::move(rules));
  for (const Series& series : input.trial.series)
    if (interest.ShardsOf(series) == 0)
      out.notes.push_back(absl::StrCat("no rule of the test looks at ", series.metric, series.labels.ToString(),
                                       "; compare it with `watch` of ", test.alert.empty() ? "the rules" : test.alert));
}

// When people are told of alerts again: so long after the newest step that they were told of, or after the last time.
class Reminders {
 public:
  Reminders(Herald& herald, std::vector<TrialStep>& out) : herald_(herald), out_(out) {}

  void Take(const TrialStep& step, bool told) {
    const Transition& t = step.transition;
    if (const auto before = open_.find(t.alert_id); before != open_.end()) {
      due_.erase({before->second.due, t.alert_id});
      open_.erase(before);
    }
    const bool fires = t.status == AlertState::kFiring || t.status == AlertState::kRecovering;
    const absl::Duration repeat = fires && told && !t.flapping ? herald_.RepeatOf(t) : absl::InfiniteDuration();
    if (repeat == absl::InfiniteDuration()) return;
    open_[t.alert_id] = {&t, repeat, step.known + repeat};
    due_.emplace(step.known + repeat, t.alert_id);
  }

  void Until(absl::Time end) {
    while (!due_.empty() && due_.begin()->first < end) {
      const auto [time, id] = *due_.begin();
      due_.erase(due_.begin());
      Open& one = open_.at(id);
      herald_.SetNow(time);
      if (herald_.WhyNot(*one.last).empty()) out_.push_back({time, *one.last});
      one.due = time + one.repeat;
      due_.emplace(one.due, id);
    }
  }

 private:
  struct Open {
    const Transition* last = nullptr;
    absl::Duration repeat;
    absl::Time due;
  };
  Herald& herald_;
  std::vector<TrialStep>& out_;
  std::map<std::string, Open> open_;                // by alert id
  std::set<std::pair<absl::Time, std::string>> due_;
};

// By time, rule and group.
using Lists = std::map<std::tuple<absl::Time, std::string, std::string>, TrialStep>;

void TakeDigest(const TrialStep& step, absl::Time end, const Herald& herald, Lists& lists) {
  const Digest* digest = herald.DigestOf(step.transition);
  const absl::Time due = NextDigest(*digest, step.known);
  if (due > end) return;
  std::string group;
  for (const std::string& name : digest->by) absl::StrAppend(&group, name == "owner" && step.transition.labels.Get(name).empty() ? step.transition.owner.name : std::string(step.transition.labels.Get(name)), "\n");
  lists.try_emplace({due, step.transition.rule.id, group}, TrialStep{due, step.transition});
}

}  // namespace

Told WhoIsTold(const std::vector<TrialStep>& steps, absl::Time end, Herald& herald) {
  Told out;
  Reminders reminders(herald, out.reminders);
  Lists lists;
  for (std::size_t from = 0; from < steps.size();) {
    reminders.Until(steps[from].known);
    std::size_t to = from;
    for (; to < steps.size() && steps[to].known == steps[from].known; ++to) herald.Note(steps[to].transition);
    for (; from < to; ++from) {
      out.why_not.push_back(herald.Decide(steps[from].transition));
      reminders.Take(steps[from], out.why_not.back().empty());
      if (out.why_not.back() == "in_digest") TakeDigest(steps[from], end, herald, lists);
    }
  }
  reminders.Until(end);
  for (const auto& [key, step] : lists) out.digests.push_back(step);
  return out;
}

std::string LabelText(const Transition& transition) {
  return transition.labels.empty() ? "" : transition.labels.ToString();
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
  std::vector<NoRate> no_rates;
  const bool always =
      std::any_of(test.expect.begin(), test.expect.end(), [](const TestExpectation& one) { return one.never == "pending"; });
  course.steps = RunTrial(rules, input.trial, test.start, {}, [&](absl::Time now, const Trial& trial) {
    if (always || std::any_of(test.expect.begin(), test.expect.end(), [now](const TestExpectation& one) { return one.at == now; }))
      course.looks[now] = trial.Look();
  }, &no_rates);
  Told told = WhoIsTold(course.steps, input.end, *herald(rules));
  course.why_not = std::move(told.why_not);
  course.reminders = std::move(told.reminders);
  course.digests = std::move(told.digests);
  out.differences = Compare(test, course);
  if (out.holds()) return out;
  for (std::size_t i = 0; i < course.steps.size() && i < kMostHappened; ++i)
    out.happened.push_back(StepLine(course.steps[i], course.why_not[i], test.start));
  if (course.steps.size() > kMostHappened) out.happened.push_back(absl::StrCat("and ", course.steps.size() - kMostHappened, " more"));
  out.timeline = Timeline(test, rules, input, out.differences[0].when);
  NoteUnseen(test, rules, input, out);
  for (const NoRate& one : no_rates) out.notes.push_back(ToText(one));
  return out;
}

}  // namespace nephoscope
