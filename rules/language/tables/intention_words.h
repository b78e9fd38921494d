// The words of other tools for keys of ours. Internal to rules/language: intentions.cc reads them.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace nephoscope {

struct KeyWord {
  absl::string_view theirs;  // separated by spaces, in small letters and without _ and -
  absl::string_view
      form;  // "when: {above: $v}"; of an advice: the key of ours whose table it is about
  const char* advice = "";
};

absl::Span<const KeyWord> WordsOfKeys();
absl::Span<const KeyWord> AdviceOnKeys();

}  // namespace nephoscope
