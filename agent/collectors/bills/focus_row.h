// FocusRow: what one row of a FOCUS bill is about, as labels of the series it belongs to.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "agent/collectors/text/csv.h"
#include "agent/collectors/bills/focus_columns.h"
#include "rules/model/labels.h"

namespace nephoscope {

struct FocusRow {
  const FocusColumns& columns;
  const std::vector<CsvField>& row;

  absl::string_view Text(int column) const { return FocusText(row, column); }
  absl::string_view provider() const {
    const absl::string_view name = Text(columns.provider);
    return name.empty() ? Text(columns.service_provider) : name;
  }

  // Of cost.*: provider, accounts, service, region, charge_category, and the `wanted` tags under their plain names.
  // `term`: IsForTerm, which is a label as well.
  Labels BillLabels(const std::set<std::string>& wanted, const FocusTagList& tags, bool term) const;

  // Of resource.cost: the resource and all its tags as they are spelt. Charges that are no use of a resource (taxes, credits, purchases,
  // unused commitments), and all when it is `crowded`, have no resource.
  Labels ResourceLabels(bool crowded, const std::set<std::string>& wanted, const FocusTagList& tags, bool term) const;

  // Use under a commitment, a commitment that was not used, or use that a commitment could have covered: computing and databases by the
  // hour at the standard price.
  bool IsCommitment() const;
  // A purchase that says when its commitment ends; `period` is its charge period.
  bool EndsCommitment(absl::Duration period) const;
  // A charge for a term (a purchase, a subscription, the tax or support of a month): it says nothing about how far the
  // bill reaches, and is no rate per day.
  bool IsForTerm(absl::Duration period) const;
  Labels CommitmentLabels() const;

 private:
  void AddPlain(std::vector<Label>& out) const;
  // used, unused, on_demand; "" for another row.
  absl::string_view Status() const;
};

}  // namespace nephoscope
