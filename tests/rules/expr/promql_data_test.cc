// The tests of Prometheus itself, as far as they are about what we take of PromQL: which of them agree.
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/expr/evaluate.h"
#include "rules/expr/lexer.h"
#include "rules/expr/parser.h"
#include "tests/paths.h"

using namespace nephoscope;

namespace {

constexpr double kAbsent = -1.2345e300;  // no sample at this step

struct Line {
  std::string metric;
  Labels labels;
  std::vector<double> values;
};

// 1m, 10s53ms, 50 (seconds).
std::optional<absl::Duration> LengthOf(absl::string_view text) {
  std::vector<ExprToken> tokens;
  ExprError error;
  const bool negative = absl::ConsumePrefix(&text, "-");
  if (!ReadExprTokens(text, tokens, error) || tokens.size() != 2) return std::nullopt;
  return absl::Seconds(negative ? -tokens[0].number : tokens[0].number);
}

bool NumberAt(absl::string_view& rest, double& out) {
  std::size_t end = 0;
  if (end < rest.size() && (rest[end] == '-' || rest[end] == '+')) ++end;
  const auto is_word = [](char c) { return absl::ascii_isalnum(c) || c == '.'; };
  while (end < rest.size() && (is_word(rest[end]) || ((rest[end] == '-' || rest[end] == '+') && (rest[end - 1] == 'e' || rest[end - 1] == 'E') && end > 0 && absl::ascii_isdigit(rest[end + 1 < rest.size() ? end + 1 : end])))) {
    if (rest[end] == 'x' && !(end == 1 && rest[0] == '0')) break;
    ++end;
  }
  if (!absl::SimpleAtod(rest.substr(0, end), &out)) return false;
  rest.remove_prefix(end);
  return true;
}

// 5, _, _x3, 1x4, 0+10x5, 0-10x5. False: something that we do not read (histograms, stale markers).
bool Values(absl::string_view item, std::vector<double>& out) {
  double value = kAbsent, step = 0, times = 0;
  if (absl::ConsumePrefix(&item, "_")) {
    if (item.empty()) return out.push_back(kAbsent), true;
    if (!absl::ConsumePrefix(&item, "x") || !absl::SimpleAtod(item, &times)) return false;
    out.insert(out.end(), static_cast<std::size_t>(times), kAbsent);
    return true;
  }
  if (!NumberAt(item, value)) return false;
  if (item.empty()) return out.push_back(value), true;
  if (item[0] == '+' || item[0] == '-') {
    if (!NumberAt(item, step)) return false;
  }
  if (!absl::ConsumePrefix(&item, "x") || !absl::SimpleAtod(item, &times)) return false;
  for (int i = 0; i <= static_cast<int>(times); ++i) out.push_back(value + step * i);
  return true;
}

// metric{a="b"} values; {a="b"} values; a number alone.
bool ReadLine(absl::string_view text, Line& out) {
  text = absl::StripAsciiWhitespace(text);
  std::vector<Label> labels;
  std::size_t at = 0;
  while (at < text.size() && (absl::ascii_isalnum(text[at]) || text[at] == '_' || text[at] == ':' || text[at] == '.')) ++at;
  double number = 0;
  const bool named = at > 0 && !absl::ascii_isdigit(text[0]) && !(at == text.size() && absl::SimpleAtod(text, &number));
  if (named) out.metric = std::string(text.substr(0, at)), text.remove_prefix(at);
  if (!text.empty() && text[0] == '{' && !absl::StartsWith(text, "{{")) {
    std::vector<ExprToken> tokens;
    ExprError error;
    std::size_t close = 0;
    for (bool quoted = false; close < text.size() && (text[close] != '}' || quoted); ++close)
      if (text[close] == '"' && text[close - 1] != '\\') quoted = !quoted;
    if (!ReadExprTokens(text.substr(0, close + 1), tokens, error)) return false;
    for (std::size_t i = 1; i + 2 < tokens.size(); i += 4) {
      if (tokens[i].kind != ExprToken::Kind::kName || tokens[i + 1].text != "=") return false;
      if (tokens[i].text == "__name__") out.metric = tokens[i + 2].text;
      else labels.push_back({tokens[i].text, tokens[i + 2].text});
    }
    text.remove_prefix(close + 1);
  }
  out.labels = Labels(std::move(labels));
  for (absl::string_view item : absl::StrSplit(text, absl::ByAnyChar(" \t"), absl::SkipEmpty()))
    if (!Values(item, out.values)) return false;
  return true;
}

struct Tally {
  int agree = 0, outside = 0;
  std::map<std::string, int> why_outside;
  std::vector<std::string> differ;
  std::vector<std::string> unread;  // Prometheus accepts it, and our parser neither does nor names what it leaves out
};

class TestFile {
 public:
  TestFile(const std::filesystem::path& path, Tally& tally) : name_(path.filename().string()), tally_(tally) {
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) lines_.push_back(line);
  }

