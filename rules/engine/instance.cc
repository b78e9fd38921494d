#include "rules/engine/instance.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_cat.h"
#include "rules/engine/state_labels.h"
#include "rules/engine/kind.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

constexpr int kStateVersion = 16;

// What tells the alerts of a rule apart, and whether they are on one shard.
std::string AskedBy(const Rule& rule) { return absl::StrCat(absl::StrJoin(rule.watch.by, ","), rule.watch.together ? "+" : ""); }

bool RaisedIn(const std::vector<LifeStep>& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const LifeStep& step) { return step.type == EventType::kFiring || step.type == EventType::kEscalated; });
}

}  // namespace

bool GroupsMeet(const Rule& rule) { return rule.watch.together || FindKind(rule.kind)->groups_meet(); }
int ShardOf(const Rule& rule, const Labels& by) { return ShardOf(rule.kind, GroupsMeet(rule) ? Labels() : by); }

Instance::Instance(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const Rule> rule, std::string alert_id, Labels by, std::shared_ptr<Intake> intake)
    : rules_(std::move(rules)), rule_(std::move(rule)), alert_id_(std::move(alert_id)), shard_(ShardOf(*rule_, by)), by_(std::move(by)), shows_quiet_(FindKind(rule_->kind)->shows_quiet()) {
  evaluator_ = FindKind(rule_->kind)->MakeEvaluator(rule_);
  Attach(intake != nullptr ? std::move(intake) : std::make_shared<Intake>(rule_));
}

Instance::~Instance() { intake_->Leave(this); }

void Instance::Attach(std::shared_ptr<Intake> intake) {
  intake_ = std::move(intake);
  intake_->Join(this);
  Meet();
}

void Instance::Meet() {
  evaluator_->Use(intake_->input());
  const std::vector<Series>& members = intake_->members();
  for (std::size_t slot = 0; slot < members.size(); ++slot) evaluator_->Define(static_cast<int>(slot), members[slot]);
}

void Instance::Introduce(std::shared_ptr<RuleCommon> common) {
  common_ = std::move(common);
  evaluator_->Meet(common_);
}

void Instance::Expect(absl::Time now) {
  std::vector<std::string> group;
  for (const std::string& label : rule_->watch.by) group.emplace_back(by_.Get(label));
  evaluator_->Expect(std::binary_search(rule_->expected.begin(), rule_->expected.end(), group), now);
  dirty_ = true;
}

void Instance::Rest() {
  if (!asleep_) return;
  life_.BeginQuiet(intake_->slept());
  evaluator_->SleptAt(intake_->slept_value());
}

void Instance::WakeUp() {
  Rest();
  asleep_ = false;
}

void Instance::Share(std::shared_ptr<Intake> intake) {
  followed_.clear();
  dirty_ = true;
  if (intake == intake_) return;
  intake_->Leave(this);
  intake->NoteJudged(intake_->judged());
  Attach(std::move(intake));
  SleptOn();
}

// After a restart: it may have slept on since it was saved.
void Instance::SleptOn() {
  if (std::exchange(was_asleep_, false) && intake_->slept() != absl::InfinitePast()) asleep_ = true, WakeUp();
}

void Instance::Adopt(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const Rule> rule) {
  rules_ = std::move(rules);
  if (rule->revision == rule_->revision) {
    rule_ = std::move(rule);
    return;
  }
  intake_->Wake(this);
  past_.reset();
  const std::shared_ptr<const Rule> before = std::exchange(rule_, std::move(rule));
  life_.Adopt(*before, *rule_);
  edited_ = true;
  StateWriter state;
  evaluator_->Save(state);
  evaluator_ = FindKind(rule_->kind)->MakeEvaluator(rule_);
  if (common_ != nullptr) evaluator_->Meet(common_);
  if (IntakeKey(*before) == IntakeKey(*rule_)) {
    intake_->Adopt(rule_);
    Meet();
  } else {
    Share(intake_->For(rule_));
  }
  const std::string bytes = state.Take();
  StateReader reader(bytes);
  evaluator_->Load(reader);
  dirty_ = true;
}

