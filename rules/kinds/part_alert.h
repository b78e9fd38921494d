// PartAlert: what a composite keeps of an alert that it is made of, while that fires.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rules/engine/state_bytes.h"
#include "rules/model/alert.h"

namespace nephoscope {

struct PartAlert {
  static constexpr std::size_t kLeastBytes = 23 * 8;  // that Save writes of any

  PartAlert() = default;
  explicit PartAlert(const Transition& part);
  explicit PartAlert(StateReader& in);
  void Save(StateWriter& out) const;

  std::string alert_id, name;  // of the alert; of its rule
  std::uint64_t sequence = 0;
  absl::Time time = absl::InfinitePast();       // of its newest step
  absl::Time starts_at = absl::InfinitePast();
  std::string summary;
  Impact impact;
  Owner owner;
  std::vector<Contributor> contributors;  // the largest few
  bool provisional = false;
  DataState data_state = DataState::kFresh;
  absl::Time as_of = absl::InfinitePast();
};

}  // namespace nephoscope
