// A large file of rules is a long list; two can read it at the same time.
#pragma once

#include "rules/language/language.h"
#include "rules/language/yaml/yaml_tree.h"

namespace nephoscope {

// As YamlTree::Read, with the same tree and the same diagnostics.
YamlTree ReadYaml(DiagnosticSink& sink, DoBoth both);

}  // namespace nephoscope
