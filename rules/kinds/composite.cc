// composite: an alert made of other alerts: they fire together, in an order, or without one another.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/engine/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/part_alert.h"
#include "rules/kinds/part_clauses.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/window_stat.h"

namespace nephoscope {
namespace {

const Option kOptionList[] = {
    {.name = "all_of", .type = OptionType::kTextList, .sentence = "All of these alerts fire", .example = "[UnusualSpend, InstanceCountJump]"},
    {.name = "any_of", .type = OptionType::kTextList, .sentence = "At least one of these alerts fires", .example = "[CheckoutDown, CheckoutSlow]"},
    {.name = "none_of", .type = OptionType::kTextList, .sentence = "None of these alerts fires", .example = "[PlannedMigration]"},
    {.name = "at_least", .type = OptionType::kText, .sentence = "So many of these alerts fire", .example = "2 of [UnusualSpend, InstanceCountJump, EgressHigh]"},
    {.name = "in_order", .type = OptionType::kTextList, .sentence = "All of these alerts fire, and began in this order", .example = "[InstanceCountJump, UnusualSpend]"},
    {.name = "same", .type = OptionType::kTextList, .sentence = "The alerts agree in these labels: one alert for each value", .example = "[account]"},
    {.name = "within", .type = OptionType::kDuration, .sentence = "The alerts began no further apart than this", .example = "6h", .minimum = 1},
    {.name = "replaces_parts", .type = OptionType::kFlag, .sentence = "People are told of this alert instead of the alerts it is made of; critical ones are told all the same", .default_text = "false"},
};
const OptionTable kOptions = {"composite", "Tells you when several alerts fire together.", kOptionList};
const OptionTable kCondition = {"condition of composite", "The parts are the condition.", {}};
constexpr const char* kLists[] = {"all_of", "in_order", "any_of", "none_of"};

std::string Names(const std::vector<std::string>& names) {
  if (names.size() < 2) return absl::StrJoin(names, "");
  return absl::StrCat(absl::StrJoin(names.begin(), names.end() - 1, ", "), " and ", names.back());
}

// What is lost comes before what is exposed only.
std::pair<bool, std::int64_t> AtStake(const PartAlert& part) { return {!part.impact.basis.empty() && part.impact.basis != "exposed", part.impact.amount.micros}; }

constexpr int kMostNotified = 32;  // bits of LevelBits

class CompositeEvaluator : public Evaluator {
 public:
  explicit CompositeEvaluator(std::shared_ptr<const Rule> rule)
      : rule_(std::move(rule)), clauses_(rule_->options), within_(rule_->options.Duration("within")), hold_(rule_->levels[0].hold) {}

  void Define(int, const Series&) override {}
  void Add(int, const Sample&, std::vector<absl::Time>&) override {}

  void AddPart(const Transition& part, std::vector<absl::Time>& due) override {
    if (Take(part)) Due(part.time, due);
  }

  void SetParts(absl::Span<const Transition* const> present, std::vector<absl::Time>& due) override {
    std::set<std::string> ids;
    std::vector<absl::Time> changed;
    for (const Transition* part : present) {
      ids.insert(part->alert_id);
      if (Take(*part)) changed.push_back(part->time);
    }
    for (auto at = parts_.begin(); at != parts_.end();) {
      if (ids.count(at->first) != 0) {
        ++at;
      } else {
        changed.push_back(at->second.time);
        at = parts_.erase(at);
      }
    }
    if (!changed.empty()) Due(*std::max_element(changed.begin(), changed.end()), due);  // how they stood in between is not known
  }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = time;
    out.restated = std::exchange(restated_, false);
    std::vector<PartBegin> begins;
    for (const auto& [id, part] : parts_)
      if (const int name = clauses_.NumberOf(part.name); name >= 0) begins.push_back({part.starts_at, name});
    std::vector<int> used;
    out.holds[0] = clauses_.Hold(begins, within_, used);
    out.recovered[0] = !out.holds[0];
    firing_ = 0;
    for (int name = 0; name < clauses_.allowed(); ++name)
      firing_ += std::any_of(begins.begin(), begins.end(), [name](const PartBegin& part) { return part.name == name; });
    if (!out.holds[0]) return out;
    // Of parts that this alert replaces nobody hears but by it: one that fires later is notified as a condition of its own.
    if (rule_->options.Flag("replaces_parts"))
      for (const PartBegin& part : begins)
        if (part.name < std::min(clauses_.allowed(), kMostNotified)) out.met[0] |= std::uint32_t{1} << part.name;
    causes_.clear();
    for (const auto& [id, part] : parts_)
      if (std::find(used.begin(), used.end(), clauses_.NumberOf(part.name)) != used.end()) causes_.push_back(part);
    std::stable_sort(causes_.begin(), causes_.end(), [](const PartAlert& a, const PartAlert& b) { return AtStake(a) > AtStake(b); });
    return out;
  }

