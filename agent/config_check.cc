#include "agent/config_check.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "agent/http/listen_address.h"
#include "agent/collectors/collector.h"
#include "agent/net/address_guard.h"
#include "exporters/exporter.h"
#include "rules/language/source_text.h"
#include "rules/engine/kind.h"
#include "rules/model/resource_key.h"
#include "rules/model/shown_address.h"

namespace nephoscope {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// A secret that is written out: bytes of the file.
struct SecretSpan {
  std::size_t begin, end;
  bool in_address;
};

constexpr const char* kSecretWords[] = {"password", "passwd", "secret", "token", "api_key", "api-key", "apikey", "authorization", "cookie"};

// The value behind a key that ends in such a word, or begins so: sasl.password, ssl.key.password.
void FindKeys(absl::string_view line, std::size_t at, std::vector<SecretSpan>& out) {
  const std::string small = absl::AsciiStrToLower(line);
  for (const char* word : kSecretWords) {
    for (std::size_t found = small.find(word); found != std::string::npos; found = small.find(word, found + 1)) {
      const std::size_t key_end = line.find_first_of(": ,{}", found);
      if (key_end == absl::string_view::npos || line[key_end] != ':' || absl::EndsWith(line.substr(0, key_end), "file")) continue;
      if (key_end + 1 < line.size() && !absl::StrContains(" \"'", line[key_end + 1])) continue;  // token://..., no key
      std::size_t begin = line.find_first_not_of(" '\"", key_end + 1);
      if (begin == absl::string_view::npos || absl::StrContains("{}#", line[begin]) || absl::StartsWith(line.substr(begin), "${")) continue;
      const char quote = line[begin - 1];
      const bool quoted = quote == '\'' || quote == '"';
      const std::size_t end = std::min(quoted ? line.find(quote, begin) : line.find_first_of(",}", begin), line.size());
      out.push_back({at + begin, at + end, false});
    }
  }
}

// http://user:password@host
void FindUser(absl::string_view line, std::size_t at, std::vector<SecretSpan>& out) {
  for (std::size_t scheme = line.find("://"); scheme != absl::string_view::npos; scheme = line.find("://", scheme + 3)) {
    const std::size_t from = scheme + 3, end = std::min(line.find_first_of("/ \"'],}", from), line.size());
    const std::size_t user_end = line.substr(0, end).rfind('@'), colon = line.find(':', from);
    if (user_end == absl::string_view::npos || user_end < from || colon > user_end) continue;
    if (!absl::StrContains(line.substr(colon, user_end - colon), "${")) out.push_back({at + colon + 1, at + user_end, true});
  }
}

// http://host/path?token=...: every value.
void FindQuery(absl::string_view line, std::size_t at, std::vector<SecretSpan>& out) {
  for (std::size_t scheme = line.find("://"); scheme != absl::string_view::npos; scheme = line.find("://", scheme + 3)) {
    const std::size_t end = std::min(line.find_first_of(" \"'],}", scheme), line.size());
    for (std::size_t from = line.substr(0, end).find('?', scheme); from < end;) {
      const std::size_t stop = std::min(line.substr(0, end).find('&', from), end), equals = line.substr(0, stop).find('=', from);
      if (equals != absl::string_view::npos && equals + 1 < stop && !absl::StartsWith(line.substr(equals + 1), "${")) out.push_back({at + equals + 1, at + stop, true});
      from = stop + 1;
    }
  }
}

std::vector<SecretSpan> FindSecrets(absl::string_view text) {
  std::vector<SecretSpan> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const absl::string_view line = text.substr(at, end - at), code = line.substr(0, std::min(line.find(" #"), line.size()));
    if (!absl::StartsWith(absl::StripLeadingAsciiWhitespace(code), "#")) FindKeys(code, at, out), FindUser(code, at, out), FindQuery(code, at, out);
    at = end + 1;
  }
  return out;
}

// What stands in quotes is hidden.
std::string WithoutQuoted(absl::string_view text) {
  std::string out;
  bool in = false;
  for (const char c : text) {
    if (c == '"' && !in) out += "\"***";
    if (c == '"') in = !in;
    if (!in) out += c;
  }
  return out;
}

