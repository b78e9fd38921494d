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
#include "agent/assembly.h"
#include "agent/commands/commands.h"
#include "agent/config.h"
#include "agent/config_check.h"
#include "agent/files/file_watch.h"
#include "agent/log.h"
#include "agent/seams/clock.h"

namespace nephoscope {
namespace {

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

int Run(const RunArguments& arguments) {
  const std::string path = arguments.config.empty() ? FindConfig() : arguments.config;
  if (path.empty()) return NoConfig();
  const std::optional<AgentConfig> config = ReadConfig(arguments, path);
  if (!config) return kExitConfiguration;
  GiveMemoryBack();
  umask(S_IRWXG | S_IRWXO);  // the database holds what rules and events say: it is nobody else's

  // Disks are slow and rules are many: neither waits for the other.
  std::future<absl::StatusOr<Store::Opened>> store = std::async(std::launch::async, OpenStoreIn, config->data_dir);
  RuleFiles files(config->rules);
  RuleFiles::Result rules = files.Load();
  if (Report(rules.diagnostics, rules.texts)) {
    std::fprintf(stderr, "nothing was started: mend the rule files above (check them with: nephoscope check %s)\n", absl::StrJoin(config->rules, " ").c_str());
    return kExitConfiguration;
  }

  Control control(config->rules);
  StartLog(config->log_level, config->log_format);
  auto agent = Agent::Start(*config, std::move(files), std::move(rules), std::move(store));
  if (!agent.ok()) {
    StopLog();
    std::fprintf(stderr, "cannot start: %s\n", std::string(agent.status().message()).c_str());
    return kExitConfiguration;
  }
  LogInfo("started", {{"version", NEPHOSCOPE_VERSION}, {"config", path}, {"address", absl::StrCat("http://", (*agent)->address())}});
  Serve(**agent, control, arguments.duration);
  LogInfo("stopping");
  agent->reset();
  StopLog();
  return kExitOk;
}

}  // namespace nephoscope