  void Run() {
    while (at_ < lines_.size()) {
      const absl::string_view line = absl::StripAsciiWhitespace(lines_[at_++]);
      if (line.empty() || line[0] == '#') continue;
      if (line == "clear") series_.clear(), unread_.clear();
      else if (absl::StartsWith(line, "load")) Load(line);
      else if (absl::StartsWith(line, "eval")) Eval(std::string(line));
    }
  }

 private:
  std::vector<std::string> Block() {
    std::vector<std::string> out;
    for (; at_ < lines_.size(); ++at_) {
      const absl::string_view line = absl::StripAsciiWhitespace(lines_[at_]);
      if (line.empty() || absl::StartsWith(line, "eval") || absl::StartsWith(line, "load") || line == "clear") break;
      if (line[0] != '#') out.emplace_back(line);
    }
    return out;
  }

  void Load(absl::string_view line) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    const auto step = LengthOf(words[1]);
    for (const std::string& text : Block()) {
      Line read;
      // Types and units as labels and start times are behind a switch in Prometheus.
      const bool experimental = absl::StrContains(text, "__type__") || absl::StrContains(name_, "start_timestamps");
      if (!step || words.size() != 2 || words[0] != "load" || experimental || !ReadLine(text, read)) {
        unread_.push_back(text.substr(0, text.find_first_of("{ \t")));
        if (absl::EndsWith(unread_.back(), "_bucket")) unread_.push_back(unread_.back().substr(0, unread_.back().size() - 7));
        if (unread_.back().empty()) unread_.back() = "*";
        continue;
      }
      ExprSeries& series = SeriesOf(read);
      for (std::size_t i = 0; i < read.values.size(); ++i)
        if (read.values[i] != kAbsent) series.points.push_back({absl::ToInt64Milliseconds(*step) * static_cast<std::int64_t>(i), read.values[i]});
      std::stable_sort(series.points.begin(), series.points.end(), [](const ExprPoint& a, const ExprPoint& b) { return a.time_ms < b.time_ms; });
    }
  }
  ExprSeries& SeriesOf(const Line& read) {
    for (ExprSeries& one : series_)
      if (one.metric == read.metric && one.labels == read.labels) return one;
    series_.push_back({read.metric, read.labels, absl::Minutes(5), {}});
    return series_.back();
  }

  void Outside(const std::string& why) {
    ++tally_.outside;
    ++tally_.why_outside[why];
  }

  void Eval(const std::string& line) {
    std::vector<std::string> expected = Block();
    std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    const bool range = words.size() > 7 && words[1] == "range";
    bool fails = absl::StartsWith(line, "eval_fail");
    std::vector<Line> want;
    for (const std::string& text : expected) {
      if (absl::StartsWith(text, "expect")) {
        fails = fails || absl::StartsWith(text, "expect fail");
        if (absl::StartsWith(text, "expect string") || absl::StartsWith(text, "expect range")) return Outside("a text or a vector of times as the result");
        continue;
      }
      Line read;
      if (!ReadLine(text, read)) return Outside("histograms or stale markers");
      want.push_back(std::move(read));
    }
    absl::Time at = absl::UnixEpoch(), end = at;
    absl::Duration step = absl::Minutes(1);
    absl::string_view text = line;
    const auto skip = [&](int count) {
      for (; count > 0; --count) text = absl::StripLeadingAsciiWhitespace(text.substr(std::min(text.size(), text.find_first_of(" \t"))));
    };
    if (range) {
      const auto a = LengthOf(words[3]), b = LengthOf(words[5]), c = LengthOf(words[7]);
      if (!a || !b || !c) return Outside("times that we do not read");
      at += *a, end += *b, step = *c;
      skip(8);
    } else {
      const auto a = words.size() > 3 && words[2] == "at" ? LengthOf(words[3]) : std::nullopt;
      if (!a) return Outside("times that we do not read");
      at += *a, end = at;
      skip(4);
    }
    Compare(std::string(text), at, end, step, want, fails);
  }

  void Compare(const std::string& text, absl::Time at, absl::Time end, absl::Duration step, const std::vector<Line>& want, bool fails) {
    const ParsedExpr parsed = ParseExpr(text);
    if (parsed.expr == nullptr) {
      if (parsed.error.code == "R511") return Outside(parsed.error.message.substr(0, parsed.error.message.find(" is not supported")));
      if (fails) return void(++tally_.agree);
      return tally_.unread.push_back(absl::StrCat(name_, ": ", text, "\n      ", parsed.error.code, " ", parsed.error.message));
    }
    std::vector<const Expr*> selectors;
    CollectSelectors(*parsed.expr, selectors);
    for (const Expr* selector : selectors)
      for (const std::string& unread : unread_)
        if (unread == "*" || unread == selector->name) return Outside("histograms, stale markers, types as labels or start times");
    std::map<std::string, std::map<int, double>> ours, theirs;
    int i = 0;
    for (; at <= end; at += step, ++i) {
      const absl::StatusOr<ExprValue> value = EvaluateExpr(*parsed.expr, series_, at);
      if (!value.ok()) return fails ? void(++tally_.agree) : Differ(text, value.status().ToString());
      if (value->is_number) ours["{}"][i] = value->number;
      for (const ExprElement& one : value->elements) ours[absl::StrCat(one.metric, one.labels.ToString())][i] = one.value;
    }
    if (fails) return Differ(text, "Prometheus refuses this");
    for (const Line& line : want)
      for (std::size_t k = 0; k < line.values.size(); ++k)
        if (line.values[k] != kAbsent) theirs[absl::StrCat(line.metric, line.labels.ToString())][static_cast<int>(k)] = line.values[k];
    const std::string difference = Difference(ours, theirs);
    if (difference.empty()) ++tally_.agree;
    else Differ(text, difference);
  }

  static bool Same(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    return a == b || std::abs(a - b) <= 1e-6 * std::max(std::abs(a), std::abs(b)) || std::abs(a - b) < 1e-12;
  }
  static std::string Difference(const std::map<std::string, std::map<int, double>>& ours, const std::map<std::string, std::map<int, double>>& theirs) {
    for (const auto& [labels, values] : theirs)
      for (const auto& [i, value] : values) {
        const auto found = ours.find(labels);
        if (found == ours.end() || found->second.count(i) == 0) return absl::StrCat("we have no ", labels, " = ", value, ours.empty() ? "" : absl::StrCat(" but ", ours.begin()->first));
        if (!Same(found->second.at(i), value)) return absl::StrCat(labels, ": ", found->second.at(i), " instead of ", value);
      }
    for (const auto& [labels, values] : ours) {
      const auto found = theirs.find(labels);
      if (found == theirs.end() || found->second.size() != values.size()) return absl::StrCat("we have ", labels, " as well");
    }
    return "";
  }
  void Differ(const std::string& text, const std::string& how) { tally_.differ.push_back(absl::StrCat(name_, ": ", text, "\n      ", how)); }

  std::string name_;
  Tally& tally_;
  std::vector<std::string> lines_;
  std::size_t at_ = 0;
  std::vector<ExprSeries> series_;
  std::vector<std::string> unread_;  // metrics that have something we do not read
};

}  // namespace

