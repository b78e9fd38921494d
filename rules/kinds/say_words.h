// The words that sentences about rules are made of. All of them keep apart what differs: two times, amounts, names or choices of
// labels read the same only if they are the same.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/model/money.h"
#include "rules/model/option_table.h"
#include "rules/model/rule.h"

namespace nephoscope {

// "15 minutes": in the largest unit that needs no fraction.
std::string SayLength(absl::Duration length);
// "42,000 USD", "0.005 USD".
std::string SayMoney(const Money& money);
// "99.95%" of 0.9995.
std::string SayShare(double ratio);
// A name or value; in quotes where it could be taken for words of the sentence.
std::string SayName(absl::string_view name);
// "a", "a and b", "a, b and c".
std::string SayList(std::vector<std::string> all, absl::string_view last_word);
// The same of names.
std::string SayNames(absl::Span<const std::string> names, absl::string_view last_word = "and");
// "env is prod or stage, and team is missing".
std::string SayMatchers(absl::Span<const Matcher> matchers, absl::string_view last_word = "and");
// The values that a matcher takes: "is prod or stage".
std::string SayMatcherValues(const Matcher& matcher);
// The scope: "where env is prod, except where service is Tax"; empty: everything.
std::string SayScope(const Watch& watch);
// "of at least 5", "below 5": limits behind a noun.
std::string SayOf(absl::string_view limits);
// "more than 5", "at least 5": limits behind "by".
std::string SayBy(absl::string_view limits);
// "the average of ", in front of a metric.
std::string SayStat(const std::string& stat);
// " of type aws.ec2.instance"; of all types nothing.
std::string SayTypes(absl::Span<const std::string> types);
// Statistic, metric and window: "the average of cpu over 10 minutes", "the effective cost of each day".
std::string SaySeries(const Rule& rule);

}  // namespace nephoscope
