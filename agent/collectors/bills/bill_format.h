// Recognises a file taken for a bill by its beginning: FOCUS, or another format and the way to FOCUS.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace nephoscope {

struct BillFormat {
  bool focus = false;   // begins with the header of a FOCUS bill
  std::string problem;  // a sentence: what the file is and what to do; empty: FOCUS, or nothing that we know
};

// `start`: the first bytes, unpacked; 64 KiB are plenty.
BillFormat RecogniseBill(absl::string_view start);

// A column's name as it is compared: letters and digits only, lower case ("Billed Cost", BILLED_COST: billedcost).
std::string ColumnKey(absl::string_view name);

}  // namespace nephoscope
