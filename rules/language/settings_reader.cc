#include "rules/language/settings_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace nephoscope {
namespace {

void Add(DiagnosticSink& sink, Mark mark, const char* code, std::string message, std::string caret, std::optional<std::string> suggestion = std::nullopt) {
  Diagnostic out;
  out.code = code;
  out.mark = mark;
  out.message = std::move(message);
  out.caret_text = std::move(caret);
  out.suggestion = std::move(suggestion);
  sink.Add(std::move(out));
}

// nullopt: told.
std::optional<Currency> TakeCurrency(const std::string& code, Mark mark, DiagnosticSink& sink) {
  if (IsCurrencyCode(code)) return *Currency::Parse(code);
  const std::string nearest = Nearest(code, CurrencyCodes());
  Add(sink, mark, "R207", absl::StrCat("\"", code, "\" is not a currency"), nearest.empty() ? "write an ISO code, such as USD or EUR" : absl::StrCat("did you mean ", nearest, "?"),
      nearest.empty() ? std::nullopt : std::optional<std::string>(nearest));
  return std::nullopt;
}

void TakeCurrencies(const YamlNode* written, const OptionValues& currency, Settings& out, DiagnosticSink& sink) {
  if (const auto base = TakeCurrency(currency.Text("base"), currency.MarkOf("base"), sink)) out.base_currency = *base;
  const YamlNode* rates = written == nullptr ? nullptr : written->Find("rates");
  for (const auto& [code, text] : currency.TextMap("rates")) {
    const Mark mark = MarkOfKey(sink.text(), rates, code, currency.MarkOf("rates"));
    const auto other = TakeCurrency(code, mark, sink);
    Problem problem;
    const std::optional<double> rate = ReadNumber(text, problem);
    if (!rate || *rate <= 0) {
      Add(sink, mark, "R602", absl::StrCat("\"", text, "\" is not a rate for ", code), absl::StrCat("write what 1 ", code, " is worth in ", out.base_currency.code(), ", such as 1.08"));
    } else if (other && *other == out.base_currency) {
      Add(sink, mark, "R602", absl::StrCat(code, " is the base currency: its rate is always 1"), "take it out");
    } else if (other) {
      out.rates.emplace_back(*other, *rate);
    }
  }
  if (currency.Has("rates") && currency.entries().count("as_of") == 0)
    Add(sink, currency.MarkOf("rates"), "R602", "rates need their day", "write as_of: with the day of the rates, such as 2026-11-01");
  if (currency.Has("rates") && currency.Has("as_of")) out.rates_as_of = absl::FormatCivilTime(absl::CivilDay(currency.Date("as_of")));
}

void TakeOwnership(const std::vector<OptionValues>& chain, Settings& out, DiagnosticSink& sink) {
  out.owner_tags.clear();
  bool ended = false;
  for (const OptionValues& step : chain) {
    const bool tag = step.Has("tag"), last = step.Has("default");
    if (tag && last) Add(sink, step.mark, "R603", "each step of ownership is one entry", "write - tag: ... and - default: ... as two entries");
    if (ended) Add(sink, step.mark, "R603", "nothing comes after default: it answers always", "move default to the end");
    if (tag) {
      for (const std::string& name : step.TextList("tag")) out.owner_tags.push_back(name);
    }
    if (!last) continue;
    ended = true;
    const OptionValues& owner = step.Map("default");
    out.default_owner = {owner.Text("owner"), owner.Text("contact"), "default"};
  }
}

}  // namespace

FileSettings TakeSettings(const YamlNode& root, const OptionValues& file, DiagnosticSink& sink) {
  FileSettings out;
  if (file.Has("currency")) {
    out.has_currency = true;
    out.currency_mark = file.MarkOf("currency");
    TakeCurrencies(root.Find("currency"), file.Map("currency"), out.settings, sink);
  }
  if (file.Has("ownership")) {
    out.has_ownership = true;
    out.ownership_mark = file.MarkOf("ownership");
    TakeOwnership(file.MapList("ownership"), out.settings, sink);
  }
  return out;
}

}  // namespace nephoscope
