#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <cstdio>
#include <future>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/api/admin_api.h"
#include "agent/assembly.h"
#include "agent/commands/commands.h"
#include "agent/config.h"
#include "agent/config_check.h"
#include "agent/files/file_watch.h"
#include "agent/log.h"
#include "agent/seams/clock.h"
#include "agent/status/alert_board.h"
#include "agent/status/blind_rules.h"
#include "agent/status/readiness.h"
#include "agent/status/self_metrics.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kLookAgain = absl::Seconds(1), kStartAgain = absl::Minutes(1);  // with --degraded-start
constexpr absl::Duration kSettle = absl::Milliseconds(200);  // an editor or ConfigMap writes several times

int NoConfig() {
  std::fprintf(stderr,
               "nephoscope found no configuration: it looked for %s.\n"
               "Name one with --config FILE, or try it at once on an example: deploy/quickstart\n"
               "The smallest file that does something:\n\n"
               "  apiVersion: agent/v1\n"
               "  data_dir: ./nephoscope-data\n"
               "  rules: [rules]\n"
               "  collectors:\n"
               "    - focus: {files: [\"bills/*.csv\"]}\n"
               "  exporters:\n"
               "    - stdout: {}\n",
               absl::StrJoin(ConfigCandidates(), ", then ").c_str());
  return kExitConfiguration;
}

std::string FindConfig() {
  for (const std::string& path : ConfigCandidates())
    if (access(path.c_str(), R_OK) == 0) return path;
  return {};
}

// Diagnostics go to standard error in full; nothing has started yet.
bool Report(std::vector<Diagnostic> diagnostics, std::vector<SourceFile> texts) {
  HideSecrets(texts, diagnostics);
  if (!diagnostics.empty()) std::fprintf(stderr, "%s", RenderDiagnostics(diagnostics, texts, isatty(2) != 0).c_str());
  return HasErrors(diagnostics);
}

std::optional<AgentConfig> ReadConfig(const RunArguments& arguments, const std::string& path) {
  const ReadText read = ReadTextFile(path);
  if (!read.ok) {
    std::fprintf(stderr, "cannot read the configuration %s: %s\n", path.c_str(), read.text.c_str());
    return std::nullopt;
  }
  const SourceFile file{path, read.text};
  LoadedConfig loaded = ParseAgentConfig(file);
  if (Report(loaded.diagnostics, {file})) return std::nullopt;
  if (!arguments.data_dir.empty()) loaded.config.data_dir = arguments.data_dir;
  if (!arguments.listen.empty()) loaded.config.listen = arguments.listen;
  return std::move(loaded.config);
}

// What the control thread waits for besides time. Signals are blocked in every thread and read here.
class Control {
 public:
  explicit Control(const std::vector<std::string>& rule_paths) : watch_(rule_paths) {
    sigset_t set;
    sigemptyset(&set);
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signals_ = signalfd(-1, &set, SFD_CLOEXEC);
    ::signal(SIGPIPE, SIG_IGN);
  }
  ~Control() { close(signals_); }

  enum class Event { kTimeout, kStop, kReload };
  Event Wait(absl::Duration most) {
    pollfd fds[] = {{signals_, POLLIN, 0}, {watch_.fd(), POLLIN, 0}};
    const int wait_ms = most == absl::InfiniteDuration() ? -1 : static_cast<int>(std::clamp<std::int64_t>(absl::ToInt64Milliseconds(most) + 1, 0, 3'600'000));
    if (poll(fds, 2, wait_ms) <= 0) return Event::kTimeout;
    if ((fds[0].revents & POLLIN) != 0) return TakeSignal();
    poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(kSettle)));
    return watch_.Drain() ? Event::kReload : Event::kTimeout;
  }

 private:
  Event TakeSignal() {
    signalfd_siginfo info;
    if (read(signals_, &info, sizeof info) != sizeof info) return Event::kTimeout;
    return info.ssi_signo == SIGHUP ? Event::kReload : Event::kStop;
  }

  FileWatch watch_;
  int signals_ = -1;
};

// Pages and answers of many megabytes come and go: what they took goes back at once, and is not kept for the next one.
void GiveMemoryBack() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

void Serve(Agent& agent, Control& control, absl::Duration duration) {
  const absl::Duration end = SystemClock().SinceBoot() + duration;
  for (;;) {
    const absl::Duration left = end - SystemClock().SinceBoot();
    if (left <= absl::ZeroDuration()) return;
    switch (control.Wait(std::min(left, std::max(agent.ModesEnd() - SystemClock().Now(), absl::ZeroDuration())))) {
      case Control::Event::kStop: return;
      case Control::Event::kReload: agent.Reload(); break;
      case Control::Event::kTimeout: break;
    }
    agent.FollowModes();
  }
}

}  // namespace

