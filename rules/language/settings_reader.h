// The part of a file that speaks to all rules: currency, ownership, calendars and what else is set once.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rules/language/tables/option_reader.h"
#include "rules/language/tables/table_reader.h"
#include "rules/model/rule.h"

namespace nephoscope {

// What one file says, and where, by key.
struct FileSettings {
  Settings settings;
  std::map<std::string, Mark> said;
  std::map<std::string, std::vector<std::string>> holidays;  // of calendars that have some, as dates

  bool Says(const char* key) const { return said.count(key) != 0; }
};

// The text of a table that stands beside the file; nullptr: it was not read.
using TableText = std::function<const std::string*(const std::string& name)>;

// `root`: the file that `file` was read from.
FileSettings TakeSettings(const YamlNode& root, const OptionValues& file, const TableText& tables, DiagnosticSink& sink);

// What `from` says of this key goes to `to`.
void MergeSettings(const char* key, const FileSettings& from, Settings& to);
// The keys that are set once, in one file.
absl::Span<const char* const> SettingsKeys();

// The text of a table by its name: beside the file, without folders. nullptr: told.
const std::string* TakeTableText(const std::string& name, Mark mark, const TableText& tables, DiagnosticSink& sink);
// The same, read. nullopt: told.
std::optional<Table> TakeTable(const std::string& name, Mark mark, const TableText& tables, DiagnosticSink& sink);

}  // namespace nephoscope
