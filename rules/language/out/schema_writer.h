// SchemaWriter: option tables as definitions of one JSON Schema document. Internal to rules/language.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/types/span.h"
#include "rules/model/option_table.h"

namespace nephoscope {

using Json = nlohmann::ordered_json;

class SchemaWriter {
 public:
  // `references`: texts may hold ${NAME}. `catalogue`: options called `metric` are checked by the catalogue, those called `for` may count
  // points.
  SchemaWriter(bool references, bool catalogue) : references_(references), catalogue_(catalogue) {}

  // A map of these options; several tables may share one map.
  Json MapOf(absl::Span<const OptionTable* const> tables);
  // A reference to the definition of one table, which is made when it is first asked for.
  Json RefTo(const OptionTable& table);
  // One option's value.
  Json ValueOf(const Option& option);

  Json& definitions() { return definitions_; }

 private:
  Json Value(const Option& option);
  Json Scalar(const Option& option);
  Json RowOr(const OptionTable& table);
  Json MapValue(const Option& option);
  Json ListOfMaps(const Option& option);
  Json Pattern(const std::string& pattern, const char* said) const;
  Json Formed(const Option& option) const;
  Json Number(const Option& option, const char* type) const;
  Json Text() const;
  Json Matchers() const;

  bool references_, catalogue_;
  Json definitions_ = Json::object();
  std::map<const OptionTable*, std::string> names_;
};

}  // namespace nephoscope
