#include "rules/language/out/skeleton.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/language/out/format.h"
#include "rules/language/language.h"
#include "rules/language/tables/rule_tables.h"

using namespace nephoscope;

namespace {

LoadedRules Load(const std::string& text) {
  const SourceFile file{"new.yaml", text};
  return LoadRules({&file, 1});
}

std::string Rendered(const std::string& text) {
  const SourceFile file{"new.yaml", text};
  return text + RenderDiagnostics(Load(text).diagnostics, {&file, 1}, false);
}

// Lines `# key: value  # sentence` below a rule.
bool IsOption(absl::string_view line) {
  const std::size_t at = line.find_first_not_of(' ');
  if (at == absl::string_view::npos || at < 4 || !absl::StartsWith(line.substr(at), "# ")) return false;
  const absl::string_view rest = line.substr(at + 2);
  return rest.find(": ") != absl::string_view::npos && rest.find(": ") < rest.find(' ');
}

// What the kind refuses is not offered.
bool IsRefused(const std::string& text, const Option& option) {
  for (const Diagnostic& one : Load(absl::StrCat(text, "    ", option.name, ": ", SampleValue(option), "\n")).diagnostics)
    if (one.code == std::string("R452")) return true;
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(skeleton_test)

BOOST_AUTO_TEST_CASE(the_skeleton_of_each_kind_loads_as_it_is) {
  for (const RuleKind* kind : AllKinds()) BOOST_TEST_CONTEXT(kind->name()) {
      const std::string text = Skeleton(*kind);
      const LoadedRules loaded = Load(text);
      BOOST_TEST(!HasErrors(loaded.diagnostics), Rendered(text));
      BOOST_REQUIRE(!loaded.rules->rules.empty());
      bool has_kind = false;
      for (const auto& rule : loaded.rules->rules) has_kind = has_kind || rule->kind == kind->name();
      BOOST_TEST(has_kind);
    }
}

BOOST_AUTO_TEST_CASE(every_option_of_a_kind_stands_in_its_skeleton) {
  for (const RuleKind* kind : AllKinds()) BOOST_TEST_CONTEXT(kind->name()) {
      const std::string text = Skeleton(*kind);
      for (const OptionTable* table : {&CommonRuleOptions(), &kind->options()})
        for (const Option& option : table->options) {
          const std::string name = option.name;
          const bool levels = absl::StrContains(text, "\n    levels:") && name == "severity";
          const bool data = kind->watch_need() == RuleKind::WatchNeed::kNone && (name == "watch" || name == "every" || name == "evaluation_delay" || name == "no_data" || name == "members_may_leave" || name == "expire_after");
          // Burn rates have severities of their own, and an expression names what it looks at.
          const bool never = (name == "severity" && kind->watch_need() == RuleKind::WatchNeed::kEvents) || (name == "watch" && kind->name() == std::string("expr"));
          const std::string key = std::string(option.name) + ":";
          BOOST_TEST((!never || !absl::StrContains(text, "\n    # " + key)), option.name);
          const bool there = absl::StrContains(text, "\n    " + key) || absl::StrContains(text, "\n  - " + key) || absl::StrContains(text, "\n    # " + key);
          BOOST_TEST((there || levels || data || never || IsRefused(text, option)), option.name);
        }
    }
}

// A key that the kind does not ask is refused, not ignored; what is refused is not offered.
BOOST_AUTO_TEST_CASE(each_key_of_watch_has_a_meaning_or_is_refused) {
  const std::set<std::string> fold = {"threshold", "change", "forecast", "metric_anomaly"};
  using Need = RuleKind::WatchNeed;
  for (const RuleKind* kind : AllKinds())
    for (const char* key : {"stat", "combine"}) BOOST_TEST_CONTEXT(kind->name() << " " << key) {
        if (kind->watch_need() == Need::kNone || kind->watch_need() == Need::kOptional) continue;
        std::string text = absl::StrCat("apiVersion: rules/v1\nrules:\n", kind->example());
        const std::string own = absl::StrCat(key, ": ");
        const std::size_t watch = text.find("watch:"), end = text.find('\n', watch);
        BOOST_REQUIRE(watch != std::string::npos);
        const bool has = absl::StrContains(text.substr(watch, end - watch), own) || absl::StrContains(text, "\n    " + own);
        if (has) continue;
        const bool block = end == watch + 6;  // its keys stand below it
        text.insert(block ? end + 1 : watch + 8, block ? absl::StrCat("    ", own, "max\n")
                                                       : absl::StrCat(own, "max, "));
        std::string refused;
        for (const Diagnostic& one : Load(text).diagnostics) absl::StrAppend(&refused, one.code);
        BOOST_TEST(refused == (fold.count(kind->name()) > 0 ? "" : "R452"), text);
        BOOST_TEST((fold.count(kind->name()) > 0 || !absl::StrContains(Skeleton(*kind), "# " + own)));
      }
}

BOOST_AUTO_TEST_CASE(a_check_by_tcp_expects_no_answer) {
  const auto codes = [](const char* expect) {
    const LoadedRules loaded = Load(absl::StrCat(
        "apiVersion: rules/v1\nrules:\n  - alert: A\n    kind: health_check\n    check: {tcp: "
        "\"db:5432\", expect: {", expect, "}}\n    when: {failures: 3}\n"));
    std::string out;
    for (const Diagnostic& one : loaded.diagnostics) absl::StrAppend(&out, one.code, " ");
    return out;
  };
  BOOST_TEST(codes("status: 200, body: {contains: ok}") == "R452 R452 ");
  BOOST_TEST(codes("certificate_expires_in: {at_least: 14d}") == "R452 ");
  BOOST_TEST(codes("response_time: {below: 1s}") == "");
}

void CollectNames(const OptionTable& table, std::set<std::string>& out) {
  for (const Option& option : table.options) {
    out.insert(option.name);
    if (option.fields != nullptr && option.fields != &table) CollectNames(*option.fields, out);
  }
}

BOOST_AUTO_TEST_CASE(what_help_tells_of_a_kind_stands_in_its_skeleton_however_deep) {
  for (const RuleKind* kind : AllKinds()) BOOST_TEST_CONTEXT(kind->name()) {
      const std::string text = Skeleton(*kind);
      std::set<std::string> names;
      for (const OptionTable* table : {&kind->options(), &kind->condition()}) CollectNames(*table, names);
      for (const std::string& name : names) BOOST_TEST((absl::StrContains(text, " " + name + ":") || absl::StrContains(text, "." + name + ":") || absl::StrContains(text, "{" + name + ":")), name);
    }
}

BOOST_AUTO_TEST_CASE(skeletons_fit_a_terminal) {
  std::vector<std::string> all = {SettingsSkeleton()};
  for (const RuleKind* kind : AllKinds()) all.push_back(Skeleton(*kind));
  for (const std::string& text : all)
    for (absl::string_view line : absl::StrSplit(text, '\n')) BOOST_TEST(line.size() <= 80u, line);
}

BOOST_AUTO_TEST_CASE(the_skeleton_of_settings_loads_and_has_all_of_them) {
  const std::string text = SettingsSkeleton();
  BOOST_TEST(Load(text).diagnostics.empty(), Rendered(text));
  for (const Option& option : FileOptions().options)
    BOOST_TEST((absl::StrContains(text, absl::StrCat("\n", option.name, ":")) || absl::StrContains(text, absl::StrCat("\n# ", option.name, ":")) || option.name == std::string("rules") || option.name == std::string("defaults")),
               option.name);
}

BOOST_AUTO_TEST_CASE(each_setting_whose_mark_is_taken_away_is_a_whole_one) {
  const std::vector<std::string> lines = absl::StrSplit(SettingsSkeleton(), '\n');
  int tried = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const absl::string_view line = lines[i];
    if (!absl::StartsWith(line, "# ") || line.substr(2).find(": ") > line.substr(2).find(' ')) continue;
    std::vector<std::string> changed = lines;
    changed[i].erase(0, 2);
    for (const Diagnostic& d : Load(absl::StrJoin(changed, "\n")).diagnostics)
      BOOST_TEST(d.code != std::string("R103"), line << ": " << d.message);
    ++tried;
  }
  BOOST_TEST(tried >= 8);
}

BOOST_AUTO_TEST_CASE(a_skeleton_is_formatted) {
  for (const RuleKind* kind : AllKinds()) BOOST_TEST_CONTEXT(kind->name()) {
      const std::string text = Skeleton(*kind);
      BOOST_TEST(FormatYaml({"new.yaml", text}).text == text);
    }
}

BOOST_AUTO_TEST_CASE(an_option_whose_mark_is_taken_away_is_understood) {
  // It may contradict what the example says, but its key stands in the right place and its value is of its type.
  const std::set<std::string> structure = {"R007", "R018", "R020", "R102", "R103", "R104", "R105", "R201", "R202", "R203", "R205", "R206", "R208", "R209", "R214", "R310", "R452"};
  int tried = 0;
  for (const RuleKind* kind : AllKinds()) {
    const std::vector<std::string> lines = absl::StrSplit(Skeleton(*kind), '\n');
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (!IsOption(lines[i])) continue;
      std::vector<std::string> changed = lines;
      changed[i].erase(changed[i].find("# "), 2);
      const std::string text = absl::StrJoin(changed, "\n");
      for (const Diagnostic& d : Load(text).diagnostics)
        if (d.severity == Diagnostic::Severity::kError) BOOST_TEST(structure.count(d.code) == 0u, kind->name() << ", " << lines[i] << "\n" << Rendered(text));
      ++tried;
    }
  }
  BOOST_TEST(tried > 100);
}

BOOST_AUTO_TEST_SUITE_END()
