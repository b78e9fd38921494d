#include "rules/kinds/metric_words.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "rules/engine/template.h"
#include "rules/model/count_text.h"

namespace nephoscope {
namespace {

constexpr int kSpike = 3;         // unusual points in a row that are still a spike

std::string AtText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
}

double Rounded(double value, double digit) { return std::round(value / digit) * digit; }

// Two digits of it: "about 1 point in 2,300".
double RoundFigure(double value) {
  if (value < 10) return std::max(1.0, std::round(value));
  return Rounded(value, std::pow(10, std::floor(std::log10(value)) - 1));
}

}  // namespace

std::string MetricWords::Shown(double value) const { return ValueText(value, about_.unit); }

// A mean has no exact digits: whole numbers, or three digits of what is small.
std::string MetricWords::Round(double value) const {
  if (value == 0 || !std::isfinite(value)) return Shown(value);
  return Shown(Rounded(value, std::min(1.0, std::pow(10, std::floor(std::log10(std::fabs(value))) - 2))));
}

std::string MetricWords::Edge(double edge) const { return Digits(edge, verdict_.look.value); }

// Three digits, or more where fewer would put the value on the other side of it.
std::string MetricWords::Digits(double edge, double value) const {
  if (edge == 0 || !std::isfinite(edge)) return Shown(edge);
  const double largest = std::floor(std::log10(std::fabs(edge)));
  for (int digits = 2; digits < 12; ++digits) {
    const double digit = std::pow(10, largest - digits);
    const double round = Rounded(edge, std::min(1.0, digit));
    if ((round < value) == (edge < value) && (round > value) == (edge > value)) return Shown(round);
  }
  return Shown(edge);
}

const char* MetricWords::Pattern() const {
  const MetricIncident& incident = verdict_.incident;
  if (incident.points == 0) return "usual";
  const bool up = incident.direction > 0;
  switch (incident.statistic) {
    case MetricModel::kCalm: return "unusually quiet";
    case MetricModel::kRange: return "swings";
    case MetricModel::kLevel: return up ? "slow climb" : "slow decline";
    default: break;
  }
  if (incident.points > kSpike) return up ? "stays higher" : "stays lower";
  return up ? "spike" : "dropped";
}

std::string MetricWords::Explanation() const {
  if (verdict_.warming_up) return WarmingUp();
  return absl::StrCat(verdict_.unusual ? Unusual() : verdict_.accepted ? Accepted() : Usual(), GapText());
}

std::string MetricWords::WarmingUp() const {
  return absl::StrCat("WARMING_UP: ", CountText(verdict_.samples, "point"),
                      " of the past are known; nothing is said before ", verdict_.warm_up, " are.");
}

std::string MetricWords::Limit() const {
  return Digits(verdict_.limit, verdict_.look.size[static_cast<std::size_t>(verdict_.statistic)]);
}

std::string MetricWords::Between() const {
  return Low() == High() ? "" : absl::StrCat(" (", Low(), " to ", High(), ")");
}

std::string MetricWords::UsualText() const {
  switch (verdict_.statistic) {
    case MetricModel::kSeason:
    case MetricModel::kHour:
      return absl::StrCat("usual", about_.at_this_time, " is ", Expected(), Between());
    case MetricModel::kNear:
      return absl::StrCat("the last 64 points were around ", Expected(), Between());
    case MetricModel::kLevel:
      return absl::StrCat("the usual level is ", Round(verdict_.level), ", and 64 points together stay within ", Limit(), " of it");
    case MetricModel::kRange:
      return absl::StrCat("32 points usually lie within ", Limit(), " of each other");
    default:
      return absl::StrCat("it usually changes by about ", Round(verdict_.moves.usual), " from point to point");
  }
}

