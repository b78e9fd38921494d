#include <cstdio>
#include <memory>
#include <optional>

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "agent/assembly.h"
#include "agent/commands/commands.h"
#include "agent/config.h"
#include "agent/files/rule_files.h"
#include "agent/store/store.h"
#include "rules/model/count_text.h"

namespace nephoscope {
namespace {

constexpr int kMostListed = 1000;

int Failed(absl::string_view why) {
  std::fprintf(stderr, "%s\n", std::string(why).c_str());
  return kExitConfiguration;
}

std::string ConfigPath(const StoreArguments& arguments) {
  if (!arguments.config.empty()) return arguments.config;
  for (const std::string& path : ConfigCandidates())
    if (access(path.c_str(), R_OK) == 0) return path;
  return "";
}

// The database that the arguments or the configuration name.
absl::StatusOr<std::unique_ptr<Store>> Look(const StoreArguments& arguments, bool write) {
  AgentConfig config;
  if (arguments.data_dir.empty()) {
    const std::string path = ConfigPath(arguments);
    if (path.empty()) return absl::NotFoundError("no configuration was found: name one with --config, or the folder of the database with --data-dir");
    const ReadText read = ReadTextFile(path);
    if (!read.ok) return absl::NotFoundError(absl::StrCat("cannot read the configuration ", path, ": ", read.text));
    LoadedConfig loaded = ParseAgentConfig({path, read.text});
    if (HasErrors(loaded.diagnostics)) return absl::InvalidArgumentError(absl::StrCat(path, " has errors (nephoscope check ", path, "); name the folder of the database with --data-dir"));
    config = std::move(loaded.config);
  } else {
    config.data_dir = arguments.data_dir;
  }
  return Store::Look({.path = DatabasePath(config)}, write);
}

}  // namespace

int CheckStore(const StoreArguments& arguments) {
  const auto store = Look(arguments, false);
  if (absl::IsDataLoss(store.status())) return std::printf("%s\n", std::string(store.status().message()).c_str()), kExitFindings;
  if (!store.ok()) return Failed(store.status().message());
  const absl::StatusOr<StoreReport> report = (*store)->Check();
  if (!report.ok()) return std::printf("%s\n", std::string(report.status().message()).c_str()), kExitFindings;
  for (const std::string& problem : report->problems) std::printf("%s\n", problem.c_str());
  std::printf("%s of alerts, %s, %s waiting to be sent, %lld refused\n", CountText(static_cast<std::size_t>(report->transitions), "step").c_str(),
              CountText(static_cast<std::size_t>(report->instances), "alert state").c_str(), CountText(static_cast<std::size_t>(report->waiting), "event").c_str(),
              static_cast<long long>(report->parked));
  if (report->gone > 0) std::printf("%s went behind the signed checkpoint\n", CountText(static_cast<std::size_t>(report->gone), "older step").c_str());
  if (!report->public_key.empty()) std::printf("public key (Ed25519): %s\n", report->public_key.c_str());
  std::printf(report->problems.empty() ? "no problems found\n" : "the agent puts this database aside at its next start and keeps what is sound of it\n");
  return report->problems.empty() ? kExitOk : kExitFindings;
}

int ListOutbox(const StoreArguments& arguments) {
  const auto store = Look(arguments, false);
  if (!store.ok()) return Failed(store.status().message());
  const absl::StatusOr<std::vector<ParkedRow>> rows = (*store)->Parked(kMostListed);
  if (!rows.ok()) return Failed(rows.status().message());
  for (const ParkedRow& row : *rows)
    std::printf("%lld  %s  %s  alert %s  event %s\n    %s\n", static_cast<long long>(row.id), absl::FormatTime(absl::RFC3339_sec, row.recorded, absl::UTCTimeZone()).c_str(),
                row.receiver.c_str(), row.key.c_str(), row.event_id.c_str(), row.reason.c_str());
  if (rows->empty()) return std::printf("no event was refused\n"), kExitOk;
  std::printf("%s refused; mend the cause, then: nephoscope outbox release\n", CountText(rows->size(), "event").c_str());
  return kExitFindings;
}

int ReleaseOutbox(const StoreArguments& arguments) {
  const auto store = Look(arguments, true);
  if (!store.ok()) return Failed(store.status().message());
  const absl::StatusOr<int> released = (*store)->Release(arguments.receiver, arguments.id);
  if (!released.ok()) return Failed(released.status().message());
  std::printf("%s again; a running agent sends them within seconds\n", *released == 1 ? "1 event waits" : absl::StrCat(*released, " events wait").c_str());
  return kExitOk;
}

}  // namespace nephoscope
