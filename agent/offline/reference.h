// Reference pages made from the option tables: what `nephoscope help NAME` prints and what the README tables are checked against.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "rules/model/option_table.h"

namespace nephoscope {

// A Markdown table: one row per option, nested maps as `outer.inner`.
std::string OptionsAsMarkdown(const OptionTable& table);

// Every code of a diagnostic, one row each.
std::string CodesAsMarkdown();

// For a terminal: name, sentence, then one block per option. `name`: a rule kind, collector, exporter, "agent", "rule" or "settings"; empty when there is no
// such part.
std::string PartReference(absl::string_view name);

// All parts as Markdown: the agent and its collectors, the exporters, or rules and their kinds. `floor`: "rules", "agent" or "exporters".
std::string FolderReference(absl::string_view floor);

}  // namespace nephoscope
