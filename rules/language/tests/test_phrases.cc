#include "rules/language/tests/test_phrases.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/language/language.h"
#include "rules/language/words/meant.h"
#include "rules/language/checks/metric_check.h"
#include "rules/model/probe.h"

namespace nephoscope {
namespace {

constexpr struct {
  const char* word;
  ProbeResult result;
} kProbeWords[] = {
    {"ok", ProbeResult::kOk},
    {"failing", ProbeResult::kStatus},
    {"refused", ProbeResult::kRefused},
    {"timeout", ProbeResult::kTimeout},
    {"tls", ProbeResult::kTls},
    {"too_slow", ProbeResult::kTooSlow},
    {"body", ProbeResult::kBody},
    {"certificate", ProbeResult::kCertificate},
    {"protocol", ProbeResult::kProtocol},
    {"name_not_found", ProbeResult::kNameNotFound},
    {"not_run", ProbeResult::kNotRun},
};

constexpr int kMostProblems = 10;  // of one series; what follows is hardly better
constexpr std::size_t kMostPhrases = 10'000;

// `text` apart at the last `word` between spaces; false: it does not stand there.
bool CutAt(absl::string_view text, absl::string_view word, absl::string_view& before, absl::string_view& after) {
  const std::size_t at = text.rfind(absl::StrCat(" ", word, " "));
  if (at == absl::string_view::npos) return false;
  before = absl::StripAsciiWhitespace(text.substr(0, at));
  after = absl::StripAsciiWhitespace(text.substr(at + word.size() + 2));
  return !before.empty() && !after.empty();
}

bool TakeWord(absl::string_view& text, absl::string_view word) {
  if (!absl::StartsWith(text, word) || text.size() == word.size() || text[word.size()] != ' ') return false;
  text = absl::StripLeadingAsciiWhitespace(text.substr(word.size()));
  return true;
}

class PhraseReader {
 public:
  PhraseReader(absl::string_view text, Mark mark, const PhraseContext& context, DiagnosticSink& sink)
      : text_(text), mark_(mark), context_(context), sink_(sink) {}

  // The whole text is one value.
  bool ReadValue(TestValue& out) {
    phrase_ = text_;
    return phrase_.empty() ? Fail("a value is missing here", "") : Value(phrase_, out);
  }

  bool Read(std::vector<TestStretch>& out) {
    const int before = sink_.errors();
    std::size_t counted = 0;  // bytes that column_ stands for
    for (std::size_t at = 0; at <= text_.size() && sink_.errors() < before + kMostProblems;) {
      if (out.size() >= kMostPhrases) return Fail("a series has at most 10,000 phrases", "write for: 40% for 1h is one phrase");
      const std::size_t cut = EndOfCut(at);
      const std::size_t end = cut > at ? cut : std::min(text_.find(',', at), text_.size());
      phrase_ = absl::StripAsciiWhitespace(text_.substr(at, end - at));
      const std::size_t begin = static_cast<std::size_t>(phrase_.data() - text_.data());
      column_ += CodePoints(text_.substr(counted, begin - counted));
      counted = begin;
      TestStretch stretch;
      if (cut > at) FailCut();
      else if (phrase_.empty() ? Fail("", "") : One(phrase_, stretch)) out.push_back(stretch);
      at = end + 1;
    }
    return sink_.errors() == before;
  }

 private:
  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }

  // `40,5% for 1h`: where the phrase ends that begins at `at` and has a comma in its number; `at`:
  // it has none. 40,50 for 1h may be two phrases of a plain number, 40,5% is one for sure.
  std::size_t EndOfCut(std::size_t at) const {
    for (std::size_t comma = text_.find(',', at); comma != absl::string_view::npos;
         comma = text_.find(',', comma + 1)) {
      const absl::string_view behind = text_.substr(comma + 1);
      if (comma == at || !IsDigit(text_[comma - 1]) || behind.empty() || !IsDigit(behind[0]))
        return at;
      const std::size_t end = std::min(behind.find_first_not_of("0123456789._"), behind.size());
      const absl::string_view rest = absl::StripLeadingAsciiWhitespace(behind.substr(end));
      if (rest.empty() || absl::StartsWith(rest, "for ") || absl::StartsWith(rest, "over ") ||
          absl::StartsWith(rest, "to "))
        return at;
      if (rest[0] != ',') return std::min(text_.find(',', comma + 1), text_.size());
    }
    return at;
  }

