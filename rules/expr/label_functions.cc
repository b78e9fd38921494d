#include "rules/expr/label_functions.h"

#include <re2/re2.h>

#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

bool IsWord(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// What stands behind a $ at the beginning of `rest`, which moves on: 1, name, {name}.
std::string TakeName(absl::string_view& rest) {
  const bool braces = !rest.empty() && rest[0] == '{';
  std::size_t end = braces ? 1 : 0;
  while (end < rest.size() && IsWord(rest[end])) ++end;
  if (braces && (end == rest.size() || rest[end] != '}')) return "";
  std::string name(rest.substr(braces ? 1 : 0, end - (braces ? 1 : 0)));
  if (!name.empty()) rest.remove_prefix(end + (braces ? 1 : 0));
  return name;
}

// $1, ${1} and names of groups are what they matched; $$ is a $.
std::string Expanded(absl::string_view text, const re2::RE2& regex, const std::vector<re2::StringPiece>& groups) {
  std::string out;
  for (std::size_t at = text.find('$'); at != absl::string_view::npos; at = text.find('$')) {
    absl::StrAppend(&out, text.substr(0, at));
    text.remove_prefix(at + 1);
    if (!text.empty() && text[0] == '$') {
      out += '$';
      text.remove_prefix(1);
      continue;
    }
    const std::string name = TakeName(text);
    if (name.empty()) {
      out += '$';
      continue;
    }
    std::size_t number = 0;
    const auto& named = regex.NamedCapturingGroups();
    if (const auto found = named.find(name); found != named.end()) number = static_cast<std::size_t>(found->second);
    else if (!absl::SimpleAtoi(name, &number)) continue;
    if (number < groups.size() && !groups[number].empty()) out.append(groups[number].data(), groups[number].size());
  }
  return absl::StrCat(out, text);
}

Labels Replaced(const Expr& call, const Labels& labels) {
  const absl::string_view source = labels.Get(call.args[3]->name);
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(call.regex->NumberOfCapturingGroups()) + 1);
  const re2::StringPiece text(source.data(), source.size());
  if (!call.regex->Match(text, 0, text.size(), re2::RE2::ANCHOR_BOTH, groups.data(), static_cast<int>(groups.size()))) return labels;
  return labels.With(LabelMade(call), Expanded(call.args[2]->name, *call.regex, groups));
}

}  // namespace

bool MadeOfLabels(const Expr& call) {
  return !SourcesAre(call, [](const std::string&) { return false; });
}

std::shared_ptr<const re2::RE2> CompileReplace(absl::string_view pattern, std::string& error) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  options.set_dot_nl(true);
  auto out = std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (out->ok()) return out;
  error = out->error();
  return nullptr;
}

Labels WithMade(const Expr& call, const Labels& labels) {
  if (call.name == "label_replace") return Replaced(call, labels);
  std::string value;
  for (std::size_t i = 3; i < call.args.size(); ++i) absl::StrAppend(&value, i > 3 ? call.args[2]->name : "", labels.Get(call.args[i]->name));
  return labels.With(LabelMade(call), value);
}

}  // namespace nephoscope
