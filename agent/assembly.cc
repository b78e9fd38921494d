#include "agent/assembly.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "agent/api/admin_api.h"
#include "agent/config_check.h"
#include "agent/seams/steered_clock.h"
#include "agent/status/alert_board.h"
#include "agent/status/blind_rules.h"
#include "agent/stages/evaluate_stage.h"
#include "agent/stages/export_stage.h"
#include "agent/log.h"
#include "agent/stages/poll_stage.h"
#include "agent/status/readiness.h"
#include "agent/status/self_metrics.h"
#include "agent/text_writer.h"
#include "agent/files/based_files.h"
#include "rules/model/count_text.h"
#include "rules/model/modes.h"

namespace nephoscope {
namespace {

constexpr std::size_t kBatchesInRing = 64;
constexpr std::size_t kEvaluationsInRing = 256;
constexpr absl::Duration kStopWithin = absl::Milliseconds(700);  // a native sidecar has 2 s (KEP-753), delivery takes one of them

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Points of these sources have our own time: an earlier run read them up to a moment that is not to come again.
bool StampedByUs(absl::string_view source) { return absl::StartsWith(source, "probe/") || absl::StartsWith(source, "prometheus"); }

absl::Status Annotate(const absl::Status& status, absl::string_view part) {
  return absl::Status(status.code(), absl::StrCat(part, ": ", status.message()));
}

absl::StatusOr<std::vector<std::unique_ptr<Collector>>> MakeCollectors(const AgentConfig& config, FileReader& files) {
  std::vector<PartConfig> wanted = config.collectors;
  wanted.push_back(config.probes);
  std::vector<std::unique_ptr<Collector>> out;
  for (const PartConfig& part : wanted) {
    auto made = FindCollector(part.kind)->make(part.options, {.files = &files, .environment = &Environment, .directory = config.directory});
    if (!made.ok()) return Annotate(made.status(), part.kind);
    for (const auto& other : out)
      if (other->name() == (*made)->name()) return absl::InvalidArgumentError(absl::StrCat("two collectors are called ", other->name(), ": give each a `name`"));
    out.push_back(*std::move(made));
  }
  return out;
}

absl::StatusOr<std::vector<std::unique_ptr<Exporter>>> MakeExporters(const AgentConfig& config, const ExporterContext& context) {
  std::vector<std::unique_ptr<Exporter>> out;
  for (const PartConfig& part : config.exporters) {
    auto made = FindExporter(part.kind)->make(part.options, context);
    if (!made.ok()) return Annotate(made.status(), part.kind);
    for (const auto& other : out)
      if (other->name() == (*made)->name()) return absl::InvalidArgumentError(absl::StrCat("two exporters are called ", other->name(), ": give each a `name`"));
    out.push_back(*std::move(made));
  }
  return out;
}

HttpPost PostThrough(HttpClient& http) {
  return [&http](std::string url, std::string content_type, std::string body, std::function<void(int, std::string)> done) {
    HttpRequest request;
    request.method = "POST";
    request.url = std::move(url);
    request.headers = {{"Content-Type", std::move(content_type)}};
    request.body = std::move(body);
    request.timeout = absl::Seconds(10);
    http.Send(std::move(request), [done = std::move(done)](HttpResponse response) {
      done(response.transport.ok() ? response.status : 0, response.transport.ok() ? response.body : std::string(response.transport.message()));
    });
  };
}

}  // namespace

struct Agent::Parts {
  Parts(const AgentConfig& the_config, RuleFiles the_files) : config(the_config), files(std::move(the_files)) {}

  AgentConfig config;
  SteeredClock clock{SystemClock()};
  Readiness readiness;
  SelfMetrics metrics;
  AlertBoard board;
  ReachBoard reach;
  std::unique_ptr<FileReader> file_reader;
  std::unique_ptr<Store> store;
  std::unique_ptr<HttpClient> poll_http, export_http;
  std::unique_ptr<TextWriter> out;  // standard output, of all exporters that print
  std::vector<std::unique_ptr<BatchChannel>> batches;
  std::vector<std::unique_ptr<Channel<Evaluation>>> evaluations;
  std::unique_ptr<SampleRouter> router;
  std::unique_ptr<PollStage> poll;
  std::vector<std::unique_ptr<EvaluateStage>> evaluate;
  std::unique_ptr<ExportStage> deliver;
  std::unique_ptr<AdminServer> admin;
  std::thread poll_thread, export_thread;
  std::vector<std::thread> evaluate_threads;