std::string HostIn(absl::string_view target) {
  std::string out = ShownAddress(target);
  if (const std::size_t scheme = out.find("://"); scheme != std::string::npos) out.erase(0, scheme + 3);
  return out.substr(0, out.find_first_of("/?#"));
}

struct ToWords {
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(absl::Duration length) const { return absl::FormatDuration(length); }
  std::string operator()(const std::vector<std::string>& list) const { return absl::StrJoin(list, "\n"); }
  template <typename Other>
  std::string operator()(const Other&) const { return "?"; }
};

// What two entries have in common: the name alone does not make a source another one.
std::string WithoutName(const PartConfig& part) {
  std::string out = part.kind;
  for (const auto& [key, entry] : part.options.entries())
    if (key != "name" && key != "every" && key != "timeout" && entry.given) absl::StrAppend(&out, "\n", key, " ", std::visit(ToWords(), entry.value));
  return out;
}

class ConfigChecker {
 public:
  ConfigChecker(const AgentConfig& config, const SourceFile& file) : config_(config), file_(file), lines_(file.text) {}

  std::vector<Diagnostic> Check(const RuleSet& rules, absl::Span<const SourceFile> rule_files) {
    const std::unique_ptr<FileReader> files = MakeFileReader();
    CheckParts(config_.collectors, "collectors", [&](const PartConfig& part) {
      return FindCollector(part.kind)->make(part.options, {.files = files.get(), .environment = &Environment, .directory = config_.directory}).status();
    });
    CheckParts(config_.exporters, "exporters", [this](const PartConfig& part) {
      const auto post = [](std::string, std::string, std::string, std::function<void(int, std::string)>) {};
      return FindExporter(part.kind)->make(part.options, {.agent_name = config_.name, .post = post, .only_check = true}).status();
    });
    CheckSecrets();
    CheckPlaces();
    for (const auto& rule : rules.rules) CheckCollected(*rule, rule_files), CheckProbes(*rule, rule_files);
    std::stable_sort(out_.begin(), out_.end(), [](const Diagnostic& a, const Diagnostic& b) { return a.file == b.file && a.mark.line < b.mark.line; });
    return std::move(out_);
  }

 private:
  template <typename Make>
  void CheckParts(const std::vector<PartConfig>& parts, const char* list, Make make) {
    std::set<std::string> names, sources;
    for (const PartConfig& part : parts) {
      if (const absl::Status status = make(part); !status.ok()) {
        Tell(Diagnostic::Severity::kError, "A011", PlaceIn(part.options.mark, status.message()), std::string(status.message()), "run would refuse this");
        continue;
      }
      const std::string name = absl::StrCat(part.kind, "/", part.options.Has("name") ? part.options.Text("name") : "");
      if (!names.insert(name).second)
        Tell(Diagnostic::Severity::kError, "A012", part.options.mark, absl::StrCat("two entries of ", list, " are called ", name), "give each a name of its own");
      else if (!sources.insert(WithoutName(part)).second)
        Tell(Diagnostic::Severity::kWarning, "A013", part.options.mark, absl::StrCat("this entry of ", list, " reads what another one reads, under another name: all of it would count twice"), "take one out");
    }
  }

  // Of the word that a message quotes, behind `from`.
  Mark PlaceIn(Mark from, absl::string_view message) const {
    const std::size_t open = message.find('"'), close = open == absl::string_view::npos ? open : message.find('"', open + 1);
    if (close == absl::string_view::npos) return from;
    const std::string word(message.substr(open + 1, close - open - 1));
    const std::size_t at = word.empty() ? std::string::npos : file_.text.find(word, lines_.OffsetOf(from.line, from.column));
    return at == std::string::npos ? from : lines_.MarkOf(at, at + word.size());
  }

