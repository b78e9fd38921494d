#include "agent/config.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "agent/collectors/collector.h"
#include "exporters/exporter.h"

namespace nephoscope {
namespace {

constexpr const char* kApiVersions[] = {"agent/v1"};
constexpr const char* kLevels[] = {"debug", "info", "warning", "error"};
constexpr const char* kFormats[] = {"text", "json"};

// Health checks bring their own probes: that collector is always there and is not listed.
constexpr absl::string_view kProbeCollector = "probe";

// One kMap option per registered part: `- focus: {...}` is the entry whose `focus` is given.
template <typename Types>
std::vector<Option> PartOptions(const Types& types) {
  std::vector<Option> out;
  for (const auto* type : types)
    if (absl::string_view(type->name) != kProbeCollector) out.push_back({.name = type->name, .type = OptionType::kMap, .sentence = type->options->sentence, .fields = type->options});
  return out;
}

const OptionTable& CollectorParts() {
  static const std::vector<Option> options = PartOptions(AllCollectors());
  static const OptionTable table = {"collectors", "Where samples come from.", options};
  return table;
}

const OptionTable& ExporterParts() {
  static const std::vector<Option> options = PartOptions(AllExporters());
  static const OptionTable table = {"exporters", "Where alerts go.", options};
  return table;
}

const Option kAdminOptions[] = {
    {.name = "token_file", .type = OptionType::kText, .sentence = "A file that holds what POST (reload) from another machine must send as Authorization: Bearer TOKEN; without it only this machine may", .example = "/etc/nephoscope/admin-token"},
};
const OptionTable kAdmin = {"admin", "Who may change something through the HTTP server.", kAdminOptions};

const Option kHistoryOptions[] = {
    {.name = "keep_for", .type = OptionType::kDuration, .sentence = "How long the steps of alerts stay in the database; older ones go behind a signed checkpoint.", .default_text = "400d", .minimum = 86400},
    {.name = "keep_size", .type = OptionType::kBytes, .sentence = "The most that the database file is to hold; beyond it the oldest steps go first.", .default_text = "1 GiB", .minimum = 16 << 20},
};
const OptionTable kHistory = {"history", "How much of the past the database keeps. What waits to be sent and what is open stays in any case.", kHistoryOptions};

const Option kLogOptions[] = {
    {.name = "level", .type = OptionType::kChoice, .sentence = "The least urgent lines to write.", .default_text = "info", .choices = kLevels},
    {.name = "format", .type = OptionType::kChoice, .sentence = "text for people, json for log collectors.", .default_text = "text", .choices = kFormats},
};
const OptionTable kLog = {"log", "What the agent writes to standard error.", kLogOptions};

// The parts that are given in one list entry must be exactly one.
std::vector<PartConfig> Parts(const OptionValues& values, absl::string_view list, const std::string& file, std::vector<Diagnostic>& out) {
  std::vector<PartConfig> parts;
  for (const OptionValues& entry : values.MapList(list)) {
    int given = 0;
    for (const Option& option : entry.table()->options) {
      if (!entry.Given(option.name)) continue;
      if (++given == 1) parts.push_back({option.name, entry.Map(option.name)});
    }
    if (given == 1) continue;
    Diagnostic& wrong = out.emplace_back();
    wrong.code = "A010";
    wrong.file = file;
    wrong.mark = entry.mark;
    wrong.message = absl::StrCat("an entry of ", list, " names exactly one part, here are ", given);
    wrong.caret_text = "write each part as its own entry: - focus: {files: [bill.csv]}";
  }
  return parts;
}

}  // namespace

std::string ReadSecretFile(const std::string& path, bool& ok) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  ok = in.good();
  std::string value = text.str();
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  return value;
}

namespace {

// ${NAME} from the environment, ${file:/path} from a file.
bool ExpandFromEnvironment(absl::string_view name, std::string& value) {
  if (name.substr(0, 5) == "file:") {
    bool ok = false;
    value = ReadSecretFile(std::string(name.substr(5)), ok);
    return ok;
  }
  const char* found = std::getenv(std::string(name).c_str());
  if (found == nullptr) return false;
  value = found;
  return true;
}

void Take(const OptionValues& values, AgentConfig& config) {
  config.name = values.Text("name");
  config.data_dir = ResolvePath(config.directory, values.Text("data_dir"));
  config.listen = values.Text("listen");
  for (const std::string& path : values.TextList("rules")) config.rules.push_back(ResolvePath(config.directory, path));
  config.max_series = static_cast<std::size_t>(values.Integer("max_series"));
  config.max_series_per_target = values.Has("max_series_per_target") ? static_cast<std::size_t>(values.Integer("max_series_per_target")) : std::max<std::size_t>(config.max_series / 2, 1);
  config.evaluators = static_cast<int>(values.Has("evaluators") ? values.Integer("evaluators") : 0);
  config.probes = {"probe", values.Given("probes") ? values.Map("probes") : OptionValues(FindCollector(kProbeCollector)->options)};
  if (const OptionValues& admin = values.Map("admin"); admin.Has("token_file")) config.admin_token_file = ResolvePath(config.directory, admin.Text("token_file"));
  const OptionValues& history = values.Map("history");
  if (history.Has("keep_for")) config.history_for = history.Duration("keep_for");
  if (history.Has("keep_size")) config.history_bytes = history.Integer("keep_size");
  const OptionValues& log = values.Map("log");
  config.log_level = log.Has("level") ? log.Text("level") : "info";
  config.log_format = log.Has("format") ? log.Text("format") : "text";
}

}  // namespace