  absl::Duration patience() const override { return absl::InfiniteDuration(); }  // parts without data keep their state, and so does this

  void Describe(Transition& out) const override {
    out.values = {{"parts_firing", absl::StrCat(firing_), "", "", ""}, {"parts_needed", absl::StrCat(clauses_.needed()), "", "", ""}};
    out.condition_text = out.cause == Cause::kConditionAdded ? Added(out.conditions[0]) : Text();
    out.explanation = Explain(out);
    if (causes_.empty()) return;
    const PartAlert& largest = *std::max_element(causes_.begin(), causes_.end(), [](const PartAlert& a, const PartAlert& b) { return AtStake(a) < AtStake(b); });
    out.impact = largest.impact;
    if (!out.impact.basis.empty()) out.impact.method = absl::StrCat("the largest of its parts: ", largest.name, largest.impact.method.empty() ? "" : ", ", largest.impact.method);
    out.contributors = largest.contributors;
    out.owner = largest.owner;
    if (!out.owner.source.empty()) absl::StrAppend(&out.owner.source, " (", largest.name, ")");
    for (const PartAlert& part : causes_) {
      out.provisional = out.provisional || part.provisional;
      if (part.data_state > out.data_state) out.data_state = part.data_state;
      out.as_of = std::max(out.as_of, part.as_of);
    }
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("parts", Names(CauseNames()));
    out.emplace_back("reason", Reasons());
    out.emplace_back("value", absl::StrCat(firing_));
    out.emplace_back("threshold", absl::StrCat(clauses_.needed()));
  }

  void Save(StateWriter& out) const override {
    out.Int(firing_);
    out.Int(static_cast<std::int64_t>(parts_.size()));
    for (const auto& [id, part] : parts_) part.Save(out);
    out.Int(static_cast<std::int64_t>(causes_.size()));
    for (const PartAlert& part : causes_) part.Save(out);
  }
  void Load(StateReader& in) override {
    firing_ = static_cast<int>(in.Int());
    parts_.clear();
    for (std::size_t n = in.Count(PartAlert::kLeastBytes); n > 0 && in.ok(); --n) {
      PartAlert part(in);
      std::string id = part.alert_id;
      parts_[std::move(id)] = std::move(part);
    }
    causes_.clear();
    for (std::size_t n = in.Count(PartAlert::kLeastBytes); n > 0 && in.ok(); --n) causes_.emplace_back(in);
  }

 private:
  // True: which parts fire, or since when, has changed.
  bool Take(const Transition& part) {
    const bool fires = part.status == AlertState::kFiring || part.status == AlertState::kRecovering;
    const auto known = parts_.find(part.alert_id);
    if (known != parts_.end() && part.sequence < known->second.sequence) return false;
    if (!fires && known == parts_.end()) return false;
    const bool news = known == parts_.end() || !fires || known->second.starts_at != part.starts_at;
    if (fires) {
      parts_[part.alert_id] = PartAlert(part);
      for (PartAlert& cause : causes_)
        if (cause.alert_id == part.alert_id) cause = parts_[part.alert_id];
    } else {
      restated_ = restated_ || part.type == EventType::kCorrected;
      parts_.erase(known);
    }
    return news;
  }

  // Now, and when a hold that begins or ends now is over.
  void Due(absl::Time time, std::vector<absl::Time>& due) const {
    due.push_back(time);
    if (hold_ > absl::ZeroDuration()) due.push_back(time + hold_);
    if (rule_->keep_firing_for > absl::ZeroDuration()) due.push_back(time + rule_->keep_firing_for);
  }

