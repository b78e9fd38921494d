// AWS budgets of cost become rules of the kind budget, those of a single day of the kind threshold, their notifications the levels; those of
// reservations and savings plans become rules of the kind commitment.
#include <algorithm>
#include <functional>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/importing/aws_filters.h"
#include "rules/importing/importing.h"
#include "rules/importing/rule_lines.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostLevels = 3;  // info, warning, critical

// A budget and where its notifications may stand.
struct Found {
  const ForeignFile* file;
  const YamlNode* budget;
  std::vector<const YamlNode*> notices;  // lists
};

// Shares of the amount in percent, ascending, each once.
struct Thresholds {
  std::vector<double> actual, forecast;
};

const char* WhyNotCost(absl::string_view type) {
  if (type == "USAGE") return "it counts units of use, not money; write a rule of the kind threshold on the metric that counts them (nephoscope metrics WORDS)";
  return "BudgetType is none that is known here; budgets of type COST, RI_ and SAVINGS_PLANS_ can be brought over";
}

// Budgets of how well commitments are used, or how much they cover.
struct CommitmentBudget {
  const char *type, *commitment, *share;
};
constexpr CommitmentBudget kCommitmentBudgets[] = {
    {"RI_UTILIZATION", "reserved_instance", "utilization"},
    {"RI_COVERAGE", "reserved_instance", "coverage"},
    {"SAVINGS_PLANS_UTILIZATION", "savings_plan", "utilization"},
    {"SAVINGS_PLANS_COVERAGE", "savings_plan", "coverage"},
};
const CommitmentBudget* FindCommitmentBudget(absl::string_view type) {
  for (const CommitmentBudget& one : kCommitmentBudgets)
    if (type == one.type) return &one;
  return nullptr;
}

// Commitments are judged over the last days, not over the calendar's periods.
int DaysOf(absl::string_view unit) { return unit == "DAILY" ? 1 : unit == "MONTHLY" ? 30 : unit == "QUARTERLY" ? 90 : unit == "ANNUALLY" ? 365 : 0; }

const char* PeriodOf(absl::string_view unit) {
  if (unit == "MONTHLY") return "month";
  if (unit == "QUARTERLY") return "quarter";
  if (unit == "ANNUALLY") return "year";
  return nullptr;
}

// Names of levels for `n` of them; the last is critical once it is about the whole amount, or where all three are needed.
std::vector<const char*> LevelNames(std::size_t n, bool whole) {
  if (n == 3) return {"info", "warning", "critical"};
  if (n == 2) return whole ? std::vector<const char*>{"warning", "critical"} : std::vector<const char*>{"info", "warning"};
  return {whole ? "critical" : "warning"};
}

// The `part`-th three from the top.
std::vector<double> Part(const std::vector<double>& all, std::size_t part) {
  const std::size_t end = all.size() - std::min(all.size(), part * kMostLevels);
  const std::size_t begin = end - std::min(end, kMostLevels);
  return {all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)};
}

void Sort(std::vector<double>& all) {
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
}

class BudgetConverter {
 public:
  BudgetConverter(const Found& found, AlertNames& names) : found_(found), budget_(found.budget), names_(names) {}

  ImportedItem Convert() {
    item_.name = TextOf(budget_, "BudgetName");
    if (item_.name.empty()) item_.name = "a budget without a name";
    item_.place = found_.file->PlaceOf(*budget_);
    commitment_ = FindCommitmentBudget(TextOf(budget_, "BudgetType"));
    if (commitment_ != nullptr ? ReadDays() && ReadNotices() && ReadFilter() : CheckType() && ReadAmount() && ReadNotices() && ReadCost()) Write();
    return std::move(item_);
  }

 private:
  bool Refuse(std::string why) {
    item_.refusal = std::move(why);
    return false;
  }
  void Note(std::string note) { item_.notes.push_back(std::move(note)); }