  absl::Mutex reload_mutex;  // one reload at a time
  RuleFiles files ABSL_GUARDED_BY(reload_mutex);
  absl::Mutex rules_mutex;
  std::shared_ptr<const RuleSet> as_written ABSL_GUARDED_BY(rules_mutex);
  std::shared_ptr<const RuleSet> rules ABSL_GUARDED_BY(rules_mutex);  // as_written, as it is now
  absl::Time modes_end ABSL_GUARDED_BY(rules_mutex) = absl::InfiniteFuture();  // when it is not any more

  std::shared_ptr<const RuleSet> Rules() {
    absl::MutexLock lock(&rules_mutex);
    return rules;
  }
  void TakeRules(const RuleFiles::Result& loaded);
  void FollowModes(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(rules_mutex);
  void GiveRules();
  void KeepRuleFiles(const RuleFiles::Result& loaded);
  absl::Status TakeStore(absl::StatusOr<Store::Opened> opened);
  absl::Status MakeStages();
  absl::Status RestoreStages();
  absl::Status StartAdmin(Agent& agent);
  void StartThreads();
  void Stop();
};

void Agent::Parts::TakeRules(const RuleFiles::Result& loaded) {
  const double now = absl::ToDoubleSeconds(SystemClock().Now() - absl::UnixEpoch());
  for (const auto& [file, ok] : loaded.files) metrics.Reloaded(file, ok, now);
  absl::MutexLock lock(&rules_mutex);
  // Ready, and of no use: the line stays until there are rules.
  readiness.Report("rules", absl::OkStatus());
  if (loaded.rules->rules.empty()) {
    const std::string nothing = NothingFoundIn(files.paths());
    readiness.Report("rules", absl::FailedPreconditionError(nothing));
    LogWarning(nothing, {});
  }
  const std::string refused = loaded.Refused();
  readiness.Report("rule files", refused.empty() ? absl::OkStatus() : absl::FailedPreconditionError(refused));
  as_written = loaded.rules;
  FollowModes(SystemClock().Now());
}

void Agent::Parts::FollowModes(absl::Time now) {
  rules = RulesAt(as_written, now);
  modes_end = NextModeEnd(*as_written, now);
}

std::string DatabasePath(const AgentConfig& config) {
  return (std::filesystem::path(config.data_dir) / "nephoscope.db").string();
}

absl::StatusOr<Store::Opened> OpenStoreIn(const AgentConfig& config) {
  std::error_code error;
  std::filesystem::create_directories(config.data_dir, error);
  if (error) return absl::FailedPreconditionError(absl::StrCat("cannot make the data folder ", config.data_dir, ": ", error.message(), "; set data_dir to a folder that the agent's user may write"));
  const std::string path = DatabasePath(config);
  // Narrows the modes of files that an older agent left; new ones get theirs from the umask that Run sets.
  for (const char* suffix : {"", "-wal", "-shm"})
    std::filesystem::permissions(path + suffix, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
  return Store::Open({.path = path, .keep_history_for = config.history_for, .keep_history_bytes = config.history_bytes});
}

absl::Status Agent::Parts::TakeStore(absl::StatusOr<Store::Opened> opened) {
  if (!opened.ok()) return opened.status();
  if (!opened->lost.empty()) {
    std::string said = opened->lost;
    if (!opened->quarantined.empty()) absl::StrAppend(&said, "; it was put aside as ", opened->quarantined, " and a new one begun, with ", CountText(static_cast<std::size_t>(opened->saved), "sound row"), " of it");
    LogError(said, {{"part", "database"}});
    readiness.Report("stored state", absl::DataLossError(said));
  }
  if (!opened->writable.ok()) LogError(opened->writable.message(), {{"part", "database"}});
  store = std::move(opened->store);
  return absl::OkStatus();
}

absl::Status Agent::Parts::MakeStages() {
  poll_http = MakeCurlClient(clock);
  export_http = MakeCurlClient(clock);
  out = std::make_unique<TextWriter>(1, "standard output", clock, TextWriter::Bounds{});
  file_reader = MakeBasedFileReader(config.directory, MakeFileReader());
  auto collectors = MakeCollectors(config, *file_reader);
  if (!collectors.ok()) return collectors.status();
  auto exporters = MakeExporters(config, {.agent_name = config.name, .post = PostThrough(*export_http), .out = out.get()});
  if (!exporters.ok()) return exporters.status();

  const int threads = config.evaluators > 0 ? config.evaluators : std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1);
  std::vector<BatchChannel*> batch_ends;
  std::vector<Channel<Evaluation>*> evaluation_ends;
  for (int i = 0; i < threads; ++i) {
    batch_ends.push_back(batches.emplace_back(std::make_unique<BatchChannel>(kBatchesInRing)).get());
    evaluation_ends.push_back(evaluations.emplace_back(std::make_unique<Channel<Evaluation>>(kEvaluationsInRing)).get());
  }
  router = std::make_unique<SampleRouter>(batch_ends, metrics, SampleRouter::Bounds{config.max_series, config.max_series_per_target}, &readiness);
  poll = std::make_unique<PollStage>(PollParts{&clock, &SystemRandom(), poll_http.get(), file_reader.get(), router.get(), &metrics, &readiness, &reach}, *std::move(collectors));
  deliver = std::make_unique<ExportStage>(ExportParts{config.name, &clock, store.get(), export_http.get(), &board, &metrics, &readiness}, *std::move(exporters), evaluation_ends);
  for (int i = 0; i < threads; ++i)
    evaluate.push_back(std::make_unique<EvaluateStage>(i, threads, config.name, *batch_ends[i], *evaluation_ends[i], clock, metrics, [this] { deliver->Wake(); }));
  return absl::OkStatus();
}

absl::Status Agent::Parts::RestoreStages() {
  deliver->SetRules(Rules());
  if (absl::Status status = deliver->Start(); !status.ok()) return status;
  absl::StatusOr<std::vector<InstanceState>> states = store->Instances();
  if (!states.ok()) return states.status();
  absl::StatusOr<std::vector<SourceCursor>> cursors = store->Cursors();
  if (!cursors.ok()) return cursors.status();
  for (const SourceCursor& cursor : *cursors) {
    poll->Resume(cursor.source, cursor.watermark);
    if (StampedByUs(cursor.source)) clock.GoOnFrom(cursor.watermark);
  }
  std::vector<std::string> over;
  for (std::size_t i = 0; i < evaluate.size(); ++i) {
    const std::uint64_t shards = ShardsOfThread(static_cast<int>(i), static_cast<int>(evaluate.size()));
    std::vector<InstanceState> mine;
    for (const InstanceState& state : *states)
      if (shards >> state.shard & 1) mine.push_back(state);
    for (const Engine::Unrestored& lost : evaluate[i]->Start(Rules(), mine)) {
      LogWarning("an alert's state was not taken over", {{"reason", lost.reason}});
      if (lost.over) over.push_back(lost.alert_id);
    }
  }
  for (const Engine::Unrestored& lost : deliver->StartComposites(Rules(), *states, over)) {
    LogWarning("an alert's state was not taken over", {{"reason", lost.reason}});
    if (lost.over) over.push_back(lost.alert_id);
  }
  deliver->EndForGood(over);
  return absl::OkStatus();
}

absl::Status Agent::Parts::StartAdmin(Agent& agent) {
  auto reload = [&agent] {
    ReloadAnswer answer = agent.Reload();
    return std::make_pair(answer.all_good, std::move(answer.text));
  };
  AdminOptions options;
  options.since_boot = [] { return SystemClock().SinceBoot(); };
  if (bool ok = true; !config.admin_token_file.empty()) {
    options.token = ReadSecretFile(config.admin_token_file, ok);
    if (options.token.empty()) return absl::InvalidArgumentError(absl::StrCat("admin.token_file: ", config.admin_token_file, ok ? " is empty" : " cannot be read", "; write a token into it that nobody guesses"));
  }
  auto server = AdminServer::Start(config.listen, MakeAdminHandler({&board, &readiness, &metrics, &reach, &clock, [this] { return Rules(); }, std::move(reload)}), std::move(options));
  if (!server.ok()) return server.status();
  admin = *std::move(server);
  return absl::OkStatus();
}

void Agent::Parts::StartThreads() {
  poll->SetRules(Rules());
  export_thread = std::thread([this] { deliver->Run(); });
  for (auto& stage : evaluate) evaluate_threads.emplace_back([&stage] { stage->Run(); });
  poll_thread = std::thread([this] { poll->Run(); });
}

void Agent::Parts::Stop() {
  if (poll_thread.joinable()) {
    poll->Stop();
    deliver->GiveUpAfter(kStopWithin);  // a full disk must not keep the threads before it waiting for room for ever
    poll_thread.join();
  }
  for (auto& channel : batches) channel->Close();
  for (std::thread& thread : evaluate_threads) thread.join();
  if (export_thread.joinable()) export_thread.join();
  admin.reset();
}

Agent::Agent(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

absl::StatusOr<std::unique_ptr<Agent>> Agent::Start(const AgentConfig& config, RuleFiles files, RuleFiles::Result rules,
                                                    std::future<absl::StatusOr<Store::Opened>> store) {
  std::unique_ptr<Agent> agent(new Agent(std::make_unique<Parts>(config, std::move(files))));
  Parts& parts = *agent->parts_;
  parts.TakeRules(rules);
  if (absl::Status status = parts.TakeStore(store.get()); !status.ok()) return status;
  if (absl::Status status = parts.MakeStages(); !status.ok()) return status;
  parts.KeepRuleFiles(rules);
  if (absl::Status status = parts.RestoreStages(); !status.ok()) return status;
  if (absl::Status status = parts.StartAdmin(*agent); !status.ok()) return status;
  parts.StartThreads();
  return agent;
}

Agent::~Agent() { parts_->Stop(); }

void Agent::Parts::KeepRuleFiles(const RuleFiles::Result& loaded) { deliver->SetRuleFiles(loaded.in_force); }

void Agent::Parts::GiveRules() {
  poll->SetRules(Rules());
  deliver->SetRules(Rules());
  deliver->Wake();
}

absl::Time Agent::ModesEnd() const {
  absl::MutexLock lock(&parts_->rules_mutex);
  return parts_->modes_end;
}

void Agent::FollowModes() {
  absl::MutexLock lock(&parts_->reload_mutex);
  {
    const absl::Time now = SystemClock().Now();
    absl::MutexLock rules_lock(&parts_->rules_mutex);
    if (now < parts_->modes_end) return;
    parts_->FollowModes(now);
  }
  parts_->GiveRules();
  LogInfo("rules whose mode: off has ended are live", {});
}

Agent::ReloadAnswer Agent::Reload() {
  absl::MutexLock lock(&parts_->reload_mutex);
  RuleFiles::Result loaded = parts_->files.Load();
  HideSecrets(loaded.texts, loaded.diagnostics);
  parts_->TakeRules(loaded);
  parts_->GiveRules();
  parts_->KeepRuleFiles(loaded);
  ReloadAnswer answer{.all_good = loaded.all_good(), .text = RenderDiagnostics(loaded.diagnostics, loaded.texts, false)};
  for (const Diagnostic& d : loaded.diagnostics)
    LogError(d.message, {{"file", d.file}, {"line", absl::StrCat(d.mark.line)}, {"column", absl::StrCat(d.mark.column)}, {"code", d.code}});
  absl::StrAppend(&answer.text, answer.all_good ? absl::StrCat("reloaded: ", CountText(loaded.rules->rules.size(), "rule"), " from ", CountText(loaded.files.size(), "file"), "\n")
                                                : "not everything was reloaded: the files above keep their last good version\n");
  LogInfo(answer.all_good ? "rules reloaded" : "rules reloaded in part: files with errors keep their last good version",
          {{"rules", absl::StrCat(loaded.rules->rules.size())}, {"files", absl::StrCat(loaded.files.size())}});
  return answer;
}

std::string Agent::address() const { return parts_->admin->address(); }

std::size_t Agent::alerts() const {
  std::size_t count = 0;
  for (const AlertSnapshot& alert : parts_->board.All()) count += alert.last.status != AlertState::kInactive;
  return count;
}

}  // namespace nephoscope
