// AgentConfig: what the agent is told by its own file (rules are separate files).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rules/language/language.h"
#include "rules/model/alert.h"
#include "rules/model/diagnostic.h"
#include "rules/model/option_table.h"

namespace nephoscope {

// One entry of `collectors:` or `exporters:`.
struct PartConfig {
  std::string kind;      // "focus"
  OptionValues options;  // by the kind's option table
};

struct AgentConfig {
  std::string name;
  std::string data_dir;
  std::string listen;
  std::vector<std::string> rules;  // files and directories
  std::vector<PartConfig> collectors;
  std::vector<PartConfig> exporters;
  PartConfig probes;                     // the collector of health checks is always there; these are its options
  std::string admin_token_file;          // of what POST from other machines needs; empty: none is taken
  int evaluators = 0;                    // evaluate threads; 0: cores - 1, at least 1
  std::size_t max_series_per_target = 500'000;
  std::size_t max_series = 1'000'000;    // of new ones beyond it the samples are dropped, counted and told
  std::string log_level, log_format;
  absl::Duration history_for = absl::Hours(400 * 24);
  std::int64_t history_bytes = std::int64_t{1} << 30;

  std::string directory;  // of the file: relative paths start here
};

// The description of the file: parser, help and reference are made from it.
const OptionTable& AgentOptions();

struct LoadedConfig {
  AgentConfig config;  // complete only when no diagnostic is an error
  std::vector<Diagnostic> diagnostics;
};
LoadedConfig ParseAgentConfig(const SourceFile& file);

// The text of a file without the line ends behind it; `ok` false: it cannot be read.
std::string ReadSecretFile(const std::string& path, bool& ok);

// `path` seen from the configuration's folder.
std::string ResolvePath(const std::string& directory, const std::string& path);

// Where `run` looks when no file is named: $NEPHOSCOPE_CONFIG, ./nephoscope.yaml, /etc/nephoscope/agent.yaml.
std::vector<std::string> ConfigCandidates();

}  // namespace nephoscope