  bool CheckType() {
    const std::string type = TextOf(budget_, "BudgetType"), unit = TextOf(budget_, "TimeUnit");
    if (type != "COST") return Refuse(absl::StrCat(type.empty() ? "BudgetType is missing" : type, ": ", WhyNotCost(type)));
    if (const char* period = PeriodOf(unit); period != nullptr) {
      period_ = period;
      return true;
    }
    if (unit != "DAILY") return Refuse(absl::StrCat("TimeUnit is \"", unit, "\"; DAILY, MONTHLY, QUARTERLY and ANNUALLY are known here"));
    Note("AWS counts the day as it goes; here a day is judged when the bill has it");
    return true;
  }

  bool ReadDays() {
    const std::string unit = TextOf(budget_, "TimeUnit");
    days_ = DaysOf(unit);
    if (days_ == 0) return Refuse(absl::StrCat("TimeUnit is \"", unit, "\"; DAILY, MONTHLY, QUARTERLY and ANNUALLY are known"));
    if (days_ > 1) Note(absl::StrCat("AWS judges the calendar period (", unit, "); here it is the last ", days_, " days, judged every day"));
    return true;
  }

  bool ReadAmount() {
    const YamlNode* limit = budget_->Find("BudgetLimit");
    const YamlNode* planned = budget_->Find("PlannedBudgetLimits");
    const bool plans = planned != nullptr && planned->kind == YamlNode::kMap && planned->items.size() >= 2;
    if (plans) NotePlan(*planned);
    if (limit == nullptr || limit->kind != YamlNode::kMap) limit = plans ? planned->items[1] : nullptr;
    const std::string text = TextOf(limit, "Amount");
    unit_ = TextOf(limit, "Unit");
    if (text.empty() || !NumberOf(text, amount_) || amount_ <= 0) return Refuse(absl::StrCat("BudgetLimit.Amount is \"", text, "\"; a budget needs an amount above 0"));
    if (const YamlNode* adjust = budget_->Find("AutoAdjustData"); adjust != nullptr && adjust->kind == YamlNode::kMap)
      Note(absl::StrCat("AWS adjusts the amount by itself (AutoAdjustData); here it stays ", Plain(amount_), " ", unit_, " until you change it"));
    NoteEnd();
    return true;
  }

  void NotePlan(const YamlNode& planned) {
    std::vector<std::string> amounts;
    for (std::size_t i = 1; i < planned.items.size(); i += 2) {
      double amount = 0;
      if (NumberOf(TextOf(planned.items[i], "Amount"), amount)) amounts.push_back(Plain(amount));
    }
    if (std::set<std::string>(amounts.begin(), amounts.end()).size() > 1)
      Note(absl::StrCat("PlannedBudgetLimits gives each period its own amount (", absl::StrJoin(amounts, ", "), "); one amount holds for all periods here: change it as the plan does"));
  }

  // AWS writes 2087 for budgets without an end, as a date or in seconds.
  void NoteEnd() {
    const std::string end = TextOf(budget_->Find("TimePeriod"), "End");
    double seconds = 0;
    if (end.empty() || absl::StrContains(end, "2087") || (NumberOf(end, seconds) && seconds > 3.7e9)) return;
    Note(absl::StrCat("the budget ends at ", end, " in AWS; the rule goes on until you take it out"));
  }

  bool ReadNotices() {
    std::size_t all = 0, taken = 0;
    for (const YamlNode* list : found_.notices) {
      for (const YamlNode* entry : ItemsOf(list)) {
        ++all;
        const YamlNode* notice = entry->Find("Notification");
        taken += ReadNotice(notice == nullptr ? *entry : *notice);
        for (const YamlNode* subscriber : ItemsOf(entry->Find("Subscribers"))) subscribers_.insert(TextOf(subscriber, "Address"));
      }
    }
    if (all > 0 && taken == 0 && is_daily()) {
      Note("so the rule tells of the whole amount");
      thresholds_ = {{100}, {}};
    } else if (all > 0 && taken == 0) {
      return Refuse(absl::StrCat("none of its notifications can be said: ", absl::StrJoin(item_.notes, "; ")));
    }
    if (all == 0) {
      Note("the file holds no notifications, so the levels are the usual ones; those of AWS come with describe-budget-notifications-for-account, given as a second file");
      thresholds_ = commitment_ != nullptr ? Thresholds{{80}, {}} : is_daily() ? Thresholds{{100}, {}} : Thresholds{{80, 100}, {100}};
    }
    Sort(thresholds_.actual), Sort(thresholds_.forecast);
    return true;
  }