std::string MetricWords::Unusual() const {
  const MetricModel::Look& look = verdict_.look;
  const std::string value = absl::StrCat(about_.metric, " is ", Value());
  if (look.first_change)
    return absl::StrCat(value, ", the first change in ", CountText(verdict_.samples, "point"),
                        "; it was always ", Expected(), ".");
  std::string out;
  switch (verdict_.statistic) {
    case MetricModel::kLevel:
      out = absl::StrCat(value, "; the last 64 points together lie ", Round(std::fabs(look.drift)),
                         look.drift > 0 ? " above" : " below", " the usual: ", UsualText());
      break;
    case MetricModel::kRange:
      out = absl::StrCat(value, "; the last 32 points lie up to ", Shown(look.size[MetricModel::kRange]),
                         " apart, and ", UsualText());
      break;
    case MetricModel::kCalm:
      out = absl::StrCat(value, " and hardly moves: by about ", Round(verdict_.moves.now),
                         " from point to point lately, and ", UsualText());
      break;
    default: out = absl::StrCat(value, "; ", UsualText());
  }
  return absl::StrCat(out, ". ", RarityText(), SinceText());
}

std::string MetricWords::RarityText() const {
  const absl::Duration known = verdict_.time - about_.first, day = absl::Hours(24);
  const absl::Duration round = known < 2 * day ? absl::Floor(known, absl::Minutes(1)) : absl::Floor(known, day);
  if (verdict_.unseen) return absl::StrCat("Not seen in the ", LengthText(absl::ToDoubleSeconds(round)), " on record.");
  const double once = std::pow(10, verdict_.look.surprise[static_cast<std::size_t>(verdict_.statistic)]);
  const double points = std::min(once, static_cast<double>(verdict_.samples));
  return absl::StrCat("About 1 point in ", NumberText(RoundFigure(points)), " is like that.");
}

std::string MetricWords::SinceText() const {
  const MetricIncident& incident = verdict_.incident;
  if (incident.points <= 1) return "";
  const std::string points = absl::StrCat(CountText(incident.points, "point"), " since ", AtText(incident.since));
  const std::string pattern = Pattern();
  if (pattern == "spike") return absl::StrCat(" A spike so far: ", points, ".");
  if (pattern == "dropped") return absl::StrCat(" It has dropped: ", points, ".");
  if (pattern == "swings") return absl::StrCat(" It swings: ", points, ".");
  if (pattern == "unusually quiet") return absl::StrCat(" Unusually quiet: ", points, ".");
  if (absl::string_view(pattern).substr(0, 4) == "slow") return absl::StrCat(" A ", pattern, ": ", points, ".");
  return absl::StrCat(" It ", pattern, ": ", points, ".");
}

std::string MetricWords::Usual() const {
  const std::string now = absl::StrCat(about_.metric, " is ", Value(), verdict_.incident.points > 0 ? ", usual again" : "");
  return absl::StrCat(now, ": ", UsualText(), ".", PastText());
}

// It goes on as it is, and is no news any more.
std::string MetricWords::Accepted() const {
  const MetricIncident& incident = verdict_.incident;
  return absl::StrCat(about_.metric, " is ", Value(), " and stays ", incident.direction > 0 ? "higher" : "lower", ": since ",
                      AtText(incident.since), " it is around ", Expected(), ", which counts as usual from now on.");
}

std::string MetricWords::PastText() const {
  const MetricIncident& incident = verdict_.incident;
  if (incident.points == 0) return "";
  const std::string when = incident.points == 1
                               ? absl::StrCat("1 point at ", AtText(incident.since))
                               : absl::StrCat(CountText(incident.points, "point"), " from ",
                                              AtText(incident.since), " to ", AtText(incident.last));
  const std::string pattern = Pattern();
  const std::string far = absl::StrCat(", at most ", Shown(incident.most));
  const std::string least = absl::StrCat(", at least ", Shown(incident.least));
  if (pattern == "spike") return absl::StrCat(" It was a spike: ", when, far, ".");
  if (pattern == "stays higher") return absl::StrCat(" It was higher: ", when, far, ".");
  if (pattern == "dropped") return absl::StrCat(" It had dropped: ", when, least, ".");
  if (pattern == "stays lower") return absl::StrCat(" It was lower: ", when, least, ".");
  if (pattern == "swings") return absl::StrCat(" It swung: ", when, ".");
  if (pattern == "unusually quiet") return absl::StrCat(" It was unusually quiet: ", when, ".");
  return absl::StrCat(" It was a ", pattern, ": ", when, ".");
}

std::string MetricWords::GapText() const {
  if (about_.back_since == absl::InfinitePast()) return "";
  return absl::StrCat(" Data came back at ", AtText(about_.back_since), " after ", LengthText(absl::ToDoubleSeconds(about_.gap)), " without any.");
}

}  // namespace nephoscope
