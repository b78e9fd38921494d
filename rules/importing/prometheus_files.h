// The rules of Prometheus in the wrappings that people keep them in: rule files of one or several documents, PrometheusRule
// objects and lists of them, ConfigMaps and Helm values with rule files as text, answers of /api/v1/rules.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "rules/importing/rule_lines.h"

namespace nephoscope {

struct PrometheusRule {
  std::string alert, record;  // one of them is empty
  std::string expr, hold, keep_firing_for;
  const YamlNode* node = nullptr;  // with labels and annotations
  std::string place;               // rules.yml:12
};

struct PrometheusFiles {
  std::deque<ForeignFile> files;  // that the nodes are of
  std::vector<PrometheusRule> rules;
};

PrometheusFiles ReadPrometheusFiles(absl::Span<const SourceFile> files, std::vector<Diagnostic>& told);

}  // namespace nephoscope
