// The part of a file that speaks to all rules: currency and ownership.
#pragma once

#include "rules/language/option_reader.h"
#include "rules/model/rule.h"

namespace nephoscope {

// What one file says. `has_...`: it says so.
struct FileSettings {
  Settings settings;
  bool has_currency = false, has_ownership = false;
  Mark currency_mark, ownership_mark;
};

// `root`: the file that `file` was read from.
FileSettings TakeSettings(const YamlNode& root, const OptionValues& file, DiagnosticSink& sink);

}  // namespace nephoscope