  // Where rules lie, and where the agent listens.
  void CheckPlaces() {
    for (const std::string& path : config_.rules) {
      std::error_code error;
      // A whole path may be of the machine where the agent will run.
      const bool whole = path == "/etc/nephoscope/rules" || (path[0] == '/' && absl::StrContains(file_.text, path));
      if (!whole && !std::filesystem::exists(path, error)) Tell(Diagnostic::Severity::kError, "A011", PlaceOf("rules"), absl::StrCat("there is no file or folder ", path), "rules lie nowhere there");
    }
    if (const auto address = ParseListenAddress(config_.listen); !address.ok()) Tell(Diagnostic::Severity::kError, "A011", PlaceOf("listen"), std::string(address.status().message()), "write 127.0.0.1:9464");
  }

  // Of a key at the beginning of a line; the first line where it is not written.
  Mark PlaceOf(const std::string& key) const {
    const std::string begin = key + ":";
    const std::size_t at = absl::StartsWith(file_.text, begin) ? 0 : file_.text.find("\n" + begin);
    return at == std::string::npos ? Mark{1, 1, 2} : lines_.MarkOf(at == 0 ? 0 : at + 1, (at == 0 ? 0 : at + 1) + key.size());
  }

  void CheckSecrets() {
    for (const SecretSpan& one : FindSecrets(file_.text)) {
      Mark mark = lines_.MarkOf(one.begin, one.begin + 1);
      Tell(Diagnostic::Severity::kWarning, "A014", mark, one.in_address ? "an address holds a password or a token" : "a secret is written in this file", "write ${NAME}, from the environment, or ${file:/path}");
    }
  }

  bool Brings(const std::string& metric) const {
    return std::any_of(config_.collectors.begin(), config_.collectors.end(), [&](const PartConfig& part) { return FindCollector(part.kind)->brings(part.options, metric); });
  }

  void CheckCollected(const Rule& rule, absl::Span<const SourceFile> rule_files) {
    if (rule.mode == RuleMode::kOff || rule.watch.alerts || !rule.watch.groups_by_label()) return;
    std::vector<std::string> needed;
    const Watch& watch = rule.watch;
    if (!watch.metric.empty()) needed.push_back(watch.metric);
    if (!watch.resources.empty()) needed.push_back(kResourceCostMetric);
    if (!watch.commitments.empty()) needed.push_back(kCommitmentPrefix);
    for (const Watch::Events& events : watch.events) needed.push_back(events.metric);
    for (const std::string& metric : needed)
      if (!Brings(metric)) return TellUncollected(rule, metric, rule_files);
    const auto& beside = watch.resource_metrics;
    if (!beside.empty() && std::none_of(beside.begin(), beside.end(), [&](const auto& one) { return Brings(one.metric); })) TellUncollected(rule, beside[0].metric, rule_files);
  }

  void TellUncollected(const Rule& rule, const std::string& metric, absl::Span<const SourceFile> rule_files) {
    const bool bill = absl::StartsWith(metric, "cost.") || metric == kResourceCostMetric || metric == kCommitmentPrefix;
    const std::size_t dot = metric.find('.');
    const bool whole = dot != std::string::npos && std::none_of(config_.collectors.begin(), config_.collectors.end(), [&](const PartConfig& part) {
      return absl::StartsWith(part.kind, metric.substr(0, dot));
    });
    Diagnostic out;
    out.severity = Diagnostic::Severity::kWarning;
    out.code = "A015";
    out.message = bill ? absl::StrCat(rule.name, " looks at a bill, and the configuration reads none: it can never fire")
                       : absl::StrCat(rule.name, " looks at ", metric, ", and nobody collects ", whole ? metric.substr(0, dot) + ".*" : metric, ": it can never fire");
    out.caret_text = bill ? "add to collectors: - focus: {files: [\"bills/*.csv\"]}" : whole ? "add a collector that brings it" : "name it in metrics of its collector";
    TellOf(rule, rule.name, rule_files, std::move(out));
  }

  // Shows `word` of the rule.
  void TellOf(const Rule& rule, absl::string_view word, absl::Span<const SourceFile> rule_files, Diagnostic out) {
    out.file = rule.file;
    out.mark = {rule.line, 1, 2};
    for (const SourceFile& file : rule_files) {
      if (file.path != rule.file) continue;
      const SourceText text(file.text);
      const std::size_t at = text.text().find(word, text.StartOf(rule.line));
      if (at != absl::string_view::npos) out.mark = text.MarkOf(at, at + word.size());
    }
    out_.push_back(std::move(out));
  }

