#include "rules/kinds/part_alert.h"

#include <algorithm>

namespace nephoscope {
namespace {

constexpr std::size_t kContributors = 3;

void SaveMoney(const Money& money, StateWriter& out) {
  out.Int(money.micros);
  out.Text(money.currency.code());
}

Money LoadMoney(StateReader& in) {
  Money out;
  out.micros = in.Int();
  if (const absl::StatusOr<Currency> currency = Currency::Parse(in.Text()); currency.ok()) out.currency = *currency;
  return out;
}

void SaveBound(const std::optional<Money>& bound, StateWriter& out) {
  out.Int(bound.has_value());
  SaveMoney(bound.value_or(Money{}), out);
}

std::optional<Money> LoadBound(StateReader& in) {
  const bool there = in.Int() != 0;
  const Money money = LoadMoney(in);
  return there ? std::optional<Money>(money) : std::nullopt;
}

}  // namespace

PartAlert::PartAlert(const Transition& part)
    : alert_id(part.alert_id), name(part.rule.name), sequence(part.sequence), time(part.time), starts_at(part.starts_at), summary(part.summary), impact(part.impact),
      owner(part.owner), contributors(part.contributors), provisional(part.provisional), data_state(part.data_state), as_of(part.as_of) {
  if (contributors.size() > kContributors) contributors.resize(kContributors);
}

void PartAlert::Save(StateWriter& out) const {
  for (const std::string* text : {&alert_id, &name, &summary, &impact.basis, &impact.method, &owner.name, &owner.contact, &owner.source}) out.Text(*text);
  out.Int(static_cast<std::int64_t>(sequence));
  for (absl::Time one : {time, starts_at, as_of}) out.Time(one);
  SaveMoney(impact.amount, out);
  SaveBound(impact.low, out);
  SaveBound(impact.high, out);
  out.Int(provisional);
  out.Int(static_cast<int>(data_state));
  out.Int(static_cast<std::int64_t>(contributors.size()));
  for (const Contributor& one : contributors) {
    SaveMoney(one.amount, out);
    out.Int(static_cast<std::int64_t>(one.labels.size()));
    for (const LabelView label : one.labels.pairs()) out.Text(label.name), out.Text(label.value);
  }
}

PartAlert::PartAlert(StateReader& in) {
  for (std::string* text : {&alert_id, &name, &summary, &impact.basis, &impact.method, &owner.name, &owner.contact, &owner.source}) *text = in.Text();
  sequence = static_cast<std::uint64_t>(in.Int());
  for (absl::Time* one : {&time, &starts_at, &as_of}) *one = in.Time();
  impact.amount = LoadMoney(in);
  impact.low = LoadBound(in);
  impact.high = LoadBound(in);
  provisional = in.Int() != 0;
  data_state = static_cast<DataState>(std::clamp<std::int64_t>(in.Int(), 0, 3));
  contributors.resize(in.Count(3 * 8));
  for (Contributor& one : contributors) {
    one.amount = LoadMoney(in);
    std::vector<Label> labels(in.Count(2 * 8));
    for (Label& label : labels) label.name = in.Text(), label.value = in.Text();
    one.labels = Labels(std::move(labels));
  }
}

}  // namespace nephoscope