  std::string Text() const {
    return absl::StrCat(clauses_.text(), within_ > absl::ZeroDuration() ? absl::StrCat(", begun within ", LengthText(absl::ToDoubleSeconds(within_))) : "");
  }
  // "C fires as well".
  std::string Added(std::uint32_t parts) const {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < clauses_.names().size() && i < kMostNotified; ++i)
      if ((parts >> i & 1) != 0) out.push_back(clauses_.names()[i]);
    return absl::StrCat(absl::StrJoin(out, " and "), out.size() == 1 ? " fires as well" : " fire as well");
  }
  std::vector<std::string> CauseNames() const {
    std::vector<std::string> out;
    for (const std::string& name : clauses_.names())
      if (std::any_of(causes_.begin(), causes_.end(), [&](const PartAlert& part) { return part.name == name; })) out.push_back(name);
    return out;
  }
  std::string Reasons() const {
    std::vector<std::string> out;
    for (const PartAlert& part : causes_) out.push_back(absl::StrCat(part.name, ": ", part.summary));
    if (out.size() > 5) out.resize(5), out.push_back("...");
    return absl::StrJoin(out, "; ");
  }
  std::string Explain(const Transition& out) const {
    if (out.status == AlertState::kInactive) return absl::StrCat("It is no longer true: ", Text(), ".");
    std::string text = absl::StrCat("The rule looks for ", Text(), ".");
    for (std::size_t i = 0; i < causes_.size() && i < 5; ++i)
      absl::StrAppend(&text, " ", causes_[i].name, " fires since ", absl::FormatTime("%Y-%m-%d %H:%M UTC", causes_[i].starts_at, absl::UTCTimeZone()), ": ", causes_[i].summary, ".");
    return text;
  }

  std::shared_ptr<const Rule> rule_;
  PartClauses clauses_;
  absl::Duration within_, hold_;
  std::map<std::string, PartAlert> parts_;  // that fire, by alert id
  std::vector<PartAlert> causes_;           // when the condition was last true, the costliest first
  int firing_ = 0;
  bool restated_ = false;
};

class CompositeKind : public RuleKind {
 public:
  const char* name() const override { return "composite"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: SpendJump\n  kind: cost_anomaly\n  watch: {cost: effective, by: [account]}\n  when: {impact: {at_least: 100 USD}}\n"
           "- alert: ManyMachines\n  kind: threshold\n  watch: {metric: running_instances, by: [account]}\n  when: {above: 500}\n  notify: []\n"
           "- alert: RunawayDeployment\n  kind: composite\n  all_of: [SpendJump, ManyMachines]\n  same: [account]\n  within: 6h\n  replaces_parts: true\n  severity: critical\n"
           "  summary: \"${account}: ${parts}\"\n";
  }
  WatchNeed watch_need() const override { return WatchNeed::kNone; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  bool needs_condition() const override { return false; }

  void Prepare(Rule& rule) const override {
    rule.watch.alerts = true;
    rule.watch.by = rule.options.TextList("same");
    std::sort(rule.watch.by.begin(), rule.watch.by.end());
    rule.watch.by.erase(std::unique(rule.watch.by.begin(), rule.watch.by.end()), rule.watch.by.end());
  }

  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    CheckAtLeast(rule, out);
    CheckNames(rule, out);
    if (!out.empty()) return;
    const PartClauses clauses(rule.options);
    if (clauses.allowed() == 0)
      return out.push_back(LogicError("R440", rule.options.mark, rule.options.Has("none_of") ? "none_of alone is true whenever nothing happens: say which alerts fire as well, with all_of, any_of, at_least or in_order"
                                                                                            : "a composite is made of other alerts: write all_of, any_of, at_least or in_order, such as all_of: [UnusualSpend, InstanceCountJump]"));
    if (rule.options.Has("in_order") && rule.options.TextList("in_order").size() < 2)
      out.push_back(LogicError("R442", rule.options.MarkOf("in_order"), "an order needs two alerts at least"));
    if (rule.options.Has("within") && clauses.allowed() < 2)
      out.push_back(LogicError("R442", rule.options.MarkOf("within"), "within compares when several alerts began, but the rule names only one"));
    CheckCommon(rule, out);
  }

