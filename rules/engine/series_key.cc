#include "rules/engine/series_key.h"

#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

void AppendMatchers(const std::vector<Matcher>& matchers, std::string& out) {
  for (const Matcher& m : matchers) {
    absl::StrAppend(&out, m.label, "\x01", static_cast<int>(m.op));
    for (const std::string& value : m.values) absl::StrAppend(&out, "\x02", value);
    out += '\x03';
  }
  out += '\x04';
}

}  // namespace

std::string SeriesKey(const Rule& rule) {
  std::string out = absl::StrCat(rule.watch.metric, "\x04");
  AppendMatchers(rule.watch.where, out);
  AppendMatchers(rule.watch.leave_out, out);
  for (const std::string& label : rule.watch.by) absl::StrAppend(&out, label, "\x03");
  return out;
}

}  // namespace nephoscope
