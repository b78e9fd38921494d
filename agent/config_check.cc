#include "agent/config_check.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/collectors/collector.h"
#include "exporters/exporter.h"
#include "rules/language/source_text.h"
#include "rules/model/resource_key.h"

namespace nephoscope {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
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
      return FindCollector(part.kind)->make(part.options, {.files = files.get(), .environment = &Environment}).status();
    });
    CheckParts(config_.exporters, "exporters", [this](const PartConfig& part) {
      const auto post = [](std::string, std::string, std::string, std::function<void(int, std::string)>) {};
      return FindExporter(part.kind)->make(part.options, {.agent_name = config_.name, .post = post, .print = [](const std::string&) {}, .only_check = true}).status();
    });
    CheckSecrets();
    for (const auto& rule : rules.rules) CheckCollected(*rule, rule_files);
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

  // A value behind a key such as sasl.password that is written out, and users with passwords in addresses.
  void CheckSecrets() {
    for (int line = 1; line <= lines_.lines(); ++line) {
      const absl::string_view text = lines_.Line(line);
      const absl::string_view code = text.substr(0, std::min(text.find(" #"), text.size()));
      if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(code), "#")) continue;
      CheckKeys(line, code);
      if (const std::size_t scheme = code.find("://"); scheme != absl::string_view::npos) CheckUser(line, code, scheme + 3);
    }
  }

  void CheckKeys(int line, absl::string_view code) {
    for (const char* word : {"password", "secret", "token", "api_key", "apikey"}) {
      for (std::size_t at = code.find(word); at != absl::string_view::npos; at = code.find(word, at + 1)) {
        const std::size_t colon = code.find(':', at);
        if (colon == absl::string_view::npos || colon + 1 >= code.size()) break;
        const absl::string_view rest_of_key = code.substr(at + std::string(word).size(), colon - at - std::string(word).size());
        if (absl::StrContains(rest_of_key, ' ') || absl::StrContains(rest_of_key, ',') || absl::EndsWith(rest_of_key, "file")) continue;
        absl::string_view value = absl::StripAsciiWhitespace(code.substr(colon + 1));
        while (!value.empty() && (value[0] == '"' || value[0] == '\'')) value.remove_prefix(1);
        if (value.empty() || value[0] == '{' || value[0] == '}' || absl::StrContains(value, "${")) continue;
        const std::size_t begin = static_cast<std::size_t>(value.data() - file_.text.data());
        TellSecret(line, begin, "a secret is written in this file");
        return;
      }
    }
  }

  void CheckUser(int line, absl::string_view code, std::size_t at) {
    const absl::string_view host = code.substr(at, std::min(code.find_first_of("/ \"'],}", at), code.size()) - at);
    const std::size_t end = host.find('@'), colon = host.find(':');
    if (end == absl::string_view::npos || colon == absl::string_view::npos || colon > end || absl::StrContains(host.substr(colon, end - colon), "${")) return;
    TellSecret(line, static_cast<std::size_t>(host.data() + colon + 1 - file_.text.data()), "an address holds a password");
  }

  void TellSecret(int line, std::size_t begin, std::string message) {
    Mark mark = lines_.MarkOf(begin, begin + 1);
    mark.line = line;
    Tell(Diagnostic::Severity::kWarning, "A014", mark, std::move(message), "write ${NAME}, from the environment, or ${file:/path}");
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
    out.file = rule.file;
    out.mark = {rule.line, 1, 2};
    for (const SourceFile& file : rule_files) {
      if (file.path != rule.file) continue;
      const SourceText text(file.text);
      const std::size_t at = text.text().find(rule.name, text.StartOf(rule.line));
      if (at != absl::string_view::npos) out.mark = text.MarkOf(at, at + rule.name.size());
    }
    out_.push_back(std::move(out));
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

std::vector<Diagnostic> CheckConfig(const AgentConfig& config, const SourceFile& file, const RuleSet& rules, absl::Span<const SourceFile> rule_files) {
  return ConfigChecker(config, file).Check(rules, rule_files);
}

}  // namespace nephoscope