std::optional<int> Instance::Steady() {
  if (edited_ || past_ != nullptr) return std::nullopt;
  Rest();
  return life_.newest() == intake_->judged() ? life_.Steady() : std::nullopt;
}

PackedAlert Instance::Pack() {
  StateWriter numbers;
  numbers.Int(static_cast<std::int64_t>(sequence_));
  life_.Save(numbers);
  return absl::StrCat(PackNumbers(numbers.Take()), absl::string_view("\0", 1), absl::HexStringToBytes(last_event_));
}

void Instance::BeginQuiet(int slot, const QuietPast& past, const PackedAlert* packed) {
  const bool new_intake = intake_->alerts().size() == 1;
  InstanceCounts uncounted;
  if (new_intake && past.judged != absl::InfinitePast()) {
    if (past.history.empty()) intake_->Add(slot, past.last, uncounted);
    else evaluator_->Remember(slot, past.history);
    intake_->BeginAfter(past.judged);
  }
  if (past.judged != absl::InfinitePast()) {
    (void)evaluator_->Judge(past.judged);
    if (packed != nullptr) Unpack(*packed, past.judged);
    else life_.BeginQuiet(past.judged);
  }
  dirty_ = true;
  if (!new_intake) return;
  for (const Sample& sample : past.waiting) intake_->Add(slot, sample, uncounted);
  intake_->SetNewest(past.newest);
}

void Instance::Unpack(const PackedAlert& packed, absl::Time judged) {
  const std::size_t end = packed.find('\0');
  const std::string numbers = UnpackNumbers(absl::string_view(packed).substr(0, end));
  StateReader in(numbers);
  sequence_ = static_cast<std::uint64_t>(in.Int());
  life_.Load(in);
  CHECK(in.AtEnd());
  life_.GoOnUntil(judged);
  last_event_ = absl::BytesToHexString(absl::string_view(packed).substr(end + 1));
}

void Instance::AddPart(const Transition& part) {
  std::vector<absl::Time> due;
  evaluator_->AddPart(part, due);
  for (absl::Time time : due) intake_->AddDue(std::max(time, intake_->judged()));
  dirty_ = true;
}

void Instance::SetParts(absl::Span<const Transition* const> present) {
  std::vector<absl::Time> due;
  evaluator_->SetParts(present, due);
  for (absl::Time time : due) intake_->AddDue(std::max(time, intake_->judged()));
}

void Instance::JudgeEdited(Changes& out, InstanceCounts& counts) {
  if (std::exchange(edited_, false) && intake_->judged() != absl::InfinitePast() && Judge(intake_->judged(), Cause::kRuleChanged, out, counts)) intake_->SaveUrgent(out);
}

bool Instance::Judge(absl::Time time, Cause why, Changes& out, InstanceCounts& counts) {
  bool urgent = why == Cause::kRestated && TellPast(out);
  while (JudgeOnce(time, why, out, counts, urgent)) {
  }
  return urgent;
}

// Of what was over. False: there is nothing to tell.
bool Instance::TellPast(Changes& out) {
  bool told = false;
  while (const std::optional<Severity> severity = evaluator_->Restated()) {
    steps_.clear();
    life_.TellPast(*severity, steps_);
    Emit(steps_, out);
    told = true;
  }
  return told;
}

bool Instance::JudgeOnce(absl::Time time, Cause why, Changes& out, InstanceCounts& counts, bool& urgent) {
  ++counts.evaluations;
  const std::int64_t carry = evaluator_->Carry();
  Judgement judgement = evaluator_->Judge(time);
  judgement.awaits = judgement.awaits || !intake_->silent().empty();
  dirty_ = true;
  ++judgements_;
  restored_ = false;
  const AlertState before = life_.state();
  steps_.clear();
  if (past_ == nullptr && why == Cause::kCondition && Worsens(judgement)) past_ = std::make_unique<RecentPast>(life_, carry);
  StepLife(life_, judgement, why, steps_);
  if (past_ != nullptr) NotePast(time);
  Emit(steps_, out);
  urgent = urgent || before != life_.state() || evaluator_->volatile_input() || !steps_.empty();
  return judgement.period_end;
}

