// The places of templates: are their names known in this rule?
#pragma once

#include <string>
#include <vector>

#include "rules/language/sink.h"
#include "rules/model/diagnostic.h"

namespace nephoscope {

struct TemplateNames {
  std::vector<std::string> labels;  // the `by` labels
  std::vector<std::string> others;
  bool any = false;                 // any name may be a label: the alerts have those of their series
  int by_line = 0;                  // where `by` stands; 0: nowhere
};

// `text`: the template's value; `mark`: where it stands.
void CheckTemplate(const std::string& text, Mark mark, const TemplateNames& names, DiagnosticSink& sink);

}  // namespace nephoscope