  const char* default_summary() const override { return "${parts} fire together"; }
  std::vector<std::string> template_names() const override { return {"parts", "reason"}; }
  Spoken Say(const Rule& rule) const override {
    Spoken out;
    out.levels.push_back({PartClauses(rule.options).verbs(), ""});
    if (rule.options.Has("within")) out.details.push_back(absl::StrCat("They must begin within ", SayLength(rule.options.Duration("within")), " of each other."));
    if (!rule.watch.by.empty()) out.each = absl::StrCat("They must have the same ", SayNames(rule.watch.by), ", and there is one alert for each.");
    if (rule.options.Flag("replaces_parts")) out.details.emplace_back("People are notified of it instead of these; critical ones are sent all the same.");
    out.has_data = false;
    return out;
  }

  std::vector<std::string> Parts(const Rule& rule) const override { return PartClauses(rule.options).names(); }
  bool ReplacesParts(const Rule& rule) const override { return rule.options.Flag("replaces_parts"); }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<CompositeEvaluator>(std::move(rule)); }

 private:
  static void CheckAtLeast(const Rule& rule, std::vector<Diagnostic>& out) {
    if (!rule.options.Given("at_least")) return;
    const AtLeast some = ParseAtLeast(rule.options.Text("at_least"));
    const Mark mark = rule.options.MarkOf("at_least");
    if (some.names.empty() || some.least == 0) {
      out.push_back(LogicError("R441", mark, absl::StrCat("\"", rule.options.Text("at_least"), "\" does not say how many of which alerts; write it like 2 of [UnusualSpend, InstanceCountJump, EgressHigh]")));
    } else if (some.least > static_cast<int>(some.names.size())) {
      out.push_back(LogicError("R441", mark, absl::StrCat(some.least, " of ", some.names.size(), " alerts can never fire")));
    }
  }

  // A name twice in one list, or among those that must and those that must not fire.
  static void CheckNames(const Rule& rule, std::vector<Diagnostic>& out) {
    std::set<std::string> wanted;
    const auto list = [&](const char* key, const std::vector<std::string>& names) {
      std::set<std::string> seen;
      for (const std::string& name : names) {
        if (!seen.insert(name).second) out.push_back(LogicError("R442", rule.options.MarkOf(key), absl::StrCat("\"", name, "\" stands twice in ", key)));
        if (key == absl::string_view("none_of") && wanted.count(name) != 0)
          out.push_back(LogicError("R442", rule.options.MarkOf(key), absl::StrCat("\"", name, "\" must fire and must not fire: take it out of one of the lists")));
      }
      wanted.insert(seen.begin(), seen.end());
    };
    if (rule.options.Given("at_least")) list("at_least", ParseAtLeast(rule.options.Text("at_least")).names);
    for (const char* key : kLists) list(key, rule.options.TextList(key));
  }

  // Common keys that say something of data, which a composite has none of.
  static void CheckCommon(const Rule& rule, std::vector<Diagnostic>& out) {
    const auto no = [&](const char* key, const char* why) {
      out.push_back(LogicError("R443", {rule.line, 1, 1}, absl::StrCat("a composite cannot have `", key, "`: ", why)));
    };
    if (rule.every > absl::ZeroDuration()) no("every", "it is judged whenever one of its parts changes");
    if (rule.evaluation_delay > absl::ZeroDuration()) no("evaluation_delay", "it waits for alerts, not for data; write it in the parts");
    if (rule.no_data_after > absl::ZeroDuration() || rule.no_data != NoDataPolicy::kKeepLast) no("no_data", "its parts have data and it has none; write it in the parts");
    if (rule.expire_after > absl::ZeroDuration()) no("expire_after", "it is made of alerts, not of series; write it in the parts");
    if (rule.members_may_leave) no("members_may_leave", "it is made of alerts, not of series; write it in the parts");
    if (rule.levels.size() > 1) no("levels", "its parts fire or they do not; write severity and for");
    if (rule.levels[0].hold_points.second > 0) no("for: n of m points", "it has no points; write a duration, such as for: 10m");
  }
};

}  // namespace

const RuleKind& composite_kind();
const RuleKind& composite_kind() {
  static const CompositeKind kind;
  return kind;
}

}  // namespace nephoscope
