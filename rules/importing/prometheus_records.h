// Recording rules of Prometheus, written into the alerts that use them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "rules/expr/ast.h"
#include "rules/importing/prometheus_files.h"
#include "rules/model/labels.h"

namespace nephoscope {

class RecordingRules {
 public:
  // All rules of one import; those that record are taken.
  explicit RecordingRules(absl::Span<const PrometheusRule> rules);

  // `expr` without recorded names, as far as it can be read. False: `why` says what stands against it.
  // `used`: the names that were replaced.
  bool WriteInto(std::string& expr, std::set<std::string>& used, std::string& why) const;

  std::size_t size() const { return all_.size(); }

 private:
  struct Definition {
    std::string expr;
    std::map<std::string, std::string> labels;  // that the recorded series get
    std::string place;

    bool operator==(const Definition& other) const { return expr == other.expr && labels == other.labels; }
  };
  class Writer;

  std::map<std::string, std::vector<Definition>, std::less<>> all_;
};

}  // namespace nephoscope