BOOST_AUTO_TEST_SUITE(promql_data_test)

BOOST_AUTO_TEST_CASE(what_we_take_of_promql_agrees_with_prometheus) {
  const std::filesystem::path folder = std::filesystem::path(SharedDir()) / "data/promql/language";
  if (!std::filesystem::is_directory(folder)) {
    BOOST_TEST_MESSAGE("skipped: " << folder << " is not there");
    std::cout << "skipped: " << folder << " is not there\n";
    return;
  }
  Tally tally;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files)
    if (file.extension() == ".test") TestFile(file, tally).Run();
  const int inside = tally.agree + static_cast<int>(tally.differ.size() + tally.unread.size());
  std::cout << "(differences on purpose are not at play here: every series gets the lookback of 5 minutes that Prometheus has, and nothing is late)\n";
  std::cout << "of " << inside + tally.outside << " evaluations of Prometheus' own tests " << inside << " are within our subset, and " << tally.agree << " of these agree\n";
  for (const std::string& one : tally.differ) std::cout << "  differs: " << one << "\n";
  for (const std::string& one : tally.unread) std::cout << "  cannot be read: " << one << "\n";
  for (const auto& [why, count] : tally.why_outside) std::cout << "  outside: " << count << " x " << why << "\n";
  BOOST_TEST(inside >= 429);
  BOOST_TEST(tally.differ.size() == 0u);
  BOOST_TEST(tally.unread.size() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