  bool ReadNotice(const YamlNode& notice) {
    const std::string type = TextOf(&notice, "NotificationType"), compare = TextOf(&notice, "ComparisonOperator"), written = TextOf(&notice, "Threshold");
    double threshold = 0;
    const std::string what = absl::StrCat("the notification ", type, " ", compare, " ", written);
    if (is_daily() && type == "FORECASTED") return Drop(what, "speaks of a forecast, and a single day is judged when it is over");
    if (const char* why = commitment_ != nullptr ? WhyNotCommitment(type, compare) : WhyNotSpending(type, compare); why != nullptr) return Drop(what, why);
    if (!NumberOf(written, threshold) || threshold <= 0) return Drop(what, "has no threshold above 0");
    if (commitment_ == nullptr && TextOf(&notice, "ThresholdType") == "ABSOLUTE_VALUE") {  // of a commitment the whole is 100
      const double share = threshold / amount_ * 100;
      Note(absl::StrCat(Plain(threshold), " ", unit_, " became ", Plain(share), "% of the amount"));
      threshold = share;
    }
    (type == "ACTUAL" ? thresholds_.actual : thresholds_.forecast).push_back(threshold);
    return true;
  }

  // A budget of cost for each day.
  bool is_daily() const { return commitment_ == nullptr && period_.empty(); }

  static const char* WhyNotSpending(const std::string& type, const std::string& compare) {
    if (compare == "LESS_THAN" || compare == "EQUAL_TO") return "tells of little spending; a rule of the kind change or absence can do that";
    if (compare != "GREATER_THAN") return "does not say that more than the threshold is meant (ComparisonOperator GREATER_THAN)";
    return type == "ACTUAL" || type == "FORECASTED" ? nullptr : "is neither of type ACTUAL nor FORECASTED";
  }
  static const char* WhyNotCommitment(const std::string& type, const std::string& compare) {
    if (compare != "LESS_THAN") return "does not say that less than the threshold is meant (ComparisonOperator LESS_THAN)";
    return type == "ACTUAL" ? nullptr : "is not of type ACTUAL, and how commitments will be used is not forecast";
  }

  bool Drop(const std::string& what, const char* why) {
    Note(absl::StrCat(what, " was left out: it ", why));
    return false;
  }

  // Which column of the bill, and which charges.
  bool ReadCost() {
    const YamlNode* types = budget_->Find("CostTypes");
    cost_ = TextOf(types, "UseAmortized") == "true" ? "effective" : "billed";
    for (const std::string& metric : TextsOf(budget_, "Metrics")) {
      if (absl::StrContains(metric, "Usage") || absl::StrContains(metric, "Hours")) return Refuse(absl::StrCat("it measures ", metric, ", not money"));
      cost_ = absl::StrContains(metric, "Amortized") ? "effective" : "billed";
      blended_ = blended_ || absl::StartsWith(metric, "Blended");
    }
    if (blended_ || TextOf(types, "UseBlended") == "true") Note("blended cost became billed cost: a bill in FOCUS form does not average rates over accounts");
    for (const auto& [option, category] : {std::pair{"IncludeCredit", "Credit"}, std::pair{"IncludeRefund", "Refund"}, std::pair{"IncludeTax", "Tax"}})
      if (TextOf(types, option) == "false") leave_out_.push_back(category);
    for (const char* option : {"IncludeUpfront", "IncludeRecurring", "IncludeSubscription", "IncludeOtherSubscription", "IncludeSupport", "IncludeDiscount"})
      if (TextOf(types, option) == "false") Note(absl::StrCat("CostTypes.", option, " is false in AWS; here these charges count, unless `leave_out` names them"));
    return ReadFilter();
  }

