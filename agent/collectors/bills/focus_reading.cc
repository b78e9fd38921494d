#include "agent/collectors/bills/focus_reading.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/collectors/bills/bill_format.h"
#include "agent/collectors/bills/focus_time.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
const absl::Time kFirstBills = absl::FromCivil(absl::CivilDay(2000, 1, 1), absl::UTCTimeZone());
constexpr const char* kCostNames[kCosts] = {"BilledCost", "EffectiveCost", "ListCost", "ContractedCost"};

absl::Status In(const char* column, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(column, ": ", status.message()));
}

absl::Status InCost(int cost, absl::string_view text, const absl::Status& status) {
  const bool dressed = text.find_first_of(",$ ") != absl::string_view::npos || text.find("\xE2\x82\xAC") != text.npos;
  return absl::InvalidArgumentError(absl::StrCat(kCostNames[cost], ": ", status.message(),
                                                 dressed ? ", without separators of thousands and signs" : ""));
}

}  // namespace

FocusReading::FocusReading(std::string path, ByteStream& stream, FocusContext& context)
    : path_(std::move(path)), csv_(stream), context_(context) {}

absl::Status FocusReading::Begin() {
  const BillFormat format = RecogniseBill(csv_.Beginning());
  if (!format.problem.empty()) return absl::InvalidArgumentError(format.problem);
  const absl::StatusOr<bool> header = csv_.Next(row_);
  if (!header.ok()) return header.status();
  if (!*header) return absl::InvalidArgumentError("the file is empty; expected a header row");
  if (absl::Status status = columns_.Find(row_); !status.ok()) return status;
  const FocusColumns& c = columns_;
  grouping_ = {c.provider, c.service_provider, c.billing_account, c.account, c.account_name, c.service,
               c.service_category, c.region, c.charge_category, c.currency, c.tags};
  if (context_.resources) grouping_.insert(grouping_.end(), {c.resource, c.resource_name, c.resource_type});
  if (context_.commitments)
    grouping_.insert(grouping_.end(), {c.commitment, c.commitment_name, c.commitment_type, c.pricing_category,
                                       c.consumed_unit});
  if (context_.resources || context_.commitments) grouping_.push_back(c.commitment_status);
  std::erase(grouping_, FocusColumns::kMissing);
  return absl::OkStatus();
}

absl::Status FocusReading::Take() {
  if (static_cast<int>(row_.size()) != columns_.count) {
    content_.cut = content_.cut || csv_.cut();
    return absl::InvalidArgumentError(absl::StrCat("it has ", row_.size(), " fields, the header ", columns_.count,
                                                   csv_.cut() ? ": the file was cut off here" : ""));
  }
  const absl::StatusOr<absl::Time> start = TimeOf(FocusText(row_, columns_.period_start));
  if (!start.ok()) return In("ChargePeriodStart", start.status());
  const absl::string_view end_text = FocusText(row_, columns_.period_end);
  const absl::StatusOr<absl::Time> end = end_text.empty() ? *start + kDay : TimeOf(end_text);
  if (!end.ok()) return In("ChargePeriodEnd", end.status());
  if (absl::Status status = Possible(*start, *end); !status.ok()) return status;
  if (absl::Status status = ReadCosts(); !status.ok()) return status;
  const absl::StatusOr<Currency> currency = CurrencyOf(FocusText(row_, columns_.currency));
  if (!currency.ok()) return In("BillingCurrency", currency.status());
  const bool term = FocusRow{columns_, row_}.IsForTerm(*end - *start);
  return Count(*start, *end, GroupsOf(*currency, term));
}

absl::StatusOr<absl::Time> FocusReading::TimeOf(absl::string_view text) {
  KnownTime& known = times_[absl::HashOf(text) % kTimes];
  if (known.text == text && !text.empty()) return known.time;
  const absl::StatusOr<absl::Time> time = FocusTime(text);
  if (time.ok()) known = {std::string(text), *time};
  return time;
}

absl::StatusOr<Currency> FocusReading::CurrencyOf(absl::string_view text) {
  if (text == currency_text_ && !text.empty()) return currency_;
  const absl::StatusOr<Currency> currency = Currency::Parse(text);
  if (currency.ok()) currency_text_ = std::string(text), currency_ = *currency;
  return currency;
}

absl::Status FocusReading::ReadCosts() {
  for (int i = 0; i < kCosts; ++i) {
    costs_[i] = FocusText(row_, columns_.Cost(i));
    ExactSum alone;
    if (costs_[i].empty() && i >= 2) continue;  // ListCost and ContractedCost may be missing
    if (absl::Status status = alone.Add(costs_[i]); !status.ok()) return InCost(i, costs_[i], status);
  }
  return absl::OkStatus();
}