  void FailCut() {
    const std::size_t comma = phrase_.find(','), space = phrase_.rfind(' ', comma);
    absl::string_view value = phrase_.substr(space == absl::string_view::npos ? 0 : space + 1);
    for (const absl::string_view word : {" for ", " to ", " over "})
      value = value.substr(0, value.find(word));
    Add("R015", absl::StrCat("\"", value, "\" has a comma in its number"),
        AdviceOf(ReadGrouped(value).value_or(MeantNumber())), std::nullopt,
        "a comma stands between two phrases");
  }

  bool One(absl::string_view rest, TestStretch& out) {
    if (TakeWord(rest, "late")) {
      const std::size_t colon = rest.find(':');
      if (colon == absl::string_view::npos) return Fail("", "write late 20m: 95% for 10m");
      return Length(rest.substr(0, colon), out.late) && One(absl::StripAsciiWhitespace(rest.substr(colon + 1)), out);
    }
    if (TakeWord(rest, "missing") || TakeWord(rest, "gap")) {
      TakeWord(rest, "for");
      out.kind = TestStretch::Kind::kMissing;
      return Length(rest, out.length);
    }
    if (TakeWord(rest, "restated")) return Restated(rest, out);
    if (TakeWord(rest, "rising") || TakeWord(rest, "falling")) return Ramp(rest, out);
    absl::string_view value = rest, length;
    if (CutAt(rest, "for", value, length) && !Length(length, out.length)) return false;
    return Value(value, out.from);
  }

  bool Ramp(absl::string_view rest, TestStretch& out) {
    absl::string_view values, length, from, to;
    if (!TakeWord(rest, "from") || !CutAt(rest, "over", values, length) || !CutAt(values, "to", from, to))
      return Fail("", "write rising from 10% to 90% over 2h");
    if (context_.probe) return Fail("the result of a check does not rise or fall", "write ok for 5m, failing for 2m");
    out.kind = TestStretch::Kind::kRamp;
    return Value(from, out.from) && Value(to, out.to) && Length(length, out.length);
  }

  bool Restated(absl::string_view rest, TestStretch& out) {
    out.kind = TestStretch::Kind::kRestated;
    if (TakeWord(rest, "day")) {
      const std::size_t space = rest.find(' ');
      if (!absl::SimpleAtoi(rest.substr(0, space), &out.day) || out.day < 1 || space == absl::string_view::npos)
        return Fail("", "write restated day 3 to 38 USD");
      rest = absl::StripLeadingAsciiWhitespace(rest.substr(space));
    }
    if (!TakeWord(rest, "to")) return Fail("", "write restated to 38 USD");
    if (!context_.money) return Fail("only money is restated; a point of a metric stays as it is", "");
    return Value(rest, out.from);
  }

  bool Length(absl::string_view text, absl::Duration& out) {
    Problem problem;
    const std::optional<absl::Duration> length = ReadDuration(absl::StripAsciiWhitespace(text), problem);
    if (!length) return Tell(text, problem);
    out = *length;
    if (out <= absl::ZeroDuration()) return Fail("a phrase takes some time", "");
    return true;
  }

  bool Value(absl::string_view text, TestValue& out) {
    if (context_.probe) return Result(text, out);
    if (std::count(text.begin(), text.end(), ' ') > 1) return Fail("", "");  // a value is a number and a unit
    Problem problem;
    if (context_.money) {
      const std::optional<Quantity> money = ReadMoney(text, context_.scalars, false, problem);
      if (!money) return Tell(text, problem);
      out.micros = money->micros;
      return SameCurrency(*Currency::Parse(money->base.substr(0, 3)));
    }
    const std::optional<Quantity> quantity = ReadQuantity(text, context_.scalars, problem);
    if (!quantity) return absl::string_view(problem.code) == "R201" ? Fail("", "") : Tell(text, problem);
    const int before = sink_.errors();
    CheckMetricUnit(context_.metric, context_.unit, *quantity, Place(), sink_);
    out.value = context_.unit == "%" && quantity->base == "ratio" ? quantity->value * 100
                : IsCurrencyCode(quantity->base)                  ? static_cast<double>(quantity->micros) / 1e6
                                                                  : quantity->value;
    return sink_.errors() == before;
  }

