#include "rules/trial/test_report.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace nephoscope {
namespace {

std::string Xml(absl::string_view text) {
  std::string out;
  for (const char c : text)
    out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;  // XML has no other control characters
  return absl::StrReplaceAll(out, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

void Section(const char* title, const std::vector<std::string>& lines, std::string& out) {
  if (lines.empty()) return;
  absl::StrAppend(&out, "  ", title, "\n");
  for (const std::string& line : lines) absl::StrAppend(&out, "    ", line, "\n");
}

std::string Details(const TestResult& result) {
  std::string out;
  for (const Difference& one : result.differences)
    absl::StrAppend(&out, "  line ", one.line, " expects: ", one.expected, "\n", std::string(absl::StrCat(one.line).size() + 8, ' '),
                    "but found: ", one.found, "\n");
  for (const std::string& note : result.notes) absl::StrAppend(&out, "  note: ", note, "\n");
  Section("what happened:", result.happened, out);
  if (result.happened.empty()) out += "  what happened: nothing that anybody is told of\n";
  Section("around the first difference:", result.timeline, out);
  return out;
}

}  // namespace

std::string RenderTest(const TestResult& result, bool colour) {
  return absl::StrCat(colour ? "\033[1;31m" : "", "FAILED", colour ? "\033[0m" : "", " ", result.alert, result.alert.empty() ? "" : ": ",
                      result.name, "  (", result.file, ":", result.line, ")\n", Details(result));
}

std::string JUnitReport(absl::Span<const TestResult> results) {
  const auto failed = [](const TestResult& one) { return !one.holds(); };
  std::string out = absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"nephoscope test\" tests=\"",
                                 results.size(), "\" failures=\"", std::count_if(results.begin(), results.end(), failed), "\">\n");
  for (std::size_t from = 0, end = 0; from < results.size(); from = end) {
    while (end < results.size() && results[end].file == results[from].file) ++end;
    absl::StrAppend(&out, "  <testsuite name=\"", Xml(results[from].file), "\" tests=\"", end - from, "\" failures=\"",
                    std::count_if(results.begin() + from, results.begin() + end, failed), "\" errors=\"0\">\n");
    for (std::size_t i = from; i < end; ++i) {
      const TestResult& one = results[i];
      absl::StrAppend(&out, "    <testcase classname=\"", Xml(one.alert.empty() ? one.file : one.alert), "\" name=\"", Xml(one.name),
                      "\" file=\"", Xml(one.file), "\" line=\"", one.line, "\"");
      if (one.holds()) {
        out += "/>\n";
        continue;
      }
      absl::StrAppend(&out, ">\n      <failure message=\"",
                      Xml(absl::StrCat("expected: ", one.differences[0].expected, "; found: ", one.differences[0].found)), "\">",
                      Xml(Details(one)), "</failure>\n    </testcase>\n");
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace nephoscope