  // A check of an address that the agent may not ask never says anything. What a name stands for is not known here.
  void CheckProbes(const Rule& rule, absl::Span<const SourceFile> rule_files) {
    const RuleKind* kind = rule.mode == RuleMode::kOff ? nullptr : FindKind(rule.kind);
    if (kind == nullptr) return;
    const OptionValues& probes = config_.probes.options;
    const absl::StatusOr<AddressGuard> guard = AddressGuard::Make(probes.Has("allow") ? probes.TextList("allow") : std::vector<std::string>{});
    if (!guard.ok()) return Tell(Diagnostic::Severity::kError, "A011", PlaceOf("probes"), absl::StrCat("probes: allow: ", guard.status().message()), "run would refuse this");
    for (const Probe& probe : kind->Probes(rule)) {
      const absl::Status status = guard->CheckHost(HostIn(probe.target));
      if (status.ok()) continue;
      Diagnostic out;
      out.severity = Diagnostic::Severity::kWarning;
      out.code = "A016";
      out.message = absl::StrCat("the check of ", rule.name, " would not be made: ", status.message());
      out.caret_text = "add to the configuration: probes: {allow: [...]}";
      TellOf(rule, ShownAddress(probe.target) == probe.target ? probe.target : rule.name, rule_files, std::move(out));
    }
  }

  void Tell(Diagnostic::Severity severity, const char* code, Mark mark, std::string message, std::string caret) {
    Diagnostic& out = out_.emplace_back();
    out.severity = severity;
    out.code = code;
    out.file = file_.path;
    out.mark = mark;
    out.message = std::move(message);
    out.caret_text = std::move(caret);
  }

  const AgentConfig& config_;
  const SourceFile& file_;
  const SourceText lines_;
  std::vector<Diagnostic> out_;
};

}  // namespace

std::string WithoutSecrets(std::string text) {
  for (const SecretSpan& one : FindSecrets(text)) std::fill(text.begin() + static_cast<std::ptrdiff_t>(one.begin), text.begin() + static_cast<std::ptrdiff_t>(one.end), '*');
  return text;
}

void HideSecrets(std::vector<SourceFile>& texts, std::vector<Diagnostic>& diagnostics) {
  for (Diagnostic& one : diagnostics) {
    one.message = WithShownAddresses(one.message);
    one.caret_text = WithShownAddresses(one.caret_text);
    for (SourceFile& file : texts) {
      if (file.path != one.file) continue;
      const SourceText lines(file.text);
      const absl::string_view line = absl::string_view(file.text).substr(lines.StartOf(one.mark.line));
      const absl::string_view own = line.substr(0, line.find('\n'));
      std::vector<SecretSpan> found;
      const std::string open = absl::StrReplaceAll(own, {{"${", "$ {"}});  // what comes from elsewhere is a secret as well
      FindKeys(open, 0, found), FindUser(open, 0, found), FindQuery(open, 0, found);
      if (found.empty()) continue;
      one.message = WithoutQuoted(one.message);
      one.caret_text = WithoutQuoted(one.caret_text);
      const std::size_t begin = lines.OffsetOf(one.mark.line, one.mark.column), end = lines.OffsetOf(one.mark.line, one.mark.end_column);
      const bool key = end < file.text.size() && file.text[end] == ':';
      if (!key && begin < end && end <= file.text.size()) std::fill(file.text.begin() + static_cast<std::ptrdiff_t>(begin), file.text.begin() + static_cast<std::ptrdiff_t>(end), '*');
    }
  }
  for (SourceFile& file : texts) file.text = WithoutSecrets(std::move(file.text));
}

std::vector<Diagnostic> CheckConfig(const AgentConfig& config, const SourceFile& file, const RuleSet& rules, absl::Span<const SourceFile> rule_files) {
  return ConfigChecker(config, file).Check(rules, rule_files);
}

}  // namespace nephoscope