void Instance::StepLife(AlertLife& life, const Judgement& judgement, Cause why, std::vector<LifeStep>& out) const {
  // Points as far apart as the rule asks for them are no gap.
  const absl::Duration apart = std::max(rule_->watch.fixed && !rule_->watch.fixed->growing ? LongestCell(*rule_->watch.fixed) : rule_->every, evaluator_->rhythm());
  const absl::Duration patience = intake_->NoDataAfter();
  const absl::Duration spacing = std::max(apart, intake_->cadence());
  // Of what silence itself says, time without data counts.
  const absl::Duration gap = evaluator_->judges_by_wall() ? absl::InfiniteDuration() : std::max(patience, apart * 3 / 2);
  life.Step(*rule_, judgement, gap, spacing > absl::ZeroDuration() ? spacing : patience / 3, why, out, intake_->heard_in_time());
}

bool Instance::Worsens(const Judgement& judgement) const {
  return judgement.known && (judgement.holds >> static_cast<std::size_t>(life_.level() + 1)).any() && evaluator_->judges_past();
}

void Instance::NotePast(absl::Time time) {
  if (!past_->Note(time, life_, RaisedIn(steps_))) past_.reset();
}

bool Instance::JudgeLate(absl::Span<const absl::Time> late, Changes& out, InstanceCounts& counts) {
  if (past_ == nullptr) return false;
  past_->PutIn(late);
  const std::optional<RecentPast::Told> told = past_->told();
  AlertLife again = past_->before();
  evaluator_->GoBack(past_->times().front(), past_->carry());
  bool wrong = false;
  absl::Time against = told ? told->at : absl::InfinitePast();  // what was told: its condition does not hold then
  for (const absl::Time time : past_->times()) {
    ++counts.evaluations;
    steps_.clear();
    const Judgement judgement = evaluator_->Judge(time);
    StepLife(again, judgement, Cause::kCondition, steps_);
    ++judgements_;
    if (!told || time > told->at) continue;
    if (time == told->at) wrong = again.level() < told->level;
    if (judgement.known && !judgement.partial && !judgement.holds[static_cast<std::size_t>(told->level)]) against = time;
  }
  dirty_ = true;
  steps_.clear();
  // Nobody was told that it was better for a while: it goes on as it was lived.
  const bool better = !wrong && again.level() < life_.level();
  if (!better && (!wrong || life_.firing())) life_.Relive(again, steps_);
  if (wrong && steps_.empty()) life_.TellPast(rule_->levels[static_cast<std::size_t>(told->level)].severity, steps_);
  if (wrong) EmitWrong(*told, against, out);
  else Emit(steps_, out);
  if (RaisedIn(steps_)) past_->Tell({past_->times().back(), life_.level()});
  else if (wrong || better || !(told || life_.worsens())) past_.reset();
  return !steps_.empty();
}