// One row of another century would be the newest day of the bill, and all others would be long over.
absl::Status FocusReading::Possible(absl::Time start, absl::Time end) {
  const auto found = [&](int column) { return absl::StrCat("\"", FocusText(row_, column).substr(0, 40), "\""); };
  if (start < kFirstBills)
    return absl::InvalidArgumentError(absl::StrCat("ChargePeriodStart: ", found(columns_.period_start), " is before there were such bills"));
  if (start >= context_.not_yet) {
    content_.ahead = std::min(content_.ahead, start);
    return absl::InvalidArgumentError(absl::StrCat("ChargePeriodStart: ", found(columns_.period_start), " is later than tomorrow"));
  }
  if (end < start)
    return absl::InvalidArgumentError(absl::StrCat("ChargePeriodEnd: ", found(columns_.period_end), " is before ChargePeriodStart ", found(columns_.period_start)));
  return absl::OkStatus();
}

// Reads labels and tags only of texts that did not come before.
const FocusContext::Known& FocusReading::GroupsOf(Currency currency, bool term) {
  key_.assign(1, term ? 't' : 'd');
  for (const int column : grouping_) {
    const absl::string_view text = FocusText(row_, column);
    key_.push_back('\0');
    key_.append(text.data(), text.size());
  }
  key_hash_ = context_.known.hash_function()(key_);
  if (const auto found = context_.known.find(key_, key_hash_); found != context_.known.end()) return found->second;
  if (context_.known.size() >= FocusContext::kMostKnown) context_.known.clear();
  return context_.known.emplace(key_, MakeGroups(currency, term)).first->second;
}

FocusContext::Known FocusReading::MakeGroups(Currency currency, bool term) {
  static const std::set<std::string> kNoTags;
  FocusContext::Known out;
  const FocusRow row{columns_, row_};
  FocusTagList tags;
  out.unreadable_tags = !FocusTags(row.Text(columns_.tags), tags);
  const bool crowded = context_.groups.size() >= FocusContext::kMostGroups;
  const std::set<std::string>& wanted = crowded ? kNoTags : context_.tags;
  const auto id = [&](BillView view, Labels labels) {
    const bool apart = term && view != BillView::kCommitment;  // which has no label of it
    return context_.groups.IdOf({view, apart, std::move(labels), currency});
  };
  out.group[0] = id(BillView::kBill, row.BillLabels(wanted, tags, term));
  if (context_.resources) out.group[1] = id(BillView::kResource, row.ResourceLabels(crowded, wanted, tags, term));
  if (context_.commitments && row.IsCommitment())
    out.group[2] = id(BillView::kCommitment, row.CommitmentLabels());
  return out;
}

absl::Status FocusReading::Count(absl::Time start, absl::Time end, const FocusContext::Known& known) {
  const std::int64_t day = absl::ToInt64Hours(GridDown(start, kDay) - absl::UnixEpoch()) / 24;
  absl::Status status;
  for (const std::uint32_t group : known.group) {
    if (group == FocusContext::Known::kNone) continue;
    std::array<ExactSum, kCosts>& cell = content_.cells[{group, day}];
    for (int i = 0; i < kCosts; ++i)
      if (!costs_[i].empty()) status.Update(cell[i].Add(costs_[i]));
  }
  const FocusRow row{columns_, row_};
  if (context_.commitments && row.EndsCommitment(end - start)) {
    absl::Time& last = content_.terms[row.CommitmentLabels()].emplace(start, end).first->second;
    last = std::max(last, end);
  }
  DayRows& rows = RowsOf({context_.groups.AccountOf(known.group[0]), day});
  ++rows.rows;
  if (!context_.groups.Get(known.group[0]).term) ++rows.use;
  rows.mark += MarkOf();
  if (known.unreadable_tags && content_.untagged++ == 0)
    content_.tag_example = absl::StrCat("row ", csv_.row(), ": ", FocusText(row_, columns_.tags).substr(0, 40));
  return status;
}

DayRows& FocusReading::RowsOf(const AccountDay& day) {
  DayRows*& rows = rows_of_[day];
  if (rows == nullptr) rows = &content_.days[day];
  return *rows;
}

std::uint64_t FocusReading::MarkOf() const {
  const auto text = [&](int column) { return FocusText(row_, column); };
  const FocusColumns& c = columns_;
  return absl::HashOf(key_hash_, text(c.period_start), text(c.period_end), text(c.billed), text(c.effective), text(c.resource),
                      text(c.sku), text(c.description));
}

std::string FocusReading::Where() const {
  return absl::StrCat(path_, " row ", csv_.row(), " (line ", csv_.line(), ")");
}

absl::string_view FocusReading::Refused(const absl::Status& status) {
  content_.cut = content_.cut || (csv_.cut() && absl::StrContains(status.message(), "never closed"));
  if (content_.refused++ == 0) content_.refusal = absl::StrCat("row ", csv_.row(), ": ", status.message());
  return status.message();
}

}  // namespace nephoscope