namespace {

using OpenedStore = absl::StatusOr<Store::Opened>;

// A mistake in a rule file is no reason to watch nothing: its last good version counts, else the others run without it.
RuleFiles::Result LoadAtStart(const AgentConfig& config, RuleFiles& files, std::future<OpenedStore>& store) {
  RuleFiles::Result rules = files.Load();
  Report(rules.diagnostics, rules.texts);
  if (rules.all_good()) return rules;
  OpenedStore opened = store.get();
  if (opened.ok())
    if (auto good = opened->store->RuleFiles(); good.ok()) files.Remember(*std::move(good));
  std::promise<OpenedStore> ready;
  ready.set_value(std::move(opened));
  store = ready.get_future();
  rules = files.Load();
  HideSecrets(rules.texts, rules.diagnostics);
  std::fprintf(stderr, "started all the same, degraded: %s\nmend it (check it with: nephoscope check %s); it is read again when it is saved\n",
               rules.Refused().c_str(), absl::StrJoin(config.rules, " ").c_str());
  return rules;
}

absl::StatusOr<std::unique_ptr<Agent>> StartAgent(const AgentConfig& config) {
  // Disks are slow and rules are many: neither waits for the other.
  std::future<OpenedStore> store = std::async(std::launch::async, OpenStoreIn, config);
  RuleFiles files(config.rules);
  RuleFiles::Result rules = LoadAtStart(config, files, store);
  StartLog(config.log_level, config.log_format);
  return Agent::Start(config, std::move(files), std::move(rules), std::move(store));
}

// Where a configuration that cannot be read says that the server is to listen, as far as one can tell.
std::string ListenIn(const std::string& path) {
  for (absl::string_view line : absl::StrSplit(ReadTextFile(path).text, '\n'))
    if (absl::ConsumePrefix(&line, "listen:"))
      return std::string(absl::StripAsciiWhitespace(absl::StripPrefix(absl::StripSuffix(absl::StripAsciiWhitespace(line), "\""), "\"")));
  return "127.0.0.1:9464";
}

// Says what is wrong at /-/ready until the configuration changes. False: stopped.
bool WaitForChange(const RunArguments& arguments, const std::string& path, const std::string& problem) {
  Control control({path});
  Readiness readiness;
  readiness.Must("server", absl::OkStatus());
  readiness.Report("configuration", absl::FailedPreconditionError(problem));
  AlertBoard board;
  SelfMetrics metrics;
  ReachBoard reach;
  const auto no_rules = [] { return std::make_shared<const RuleSet>(); };
  const auto reload = [&problem] { return std::make_pair(false, absl::StrCat(problem, "\n")); };
  AdminOptions options;
  options.since_boot = [] { return SystemClock().SinceBoot(); };
  const auto server = AdminServer::Start(arguments.listen.empty() ? ListenIn(path) : arguments.listen,
                                         MakeAdminHandler({&board, &readiness, &metrics, &reach, &SystemClock(), no_rules, reload}), std::move(options));
  if (!server.ok()) std::fprintf(stderr, "%s\n", std::string(server.status().message()).c_str());
  const std::string before = ReadTextFile(path).text;
  for (absl::Duration waited; waited < kStartAgain; waited += kLookAgain) {
    if (control.Wait(kLookAgain) == Control::Event::kStop) return false;
    if (ReadTextFile(path).text != before) return true;
  }
  return true;
}

}  // namespace

int Run(const RunArguments& arguments) {
  const std::string path = arguments.config.empty() ? FindConfig() : arguments.config;
  if (path.empty()) return NoConfig();
  GiveMemoryBack();
  umask(S_IRWXG | S_IRWXO);  // the database holds what rules and events say: it is nobody else's
  for (;;) {
    const std::optional<AgentConfig> config = ReadConfig(arguments, path);
    std::string problem = absl::StrCat(path, " has errors: see the log, or nephoscope check ", path);
    if (config) {
      Control control(config->rules);
      auto agent = StartAgent(*config);
      if (agent.ok()) {
        LogInfo("started", {{"version", NEPHOSCOPE_VERSION}, {"config", path}, {"address", absl::StrCat("http://", (*agent)->address())}});
        Serve(**agent, control, arguments.duration);
        LogInfo("stopping");
        agent->reset();
        StopLog();
        return kExitOk;
      }
      StopLog();
      problem = absl::StrCat("cannot start: ", agent.status().message());
      std::fprintf(stderr, "%s\n", problem.c_str());
    }
    if (!arguments.degraded_start) return kExitConfiguration;
    if (!WaitForChange(arguments, path, problem)) return kExitOk;
  }
}

}  // namespace nephoscope
