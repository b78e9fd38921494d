// JSON Schema (draft-07, what YAML editors understand) made of the option tables that the reader reads by.
#pragma once

#include <string>
#include <vector>

#include "rules/model/option_table.h"

namespace nephoscope {

// Of rule files. Branches on `kind` by if/then, so that an editor tells one problem and not one for each kind.
std::string RulesSchema();

// Of any other file that an option table describes. `parts`: lists at the top whose entries name exactly one key. Texts may hold
// references (${NAME}) where `references`.
struct SchemaOptions {
  const char* title = "";
  std::vector<std::string> parts;
  bool references = false;
};
std::string OptionsSchema(const OptionTable& table, const SchemaOptions& options);

}  // namespace nephoscope
