// Evaluation: what crosses from an evaluate thread to the export thread.
#pragma once

#include <cstdint>

#include "rules/model/alert.h"

namespace nephoscope {

struct Evaluation {
  Changes changes;
  std::int64_t sent_ns = 0;  // when the batch that caused it was handed over; 0: no batch (a snapshot)
};

}  // namespace nephoscope