  bool ReadFilter() {
    filter_ = ReadAwsFilter(*budget_);
    if (!filter_.refusal.empty()) return Refuse(filter_.refusal);
    for (std::string& note : filter_.notes) Note(std::move(note));
    return true;
  }

  void Write() {
    std::string people = absl::StrJoin(subscribers_, ", ");
    if (!people.empty()) Note(absl::StrCat("told so far: ", people, "; who is told now is the `owner` of what is spent, or whom `notify` names"));
    const std::size_t most = std::max(thresholds_.actual.size(), thresholds_.forecast.size());
    const std::size_t rules = (most + kMostLevels - 1) / kMostLevels;
    if (rules > 1) Note(absl::StrCat("a rule has three levels, so it became ", rules, " rules"));
    for (std::size_t part = 0; part < rules; ++part) commitment_ != nullptr ? WriteCommitment(part) : WriteRule(part);
  }

  void WriteCommitment(std::size_t part) {
    RuleLines lines(names_.Make(part == 0 ? item_.name : item_.name + " lower"), "commitment");
    lines.Line("watch:").Line(absl::StrCat("commitment: [", commitment_->commitment, "]"), 1);
    if (!filter_.where.empty()) lines.Line(absl::StrCat("where: ", filter_.where.Yaml()), 1);
    lines.Line(absl::StrCat("window: ", days_, "d"), 1).Line("levels:");
    std::vector<double> shares = Part(thresholds_.actual, part);
    std::reverse(shares.begin(), shares.end());  // the less, the worse
    const std::vector<const char*> names = LevelNames(shares.size(), false);
    for (std::size_t i = 0; i < shares.size(); ++i) lines.Line(absl::StrCat(names[i], ": {", commitment_->share, ": {below: ", Plain(shares[i]), "%}}"), 1);
    lines.Line(absl::StrCat("annotations: {aws_budget: ", Quoted(item_.name), "}"));
    item_.rules.push_back(lines.text());
  }

  void WriteRule(std::size_t part) {
    RuleLines lines(names_.Make(part == 0 ? item_.name : item_.name + " earlier"), is_daily() ? "threshold" : "budget");
    lines.Line("watch:").Line(absl::StrCat("cost: ", cost_), 1);
    if (!filter_.where.empty()) lines.Line(absl::StrCat("where: ", filter_.where.Yaml()), 1);
    if (!leave_out_.empty()) lines.Line(absl::StrCat("leave_out: {charge_category: ", OneOrList(leave_out_), "}"), 1);
    is_daily() ? WriteDay(part, lines) : WritePeriod(part, lines);
    lines.Line(absl::StrCat("annotations: {aws_budget: ", Quoted(item_.name), "}"));
    item_.rules.push_back(lines.text());
  }

  void WritePeriod(std::size_t part, RuleLines& lines) const {
    lines.Line(absl::StrCat("budget: {period: ", period_, ", amount: ", Plain(amount_), " ", unit_, "}"));
    lines.Line("levels:");
    WriteLevels(part, lines);
  }

  void WriteDay(std::size_t part, RuleLines& lines) const {
    lines.Line("stat: sum", 1).Line("window: 1d", 1);
    const std::vector<double> shares = Part(thresholds_.actual, part);
    const auto above = [&](double share) { return absl::StrCat("{above: ", Plain(amount_ * share / 100), " ", unit_, "}"); };
    if (shares.size() == 1) {
      lines.Line(absl::StrCat("when: ", above(shares[0])));
      return;
    }
    lines.Line("levels:");
    const std::vector<const char*> names = LevelNames(shares.size(), shares.back() >= 100);
    for (std::size_t i = 0; i < shares.size(); ++i) lines.Line(absl::StrCat(names[i], ": ", above(shares[i])), 1);
  }

