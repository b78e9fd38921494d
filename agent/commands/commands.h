// The commands of the program. Each returns the exit code: 0 ok, 1 findings, 2 usage, 3 warnings with --deny-warnings, 78 invalid
// configuration, 130 interrupted before it began (experience.md 1.2).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace nephoscope {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFindings = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitWarnings = 3;
inline constexpr int kExitConfiguration = 78;

struct RunArguments {
  std::string config;     // file; empty: look in the usual places
  std::string data_dir;   // instead of the file's
  std::string listen;     // instead of the file's
  bool degraded_start = false;  // a configuration that cannot be used is waited for
  absl::Duration duration = absl::InfiniteDuration();  // --for
};
int Run(const RunArguments& arguments);

// Commands that read the database, also while an agent runs on it.
struct StoreArguments {
  std::string config;    // file; empty: look in the usual places
  std::string data_dir;  // instead of the file's
  std::string receiver;  // release: only events of this one
  std::int64_t id = 0;   // release: only this one; 0: all
};
// Verifies all that is stored. Exit code 1: something is not as it was written.
int CheckStore(const StoreArguments& arguments);
// The events that a receiver refused for good, and why.
int ListOutbox(const StoreArguments& arguments);
// They are sent again.
int ReleaseOutbox(const StoreArguments& arguments);

struct CheckArguments {
  std::vector<std::string> paths;  // rule files, folders, agent configurations; "-" is standard input
  enum class Output { kText, kJson, kSarif };
  Output output = Output::kText;
  bool deny_warnings = false;
  bool say = false;
  bool colour = false;
};
int Check(const CheckArguments& arguments);

// Runs the tests beside rules and in test files. Exit code 1: one does not hold, or a file has an error, or there is none.
struct TestArguments {
  std::vector<std::string> paths;  // files and folders
  std::string junit;               // file for a report in JUnit XML; empty: none
  bool verbose = false;            // tests that hold are named as well
  bool colour = false;
};
int Test(const TestArguments& arguments);

// What rules would have said of recorded data: FOCUS bills, CSV, Prometheus text with times. Exit code 1: rules or data cannot be read.
struct BacktestArguments {
  std::vector<std::string> rules;    // files and folders
  std::vector<std::string> data;     // files
  std::vector<std::string> against;  // another version of the rules, to compare with; empty: none
  bool json_lines = false;           // every transition as JSON, instead of tables
  bool colour = false;
};
int RunBacktestCommand(const BacktestArguments& arguments);

// The catalogue of metrics. `words`: only those in whose name, provider's own name or sentence all of them occur; none: all.
struct MetricsArguments {
  std::vector<std::string> words;
  bool json = false;
};
int Metrics(const MetricsArguments& arguments);

// A commented rule of this kind to begin with, on standard output. Empty: the kinds there are.
int New(const std::string& kind);

// Formats files in place; "-" is standard input to standard output. `check`: changes nothing, and names what it would change (exit 1).
struct FormatArguments {
  std::vector<std::string> paths;
  bool check = false;
  bool colour = false;
};
int Format(const FormatArguments& arguments);

// Rules made of what other tools have, on standard output; on standard error what became of each thing. Exit code 1: something was refused.
struct ImportArguments {
  std::string word;                // one of ImportWords()
  std::vector<std::string> paths;  // files; "-" is standard input
  bool colour = false;
};
int Import(const ImportArguments& arguments);
// What can be brought over: the word and a sentence.
std::vector<std::pair<std::string, std::string>> ImportWords();

// Prometheus alert rules over the alerts that the agent shows at /metrics, on standard output; rules left out, on standard error.
struct ExportArguments {
  std::vector<std::string> paths;  // rule files and folders
  bool colour = false;
};
int ExportToPrometheus(const ExportArguments& arguments);

// JSON Schema of rule files (`rules`) or of the agent's configuration (`config`), for editors.
int Schema(const std::string& what);

int Version(bool json);

// `nephoscope help R102`: what the code of a message means. `nephoscope help budget`: the options of a rule kind, collector, exporter, or
// of the agent itself.
int Help(const std::string& word);

}  // namespace nephoscope
