#include "rules/kinds/share_limits.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

// The quantities that were written.
std::vector<const Quantity*> Written(const OptionValues& condition) {
  std::vector<const Quantity*> out;
  for (const Option& option : kLimitOptions)
    if (condition.Has(option.name)) out.push_back(&condition.AsQuantity(option.name));
  return out;
}

bool IsMoney(const Quantity& quantity) { return quantity.base.size() == 3 && quantity.base != "B/s"; }

bool HasMoney(const OptionValues& condition) {
  const std::vector<const Quantity*> all = Written(condition);
  return !all.empty() && IsMoney(*all[0]);
}

}  // namespace

ShareLimits::ShareLimits(const OptionValues& condition, const OptionValues* recover)
    : money_(HasMoney(condition)), recover_money_(recover != nullptr && HasMoney(*recover)), limits_(condition, money_, 1) {
  const std::vector<const Quantity*> all = Written(condition);
  share_ = !all.empty() && all[0]->base == "ratio";
  if (recover != nullptr) recover_ = Limits(*recover, recover_money_, 1);
}

bool ShareLimits::Hold(double value, std::int64_t micros) const { return limits_.empty() || limits_.Hold(money_ ? static_cast<double>(micros) / 1e6 : value); }

bool ShareLimits::Recovered(double value, std::int64_t micros) const {
  return !limits_.empty() && limits_.Recovered(money_ ? static_cast<double>(micros) / 1e6 : value, share_);
}

bool ShareLimits::RecoverHolds(double value, std::int64_t micros) const {
  return recover_.empty() || recover_.Hold(recover_money_ ? static_cast<double>(micros) / 1e6 : value);
}

bool ShareLimits::Check(const OptionValues& condition, const char* name, bool share, std::vector<Diagnostic>& out) {
  if (!condition.Has(name)) return true;
  const OptionValues& limits = condition.Map(name);
  const std::vector<const Quantity*> all = Written(limits);
  const auto tell = [&](const char* code, std::string message) {
    out.push_back(LogicError(code, limits.mark, std::move(message)));
    return false;
  };
  if (all.empty()) return tell("R401", absl::StrCat("nothing is compared here: write above, below, at_least, at_most or equals, such as ", name, share ? ": {above: 3%}" : ": {at_least: 1}"));
  for (const Quantity* one : all) {
    if (!share && !one->base.empty()) return tell("R215", absl::StrCat("\"", one->text, "\" is not a count: write a plain number, such as 1"));
    if (share && one->base.empty()) return tell("R204", absl::StrCat("\"", one->text, "\" needs a unit: write ", one->text, "% for a share, or an amount such as 500 USD"));
    if (share && one->base != "ratio" && !IsMoney(*one)) return tell("R215", absl::StrCat("\"", one->text, "\" is neither a share nor an amount: write 3% or 500 USD"));
    if (IsMoney(*one) != IsMoney(*all[0])) return tell("R451", "a share and an amount cannot be mixed in one condition");
  }
  return true;
}

absl::Time NextOn(absl::Time time, absl::Duration every) { return GridUp(time, std::max(every, kDay)); }

void CheckUnusedWatch(const Rule& rule, const char* kind, std::vector<Diagnostic>& out) {
  for (const auto& [key, text] : {std::make_pair("stat", &rule.watch.stat), std::make_pair("combine", &rule.watch.combine)})
    if (!text->empty()) out.push_back(LogicError("R452", {rule.line, 1, 1}, absl::StrCat("`", key, "` has no meaning for ", kind, ": take it out of watch")));
}

void CheckWholeDays(const Rule& rule, std::vector<Diagnostic>& out) {
  for (const auto& [key, time] : {std::make_pair("window", rule.watch.window), std::make_pair("every", rule.every)})
    if (time != absl::ZeroDuration() && absl::Floor(time, kDay) != time)
      out.push_back(LogicError("R452", {rule.line, 1, 1}, absl::StrCat("bills come by the day, so `", key, "` is a number of whole days, such as 7d")));
}

}  // namespace nephoscope
