// Rules made at random from the option tables themselves: a new option is in them without a word about it here.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "rules/engine/kind.h"

namespace nephoscope {

// A value as it would be written; maps and lists of maps keep their parts.
struct WrittenValue {
  std::string text;  // of neither
  std::vector<std::pair<std::string, WrittenValue>> fields;
  std::vector<WrittenValue> items;

  std::string ToYaml() const;
};

using OptionPath = std::vector<std::string>;

class RandomRules {
 public:
  explicit RandomRules(const RuleKind& kind, std::uint32_t seed);

  // Every option that a rule of this kind may have, of whatever depth; without those that are names and texts for people only.
  const std::vector<OptionPath>& paths() const { return paths_; }
  // A rule with some options; with `with`, that one is among them.
  WrittenValue Make(const OptionPath& with);
  // The same rule with other values of one option; and, where it may be left out, without it.
  std::vector<WrittenValue> Variants(const WrittenValue& rule, const OptionPath& path);
  // A rule file, and its settings and tables; the rule has the name A.
  static std::vector<struct SourceFile> Files(const WrittenValue& rule);

 private:
  const Option* Find(const std::vector<const OptionTable*>& tables, const std::string& name) const;
  std::vector<const OptionTable*> Tables() const;
  void CollectPaths(const OptionTable& table, OptionPath& at);
  WrittenValue Map(const std::vector<const OptionTable*>& tables, const OptionPath& at, const OptionPath& with);
  WrittenValue Value(const Option& option, const OptionPath& at, const OptionPath& with);
  std::vector<std::string> Texts(const Option& option, const OptionPath& at) const;
  bool HasNoOther(const Option& option, OptionPath at) const;
  std::size_t Draw(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }
  bool Chance(int percent) { return Draw(100) < static_cast<std::size_t>(percent); }

  const RuleKind& kind_;
  std::mt19937 random_;
  std::vector<OptionPath> paths_;
};

}  // namespace nephoscope
