#include <unistd.h>

#include <cstdio>

#include "absl/status/statusor.h"
#include "agent/offline/backtest.h"
#include "agent/commands/commands.h"
#include "agent/files/rule_files.h"

namespace nephoscope {
namespace {

constexpr std::size_t kLong = 500'000;  // points from which on progress is shown

// Null: they have errors, which were told.
std::shared_ptr<const RuleSet> RulesOf(const std::vector<std::string>& paths, bool colour) {
  RuleFiles files(paths);
  RuleFiles::Result loaded = files.Load();
  std::fprintf(stderr, "%s", RenderDiagnostics(loaded.diagnostics, loaded.texts, colour).c_str());
  if (HasErrors(loaded.diagnostics)) return nullptr;
  if (loaded.rules->rules.empty()) std::fprintf(stderr, "there are no rules in these files\n");
  return loaded.rules->rules.empty() ? nullptr : loaded.rules;
}

// What two versions want of the data together.
RuleSet Together(const RuleSet& one, const RuleSet* other) {
  RuleSet out = one;
  if (other != nullptr) out.rules.insert(out.rules.end(), other->rules.begin(), other->rules.end());
  return out;
}

// A bar on a terminal, else a line for every tenth.
class ProgressLine {
 public:
  explicit ProgressLine(std::size_t points) : points_(points), terminal_(isatty(2) != 0) {}

  std::function<void(double)> Shown() {
    if (points_ < kLong) return nullptr;
    return [this](double share) { Show(share); };
  }

 private:
  void Show(double share) {
    const int percent = static_cast<int>(share * 100);
    if (percent <= told_ || (!terminal_ && percent < told_ + 10 && percent < 100)) return;
    told_ = percent;
    if (terminal_) {
      std::fprintf(stderr, "\r[%-50s] %3d %%%s", std::string(static_cast<std::size_t>(percent / 2), '#').c_str(), percent,
                   percent >= 100 ? "\n" : "");
    } else {
      std::fprintf(stderr, "%d %% of %zu points\n", percent, points_);
    }
  }

  std::size_t points_;
  bool terminal_;
  int told_ = 0;
};

void TellRejected(const RecordedData& data) {
  for (const std::string& note : data.notes) std::fprintf(stderr, "%s\n", note.c_str());
  if (data.rejected == 0) return;
  std::fprintf(stderr, "%llu %s of the data could not be read; the others count:\n", static_cast<unsigned long long>(data.rejected), data.rejected == 1 ? "record" : "records");
  for (const std::string& example : data.examples) std::fprintf(stderr, "  %s\n", example.c_str());
}

}  // namespace

int RunBacktestCommand(const BacktestArguments& arguments) {
  const std::shared_ptr<const RuleSet> rules = RulesOf(arguments.rules, arguments.colour);
  std::shared_ptr<const RuleSet> before;
  if (!arguments.against.empty()) before = RulesOf(arguments.against, arguments.colour);
  if (rules == nullptr || (before == nullptr && !arguments.against.empty())) return kExitFindings;
  const std::unique_ptr<FileReader> files = MakeFileReader();
  const absl::StatusOr<RecordedData> data = ReadRecordedData(arguments.data, Together(*rules, before.get()), *files);
  if (!data.ok()) {
    std::fprintf(stderr, "%s\n", std::string(data.status().message()).c_str());
    return kExitFindings;
  }
  TellRejected(*data);
  ProgressLine progress(data->input.points.size());
  const Backtest now = RunBacktest(rules, *data, progress.Shown());
  for (const NoRate& one : now.no_rates) std::fprintf(stderr, "%s\n", ToText(one).c_str());
  if (arguments.json_lines) {
    std::printf("%s", BacktestJsonLines(now).c_str());
  } else if (before != nullptr) {
    std::printf("%s\n%s", BacktestDifference(RunBacktest(before, *data, nullptr), now).c_str(), BacktestSummary(now).c_str());
  } else {
    const std::string table = BacktestTable(now);
    std::printf("%s%s%s", table.c_str(), table.empty() ? "" : "\n", BacktestSummary(now).c_str());
  }
  return kExitOk;
}

}  // namespace nephoscope