  bool SameCurrency(Currency written) {
    Currency& before = *context_.currency;
    if (before.empty()) before = written;
    return before == written || Fail(absl::StrCat("a series is in one currency, and this one is in ", before.code()), absl::StrCat("write an amount in ", before.code()));
  }

  bool Result(absl::string_view text, TestValue& out) {
    std::vector<std::string> words;
    for (const auto& known : kProbeWords) {
      if (text == known.word) return out.value = static_cast<double>(known.result), true;
      words.emplace_back(known.word);
    }
    const std::string nearest = Nearest(text, words);
    Add("R501", absl::StrCat("\"", text, "\" is not the result of a check"),
        nearest.empty() ? "write ok for 5m, failing for 2m" : absl::StrCat("did you mean ", nearest, "?"),
        nearest.empty() ? std::nullopt : std::optional<std::string>(nearest), absl::StrCat("results: ", absl::StrJoin(words, ", ")));
    return false;
  }

  // Where the phrase stands, as far as its text stands in the file as it is: in one line, perhaps in quotes.
  Mark Place() const {
    const int wide = mark_.end_column - mark_.column;
    if (wide < length_ || wide > length_ + 2) return mark_;
    const int begin = mark_.column + (wide - length_) / 2 + column_;
    return {mark_.line, begin, begin + std::max(CodePoints(phrase_), 1)};
  }

  bool Tell(absl::string_view text, const Problem& problem) {
    Add(problem.code, absl::StrCat("\"", absl::StripAsciiWhitespace(text), "\" ", problem.what), problem.caret, problem.suggestion, "");
    return false;
  }

  bool Fail(absl::string_view what, absl::string_view caret) {
    const char* usual = context_.probe ? "write ok for 5m, failing for 2m" : context_.money ? "write 100 USD for 20d" : "write 40% for 1h";
    Add("R501",
        what.empty()
            ? (phrase_.empty() ? std::string("a phrase is missing here") : absl::StrCat("\"", phrase_, "\" is not a phrase of input"))
            : std::string(what),
        caret.empty() && what.empty() ? usual : std::string(caret), std::nullopt,
        what.empty() ? "phrases: 40% for 1h · missing 5m · rising from 10% to 90% over 2h · late 20m: 95% for 10m · restated to 38 USD; a "
                       "comma between two"
                     : "");
    return false;
  }

  void Add(const char* code, std::string message, std::string caret, std::optional<std::string> suggestion, std::string help) {
    Diagnostic out;
    out.code = code;
    out.mark = Place();
    out.message = std::move(message);
    out.caret_text = std::move(caret);
    out.suggestion = std::move(suggestion);
    out.help = std::move(help);
    sink_.Add(std::move(out));
  }

  absl::string_view text_, phrase_;
  const int length_ = CodePoints(text_);
  int column_ = 0;  // of the phrase, in code points from 0
  Mark mark_;
  const PhraseContext& context_;
  DiagnosticSink& sink_;
};

// A number alone, as other programs export it.
bool ReadBare(absl::string_view text, const PhraseContext& context, TestValue& out) {
  if (context.probe || !absl::SimpleAtod(text, &out.value)) return false;
  if (context.money) out.micros = static_cast<std::int64_t>(std::llround(out.value * 1e6));
  return std::isfinite(out.value) && std::fabs(out.value) < 9e12;
}

}  // namespace

bool ReadTestValue(absl::string_view text, Mark mark, const PhraseContext& context, bool bare, DiagnosticSink& sink, TestValue& out) {
  text = absl::StripAsciiWhitespace(text);
  if (bare && ReadBare(text, context, out)) return true;
  return PhraseReader(text, mark, context, sink).ReadValue(out);
}

bool ReadPhrases(absl::string_view text, Mark mark, const PhraseContext& context, DiagnosticSink& sink, std::vector<TestStretch>& out) {
  return PhraseReader(text, mark, context, sink).Read(out);
}

}  // namespace nephoscope
