// The expression of a rule: can it be read, do its metrics exist, which alerts does it make. Places within it are places of the file.
#pragma once

#include "rules/language/sink.h"
#include "rules/language/yaml/yaml_tree.h"

namespace nephoscope {

// R301, R510 to R515.
void CheckExpression(const YamlNode& value, DiagnosticSink& sink);

}  // namespace nephoscope