const OptionTable& AgentOptions() {
  static const std::vector<Option>* const options = new std::vector<Option>{
      {.name = "apiVersion", .type = OptionType::kChoice, .sentence = "The version of this file's language.", .required = true, .choices = kApiVersions},
      {.name = "name", .type = OptionType::kText, .sentence = "The agent group: part of alert ids, so replicas that share it send equal ids.", .default_text = "nephoscope", .example = "finops-eu-1"},
      {.name = "data_dir", .type = OptionType::kText, .sentence = "The folder of the agent's one database file.", .default_text = "/var/lib/nephoscope"},
      {.name = "listen", .type = OptionType::kText, .sentence = "Address and port of metrics, health and API.", .default_text = "127.0.0.1:9464"},
      {.name = "admin", .type = OptionType::kMap, .sentence = "Who may change something through the HTTP server.", .fields = &kAdmin},
      {.name = "rules", .type = OptionType::kTextList, .sentence = "Rule files and folders of them.", .default_text = "/etc/nephoscope/rules"},
      {.name = "collectors", .type = OptionType::kMapList, .sentence = "Where samples come from.", .example = "[{focus: {files: [\"bills/*.csv.gz\"]}}]", .fields = &CollectorParts()},
      {.name = "exporters", .type = OptionType::kMapList, .sentence = "Where alerts go, besides /metrics.", .example = "[{stdout: {}}]", .fields = &ExporterParts()},
      {.name = "probes", .type = OptionType::kMap, .sentence = "What health checks may reach, and what they carry.", .fields = FindCollector(kProbeCollector)->options},
      {.name = "evaluators", .type = OptionType::kInteger, .sentence = "Threads that evaluate rules; without it, one less than there are processors.", .example = "2", .minimum = 1, .maximum = kShards},
      {.name = "max_series", .type = OptionType::kInteger, .sentence = "The most series that are known at once; of more, samples are dropped and counted.", .default_text = "1000000", .minimum = 1, .maximum = 100'000'000},
      {.name = "max_series_per_target", .type = OptionType::kInteger, .sentence = "The most of these that one target may have; without it, half of max_series. Bills are not counted.", .example = "200000", .minimum = 1, .maximum = 100'000'000},
      {.name = "history", .type = OptionType::kMap, .sentence = "How much of the past the database keeps.", .fields = &kHistory},
      {.name = "log", .type = OptionType::kMap, .sentence = "What the agent writes to standard error.", .fields = &kLog},
  };
  static const OptionTable table = {"the agent's configuration", "How one agent runs: where samples come from and where alerts go.", *options};
  return table;
}

LoadedConfig ParseAgentConfig(const SourceFile& file) {
  LoadedOptions loaded = LoadOptions(file, AgentOptions(), &ExpandFromEnvironment);
  LoadedConfig out;
  out.diagnostics = std::move(loaded.diagnostics);
  out.config.directory = std::filesystem::path(file.path).parent_path().string();
  if (HasErrors(out.diagnostics)) return out;
  Take(loaded.values, out.config);
  out.config.collectors = Parts(loaded.values, "collectors", file.path, out.diagnostics);
  out.config.exporters = Parts(loaded.values, "exporters", file.path, out.diagnostics);
  return out;
}

std::string ResolvePath(const std::string& directory, const std::string& path) {
  if (path.empty() || directory.empty()) return path;
  return (std::filesystem::path(directory) / path).lexically_normal().string();
}

std::vector<std::string> ConfigCandidates() {
  std::vector<std::string> out;
  if (const char* named = std::getenv("NEPHOSCOPE_CONFIG"); named != nullptr && *named != 0) out.emplace_back(named);
  out.emplace_back("nephoscope.yaml");
  out.emplace_back("/etc/nephoscope/agent.yaml");
  return out;
}

}  // namespace nephoscope
