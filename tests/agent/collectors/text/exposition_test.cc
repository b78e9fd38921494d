#include "agent/collectors/text/exposition.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <filesystem>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "absl/base/casts.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/paths.h"

namespace nephoscope {
namespace {

// As a scrape reads a page: lines, and the names and labels of each.
absl::Status ReadPage(absl::string_view page, bool openmetrics, std::vector<std::pair<SeriesText, ExpositionLine>>* out = nullptr) {
  absl::Status inner;
  absl::Status status = ReadExposition(page, openmetrics, [&](const ExpositionLine& line) {
    SeriesText text;
    inner.Update(ParseSeriesText(line.series, text));
    if (out != nullptr) out->emplace_back(text, line);
  });
  status.Update(inner);
  return status;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::filesystem::path Shared(const char* below) {
  const std::filesystem::path out = std::filesystem::path(SharedDir()) / "data/exposition" / below;
  if (!std::filesystem::exists(out)) BOOST_TEST_MESSAGE("skipped: ../shared is absent");
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exposition_test)

BOOST_AUTO_TEST_CASE(a_sample_line_is_read_whole) {
  std::vector<std::pair<SeriesText, ExpositionLine>> got;
  BOOST_TEST(ReadPage("# HELP a b\na{x=\"q\\\"\\\\\\n}\",y=\"\",} 1e3 1700000000123\nb +Inf\n  c\t-Inf\nd NaN\n", false, &got).ok());
  BOOST_REQUIRE(got.size() == 4u);
  BOOST_TEST(got[0].first.name == "a");
  BOOST_TEST(got[0].first.labels[0].second == "q\"\\\n}");
  BOOST_TEST(got[0].second.value == 1000);
  BOOST_TEST(got[0].second.time_ms == 1700000000123);
  BOOST_TEST(std::isinf(got[1].second.value));
  BOOST_TEST(got[2].second.value < 0);
  BOOST_TEST(std::isnan(got[3].second.value));
  got.clear();
  BOOST_TEST(ReadPage("a_total{x=\"#\"} 1 1700000000.5 # {t=\"1\"} 0.5\n# EOF\n", true, &got).ok());
  BOOST_TEST(got.at(0).second.time_ms == 1700000000500);
}

BOOST_AUTO_TEST_CASE(names_in_quotes_are_read_as_prometheus_3_writes_them) {
  const struct { const char* line; const char* name; const char* label; const char* value; } rows[] = {
      {"requests{\"http.scheme\"=\"https\"} 3\n", "requests", "http.scheme", "https"},
      {"{\"http.server.duration\",method=\"GET\"} 3\n", "http.server.duration", "method", "GET"},
      {"{ \"größe\" , \"Straße \\\"1\\\"\" = \"a,b}\" } 3 1700000000123\n", "größe", "Straße \"1\"", "a,b}"},
      {"{\"a.b\"} 3\n", "a.b", "", ""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.line) {
    std::vector<std::pair<SeriesText, ExpositionLine>> got;
    BOOST_TEST(ReadPage(row.line, false, &got).ok());
    BOOST_REQUIRE(got.size() == 1u);
    BOOST_TEST(got[0].first.name == row.name);
    BOOST_TEST(got[0].second.value == 3);
    BOOST_TEST((got[0].first.labels.empty() ? "" : got[0].first.labels[0].first) == row.label);
    BOOST_TEST((got[0].first.labels.empty() ? "" : got[0].first.labels[0].second) == row.value);
  }
  for (const char* line : {"{} 3\n", "{method=\"GET\"} 3\n", "a{\"b\"} 3\n", "{\"a\",\"b\"} 3\n", "{\"\"} 3\n", "{\"a} 3\n"}) BOOST_TEST(!ReadPage(line, false).ok(), line);
}

BOOST_AUTO_TEST_CASE(a_line_that_cannot_be_read_costs_only_itself) {
  int taken = 0;
  std::vector<std::int64_t> rejected;
  const auto none = [](absl::string_view) { return std::size_t{0}; };
  const auto take = [&](const ExpositionLine&) { ++taken; };
  const auto reject = [&](std::int64_t number, const absl::Status&) { return rejected.push_back(number), true; };
  BOOST_TEST(ReadExposition("a 1\nb x\n\xffnonsense\nc 3\n", false, take, none, reject).ok());
  BOOST_TEST(taken == 2);
  BOOST_TEST(rejected == (std::vector<std::int64_t>{2, 3}), boost::test_tools::per_element());
  // A page that was cut short is no page: nothing of it counts.
  taken = 0;
  BOOST_TEST(!ReadExposition("a 1\nb 2\n", true, take, none, reject).ok());
  BOOST_TEST(taken == 0);
}

// To the last digit, however a number is written.
BOOST_AUTO_TEST_CASE(numbers_are_those_of_strtod) {
  std::vector<std::string> texts = {"0", "-0", "1.", ".5", "-.5", "00012.500", "999999999999999", "99999999999999.9", "0.000000000000001", "1e3", "1234567890123456789", "0.1", "123.456", "-7.25"};
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = random() % 3 == 0 ? "-" : "";
    for (std::uint64_t digits = 1 + random() % 18, point = random() % 20, at = 0; at < digits; ++at) text += at == point ? absl::StrCat(".", random() % 10) : absl::StrCat(random() % 10);
    texts.push_back(text);
  }
  for (const std::string& text : texts) {
    std::vector<std::pair<SeriesText, ExpositionLine>> got;
    BOOST_TEST_REQUIRE(ReadPage("a " + text + "\n", false, &got).ok(), text);
    BOOST_TEST_REQUIRE(absl::bit_cast<std::uint64_t>(got.at(0).second.value) == absl::bit_cast<std::uint64_t>(std::strtod(text.c_str(), nullptr)), text);
  }
  for (const char* bad : {".", "-", "+", "--1", "1.2.3", "1-", "0x"}) BOOST_TEST(!ReadPage(absl::StrCat("a ", bad, "\n"), false).ok(), bad);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named_with_its_line) {
  const struct {
    const char* page;
    bool openmetrics;
    const char* says;
  } rows[] = {
      {"a 1\nb x\n", false, "line 2"},     {"a{x=\"1\" 1\n", false, "line 1"}, {"1a 1\n", false, "line 1"},        {"a 1 2 3\n", false, "left over"},
      {"a 1\n", true, "# EOF"},            {"a 1\n\n# EOF\n", true, "empty line"}, {"# EOF\na 1\n", true, "behind # EOF"}, {"a{x=\"1\",x=\"2\"} 1\n", false, "twice"},
      {"a{x=1} 1\n", false, "quotes"},     {"a{x} 1\n", false, "= is missing"}, {"a 0x1p-3\n", false, "not a number"}, {"a{x=\"1\"y=\"2\"} 1\n", false, "comma"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.page) {
      const absl::Status status = ReadPage(row.page, row.openmetrics);
      BOOST_TEST(absl::IsInvalidArgument(status));
      BOOST_TEST(absl::StrContains(status.message(), row.says), status);
    }
}

BOOST_AUTO_TEST_CASE(all_good_pages_of_others_are_taken) {
  const std::filesystem::path folder = Shared("openmetrics");
  if (!std::filesystem::exists(folder)) return;
  int good = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (absl::StartsWith(name, "bad_")) continue;
    ++good;
    const absl::Status status = ReadPage(ReadFile(entry.path() / "metrics.txt"), true);
    BOOST_TEST(status.ok(), name << ": " << status);
  }
  BOOST_TEST(good == 29);
  for (const auto& entry : std::filesystem::directory_iterator(Shared("expfmt/valid"))) BOOST_TEST(ReadPage(ReadFile(entry.path()), false).ok(), entry.path());
  for (const auto& entry : std::filesystem::directory_iterator(Shared("prometheus")))
    BOOST_TEST(ReadPage(ReadFile(entry.path()), absl::EndsWith(entry.path().string(), ".om.txt")).ok(), entry.path());
  BOOST_TEST(ReadPage(ReadFile(Shared("expfmt/text.txt")), false).ok());
}

// A scraper reads samples; it is lenient about metadata and about what a type may hold. What it lets pass may only become less.
BOOST_AUTO_TEST_CASE(bad_pages_of_others_that_pass_do_not_become_more) {
  const std::filesystem::path folder = Shared("openmetrics");
  if (!std::filesystem::exists(folder)) return;
  int bad = 0, passed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!absl::StartsWith(entry.path().filename().string(), "bad_")) continue;
    ++bad;
    if (ReadPage(ReadFile(entry.path() / "metrics.txt"), true).ok()) ++passed, BOOST_TEST_MESSAGE("passes: " << entry.path().filename());
  }
  BOOST_TEST_MESSAGE("bad OpenMetrics pages refused: " << bad - passed << " of " << bad);
  BOOST_TEST(bad == 112);
  BOOST_TEST(passed <= 78);  // metadata, types, grouping, exemplars
  int text_bad = 0, text_passed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(Shared("expfmt/invalid"))) {
    ++text_bad;
    if (ReadPage(ReadFile(entry.path()), false).ok()) ++text_passed, BOOST_TEST_MESSAGE("passes: " << entry.path().filename());
  }
  BOOST_TEST_MESSAGE("bad text pages refused: " << text_bad - text_passed << " of " << text_bad);
  BOOST_TEST(text_passed <= 6);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
