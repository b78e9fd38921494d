#include "rules/trial/verdict.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nephoscope {
namespace {

constexpr std::int64_t kHalfCent = 5'000;  // micros

class Verdict {
 public:
  Verdict(const RuleTest& test, const Course& course) : test_(test), course_(course) {}

  std::vector<Difference> Give() {
    for (const TestExpectation& one : test_.expect) {
      if (one.at) {
        At(one);
      } else if (one.notifications) {
        Notifications(one);
      } else {
        Never(one);
      }
    }
    NothingElse();
    return std::move(out_);
  }

 private:
  bool Speaks(const TestExpectation& one, const Transition& t) const {
    const std::string& alert = one.alert.empty() ? test_.alert : one.alert;
    if (!alert.empty() && t.rule.name != alert) return false;
    return std::all_of(one.labels.pairs().begin(), one.labels.pairs().end(),
                       [&](const LabelView& label) { return t.labels.Get(label.name) == label.value; });
  }

  // The newest step of an alert that was known at `time`; nullptr: none.
  const Transition* LastStep(const std::string& alert_id, absl::Time time) const {
    const Transition* out = nullptr;
    for (const TrialStep& step : course_.steps)
      if (step.known <= time && step.transition.alert_id == alert_id) out = &step.transition;
    return out;
  }

  void At(const TestExpectation& one) {
    std::vector<const Transition*> mine;
    if (const auto look = course_.looks.find(*one.at); look != course_.looks.end())
      for (const Transition& t : look->second)
        if (Speaks(one, t)) mine.push_back(&t);
    std::string found;
    for (const Transition* t : mine) {
      const Transition* last = LastStep(t->alert_id, *one.at);
      const bool over = one.state == "resolved" || one.state == "corrected";
      const std::optional<std::string> wrong = Wrong(one, *t, last);
      if (!wrong && one.state != "inactive") return;
      if (wrong) absl::StrAppend(&found, found.empty() ? "" : "; ", Found(over && last != nullptr ? *last : *t, last), *wrong);
    }
    if (one.state == "inactive" && found.empty()) return;
    if (mine.empty()) found = NoSuchAlert(one);
    Add(one, *one.at, std::move(found));
  }

  // What is not as expected besides the state, which its text tells anyway; nullopt: nothing.
  std::optional<std::string> Wrong(const TestExpectation& one, const Transition& now, const Transition* last) const {
    if (!StateIs(one.state, now, last)) return "";
    if (one.state == "inactive") return std::nullopt;
    const Transition& t = (one.state == "resolved" || one.state == "corrected") ? *last : now;
    std::vector<std::string> out;
    if (one.severity && t.severity != *one.severity) out.push_back(absl::StrCat("its severity is ", ToText(t.severity)));
    if (one.impact &&
        (t.impact.amount.currency != one.impact->currency || std::llabs(t.impact.amount.micros - one.impact->micros) > kHalfCent))
      out.push_back(t.impact.basis.empty() ? "no money is at stake" : absl::StrCat(t.impact.amount.ToText(), " is at stake"));
    if (!one.owner.empty() && t.owner.name != one.owner)
      out.push_back(absl::StrCat("its owner is ", t.owner.name, " (", t.owner.source, ")"));
    if (!one.summary.empty() && t.summary != one.summary) out.push_back(absl::StrCat("its summary is: ", t.summary));
    if (!one.text.empty() && !absl::StrContains(t.summary, one.text) && !absl::StrContains(t.explanation, one.text))
      out.push_back(absl::StrCat("it says: ", t.summary, " ", t.explanation));
    if (one.notified && Told(t, *one.at) != *one.notified)
      out.push_back(*one.notified ? absl::StrCat("nobody was told of it", WhyNot(t, *one.at)) : "people were told of it");
    if (out.empty()) return std::nullopt;
    return absl::StrCat("; ", absl::StrJoin(out, "; "));
  }

  static bool StateIs(absl::string_view state, const Transition& t, const Transition* last) {
    const bool fires = t.status == AlertState::kFiring || t.status == AlertState::kRecovering;
    if (state == "firing") return fires;
    if (state == "resolved") return !fires && last != nullptr && last->type == EventType::kResolved;
    if (state == "corrected") return last != nullptr && last->type == EventType::kCorrected;
    return state == ToText(t.status);
  }

  bool Told(const Transition& t, absl::Time by) const {
    for (std::size_t i = 0; i < course_.steps.size() && course_.steps[i].known <= by; ++i) {
      const Transition& step = course_.steps[i].transition;
      if (step.alert_id == t.alert_id && step.starts_at == t.starts_at && step.status == t.status && course_.why_not[i].empty())
        return true;
    }
    return false;
  }

  std::string WhyNot(const Transition& t, absl::Time by) const {
    std::string out;
    for (std::size_t i = 0; i < course_.steps.size() && course_.steps[i].known <= by; ++i)
      if (course_.steps[i].transition.alert_id == t.alert_id && !course_.why_not[i].empty())
        out = absl::StrCat(" (", course_.why_not[i], ")");
    return out;
  }

  // "QueueLong{queue="a"} is pending, warning since 1h: value 85 (at least 80)"
  std::string Found(const Transition& t, const Transition* last) const {
    std::string state = ToText(t.status);
    if (t.status == AlertState::kInactive && last != nullptr && last->status == AlertState::kInactive)
      state = absl::StrCat(ToText(last->type), " at ", MomentText(last->time, test_.start));
    std::string out = absl::StrCat(t.rule.name, LabelText(t), " is ", state);
    if (t.status != AlertState::kInactive) absl::StrAppend(&out, ", ", ToText(t.severity));
    if (t.status != AlertState::kInactive && t.status != AlertState::kPending && t.starts_at != absl::InfinitePast())
      absl::StrAppend(&out, " since ", MomentText(t.starts_at, test_.start));
    if (!t.values.empty())
      absl::StrAppend(&out, "; ", t.values[0].name, " ", t.values[0].value, t.values[0].unit.empty() ? "" : " ", t.values[0].unit);
    return out;
  }

