// What an alert says of itself.
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/engine/exposure.h"
#include "rules/engine/instance.h"
#include "rules/engine/owner.h"
#include "rules/engine/template.h"
#include "rules/engine/kind.h"

namespace nephoscope {
namespace {

std::string Active(absl::Time since, absl::Time now) { return since == absl::InfinitePast() ? "" : LengthText(absl::ToDoubleSeconds(now - since)); }

// "host=b": the labels of one member that another member has not; its metric where that is all the difference.
std::string Apart(const Series& one, const std::vector<Series>& members, const Labels& by) {
  std::vector<std::string> out;
  for (const LabelView label : one.labels.pairs()) {
    const auto differs = [&](const Series& other) { return other.labels.Get(label.name) != label.value; };
    if (by.Get(label.name).empty() && std::any_of(members.begin(), members.end(), differs))
      out.push_back(absl::StrCat(label.name, "=", label.value));
  }
  return out.empty() ? one.metric : absl::StrJoin(out, " ");
}

}  // namespace

Transition Instance::Present() {
  Rest();
  Transition out = Shape({EventType::kUpdated, Cause::kCondition});
  out.sequence = sequence_;
  return out;
}

std::optional<AlertPresent> Instance::TakePresent() {
  if (!HasPresent()) return std::nullopt;
  // What is saved of most kinds is what they judge by, not what they said.
  if (std::exchange(restored_, false) && !shows_quiet_ && !edited_ && !intake_->has_due() && intake_->judged() != absl::InfinitePast()) (void)evaluator_->Judge(intake_->judged());
  shown_judgements_ = judgements_;
  shown_at_ = intake_->judged();
  AlertPresent out;
  out.now = Present();
  const absl::Duration patience = intake_->NoDataAfter();
  const absl::Time newest = std::max(intake_->newest_sample(), intake_->judged());
  if (evaluator_->judges_by_wall() || intake_->newest_sample() == absl::InfinitePast() || patience <= absl::ZeroDuration()) return out;
  // A daily bill is not late before its next day is over.
  out.late_from = newest + std::min(patience, std::max(patience / 2, intake_->cadence() + intake_->evaluation_delay()));
  out.missing_from = newest + patience;
  return out;
}

Transition Instance::Shape(const LifeStep& step) const {
  Transition out;
  out.alert_id = alert_id_;
  out.type = step.type;
  out.cause = step.cause;
  out.conditions = step.conditions;
  out.time = life_.time();
  out.rule = {rule_->name, rule_->id, rule_->kind, rule_->file, rule_->revision, rule_->line};
  out.status = life_.state();
  out.previous_status = life_.previous_state();
  const int level = life_.level() >= 0 ? life_.level() : std::max(life_.previous_level(), 0);
  out.severity = step.severity.value_or(rule_->levels[level].severity);
  if (life_.previous_level() >= 0) out.previous_severity = rule_->levels[life_.previous_level()].severity;
  out.starts_at = life_.starts_at();
  if (out.status == AlertState::kInactive) out.ends_at = life_.ends_at() == absl::InfinitePast() ? life_.time() : life_.ends_at();
  out.labels = by_;
  for (const LabelView label : rule_->labels.pairs()) out.labels = out.labels.With(label.name, RenderTemplate(label.value, [&] {
    Places places;
    for (const LabelView p : by_.pairs()) places.emplace_back(p.name, p.value);
    return places;
  }()));
  out.flapping = life_.flapping();
  out.data_state = life_.data();
  out.as_of = intake_->newest_sample();
  out.watermark = intake_->judged();
  out.runbook = rule_->runbook;
  out.notify = rule_->notify;
  evaluator_->Describe(out);
  if (out.impact.basis.empty() && exposure_ != nullptr) out.impact = exposure_->Of(*rule_, by_, intake_->members(), out.time);
  if (out.contributors.empty()) AddContributors(out);
  if (out.data_state == DataState::kMissing && intake_->arrival_delay() > absl::ZeroDuration())
    absl::StrAppend(&out.explanation, out.explanation.empty() ? "" : " ", "Its points usually come ", LengthText(absl::ToDoubleSeconds(intake_->arrival_delay())), " after their time, which was waited for.");
  if (out.status == AlertState::kInactive) TellEnd(step.cause, out);
  if (const std::string rates = intake_->RatesText(); !rates.empty()) absl::StrAppend(&out.explanation, out.explanation.empty() ? "" : " ", rates);
  if (const std::string missing = MissingText(); !missing.empty()) absl::StrAppend(&out.explanation, out.explanation.empty() ? "" : " ", missing);
  out.impact.amount.micros = std::max<std::int64_t>(out.impact.amount.micros, 0);  // what is at stake is never less than nothing
  if (rule_->owner || out.owner.name.empty()) out.owner = OwnerOf(out);
  Words(out);
  if (out.status == AlertState::kInactive && EndsWithoutRecovery(step.cause)) out.summary = EndSummary(step.cause);
  return out;
}

// The alert is over for another reason than that its condition does not hold any more.
void Instance::TellEnd(Cause cause, Transition& out) const {
  if (!EndsWithoutRecovery(cause)) return;
  const std::string before = out.explanation.empty() ? "" : absl::StrCat(" Before: ", out.explanation);
  out.explanation = absl::StrCat(EndReason(cause), "; that is no recovery.", before);
}

bool Instance::EndsWithoutRecovery(Cause cause) { return cause == Cause::kRuleRemoved || cause == Cause::kSeriesGone; }

std::string Instance::EndReason(Cause cause) const {
  if (cause == Cause::kRuleRemoved) return absl::StrCat("The rule ", rule_->name, " was removed or asks something else now, so this alert is closed");
  const std::string length = LengthText(absl::ToDoubleSeconds(intake_->Expiry()));
  return absl::StrCat("What this alert is about is gone: its source answers, but has not sent it for ", length, " (expire_after), so the alert is closed");
}

std::string Instance::EndSummary(Cause cause) const {
  std::string group;
  for (const LabelView label : by_.pairs()) absl::StrAppend(&group, group.empty() ? "" : ", ", label.name, " ", label.value);
  const char* why = cause == Cause::kRuleRemoved ? "closed, as its rule was removed or changed" : "closed, as what it is about is gone";
  return absl::StrCat(group, group.empty() ? "" : ": ", why, "; not known to have recovered");
}

// The members that it has to do without, by the labels that tell them apart. Of one that reports there are too few points.
std::string Instance::MissingText() const {
  constexpr std::size_t kMost = 3;
  std::vector<int> slots(evaluator_->missing().begin(), evaluator_->missing().end());
  for (const int slot : intake_->silent())
    if (std::find(slots.begin(), slots.end(), slot) == slots.end()) slots.push_back(slot);
  const std::vector<Series>& members = intake_->members();
  const auto reports = [&](int slot) {
    return intake_->judged() - intake_->HeardOf(slot) < members[static_cast<std::size_t>(slot)].cadence;
  };
  const bool all_report = std::all_of(slots.begin(), slots.end(), reports);
  std::vector<std::string> named;
  for (const int slot : slots) {
    if (named.size() == kMost) break;
    std::string labels = Apart(members[static_cast<std::size_t>(slot)], members, by_);
    const absl::Time heard = intake_->HeardOf(slot);
    if (reports(slot)) absl::StrAppend(&labels, all_report ? "" : " (too few points yet)");
    else if (heard != absl::InfinitePast()) absl::StrAppend(&labels, absl::FormatTime(" since %Y-%m-%d %H:%M UTC", heard, absl::UTCTimeZone()));
    named.push_back(std::move(labels));
  }
  if (named.empty()) return "";
  const std::string more = slots.size() > kMost ? absl::StrCat(" and from ", slots.size() - kMost, " more") : "";
  return absl::StrCat("MEMBER_MISSING: ", all_report ? "too few points yet from " : "nothing from ", absl::StrJoin(named, ", "), more, "; whether this is over is known when all ",
                      intake_->present(), " series of the group report.");
}

// Those of the largest shares; else of the group; else what its series say in one voice. Where shares are known, a series that is none of the large
// ones speaks for all only if every series does.
Owner Instance::OwnerOf(const Transition& out) const {
  OwnerLabels first, members, billed;
  for (const Contributor& contributor : out.contributors) first.labels.push_back(&contributor.labels);
  if (!by_.empty()) first.labels.push_back(&by_);
  const bool shares = !out.contributors.empty() && !rule_->watch.per_resource;
  if (evaluator_->lists_cases()) first.rule = OwnerLabels::Rule::kAll;
  members.rule = shares ? OwnerLabels::Rule::kAll : OwnerLabels::Rule::kAgreed;
  for (const Series& series : intake_->members()) members.labels.push_back(&series.labels);
  if (exposure_ != nullptr) billed.labels = exposure_->TagsOf(*rule_, intake_->members());
  return ResolveOwner(*rule_, rules_->settings, {first, members, billed});
}

// The largest parts of a sum of several series.
void Instance::AddContributors(Transition& out) const {
  constexpr std::size_t kMost = 3;
  const absl::Span<const double> shares = evaluator_->shares();
  const std::vector<Series>& members = intake_->members();
  if (members.size() < 2 || shares.size() > members.size()) return;
  for (std::size_t slot = 0; slot < shares.size(); ++slot)
    if (shares[slot] > 0) out.contributors.push_back({members[slot].labels, {ScaleMicros(1'000'000, shares[slot]), members[slot].currency}});
  std::stable_sort(out.contributors.begin(), out.contributors.end(), [](const Contributor& a, const Contributor& b) {
    return a.amount.micros != b.amount.micros ? a.amount.micros > b.amount.micros : a.labels < b.labels;
  });
  if (out.contributors.size() > kMost) out.contributors.resize(kMost);
}

// "team payments, service AmazonEC2: ...": what a sentence that was not written for the rule is about.
std::string Instance::DefaultSummary(bool over, const Places& places) const {
  const RuleKind& kind = *FindKind(rule_->kind);
  const absl::string_view text = over ? kind.default_end_summary() : kind.default_summary();
  std::string group;
  for (const LabelView label : by_.pairs()) {
    if (rule_->watch.per_resource || absl::StrContains(text, absl::StrCat("${", label.name, "}"))) continue;
    absl::StrAppend(&group, group.empty() ? "" : ", ", label.name, " ", label.value);
  }
  return absl::StrCat(group, group.empty() ? "" : ": ", RenderTemplate(text, places));
}

void Instance::Words(Transition& out) const {
  Places places;
  for (const LabelView label : by_.pairs()) places.emplace_back(label.name, label.value);
  evaluator_->Places(places);
  places.emplace_back("active_for", Active(out.starts_at, out.time));
  places.emplace_back("impact", out.impact.basis.empty() ? "" : out.impact.amount.ToText());
  places.emplace_back("owner", out.owner.name);
  places.emplace_back("severity", ToText(out.severity));
  out.summary = rule_->summary.empty() ? DefaultSummary(out.status == AlertState::kInactive, places) : RenderTemplate(rule_->summary, places);
  if (!rule_->description.empty()) out.annotations.emplace_back("description", RenderTemplate(rule_->description, places));
  for (const auto& [name, text] : rule_->annotations) out.annotations.emplace_back(name, RenderTemplate(text, places));
}

}  // namespace nephoscope
