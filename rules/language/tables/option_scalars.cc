// The scalar types of option tables, and defaults, which are read the same way.
#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "rules/language/tables/intentions.h"
#include "rules/language/words/meant.h"
#include "rules/language/words/nearest.h"
#include "rules/language/tables/option_reader.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

// A rate (1200 USD/hour) is taken where the table's example is one.
bool WantsRate(const Option& option) { return option.example != nullptr && absl::StrContains(option.example, '/'); }

std::string RangeText(const Option& option, double limit) {
  switch (option.type) {
    case OptionType::kRatio: return absl::StrCat(absl::StrFormat("%g", limit * 100), "%");
    case OptionType::kDuration: return absl::FormatDuration(absl::Seconds(limit));
    default: return absl::StrFormat("%.15g", limit);
  }
}

// `out` when the scalar is one; the number that the option's range speaks of in `number`.
bool ReadTyped(absl::string_view text, const Option& option, const ScalarContext& context, OptionValues::Value& out, double& number, Problem& problem) {
  const auto keep = [&](auto value) {
    if (!value) return false;
    out = *std::move(value);
    return true;
  };
  switch (option.type) {
    case OptionType::kText:
    case OptionType::kTemplate: out = std::string(text); return true;
    case OptionType::kUrl: return keep(ReadUrl(text, problem));
    case OptionType::kFlag: return keep(ReadFlag(text, problem));
    case OptionType::kInteger: {
      const auto value = ReadInteger(text, problem);
      number = value ? static_cast<double>(*value) : 0;
      return keep(value);
    }
    case OptionType::kBytes: {
      const auto value = ReadBytes(text, problem);
      number = value ? static_cast<double>(*value) : 0;
      return keep(value);
    }
    case OptionType::kNumber:
    case OptionType::kRatio: {
      const auto value = option.type == OptionType::kRatio ? ReadRatio(text, problem) : ReadNumber(text, problem);
      number = value.value_or(0);
      return keep(value);
    }
    case OptionType::kDuration: {
      const auto value = ReadDuration(text, problem);
      number = absl::ToDoubleSeconds(value.value_or(absl::ZeroDuration()));
      return keep(value);
    }
    case OptionType::kMoney: return keep(ReadMoney(text, context, WantsRate(option), problem));
    case OptionType::kQuantity: {
      const auto value = WantsRate(option) ? ReadMoney(text, context, true, problem) : ReadQuantity(text, context, problem);
      number = value ? value->value : 0;
      return keep(value);
    }
    case OptionType::kDate: return keep(ReadDate(text, problem));
    default: CHECK(false && "not a scalar type"); return false;
  }
}

bool IsAuto(const Option& option, absl::string_view text) {
  return text == "auto" && option.default_text != nullptr && absl::string_view(option.default_text) == "auto" && option.type == OptionType::kDuration;
}

}  // namespace

bool IsValueOf(const Option& option, absl::string_view text, const ScalarContext& context, Problem& problem) {
  OptionValues::Value out;
  double number = 0;
  if (option.type == OptionType::kChoice) return std::find(option.choices.begin(), option.choices.end(), text) != option.choices.end();
  return ReadTyped(text, option, context, out, number, problem);
}

void SettleRemedy(const Option& option, const ScalarContext& context, Problem& problem) {
  for (int i = 0; i < 3 && problem.suggestion; ++i) {
    Problem next;
    if (IsValueOf(option, *problem.suggestion, context, next)) return;
    problem.caret = std::move(next.caret);
    problem.suggestion = std::move(next.suggestion);
  }
  problem.suggestion.reset();
}

// `42.000 USD`: where a point sets thousands apart, that is another amount than the one that is read.
void OptionReader::WarnOfPoint(const YamlNode& value, const Scalar& scalar, const OptionValues::Value& read) {
  const Quantity* quantity = std::get_if<Quantity>(&read);
  if (quantity == nullptr || scalar.expanded || !IsCurrencyCode(quantity->base.substr(0, 3)) ||
      !MayBeThousands(scalar.text, quantity->base.substr(0, 3)))
    return;
  Diagnostic out = MakeDiagnostic(sink_.text(), value, "R217", "");
  out.severity = Diagnostic::Severity::kWarning;
  std::tie(out.message, out.caret_text) = SentencesOfPoint(scalar.text);
  sink_.Add(std::move(out));
}

