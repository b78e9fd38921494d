// Two rules that differ in what fires, or in who hears of it, never read the same.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/kinds/spoken.h"
#include "rules/language/language.h"
#include "rules/model/rule.h"
#include "tests/rules/kinds/kind_run.h"
#include "tests/rules/kinds/random_rules.h"

using namespace nephoscope;

namespace {

constexpr int kTries = 1500;      // contexts that one option is tried in
constexpr int kWanted = 4;      // pairs of which are enough
constexpr int kRefusedTries = 80;  // a kind that refuses an option refuses it every time
constexpr int kRandomRules = 300;

// Null: it is no rule; `codes`: why.
std::shared_ptr<const Rule> Load(const RuleKind& kind, WrittenValue written, std::set<std::string>* codes = nullptr) {
  written.fields.insert(written.fields.begin(), {{"alert", {.text = "A"}}, {"kind", {.text = kind.name()}}});
  const LoadedRules loaded = LoadRules(RandomRules::Files(written));
  for (const auto& rule : loaded.rules->rules)
    if (rule->name == "A" && loaded.rejected.empty()) return rule;
  if (codes != nullptr)
    for (const Diagnostic& one : loaded.diagnostics) codes->insert(one.code);
  return nullptr;
}

struct Read {
  WrittenValue written;
  std::string yaml, says, meaning;
};

std::vector<Read> ReadAll(const RuleKind& kind, const std::vector<WrittenValue>& all) {
  std::vector<Read> out;
  for (const WrittenValue& one : all) {
    const std::shared_ptr<const Rule> rule = Load(kind, one);
    if (rule == nullptr) continue;
    std::string intervals = absl::StrCat(absl::StrJoin(rule->active_time_intervals, ","), ";", absl::StrJoin(rule->mute_time_intervals, ","), ";", absl::FormatTime(rule->until));
    out.push_back({one, one.ToYaml(), SayRule(*rule), absl::StrCat(rule->revision, intervals)});
  }
  return out;
}

// How many pairs do not read the same; `wrong`: those that do, and mean something else.
int DifferentPairs(const std::vector<Read>& all, std::vector<std::string>& wrong) {
  int pairs = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      pairs += all[i].says != all[j].says;
      if (all[i].meaning != all[j].meaning && all[i].says == all[j].says) wrong.push_back(absl::StrCat("\n", all[i].yaml, "\n", all[j].yaml, "\nboth read: ", all[i].says));
    }
  return pairs;
}

// These say that an option has no meaning for a kind.
const std::set<std::string> kRefusals = {"R107", "R108", "R443", "R452", "R457"};

// What the sentences of one option show.
struct Tried {
  int tries = 0, loaded = 0, pairs = 0, refusals = 0;
  // Often, and never taken.
  bool refused() const { return loaded == 0 && refusals * 5 > tries; }
};

Tried Try(const RuleKind& kind, RandomRules& random, const OptionPath& path, std::vector<std::string>& wrong) {
  Tried out;
  while (out.tries < kTries && out.pairs < kWanted) {
    if (out.tries > kRefusedTries && out.refused()) break;
    ++out.tries;
    const WrittenValue rule = random.Make(path);
    std::set<std::string> codes;
    if (Load(kind, rule, &codes) == nullptr) {
      out.refusals += std::any_of(codes.begin(), codes.end(), [](const std::string& code) { return kRefusals.count(code) != 0; });
      continue;
    }
    ++out.loaded;
    out.pairs += DifferentPairs(ReadAll(kind, random.Variants(rule, path)), wrong);
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(say_rule_test)

BOOST_AUTO_TEST_CASE(rules_that_differ_in_one_option_never_read_the_same) {
  std::vector<std::string> wrong, never;
  int pairs = 0;
  for (const RuleKind* kind : AllKinds()) {
    RandomRules random(*kind, 7);
    for (const OptionPath& path : random.paths()) {
      const Tried tried = Try(*kind, random, path, wrong);
      pairs += tried.pairs;
      if (tried.pairs == 0 && !tried.refused()) never.push_back(absl::StrCat(kind->name(), ": ", absl::StrJoin(path, "."), tried.loaded == 0 ? "  (never loads)" : ""));
    }
  }
  BOOST_TEST(wrong.empty(), wrong.size() << " pairs read the same" << absl::StrJoin(wrong.begin(), wrong.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(wrong.size(), 40)), "\n"));
  BOOST_TEST(never.empty(), "changes no sentence:\n" << absl::StrJoin(never, "\n"));
  BOOST_TEST_MESSAGE(pairs << " pairs");
}

BOOST_AUTO_TEST_CASE(random_rules_that_differ_never_read_the_same) {
  std::vector<std::string> wrong;
  int pairs = 0;
  for (const RuleKind* kind : AllKinds()) {
    RandomRules random(*kind, 11);
    std::vector<WrittenValue> all;
    for (int i = 0; i < kRandomRules; ++i) all.push_back(random.Make({}));
    pairs += DifferentPairs(ReadAll(*kind, all), wrong);
  }
  BOOST_TEST(wrong.empty(), wrong.size() << " pairs read the same" << absl::StrJoin(wrong.begin(), wrong.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(wrong.size(), 20)), "\n"));
  BOOST_TEST(pairs > 5000);
}

BOOST_AUTO_TEST_SUITE_END()
