// Labels: what a series or an alert is about, as name/value pairs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace nephoscope {

struct Label {
  std::string name;
  std::string value;

  friend bool operator==(const Label&, const Label&) = default;
  friend auto operator<=>(const Label&, const Label&) = default;
};

// The group of members that lack one of the `by` labels ("cost without a team is a finding, not an error").
inline constexpr absl::string_view kNoGroup = "(none)";

// A set of labels, sorted by name, names unique, values not empty (an empty value is the same as no label).
class Labels {
 public:
  Labels() = default;
  // Any order; of two pairs with one name the later wins; pairs with an empty value are dropped.
  explicit Labels(std::vector<Label> pairs);

  // Empty when there is no such label.
  absl::string_view Get(absl::string_view name) const;
  bool Has(absl::string_view name) const { return !Get(name).empty(); }

  // The labels named, in sorted order; a missing one gets the value "(none)".
  Labels Project(absl::Span<const std::string> names) const;
  // A copy with this label set (or removed, when `value` is empty).
  Labels With(absl::string_view name, absl::string_view value) const;

  const std::vector<Label>& pairs() const { return pairs_; }
  bool empty() const { return pairs_.empty(); }

  // `{account="1111",team="payments"}`, values escaped as in the Prometheus text format.
  std::string ToString() const;
  // name 0xFF value 0xFF ..., the bytes that identities are hashed from.
  std::string Canonical() const;

  friend bool operator==(const Labels&, const Labels&) = default;
  friend auto operator<=>(const Labels&, const Labels&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Labels& l) {
    for (const Label& p : l.pairs_) h = H::combine(std::move(h), p.name, p.value);
    return h;
  }

 private:
  std::vector<Label> pairs_;
};

// A label name that Prometheus and Alertmanager take: `cost-center` -> `cost_center`, `1st` -> `_1st`.
std::string SanitiseLabelName(absl::string_view name);

}  // namespace nephoscope