bool OptionReader::ReadScalar(const YamlNode& key, const YamlNode& value, const Scalar& scalar, const Option& option, OptionValues::Value& out) {
  if (option.type == OptionType::kChoice) return ReadChoice(value, scalar, option, out);
  if (IsAuto(option, scalar.text)) {
    out = std::monostate();
    return true;
  }
  Problem problem;
  double number = 0;
  if (!ReadTyped(scalar.text, option, context_, out, number, problem)) {
    if (!scalar.expanded)
      if (const auto meant = IntentionOfValue(key, scalar.text, option, sink_.text(), context_)) return TellIntention(key, value, *meant, problem.code, absl::StrCat("\"", scalar.shown, "\" says more than one value"));
    SettleRemedy(option, context_, problem);
    Report(value, scalar, problem);
    return false;
  }
  if (!InRange(value, scalar, option, number)) return false;
  WarnOfPoint(value, scalar, out);
  return true;
}

namespace {

// Words of a bill or of statistics that none of the choices means; empty: nothing is known of it.
std::string AdviceOnChoice(absl::string_view option, absl::string_view word) {
  const std::string lower = absl::AsciiStrToLower(word);
  if (option == "cost" && (lower == "blended" || lower == "blendedcost" || lower == "blended_cost"))
    return "bills have no blended cost here: write billed for what is invoiced, effective for what "
           "was used";
  double percentile = 0;
  absl::string_view number = lower;
  if (option == "stat" && absl::ConsumePrefix(&number, "p") && absl::SimpleAtod(number, &percentile))
    return "the percentiles are p50, p75, p90, p95 and p99";
  return "";
}

}  // namespace

bool OptionReader::ReadChoice(const YamlNode& value, const Scalar& scalar, const Option& option, OptionValues::Value& out) {
  std::vector<std::string> choices;
  for (const char* choice : option.choices) {
    if (scalar.text == choice) {
      out = scalar.text;
      return true;
    }
    choices.emplace_back(choice);
  }
  if (IsToldInTree(value)) return false;
  const std::string allowed = absl::StrCat("write one of: ", absl::StrJoin(choices, ", "));
  const std::string what = absl::StrCat("is not a value of ", option.name);
  if (const std::string advice = AdviceOnChoice(option.name, scalar.text); !advice.empty() && !scalar.expanded) {
    Add(value, "R214", absl::StrCat("\"", scalar.shown, "\" ", what), advice, std::nullopt, allowed);
    return false;
  }
  const std::string meant = MeantChoice(scalar.text, option.choices);
  const std::vector<std::string> near = meant.empty() ? NearestOf(scalar.text, choices) : std::vector<std::string>{meant};
  if (near.empty()) {
    Report(value, scalar, {"R214", what, allowed, std::nullopt});
  } else if (scalar.expanded) {
    Report(value, scalar, {"R214", what, "", std::nullopt});
  } else {
    Add(value, "R214", absl::StrCat("\"", scalar.shown, "\" ", what), InQuestion(near), near.size() == 1 ? std::optional<std::string>(near[0]) : std::nullopt, allowed);
  }
  return false;
}

bool OptionReader::InRange(const YamlNode& value, const Scalar& scalar, const Option& option, double number) {
  constexpr double kDust = 1e-9;
  const bool low = number < option.minimum - kDust, high = number > option.maximum + kDust;
  if (!low && !high) return true;
  Problem problem{"R210", absl::StrCat("is too ", low ? "small" : "large", " for ", option.name), "", std::nullopt};
  problem.caret = absl::StrCat("at ", low ? "least " : "most ", RangeText(option, low ? option.minimum : option.maximum));
  Report(value, scalar, problem);
  return false;
}

OptionValues::Value ValueOf(const Option& option, absl::string_view text) {
  if (IsAuto(option, text)) return std::monostate();
  if (option.type == OptionType::kChoice) return std::string(text);
  if (option.type == OptionType::kTextList) {
    // As one would write it: one text, or [a, b].
    const bool list = absl::StartsWith(text, "[") && absl::EndsWith(text, "]");
    std::vector<std::string> texts;
    for (absl::string_view one : absl::StrSplit(list ? text.substr(1, text.size() - 2) : text, ',', absl::SkipWhitespace())) texts.emplace_back(absl::StripAsciiWhitespace(one));
    return texts;
  }
  OptionValues::Value out;
  Problem problem;
  double number = 0;
  CHECK(ReadTyped(text, option, {}, out, number, problem) && "the default of an option is not of its type");
  return out;
}

}  // namespace nephoscope
