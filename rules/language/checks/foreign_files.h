// Files and rules of other programs, by their shape: what they are, and the way from there to rules
// of ours.
#pragma once

#include <vector>

#include "absl/types/span.h"
#include "rules/language/sink.h"
#include "rules/language/yaml/yaml_tree.h"

namespace nephoscope {

// Tells what `root` is where it is no file of ours (R101). True: told, nothing else of it is to be
// read.
bool TellForeignFile(const YamlNode& root, DiagnosticSink& sink);

// The entries of `rules:` that are rules of ours, or were meant to be. Of others the first is told,
// with how many there are.
std::vector<YamlNode*> WithoutForeignRules(absl::Span<YamlNode* const> items, DiagnosticSink& sink);

}  // namespace nephoscope