  void WriteLevels(std::size_t part, RuleLines& lines) const {
    std::map<std::string, std::vector<std::string>> levels;
    const auto put = [&](const char* word, const std::vector<double>& all, bool whole) {
      const std::vector<const char*> names = LevelNames(all.size(), whole);
      for (std::size_t i = 0; i < all.size(); ++i) levels[names[i]].push_back(absl::StrCat(word, ": ", Plain(all[i]), "%"));
    };
    const std::vector<double> actual = Part(thresholds_.actual, part), forecast = Part(thresholds_.forecast, part);
    put("actual", actual, !actual.empty() && actual.back() >= 100);
    put("forecast", forecast, false);
    for (const char* level : {"info", "warning", "critical"})
      if (levels.count(level) > 0) lines.Line(absl::StrCat(level, ": {", absl::StrJoin(levels[level], ", "), "}"), 1);
  }

  const Found& found_;
  const YamlNode* budget_;
  AlertNames& names_;
  ImportedItem item_;
  const CommitmentBudget* commitment_ = nullptr;  // nullptr: a budget of cost
  int days_ = 0;                                  // of commitments
  std::string period_, unit_, cost_;              // period_ of a budget of cost; empty: a day
  double amount_ = 0;
  bool blended_ = false;
  Thresholds thresholds_;
  std::set<std::string> subscribers_;
  std::vector<std::string> leave_out_;
  AwsFilter filter_;
};

// Walks the answers of the API and the shapes that people make of them.
class BudgetFinder {
 public:
  void Look(const ForeignFile& file, const YamlNode* node) {
    for (const YamlNode* item : ItemsOf(node)) Look(file, item);
    if (node == nullptr || node->kind != YamlNode::kMap) return;
    if (const YamlNode* budget = node->Find("Budget"); budget != nullptr && budget->kind == YamlNode::kMap) return Add(file, *budget, node);
    if (node->Find("BudgetType") != nullptr) return Add(file, *node, nullptr);
    for (const YamlNode* budget : ItemsOf(node->Find("Budgets"))) Look(file, budget);
    for (const YamlNode* of : ItemsOf(node->Find("BudgetNotificationsForAccount"))) {
      by_name_[TextOf(of, "BudgetName")].push_back(of->Find("Notifications"));
      found_notices_ = true;
    }
  }

  // With the notifications that stand elsewhere.
  std::vector<Found> Take() {
    for (Found& one : all_)
      if (const auto it = by_name_.find(TextOf(one.budget, "BudgetName")); it != by_name_.end()) one.notices.insert(one.notices.end(), it->second.begin(), it->second.end());
    return std::move(all_);
  }
  std::size_t budgets() const { return all_.size(); }
  bool found_notices() const { return found_notices_; }

 private:
  void Add(const ForeignFile& file, const YamlNode& budget, const YamlNode* around) {
    Found found{&file, &budget, {}};
    for (const YamlNode* place : {&budget, around}) {
      if (place == nullptr) continue;
      for (const char* key : {"NotificationsWithSubscribers", "Notifications"})
        if (const YamlNode* list = place->Find(key); list != nullptr) found.notices.push_back(list);
    }
    all_.push_back(std::move(found));
  }

  std::vector<Found> all_;
  std::map<std::string, std::vector<const YamlNode*>> by_name_;
  bool found_notices_ = false;
};

}  // namespace

Imported ImportAwsBudgets(absl::Span<const SourceFile> files) {
  Imported out;
  const std::deque<ForeignFile> read = ReadForeign(files, out.diagnostics);  // notifications may stand in a later file than their budget
  BudgetFinder finder;
  for (const ForeignFile& file : read) {
    const std::size_t before = finder.budgets();
    finder.Look(file, file.root());
    if (finder.budgets() == before && !finder.found_notices())
      out.diagnostics.push_back(file.Nothing("no budget stands in this file", "expected is what this prints: aws budgets describe-budgets --account-id 123456789012"));
  }
  AlertNames names;
  for (const Found& found : finder.Take()) out.items.push_back(BudgetConverter(found, names).Convert());
  RefuseWhatCheckRefuses(out);
  return out;
}

}  // namespace nephoscope
