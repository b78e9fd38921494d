// Labels: what a series or an alert is about, as name/value pairs.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
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

// One of the pairs of Labels, valid as long as these are.
struct LabelView {
  absl::string_view name, value;

  friend bool operator==(const LabelView& a, const LabelView& b) { return a.name == b.name && a.value == b.value; }
};

// The group of members that lack one of the `by` labels ("cost without a team is a finding, not an error").
inline constexpr absl::string_view kNoGroup = "(none)";

// A set of labels, sorted by name, names unique, values not empty (an empty value is the same as no label). One block of bytes that copies share; it
// never changes.
class Labels {
 public:
  // The pairs in order, as LabelView. Of the labels that it was asked of, which have to outlive it.
  class Pairs {
   public:
    class Iterator {
     public:
      using iterator_category = std::input_iterator_tag;
      using value_type = LabelView;
      using difference_type = std::ptrdiff_t;
      using pointer = const LabelView*;
      using reference = LabelView;

      explicit Iterator(const char* next) : next_(next) {}
      LabelView operator*() const;
      Iterator& operator++();
      friend bool operator==(Iterator a, Iterator b) { return a.next_ == b.next_; }

     private:
      const char* next_;
    };
    Iterator begin() const { return Iterator(bytes_.data()); }
    Iterator end() const { return Iterator(bytes_.data() + bytes_.size()); }

   private:
    friend class Labels;
    explicit Pairs(absl::string_view bytes) : bytes_(bytes) {}
    absl::string_view bytes_;
  };

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

  Pairs pairs() const& { return Pairs(Bytes()); }
  Pairs pairs() const&& = delete;  // they would be gone before their pairs are looked at
  // The pairs, to be changed.
  std::vector<Label> Copy() const;
  std::size_t size() const;
  bool empty() const { return block_ == nullptr; }

  // `{account="1111",team="payments"}`, values escaped as in the Prometheus text format.
  std::string ToString() const;
  // name 0xFF value 0xFF ..., the bytes that identities are hashed from.
  std::string Canonical() const;

  friend bool operator==(const Labels& a, const Labels& b) { return a.block_ == b.block_ || a.Bytes() == b.Bytes(); }
  friend std::strong_ordering operator<=>(const Labels& a, const Labels& b);
  template <typename H>
  friend H AbslHashValue(H h, const Labels& l) {
    return H::combine(std::move(h), l.Bytes());
  }

 private:
  absl::string_view Bytes() const;

  // The size of what follows (uint32_t), then for each pair the length of its name, the name, the length of its value, the value. Lengths are
  // written seven bits a byte, the lowest first; the last byte has its highest bit clear.
  std::shared_ptr<const char[]> block_;  // nullptr: no labels
};

// A label name that Prometheus and Alertmanager take: `cost-center` -> `cost_center`, `1st` -> `_1st`.
std::string SanitiseLabelName(absl::string_view name);

}  // namespace nephoscope
