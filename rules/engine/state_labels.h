// Labels in the bytes of a state.
#pragma once

#include <utility>
#include <vector>

#include "rules/engine/state_bytes.h"
#include "rules/model/labels.h"

namespace nephoscope {

inline void SaveLabels(const Labels& labels, StateWriter& out) {
  out.Int(static_cast<std::int64_t>(labels.size()));
  for (const LabelView label : labels.pairs()) out.Text(label.name), out.Text(label.value);
}

inline Labels LoadLabels(StateReader& in) {
  std::vector<Label> pairs(in.Count(16));
  for (Label& pair : pairs) pair.name = in.Text(), pair.value = in.Text();
  return Labels(std::move(pairs));
}

}  // namespace nephoscope
