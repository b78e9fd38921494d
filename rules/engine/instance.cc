#include "rules/engine/instance.h"

#include <algorithm>
#include <cmath>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "rules/engine/matcher.h"
#include "rules/engine/owner.h"
#include "rules/engine/template.h"
#include "rules/kinds/kind.h"
#include "rules/model/check.h"
#include "rules/model/resource_key.h"

namespace nephoscope {
namespace {

constexpr int kStateVersion = 4;
constexpr std::size_t kManyMembers = 16;
constexpr absl::Duration kNoDataWithoutCadence = absl::Minutes(15);

std::string Active(absl::Time since, absl::Time now) { return since == absl::InfinitePast() ? "" : LengthText(absl::ToDoubleSeconds(now - since)); }

}  // namespace

Instance::Instance(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const Rule> rule, std::string alert_id, Labels by)
    : rules_(std::move(rules)), rule_(std::move(rule)), alert_id_(std::move(alert_id)), shard_(ShardOf(alert_id_)), by_(std::move(by)) {
  evaluator_ = FindKind(rule_->kind)->MakeEvaluator(rule_);
}

void Instance::Adopt(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const Rule> rule) {
  rules_ = std::move(rules);
  if (rule->revision == rule_->revision) {
    rule_ = std::move(rule);
    return;
  }
  const std::shared_ptr<const Rule> before = std::exchange(rule_, std::move(rule));
  life_.Adopt(*before, *rule_);
  edited_ = true;
  StateWriter state;
  evaluator_->Save(state);
  evaluator_ = FindKind(rule_->kind)->MakeEvaluator(rule_);
  for (std::size_t i = 0; i < members_.size(); ++i) evaluator_->Define(static_cast<int>(i), members_[i]);
  const std::string bytes = state.Take();
  StateReader reader(bytes);
  evaluator_->Load(reader);
  dirty_ = true;
}

// -1: it is new.
int Instance::FindMember(const Series& series) {
  const auto same = [&](int slot) { return members_[slot].metric == series.metric && members_[slot].labels == series.labels; };
  if (members_.size() < kManyMembers) {
    for (int slot = 0; slot < static_cast<int>(members_.size()); ++slot)
      if (same(slot)) return slot;
    return -1;
  }
  for (std::size_t slot = slot_by_hash_.size(); slot < members_.size(); ++slot) slot_by_hash_.emplace(absl::HashOf(members_[slot].metric, members_[slot].labels), static_cast<int>(slot));
  const auto [begin, end] = slot_by_hash_.equal_range(absl::HashOf(series.metric, series.labels));
  const auto found = std::find_if(begin, end, [&](const auto& one) { return same(one.second); });
  return found == end ? -1 : found->second;
}

int Instance::Define(const Series& series) {
  int slot = FindMember(series);
  if (slot >= 0) {
    members_[slot] = series;
  } else {
    slot = static_cast<int>(members_.size());
    members_.push_back(series);
    evaluator_->Define(slot, series);
  }
  if (std::find(sources_.begin(), sources_.end(), series.source) == sources_.end()) sources_.push_back(series.source);
  return slot;
}

absl::Duration NoDataAfterOf(const Rule& rule, const Series& series) {
  if (rule.no_data_after > absl::ZeroDuration()) return rule.no_data_after;
  return series.cadence > absl::ZeroDuration() ? series.cadence * 3 : kNoDataWithoutCadence;
}

absl::Duration Instance::NoDataAfter() const {
  if (rule_->no_data_after > absl::ZeroDuration()) return rule_->no_data_after;
  if (const absl::Duration patience = evaluator_->patience(); patience > absl::ZeroDuration()) return patience;
  absl::Duration cadence = absl::ZeroDuration();
  for (const Series& series : members_) cadence = std::max(cadence, series.cadence);
  if (!members_.empty() && members_[0].type == ValueType::kMoney) return std::max(absl::Hours(36), cadence * 3 / 2);
  return cadence > absl::ZeroDuration() ? cadence * 3 : kNoDataWithoutCadence;
}

void Instance::Add(int slot, const Sample& sample, InstanceCounts& counts) {
  if (members_[slot].type == ValueType::kNumber && !std::isfinite(sample.value)) return;  // not a number: as if nothing had come
  new_due_.clear();
  evaluator_->Add(slot, sample, new_due_);
  newest_sample_ = std::max(newest_sample_, sample.time());
  dirty_ = dirty_ || !new_due_.empty();  // a restart asks only for what came after the watermark
  for (absl::Time time : new_due_) {
    if (time <= judged_) {
      if (members_[slot].type == ValueType::kMoney) {
        ++counts.restated;
        rejudge_ = true;
      } else {
        ++counts.late;
      }
      continue;
    }
    AddDue(time);
  }
}

void Instance::BeginQuiet(int slot, const QuietPast& past) {
  InstanceCounts uncounted;
  if (past.judged != absl::InfinitePast()) {
    new_due_.clear();
    evaluator_->Add(slot, past.last, new_due_);
    (void)evaluator_->Judge(past.judged);
    judged_ = past.judged;
    life_.BeginQuiet(past.judged);
  }
  for (const Sample& sample : past.waiting) Add(slot, sample, uncounted);
  newest_sample_ = past.newest;
  dirty_ = true;
}

void Instance::AddDue(absl::Time time) {
  if (due_.empty() || due_.back() < time) {
    due_.push_back(time);
  } else if (auto at = std::lower_bound(due_.begin(), due_.end(), time); *at != time) {
    due_.insert(at, time);
  }
}

void Instance::AddPart(const Transition& part) {
  new_due_.clear();
  evaluator_->AddPart(part, new_due_);
  for (absl::Time time : new_due_) AddDue(std::max(time, judged_));
  dirty_ = true;
}

void Instance::SetParts(absl::Span<const Transition* const> present) {
  new_due_.clear();
  evaluator_->SetParts(present, new_due_);
  for (absl::Time time : new_due_) AddDue(std::max(time, judged_));
  dirty_ = dirty_ || !new_due_.empty();
}

void Instance::JudgeUpTo(absl::Time complete, Changes& out, InstanceCounts& counts) {
  if (std::exchange(rejudge_, false) && judged_ != absl::InfinitePast()) Judge(judged_, Cause::kRestated, out, counts);
  std::size_t done = 0;
  for (; done < due_.size() && due_[done] <= complete; ++done) Judge(due_[done], Cause::kCondition, out, counts);
  due_.erase(due_.begin(), due_.begin() + static_cast<std::ptrdiff_t>(done));
}

void Instance::JudgeEdited(Changes& out, InstanceCounts& counts) {
  if (std::exchange(edited_, false) && judged_ != absl::InfinitePast()) Judge(judged_, Cause::kRuleChanged, out, counts);
}

void Instance::Judge(absl::Time time, Cause why, Changes& out, InstanceCounts& counts) {
  ++counts.evaluations;
  const Judgement judgement = evaluator_->Judge(time);
  judged_ = std::max(judged_, time);
  dirty_ = true;
  const AlertState before = life_.state();
  steps_.clear();
  // Points as far apart as the rule asks for them are no gap.
  life_.Step(*rule_, judgement, std::max(NoDataAfter(), rule_->every * 3 / 2), why, steps_);
  const bool urgent = before != life_.state() || evaluator_->volatile_input();
  Emit(steps_, out);
  if (urgent || !steps_.empty()) {
    SaveInto(out);
    out.instances.back().urgent = true;
  }
}

void Instance::JudgeByWall(absl::Time now, Changes& out, InstanceCounts& counts) {
  if (evaluator_->judges_by_wall()) {
    const Judgement judgement = evaluator_->Judge(now);
    const bool changes = (judgement.holds.any() && life_.state() == AlertState::kInactive) || (judgement.recovered.any() && life_.state() != AlertState::kInactive) ||
                         life_.state() == AlertState::kPending;
    if (changes) Judge(now, Cause::kCondition, out, counts);
    return;
  }
  // A source that is silent; not what was restored from before a stop and has not been asked for since.
  const absl::Time newest = std::max(newest_sample_, judged_);
  if (newest == absl::InfinitePast() || now - newest <= NoDataAfter() || newest_sample_ == absl::InfinitePast()) return;
  steps_.clear();
  const AlertState before = life_.state();
  const DataState data = life_.data();
  life_.NoData(*rule_, now, steps_);
  Emit(steps_, out);
  if (before != life_.state() || data != life_.data() || !steps_.empty()) {
    SaveInto(out);
    out.instances.back().urgent = true;
  }
}

void Instance::End(absl::Time now, Changes& out) {
  steps_.clear();
  life_.End(now, Cause::kRuleRemoved, steps_);
  Emit(steps_, out);
  out.instances.push_back({alert_id_, rule_->id, shard_, "", true});
}

void Instance::Emit(const std::vector<LifeStep>& steps, Changes& out) {
  for (const LifeStep& step : steps)
    if (step.type != EventType::kPending) out.transitions.push_back(Describe(step));
}

Transition Instance::Describe(const LifeStep& step) {
  Transition out = Shape(step);
  out.sequence = ++sequence_;
  out.event_id = EventId(alert_id_, out.starts_at, out.sequence, out.type);
  if (step.type != EventType::kFiring) out.causation_id = last_event_;
  last_event_ = out.event_id;
  return out;
}

Transition Instance::Present() const {
  Transition out = Shape({EventType::kUpdated, Cause::kCondition});
  out.sequence = sequence_;
  return out;
}

Transition Instance::Shape(const LifeStep& step) const {
  Transition out;
  out.alert_id = alert_id_;
  out.type = step.type;
  out.cause = step.cause;
  out.time = life_.time();
  out.shard = shard_;
  out.rule = {rule_->name, rule_->id, rule_->kind, rule_->file, rule_->revision, rule_->line};
  out.status = life_.state();
  out.previous_status = life_.previous_state();
  const int level = life_.level() >= 0 ? life_.level() : std::max(life_.previous_level(), 0);
  out.severity = rule_->levels[level].severity;
  if (life_.previous_level() >= 0) out.previous_severity = rule_->levels[life_.previous_level()].severity;
  out.starts_at = life_.starts_at();
  if (out.status == AlertState::kInactive) out.ends_at = life_.ends_at() == absl::InfinitePast() ? life_.time() : life_.ends_at();
  out.labels = by_;
  for (const Label& label : rule_->labels.pairs()) out.labels = out.labels.With(label.name, RenderTemplate(label.value, [&] {
    Places places;
    for (const Label& p : by_.pairs()) places.emplace_back(p.name, p.value);
    return places;
  }()));
  out.flapping = life_.flapping();
  out.data_state = life_.data();
  out.as_of = newest_sample_;
  out.watermark = judged_;
  out.runbook = rule_->runbook;
  out.notify = rule_->notify;
  evaluator_->Describe(out);
  std::vector<const Labels*> whom;
  for (const Contributor& contributor : out.contributors) whom.push_back(&contributor.labels);
  whom.push_back(&by_);
  for (const Series& series : members_) whom.push_back(&series.labels);
  if (rule_->owner || out.owner.name.empty()) out.owner = ResolveOwner(*rule_, rules_->settings, whom);
  Words(out);
  return out;
}

void Instance::Words(Transition& out) const {
  Places places;
  for (const Label& label : by_.pairs()) places.emplace_back(label.name, label.value);
  evaluator_->Places(places);
  places.emplace_back("active_for", Active(out.starts_at, out.time));
  places.emplace_back("impact", out.impact.basis.empty() ? "" : out.impact.amount.ToText());
  places.emplace_back("owner", out.owner.name);
  places.emplace_back("severity", ToText(out.severity));
  out.summary = RenderTemplate(rule_->summary.empty() ? FindKind(rule_->kind)->default_summary() : rule_->summary, places);
  if (!rule_->description.empty()) out.annotations.emplace_back("description", RenderTemplate(rule_->description, places));
  for (const auto& [name, text] : rule_->annotations) out.annotations.emplace_back(name, RenderTemplate(text, places));
}

void Instance::SaveInto(Changes& out) {
  StateWriter state;
  state.Int(kStateVersion);
  state.Text(rule_->kind);
  state.Time(judged_);
  state.Int(static_cast<std::int64_t>(sequence_));
  state.Text(last_event_);
  state.Text(rule_->revision);
  state.Int(static_cast<std::int64_t>(rule_->levels.size()));
  for (const Level& level : rule_->levels) state.Int(static_cast<int>(level.severity));
  life_.Save(state);
  state.Int(static_cast<std::int64_t>(by_.pairs().size()));
  for (const Label& label : by_.pairs()) state.Text(label.name), state.Text(label.value);
  state.Int(static_cast<std::int64_t>(members_.size()));
  for (const Series& series : members_) {
    state.Text(series.metric);
    state.Int(static_cast<int>(series.type));
    state.Text(series.currency.code());
    state.Length(series.cadence);
    state.Length(series.period);
    state.Text(series.unit);
    state.Int(static_cast<std::int64_t>(series.labels.pairs().size()));
    for (const Label& label : series.labels.pairs()) state.Text(label.name), state.Text(label.value);
  }
  evaluator_->Save(state);
  // What the evaluator has seen but nobody has judged yet: the same points again would be no news to it.
  const auto open = std::upper_bound(due_.begin(), due_.end(), judged_);
  state.Int(due_.end() - open);
  for (auto at = open; at != due_.end(); ++at) state.Time(*at);
  state.Int(rejudge_);
  out.instances.push_back({alert_id_, rule_->id, shard_, state.Take(), false});
  dirty_ = false;
}

namespace {

Labels ReadLabels(StateReader& in) {
  std::vector<Label> pairs(in.Count(16));
  for (Label& pair : pairs) pair.name = in.Text(), pair.value = in.Text();
  return Labels(std::move(pairs));
}

}  // namespace

std::string Instance::KindIn(absl::string_view bytes) {
  StateReader in(bytes);
  return in.Int() == kStateVersion ? in.Text() : "";
}

bool Instance::asks_otherwise() const {
  if (!rule_->watch.groups_by_label()) return false;
  if (HasAllLabels(*rule_)) return members_.empty() || AllBut(*rule_, members_[0].labels) != by_;
  const std::vector<std::string> by = rule_->watch.per_resource ? std::vector<std::string>{kResourceLabel} : rule_->watch.by;
  return !std::equal(by.begin(), by.end(), by_.pairs().begin(), by_.pairs().end(), [](const std::string& name, const Label& label) { return name == label.name; });
}

bool Instance::Load(absl::string_view bytes) {
  StateReader in(bytes);
  if (in.Int() != kStateVersion || in.Text() != rule_->kind) return false;
  judged_ = in.Time();
  sequence_ = static_cast<std::uint64_t>(in.Int());
  last_event_ = in.Text();
  Rule before;  // as far as a life depends on it
  before.revision = in.Text();
  before.levels.resize(std::min<std::size_t>(in.Count(8), kMaxLevels));
  for (Level& level : before.levels) level.severity = static_cast<Severity>(std::clamp<std::int64_t>(in.Int(), 0, 2));
  life_.Load(in);
  if (before.revision != rule_->revision) {
    life_.Adopt(before, *rule_);
    edited_ = true;
  }
  by_ = ReadLabels(in);
  const std::size_t members = in.Count(40);
  for (std::size_t i = 0; i < members && in.ok(); ++i) {
    Series series;
    series.metric = in.Text();
    series.type = in.Int() == 0 ? ValueType::kNumber : ValueType::kMoney;
    if (absl::StatusOr<Currency> currency = Currency::Parse(in.Text()); currency.ok()) series.currency = *currency;
    series.cadence = in.Length();
    series.period = in.Length();
    series.unit = in.Text();
    series.labels = ReadLabels(in);
    members_.push_back(series);
    evaluator_->Define(static_cast<int>(i), series);
  }
  evaluator_->Load(in);
  due_.resize(in.Count(8));
  for (absl::Time& time : due_) time = in.Time();
  rejudge_ = in.Int() != 0;
  return in.AtEnd() && life_.level() < static_cast<int>(rule_->levels.size());
}

}  // namespace nephoscope
