#include "rules/kinds/expected_events.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/say_words.h"

namespace nephoscope {
namespace {

const Option kList[] = {
    {.name = "from", .type = OptionType::kDate, .sentence = "Its first day", .example = "2026-11-26", .required = true},
    {.name = "to", .type = OptionType::kDate, .sentence = "Its last day", .example = "2026-11-30", .required = true},
    {.name = "where", .type = OptionType::kMatchers, .sentence = "Whom it concerns; without it, all", .example = "{service: AmazonCloudFront}"},
    {.name = "reason", .type = OptionType::kText, .sentence = "What it is, for people", .example = "Black Friday", .required = true},
};

absl::CivilDay DayIn(const OptionValues& event, const char* key) { return absl::CivilDay(event.Date(key)); }

}  // namespace

const OptionTable kExpectedOptions = {"expected", "A known event.", kList};

struct ExpectedEvents::Event {
  std::int64_t from, to;
  const std::string* reason;
  std::vector<LabelMatcher> where;
  bool concerns = false;
};

ExpectedEvents::ExpectedEvents(const std::vector<OptionValues>& list) {
  for (const OptionValues& one : list) {
    Event event{DayIn(one, "from") - absl::CivilDay(1970, 1, 1), DayIn(one, "to") - absl::CivilDay(1970, 1, 1), &one.Text("reason"), {}};
    for (const Matcher& matcher : one.Matchers("where")) event.where.emplace_back(matcher);
    events_.push_back(std::move(event));
  }
}
ExpectedEvents::~ExpectedEvents() = default;

void ExpectedEvents::Define(const Labels& labels) {
  for (Event& event : events_)
    event.concerns = event.concerns || std::all_of(event.where.begin(), event.where.end(), [&](const LabelMatcher& one) { return one.Holds(labels.Get(one.label())); });
}

const std::string* ExpectedEvents::On(std::int64_t day) const {
  for (const Event& event : events_)
    if (event.concerns && event.from <= day && day <= event.to) return event.reason;
  return nullptr;
}

void ExpectedEvents::Check(const std::vector<OptionValues>& list, std::vector<Diagnostic>& out) {
  for (const OptionValues& one : list)
    if (one.Has("from") && one.Has("to") && DayIn(one, "to") < DayIn(one, "from"))
      out.push_back(LogicError("R463", one.MarkOf("to"), absl::StrCat("the event ends on ", absl::FormatCivilTime(DayIn(one, "to")), ", before it begins: write the last day, ", absl::FormatCivilTime(DayIn(one, "from")), " or a later one")));
}

std::string ExpectedEvents::Say(const std::vector<OptionValues>& list) {
  if (list.empty()) return "";
  return absl::StrCat("Known events are left out: ", absl::StrJoin(list, "; ", [](std::string* out, const OptionValues& one) {
    absl::StrAppend(out, one.Text("reason"), " from ", absl::FormatCivilTime(DayIn(one, "from")), " to ", absl::FormatCivilTime(DayIn(one, "to")),
                    one.Matchers("where").empty() ? "" : absl::StrCat(", where ", SayMatchers(one.Matchers("where"))));
  }), ".");
}

}  // namespace nephoscope
