#include "agent/collectors/text/known_lines.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "agent/collectors/text/exposition.h"

namespace nephoscope {
namespace {

// What a scraper remembers, beside a map that knows everything.
struct Reader {
  KnownLines lines;
  std::map<std::string, SeriesId> all;
  int learned = 0, guessed = 0;

  void Read(const std::string& page, bool openmetrics = false) {
    const auto known = [&](absl::string_view rest) {
      const std::size_t length = lines.Guess(rest);
      guessed += length != 0;
      return length;
    };
    const absl::Status status = ReadExposition(
        page, openmetrics,
        [&](const ExpositionLine& line) {
          const SeriesId want = all.try_emplace(std::string(line.series), static_cast<SeriesId>(all.size())).first->second;
          const SeriesId* id = lines.Next(line.series);
          if (id == nullptr) {
            ++learned;
            lines.Learn(line.series, want);
          } else {
            BOOST_TEST(*id == want, line.series);
          }
        },
        known);
    BOOST_TEST(status.ok(), status.message());
    lines.EndPage();
  }
};

std::string PageOf(const std::vector<std::string>& series) {
  std::string out;
  for (const std::string& one : series) absl::StrAppend(&out, one, " 1\n");
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(known_lines_test)

BOOST_AUTO_TEST_CASE(lines_in_the_order_of_the_page_before_are_not_looked_for) {
  Reader reader;
  std::vector<std::string> series;
  for (int i = 0; i < 50; ++i) series.push_back(absl::StrCat("a{n=\"", i, "\"}"));
  reader.Read(PageOf(series));
  BOOST_TEST(reader.learned == 50);
  BOOST_TEST(reader.guessed == 0);
  reader.Read(PageOf(series));
  BOOST_TEST(reader.guessed == 50);
  // One more in the middle, and one less: only the lines behind these are looked for.
  series.insert(series.begin() + 20, "new");
  series.erase(series.begin() + 30);
  reader.Read(PageOf(series));
  BOOST_TEST(reader.guessed == 50 + 47);
  reader.Read(PageOf(series));
  BOOST_TEST(reader.guessed == 50 + 47 + 50);
  BOOST_TEST(reader.learned == 51);
  // Another order is learned as well.
  std::reverse(series.begin(), series.end());
  reader.Read(PageOf(series));
  const int before = reader.guessed;
  reader.Read(PageOf(series));
  BOOST_TEST(reader.guessed == before + 50);
}

BOOST_AUTO_TEST_CASE(a_name_that_begins_as_another_is_another) {
  Reader reader;
  for (const char* page : {"a 1\n", "a {x=\"1\"} 1\n", "a{x=\"1\"} 1\n", "ab 1\n", "a\t1\n", "a  1\n", "a{x=\"1\"}\t1\n", "a{x=\"1\",} 1\n", "  a 1\n"}) reader.Read(page);
  reader.Read("# HELP a 1\na 1\n# EOF\n", true);
  BOOST_TEST(reader.all.size() == 5u);  // a, a {x="1"}, a{x="1"}, ab, a{x="1",}
}

BOOST_AUTO_TEST_CASE(random_pages_give_the_series_that_a_map_gives) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    Reader reader;
    std::vector<std::string> series;
    for (int page = 0; page < 20; ++page) {
      for (unsigned change = random() % 5; change > 0; --change) {
        const std::size_t at = series.empty() ? 0 : random() % series.size();
        if (random() % 3 == 0 && !series.empty()) series.erase(series.begin() + static_cast<std::ptrdiff_t>(at));
        else series.insert(series.begin() + static_cast<std::ptrdiff_t>(at), random() % 2 ? absl::StrCat("m", random() % 30) : absl::StrCat("m", random() % 9, "{a=\"", random() % 9, "} \"}"));
      }
      if (random() % 6 == 0) std::shuffle(series.begin(), series.end(), random);
      reader.Read(PageOf(series));
    }
  }
}

// Lines are looked for some lines ahead then, among comments, blanks and lines that were never seen.
BOOST_AUTO_TEST_CASE(pages_in_another_order_each_time_give_the_series_that_a_map_gives) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    Reader reader;
    std::vector<std::string> series;
    for (int i = 0; i < 200; ++i) series.push_back(i % 7 == 0 ? absl::StrCat("m", i) : absl::StrCat("m", i % 3, "{a=\"", i, i % 5 == 0 ? "} 1" : "", "\",b=\"", std::string(i, 'x'), "\"}"));
    for (int page = 0; page < 6; ++page) {
      std::shuffle(series.begin(), series.end(), random);
      std::string text;
      for (const std::string& one : series) {
        if (random() % 10 == 0) text += "# HELP m }\n";
        if (random() % 10 == 0) text += "\n";
        if (random() % 10 == 0) text += "  ";
        absl::StrAppend(&text, one, random() % 2 ? " 1\n" : "\t1 1780000000000\r\n");
      }
      absl::StrAppend(&text, "new{page=\"", page, "\"} 1");
      reader.Read(text);
    }
    BOOST_TEST(reader.learned == 206);
    BOOST_TEST(reader.guessed > 850);  // of 5 pages of 201
  }
}

BOOST_AUTO_TEST_CASE(a_target_that_makes_up_new_series_all_the_time_costs_no_more_memory_than_its_page) {
  Reader reader;
  for (int page = 0; page < 300; ++page) {
    std::vector<std::string> series = {"stays"};
    for (int i = 0; i < 100; ++i) series.push_back(absl::StrCat("m{id=\"", page * 100 + i, "\"}"));
    reader.Read(PageOf(series));
    BOOST_TEST_REQUIRE(reader.lines.size() <= 2u * 101 + 1000);
  }
  const int learned = reader.learned;
  reader.Read("stays 1\n");
  BOOST_TEST(reader.learned == learned);  // it was there all the time
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