// What is corrected is told with the numbers that speak against it, what goes on with those of now.
void Instance::EmitWrong(RecentPast::Told told, absl::Time against, Changes& out) {
  const auto at = [](absl::Time time) { return absl::FormatTime("at %Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone()); };
  const bool corrected = steps_[0].type == EventType::kCorrected;
  const std::int64_t carry = evaluator_->Carry();
  if (corrected) (void)evaluator_->Judge(against);
  Emit(steps_, out);
  std::string& text = out.transitions.back().explanation;
  if (corrected) text = absl::StrCat("Points came late, and with them this alert was wrong: ", at(against), " ", text);
  else text = absl::StrCat("Points came late, and with them ", ToText(rule_->levels[static_cast<std::size_t>(told.level)].severity), " was wrong ", at(told.at), ". ", text);
  evaluator_->GoBack(absl::InfiniteFuture(), carry);
  (void)evaluator_->Judge(past_->times().back());
}

// Silence is noticed when the clock is looked at, and begins when the data say.
void Instance::JudgeByWall(absl::Time now, bool asked, Changes& out, InstanceCounts& counts) {
  if (!asked && !intake_->heard_since_start()) return;
  const absl::Time silent_to = now - intake_->arrival_delay();
  if (evaluator_->judges_by_wall()) return JudgeSilence(silent_to, out, counts);
  const absl::Time newest = intake_->silent_from();
  const absl::Time due = newest + intake_->NoDataAfter();
  if (newest == absl::InfinitePast()) return;
  if (silent_to <= due) return NoteSilentMembers(silent_to, asked, out);
  intake_->Wake(this);
  steps_.clear();
  const AlertState before = life_.state();
  const DataState data = life_.data();
  life_.NoData(*rule_, newest, due, steps_);
  Emit(steps_, out);
  if (before != life_.state()) past_.reset();
  if (before == life_.state() && data == life_.data() && steps_.empty()) return;
  ++judgements_;
  dirty_ = true;
  intake_->SaveUrgent(out);
}

void Instance::NoteSilentMembers(absl::Time now, bool asked, Changes& out) {
  if (intake_->SilentMembers(now, asked).empty() || life_.data() == DataState::kMissing) return;
  intake_->Wake(this);
  steps_.clear();
  absl::Time newest = now;
  for (const int slot : intake_->silent()) newest = std::min(newest, intake_->HeardOf(slot));
  const absl::Time due = newest == absl::InfinitePast() ? now : std::min(now, newest + intake_->NoDataAfter());
  life_.MemberSilent(*rule_, due, steps_);
  Emit(steps_, out);
  dirty_ = true;
  if (!steps_.empty()) intake_->SaveUrgent(out);
}

void Instance::JudgeSilence(absl::Time silent_to, Changes& out, InstanceCounts& counts) {
  const auto next = [&] { return evaluator_->NextByWall(intake_->judged(), silent_to, life_.state() == AlertState::kInactive); };
  for (std::optional<absl::Time> due = next(); due; due = next()) {
    intake_->NoteJudged(*due);
    if (Judge(*due, Cause::kCondition, out, counts)) intake_->SaveUrgent(out);
  }
}

void Instance::End(absl::Time now, Cause why, Changes& out) {
  intake_->Wake(this);
  steps_.clear();
  life_.End(*rule_, now, why, steps_);
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

void Instance::SaveInto(Changes& out) {
  Rest();
  StateWriter state;
  BeginState(rule_->kind, state);
  state.Time(intake_->judged());
  state.Int(static_cast<std::int64_t>(sequence_));
  state.Text(last_event_);
  state.Text(rule_->revision);
  state.Int(static_cast<std::int64_t>(rule_->levels.size()));
  for (const Level& level : rule_->levels) state.Int(static_cast<int>(level.severity));
  life_.Save(state);
  SaveLabels(by_, state);
  state.Text(AskedBy(*rule_));
  state.Text(leads() ? "" : intake_->alerts().front()->alert_id());
  if (leads()) intake_->Save(state);
  evaluator_->Save(state);
  state.Int(past_ != nullptr);
  if (past_ != nullptr) past_->Save(state);
  state.Int(asleep_);
  out.instances.push_back({alert_id_, rule_->id, shard_, state.Take(), false});
  dirty_ = false;
}

void Instance::BeginState(absl::string_view kind, StateWriter& out) {
  out.Int(kStateVersion);
  out.Text(kind);
}

std::string Instance::KindIn(absl::string_view bytes) {
  StateReader in(bytes);
  return in.Int() == kStateVersion ? in.Text() : "";
}

bool Instance::Load(absl::string_view bytes) {
  StateReader in(bytes);
  if (in.Int() != kStateVersion || in.Text() != rule_->kind) return false;
  intake_->NoteJudged(in.Time());
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
  by_ = LoadLabels(in);
  shard_ = ShardOf(*rule_, by_);
  asks_otherwise_ = in.Text() != AskedBy(*rule_);
  followed_ = in.Text();
  if (followed_.empty()) intake_->Load(in);
  evaluator_->Load(in);
  if (in.Int() != 0) past_ = std::make_unique<RecentPast>(in);
  if (past_ != nullptr && (edited_ || !past_->Fits(*rule_))) past_.reset();
  intake_->KeepPast();
  was_asleep_ = in.Int() != 0;
  restored_ = true;
  if (followed_.empty()) SleptOn();
  return in.AtEnd() && life_.level() < static_cast<int>(rule_->levels.size());
}

}  // namespace nephoscope
