#include "rules/language/rule_currency.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/language/words/scalars.h"

namespace nephoscope {
namespace {

bool IsAmount(const Quantity& quantity) { return IsCurrencyCode(quantity.base.substr(0, 3)); }
Currency CurrencyOf(const Quantity& quantity) { return Currency::Parse(quantity.base.substr(0, 3)).value_or(Currency()); }

using NamedMaps = std::vector<std::pair<std::string, OptionValues>>;

// An amount in each currency, in order of their first.
class Currencies {
 public:
  explicit Currencies(const Rule& rule) {
    for (const Level& level : rule.levels) {
      Look(level.condition);
      if (level.recover) Look(*level.recover);
    }
    Look(rule.options);
    for (const AmountRow& row : rule.amounts) Add(row.amount);
    if (rule.min_impact.micros != 0) Add(rule.min_impact);
  }
  const std::vector<Money>& all() const { return all_; }
  bool Any(Currency currency) const {
    return std::any_of(all_.begin(), all_.end(), [&](const Money& one) { return one.currency == currency; });
  }

 private:
  void Look(const OptionValues& values) {
    for (const auto& [name, entry] : values.entries()) {
      if (const auto* quantity = std::get_if<Quantity>(&entry.value); quantity != nullptr && IsAmount(*quantity)) Add({quantity->micros, CurrencyOf(*quantity)});
      if (const auto* money = std::get_if<Money>(&entry.value)) Add(*money);
      if (const auto* map = std::get_if<std::shared_ptr<OptionValues>>(&entry.value); map != nullptr && *map != nullptr) Look(**map);
      if (const auto* list = std::get_if<std::vector<OptionValues>>(&entry.value))
        for (const OptionValues& one : *list) Look(one);
      if (const auto* named = std::get_if<NamedMaps>(&entry.value))
        for (const auto& [key, one] : *named) Look(one);
    }
  }
  void Add(const Money& amount) {
    if (!amount.currency.empty() && !Any(amount.currency)) all_.push_back(amount);
  }

  std::vector<Money> all_;
};

// Converts every amount of a rule.
class Converter {
 public:
  Converter(const Exchange& exchange, Currency to) : exchange_(exchange), to_(to) {}

  void Convert(Rule& rule) const {
    for (Level& level : rule.levels) {
      Convert(level.condition);
      if (level.recover) Convert(*level.recover);
    }
    Convert(rule.options);
    for (AmountRow& row : rule.amounts) Convert(row.amount);
    Convert(rule.min_impact);
  }

 private:
  void Convert(OptionValues& values) const {
    for (const auto& [name, entry] : values.entries()) {
      OptionValues::Entry changed = entry;
      if (auto* quantity = std::get_if<Quantity>(&changed.value)) Convert(*quantity);
      if (auto* money = std::get_if<Money>(&changed.value)) Convert(*money);
      if (auto* map = std::get_if<std::shared_ptr<OptionValues>>(&changed.value); map != nullptr && *map != nullptr) {
        *map = std::make_shared<OptionValues>(**map);  // rules share what they were read from
        Convert(**map);
      }
      if (auto* list = std::get_if<std::vector<OptionValues>>(&changed.value))
        for (OptionValues& one : *list) Convert(one);
      if (auto* named = std::get_if<NamedMaps>(&changed.value))
        for (auto& [key, one] : *named) Convert(one);
      values.Set(name, std::move(changed));
    }
  }
  void Convert(Quantity& quantity) const {
    if (!IsAmount(quantity)) return;
    const double rate = RateOf(CurrencyOf(quantity));
    quantity.micros = ScaleMicros(quantity.micros, rate);
    quantity.value *= rate;
    quantity.base = absl::StrCat(to_.code(), quantity.base.substr(3));  // perhaps per hour
  }
  void Convert(Money& money) const {
    if (!money.currency.empty()) money = {ScaleMicros(money.micros, RateOf(money.currency)), to_};
  }
  double RateOf(Currency from) const { return *exchange_.Rate(from, to_); }

  const Exchange& exchange_;
  const Currency to_;
};

}  // namespace

void TakeCurrencyOf(Rule& rule) {
  const Currencies used(rule);
  rule.currency = used.all().size() == 1 ? used.all()[0].currency : Currency();
  rule.currencies = static_cast<int>(used.all().size());
}

bool NeedsExchange(const Rule& rule, const Exchange& exchange) {
  const bool sees_money = rule.watch.is_cost || !rule.watch.resources.empty() || !rule.watch.commitments.empty() || rule.currencies > 0;
  return rule.currencies > 1 || (!exchange.rates().empty() && sees_money);
}

std::optional<Currency> GiveExchange(Rule& rule, std::shared_ptr<const Exchange> exchange) {
  const Currencies used(rule);
  for (const Money& amount : used.all())
    if (!exchange->Rate(amount.currency, exchange->base())) return amount.currency;
  const bool one = used.all().size() == 1;
  rule.currency = one ? used.all()[0].currency : exchange->base();
  if (used.all().size() > 1) Converter(*exchange, rule.currency).Convert(rule);
  rule.exchange = std::move(exchange);
  return std::nullopt;
}

}  // namespace nephoscope
