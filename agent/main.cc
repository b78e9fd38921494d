// nephoscope: the command line. The parts are put together in agent/assembly.cc.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "agent/commands/commands.h"
#include "rules/language/words/wrap_text.h"

namespace {

using namespace nephoscope;

// "20s", "5m", "2h"; a bare number is seconds.
std::string CheckDuration(const std::string& text, absl::Duration& out) {
  const bool bare = !text.empty() && absl::ascii_isdigit(static_cast<unsigned char>(text.back()));
  if (absl::ParseDuration(bare ? text + "s" : text, &out) && out > absl::ZeroDuration()) return {};
  return "\"" + text + "\" is not a duration; write a number and a unit such as 20s, 5m or 2h";
}

void AddRun(CLI::App& app, RunArguments& run) {
  CLI::App* command = app.add_subcommand("run", "Collect, evaluate the rules, and send alerts until stopped.\n\nExample: nephoscope run --config agent.yaml");
  command->add_option("-c,--config", run.config, "the agent's configuration (else $NEPHOSCOPE_CONFIG, nephoscope.yaml, /etc/nephoscope/agent.yaml)");
  command->add_option("--data-dir", run.data_dir, "folder of the database, instead of the configuration's");
  command->add_option("--listen", run.listen, "address and port of metrics and API, instead of the configuration's");
  command->add_flag("--degraded-start", run.degraded_start, "with a configuration that cannot be used, serve health and metrics and wait for a good one, instead of exit code 78");
  command->add_option_function<std::string>(
      "--for",
      [&run](const std::string& text) {
        if (const std::string wrong = CheckDuration(text, run.duration); !wrong.empty()) throw CLI::ValidationError("--for", wrong);
      },
      "stop by itself after this long, such as 20s");
}

void AddStore(CLI::App& app, StoreArguments& store) {
  const auto where = [&store](CLI::App* command) {
    command->add_option("-c,--config", store.config, "the agent's configuration, which names the folder of the database");
    command->add_option("--data-dir", store.data_dir, "folder of the database, instead of the configuration's");
    return command;
  };
  CLI::App* command = app.add_subcommand("store", "Look into the database, also while an agent runs.\n\nExample: nephoscope store check --config agent.yaml");
  command->require_subcommand(1);
  where(command->add_subcommand("check", "Verify everything that is stored: pages, rows, the chain of the history and its signed checkpoint"));
  CLI::App* outbox = app.add_subcommand("outbox", "Events that a receiver refused for good.\n\nExample: nephoscope outbox list --config agent.yaml");
  outbox->require_subcommand(1);
  where(outbox->add_subcommand("list", "List them with the reason (exit code 1: there are some)"));
  CLI::App* release = where(outbox->add_subcommand("release", "Send them again, when the cause is mended; a later event of the same alert may have gone before"));
  release->add_option("--receiver", store.receiver, "only those of this receiver, such as kafka");
  release->add_option("--id", store.id, "only the one with this number in the list");
}

void AddCheck(CLI::App& app, CheckArguments& check) {
  CLI::App* command = app.add_subcommand("check", "Check rule files and agent configurations; all rule files given are one set.\n\nExample: nephoscope check rules/");
  command->add_option("paths", check.paths, "files and folders; - is standard input")->required();
  using Output = CheckArguments::Output;
  command->add_option("-o,--output", check.output, "text, json or sarif (2.1.0, for code review)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Output>{{"text", Output::kText}, {"json", Output::kJson}, {"sarif", Output::kSarif}}))
      ->option_text("text|json|sarif");
  command->add_flag_callback("--json", [&check] { check.output = Output::kJson; }, "the same as -o json: one object");
  command->add_flag_callback("--sarif", [&check] { check.output = Output::kSarif; }, "the same as -o sarif");
  command->add_flag("--deny-warnings", check.deny_warnings, "warnings fail too (exit code 3)");
  command->add_flag("--say", check.say, "read every rule back as a sentence");
}

void AddTest(CLI::App& app, TestArguments& test) {
  CLI::App* command = app.add_subcommand("test", "Run the tests beside rules (tests:) and in files named *_test.yaml.\n\nExample: nephoscope test rules/");
  command->add_option("paths", test.paths, "files and folders")->required();
  command->add_option("--junit", test.junit, "write the results to this file as JUnit XML");
  command->add_flag("-v,--verbose", test.verbose, "name the tests that pass as well");
}

void AddBacktest(CLI::App& app, BacktestArguments& backtest) {
  CLI::App* command = app.add_subcommand(
      "backtest", "Say which alerts rules would have given on recorded data.\n\nExample: nephoscope backtest rules/ --data bill.csv.gz\n         nephoscope backtest new/ --against rules/ --data bill.csv.gz");
  command->add_option("rules", backtest.rules, "files and folders of rules")->required();
  command->add_option("--data", backtest.data, "FOCUS bills; CSV with the columns time, metric, value; Prometheus text with times. Several make one whole")->required();
  CLI::Option* against = command->add_option("--against", backtest.against, "another version of the rules: tell which alerts are new and which are gone");
  command->add_option_function<std::string>("-o,--output", [&backtest](const std::string& form) { backtest.json_lines = form == "jsonl"; }, "table, or jsonl: every transition as one line of JSON")
      ->check(CLI::IsMember({"table", "jsonl"}))
      ->excludes(against);
}

void AddFormat(CLI::App& app, FormatArguments& format) {
  CLI::App* command = app.add_subcommand("fmt", "Format YAML files in place, with their comments.\n\nExample: nephoscope fmt --check rules/");
  command->add_option("paths", format.paths, "files and folders; - is standard input, formatted to standard output")->required();
  command->add_flag("--check", format.check, "change nothing; fail (exit code 1) when a file would change");
}

void AddMetrics(CLI::App& app, MetricsArguments& metrics) {
  CLI::App* command =
      app.add_subcommand("metrics", "List the metrics that rules may name, or search them.\n\nExample: nephoscope metrics rds storage");
  command->add_option("words", metrics.words, "words that the name, the provider's own name or the sentence holds");
  command->add_flag("--json", metrics.json, "as JSON");
}

void AddImport(CLI::App& app, ImportArguments& import) {
  CLI::App* command = app.add_subcommand("import", "Make rules of what other tools have.\n\nExample: nephoscope import aws-budgets budgets.json > budgets.yaml");
  command->require_subcommand(1);
  for (const auto& [word, sentence] : ImportWords()) {
    CLI::App* one = command->add_subcommand(word, sentence);
    one->add_option("files", import.paths, "files; - is standard input")->required();
    one->callback([&import, word = word] { import.word = word; });
  }
}

void AddExport(CLI::App& app, ExportArguments& arguments) {
  CLI::App* command = app.add_subcommand("export", "Make of rules what other tools read.\n\nExample: nephoscope export prometheus rules/ > nephoscope.rules.yml");
  command->require_subcommand(1);
  command->add_subcommand("prometheus", "Alert rules for Prometheus, over the alerts that the agent shows at /metrics")
      ->add_option("rules", arguments.paths, "rule files and folders; - is standard input")
      ->required();
}

bool WantsColour(const std::string& when) {
  if (when != "auto") return when == "always";
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(1) != 0 && (no_color == nullptr || *no_color == 0);
}

// COLUMNS of the environment, as shells export it.
void TakeColumns() {
  int columns = 0;
  const char* text = std::getenv("COLUMNS");
  if (text != nullptr && absl::SimpleAtoi(text, &columns) && columns > 0) NarrowTerminal(columns);
}

// Help in lines that a terminal shows whole. Commands to copy are not broken: those that stand far
// to the right move left, next to the sentence above them.
std::string FitTerminal(const std::string& help) {
  constexpr std::size_t kExamplesMove = 26;
  std::string out;
  for (absl::string_view line : absl::StrSplit(absl::StripSuffix(help, "\n"), '\n')) {
    const bool blank_column = line.size() >= kExamplesMove && absl::StripAsciiWhitespace(line).empty();
    if (blank_column) continue;
    std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
    const absl::string_view words = line.substr(begin);
    const bool example = absl::StartsWith(words, "Example: ") || absl::StartsWith(words, "nephoscope ");
    if (example && begin >= kExamplesMove) line.remove_prefix(kExamplesMove);
    if (example || line.size() <= static_cast<std::size_t>(TerminalColumns())) {
      absl::StrAppend(&out, line, "\n");
      continue;
    }
    const std::size_t gap = line.find("  ", begin);
    if (gap != absl::string_view::npos) begin = line.find_first_not_of(' ', gap);
    out += WrapText(line.substr(begin), line.substr(0, begin), std::string(begin, ' '));
  }
  return out;
}

// Prints help, or what is wrong with the arguments.
int Leave(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out, wrong;
  const bool ok = app.exit(error, out, wrong) == 0;
  if (!out.str().empty()) std::cout << FitTerminal(out.str());
  std::cerr << wrong.str();
  return ok ? kExitOk : kExitUsage;
}

}  // namespace

int main(int argc, char** argv) {
  TakeColumns();
  CLI::App app("Nephoscope watches clouds: costs, health and metrics, and tells the owner what to do.", "nephoscope");
  app.require_subcommand(0, 1);
  app.footer("Exit codes: 0 ok, 1 findings, 2 wrong usage, 3 warnings with --deny-warnings, 78 invalid configuration.");
  std::string colour = "auto", word, schema, kind;
  app.add_option("--color", colour, "auto, always or never")->check(CLI::IsMember({"auto", "always", "never"}));
  RunArguments run;
  StoreArguments store;
  CheckArguments check;
  TestArguments test;
  BacktestArguments backtest;
  FormatArguments format;
  MetricsArguments metrics;
  ImportArguments import;
  ExportArguments exported;
  bool version_json = false;
  AddRun(app, run);
  AddStore(app, store);
  AddCheck(app, check);
  AddTest(app, test);
  AddBacktest(app, backtest);
  AddFormat(app, format);
  AddMetrics(app, metrics);
  AddImport(app, import);
  AddExport(app, exported);
  app.add_subcommand("new", "Print a file to begin with: every option with its sentence.\n\nExample: nephoscope new budget > budgets.yaml")
      ->add_option("kind", kind, "a kind of rule, settings or agent; without it, they are listed");
  CLI::App* schema_command =
      app.add_subcommand("schema", "Print the JSON Schema of rule files or of the agent's configuration, for editors.\n\nExample: nephoscope schema rules > rules.schema.json");
  schema_command->add_option("what", schema, "rules or config")->required()->check(CLI::IsMember({"rules", "config"}));
  CLI::App* version = app.add_subcommand("version", "Print the version.");
  version->add_flag("--json", version_json, "as JSON");
  CLI::App* help = app.add_subcommand("help", "Explain the code of a message (R102), or the options of a part (budget, focus, kafka, agent).");
  help->add_option("word", word, "a code in brackets behind \"error\", a rule kind, a collector, an exporter, agent, rule, settings or a part of them (receivers, maintenance, calendars); without it, the overview");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Leave(app, error);
  }
  check.colour = test.colour = backtest.colour = format.colour = import.colour = exported.colour = WantsColour(colour);
  const bool overview = app.get_subcommands().empty() || (app.got_subcommand("help") && word.empty());
  if (overview) return std::cout << FitTerminal(app.help()), kExitOk;
  if (app.got_subcommand("run")) return Run(run);
  if (app.got_subcommand("store")) return CheckStore(store);
  if (CLI::App* outbox = app.get_subcommand("outbox"); outbox->parsed()) return outbox->got_subcommand("list") ? ListOutbox(store) : ReleaseOutbox(store);
  if (app.got_subcommand("check")) return Check(check);
  if (app.got_subcommand("test")) return Test(test);
  if (app.got_subcommand("backtest")) return RunBacktestCommand(backtest);
  if (app.got_subcommand("fmt")) return Format(format);
  if (app.got_subcommand("new")) return New(kind);
  if (app.got_subcommand("metrics")) return Metrics(metrics);
  if (app.got_subcommand("import")) return Import(import);
  if (app.got_subcommand("export")) return ExportToPrometheus(exported);
  if (app.got_subcommand("schema")) return Schema(schema);
  if (app.got_subcommand("help")) return Help(word);
  return Version(version_json);
}
