#include "rules/language/rule_items.h"

#include <algorithm>
#include <utility>

#include "rules/language/amounts_table.h"
#include "rules/language/tables/defaults.h"
#include "rules/language/expected_table.h"
#include "rules/language/rule_currency.h"
#include "rules/language/tests/test_reader.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMany = 100;  // rules; fewer are read sooner than a second thread begins

// For one thread.
class ItemReader {
 public:
  ItemReader(Currency base, const YamlNode* defaults, absl::Span<const SourceFile> files, DiagnosticSink& sink) : base_(base), files_(files), sink_(sink), defaults_(defaults), options_(sink, {base}, nullptr), reader_(options_) {}

  RuleItem Read(const YamlNode& node) {
    RuleItem out;
    out.rule = reader_.Read(defaults_.Below(node), node);
    out.identity = reader_.identity();
    if (out.rule != nullptr) TakeAmounts(*out.rule, {base_}, files_, sink_, out.of_tables);
    if (out.rule != nullptr) TakeExpected(*out.rule, files_, sink_, out.of_tables);
    if (out.rule != nullptr) TakeCurrencyOf(*out.rule);
    TestReader tests(sink_, {base_}, files_);
    tests.Read(node, out.rule.get(), out.tests);
    for (Diagnostic& one : tests.TakeTableProblems()) out.of_tables.push_back(std::move(one));
    return out;
  }

 private:
  Currency base_;
  absl::Span<const SourceFile> files_;
  DiagnosticSink& sink_;
  Defaults defaults_;
  OptionReader options_;
  RuleReader reader_;
};

}  // namespace

std::vector<RuleItem> ReadRuleItems(absl::Span<YamlNode* const> items, Currency base, const YamlNode* defaults, absl::Span<const SourceFile> files, DoBoth both, DiagnosticSink& sink) {
  std::vector<RuleItem> out(items.size());
  // False: something is wrong with one of them. Then all are read again, so that what is told is told in order.
  const auto read_some = [&](std::size_t from, std::size_t to) {
    const SourceText text(sink.text());  // it is for one thread
    DiagnosticSink of_these(sink.file(), text);
    ItemReader reader(base, defaults, files, of_these);
    for (std::size_t i = from; i < to; ++i) {
      out[i] = reader.Read(*items[i]);
      if (of_these.any()) return false;
    }
    return true;
  };
  if (both != nullptr && items.size() >= kMany) {
    const std::size_t half = items.size() / 2;
    bool first = false, second = false;
    both([&] { first = read_some(0, half); }, [&] { second = read_some(half, items.size()); });
    if (first && second) return out;
  }
  ItemReader reader(base, defaults, files, sink);
  for (std::size_t i = 0; i < items.size(); ++i) out[i] = reader.Read(*items[i]);
  return out;
}

}  // namespace nephoscope