  std::string NoSuchAlert(const TestExpectation& one) const {
    std::vector<std::string> others;
    if (const auto look = course_.looks.find(*one.at); look != course_.looks.end())
      for (const Transition& t : look->second) others.push_back(absl::StrCat(t.rule.name, LabelText(t)));
    if (others.empty()) return "no alert has been looked at by then: no series reached the rule";
    return absl::StrCat("there is no such alert; there is ", absl::StrJoin(others, ", "));
  }

  void Notifications(const TestExpectation& one) {
    std::vector<std::string> told;
    absl::Time last = test_.start;
    for (std::size_t i = 0; i < course_.steps.size(); ++i) {
      const TrialStep& step = course_.steps[i];
      if (!course_.why_not[i].empty() || !Speaks(one, step.transition)) continue;
      told.push_back(absl::StrCat(ToText(step.transition.type), " at ", MomentText(step.known, test_.start)));
      last = step.known;
    }
    for (const TrialStep& list : course_.digests)
      if (Speaks(one, list.transition)) told.push_back(absl::StrCat("digest at ", MomentText(list.known, test_.start)));
    for (const TrialStep& again : course_.reminders)
      if (Speaks(one, again.transition)) told.push_back(absl::StrCat("reminder at ", MomentText(again.known, test_.start)));
    if (static_cast<std::int64_t>(told.size()) == *one.notifications) return;
    Add(one, last, told.empty() ? "people get none" : absl::StrCat("people get ", told.size(), ": ", absl::StrJoin(told, ", ")));
  }

  void Never(const TestExpectation& one) {
    if (one.never == "pending") {
      for (const auto& [time, alerts] : course_.looks)
        for (const Transition& t : alerts)
          if (Speaks(one, t) && t.status == AlertState::kPending)
            return Add(one, time, absl::StrCat(t.rule.name, LabelText(t), " is pending at ", MomentText(time, test_.start)));
      return;
    }
    for (const TrialStep& step : course_.steps) {
      const Transition& t = step.transition;
      if (!Speaks(one, t) || (one.severity && t.severity != *one.severity)) continue;
      const bool fires = t.status == AlertState::kFiring || t.status == AlertState::kRecovering;
      if (one.never == "firing" ? !fires : one.never != ToText(t.type)) continue;
      return Add(
          one, step.known,
          absl::StrCat(t.rule.name, LabelText(t), " is ", one.never == "firing" ? absl::StrCat("firing, ", ToText(t.severity)) : one.never,
                       " at ", MomentText(step.known, test_.start), ": ", t.summary));
    }
  }

  // An alert that no line speaks of is a surprise: with `[]` every one is.
  void NothingElse() {
    const bool lists = std::any_of(test_.expect.begin(), test_.expect.end(), [](const TestExpectation& one) { return one.at.has_value(); });
    if (!test_.expect.empty() && !lists) return;
    std::vector<std::string> seen;
    for (const TrialStep& step : course_.steps) {
      const Transition& t = step.transition;
      if (t.type != EventType::kFiring || (!test_.alert.empty() && t.rule.name != test_.alert)) continue;
      if (std::any_of(test_.expect.begin(), test_.expect.end(), [&](const TestExpectation& one) { return Speaks(one, t); })) continue;
      if (std::find(seen.begin(), seen.end(), t.alert_id) != seen.end()) continue;
      seen.push_back(t.alert_id);
      out_.push_back({test_.line, test_.expect.empty() ? "nothing fires" : "nothing fires that the test does not speak of",
                      absl::StrCat(t.rule.name, LabelText(t), " fires at ", MomentText(step.known, test_.start), ", ", ToText(t.severity),
                                   ": ", t.summary),
                      step.known});
    }
  }

  // The line of a test in words.
  static std::string Say(const TestExpectation& one) {
    const std::string of = absl::StrCat(one.alert.empty() ? "" : " ", one.alert, one.labels.empty() ? "" : " ",
                                        one.labels.empty() ? "" : one.labels.ToString());
    if (one.notifications) return absl::StrCat(*one.notifications, *one.notifications == 1 ? " notice" : " notices", of);
    std::string out = one.at ? absl::StrCat("at ", one.at_text, " ", one.state) : absl::StrCat("never ", one.never);
    if (one.severity) absl::StrAppend(&out, ", ", ToText(*one.severity));
    out += of;
    if (one.impact) absl::StrAppend(&out, ", ", one.impact->ToText(), " at stake");
    if (!one.owner.empty()) absl::StrAppend(&out, ", owner ", one.owner);
    if (!one.summary.empty()) absl::StrAppend(&out, ", summary: ", one.summary);
    if (!one.text.empty()) absl::StrAppend(&out, ", that says: ", one.text);
    if (one.notified) out += *one.notified ? ", people were told" : ", nobody was told";
    return out;
  }

  void Add(const TestExpectation& one, absl::Time when, std::string found) { out_.push_back({one.line, Say(one), std::move(found), when}); }

  const RuleTest& test_;
  const Course& course_;
  std::vector<Difference> out_;
};

}  // namespace

std::vector<Difference> Compare(const RuleTest& test, const Course& course) { return Verdict(test, course).Give(); }

}  // namespace nephoscope
