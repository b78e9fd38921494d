// `watch.window`: how far back a value looks, or a window of the calendar.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/language/rule_reader.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

// "1d", "month", "6h"; nullopt: no cell of the calendar.
std::optional<FixedWindow> ReadCell(absl::string_view text) {
  FixedWindow out;
  for (const char* unit : {"day", "week", "month", "quarter", "year"})
    if (text == unit || text == absl::StrCat("1 ", unit)) out.unit = unit;
  if (!out.unit.empty()) return out;
  Problem ignored;
  const std::optional<absl::Duration> length = ReadDuration(text, ignored);
  if (!length || *length < absl::Minutes(1)) return std::nullopt;
  if (*length == kDay) out.unit = "day";
  if (*length == 7 * kDay) out.unit = "week";
  if (out.unit.empty()) out.length = *length;
  if (out.unit.empty() && (*length > kDay || kDay % *length != absl::ZeroDuration() || *length % absl::Minutes(1) != absl::ZeroDuration())) return std::nullopt;
  return out;
}

}  // namespace

void RuleReader::TakeWindow(const OptionValues& watch, const RuleKind& kind, Rule& rule) {
  if (!watch.Given("window")) return;
  const OptionValues& window = watch.Map("window");
  const Mark mark = watch.MarkOf("window");
  const auto tell = [&](Mark at, const char* code, std::string message, std::string caret) { AddAt(at, code, std::move(message), std::move(caret)); };
  if (kind.windows() == RuleKind::Windows::kNone) return tell(mark, "R452", absl::StrCat("`window` has no meaning for ", kind.name()), "take it out of watch");
  const int said = window.Given("sliding") + window.Given("tumbling") + window.Given("since");
  if (said != 1) {
    // A key that is not known was told.
    if (said > 1 || options_.sink().errors() == errors_before_) tell(mark, "R457", said > 1 ? "a window is of one kind: sliding, tumbling or since" : "the window says nothing", "write window: 10m, or window: {tumbling: 1d}");
    return;
  }
  rule.watch.window = window.Duration("sliding");
  if (window.Given("sliding")) {
    if (window.Has("calendar")) tell(window.MarkOf("calendar"), "R457", "a sliding window has no calendar", "take it out, or write tumbling or since");
    return;
  }
  const char* const key = window.Given("tumbling") ? "tumbling" : "since";
  if (kind.windows() != RuleKind::Windows::kAny)
    return tell(window.MarkOf(key), "R457", absl::StrCat("the kind ", kind.name(), " looks back a time that is always the same, and cells of the calendar are not"), "write window: 1d, or make it a threshold");
  if (!window.Has(key)) return;  // told
  const std::string& text = window.Text(key);
  rule.watch.fixed = window.Given("tumbling") ? ReadCell(text) : ReadCell(absl::StripPrefix(text, "start of "));
  if (!rule.watch.fixed) return tell(window.MarkOf(key), "R457", absl::StrCat("\"", text, "\" is no part of the calendar"), "write 1d, 1w, month, quarter, year, or what divides a day, such as 6h");
  rule.watch.fixed->growing = window.Given("since");
  if (window.Has("calendar")) rule.calendar = Calendar{.name = window.Text("calendar")};
  if (rule.watch.is_cost && rule.watch.fixed->unit.empty()) tell(window.MarkOf(key), "R457", "a bill has whole days", "write 1d, 1w, month, quarter or year");
  if (!rule.watch.fixed->growing && rule.every > absl::ZeroDuration()) tell(window.MarkOf(key), "R457", "a whole cell is judged once, at its end, so `every` has no meaning", "take every out, or write since");
  if (rule.watch.stat.empty()) tell(window.MarkOf(key), "R457", "what is made of the points of the window is not said", "add stat: sum, avg, max, min or count to watch");
}

}  // namespace nephoscope
