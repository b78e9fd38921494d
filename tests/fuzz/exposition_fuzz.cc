// A page of a Prometheus target: every line is taken or refused by number. Who has read pages before reads the same in it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/collectors/text/exposition.h"
#include "agent/collectors/text/known_lines.h"
#include "rules/model/check.h"

using namespace nephoscope;

namespace {

struct Read {
  std::vector<std::string> series;
  std::string problem;
  friend bool operator==(const Read&, const Read&) = default;
};

Read ReadPlain(const std::string& page, bool openmetrics) {
  Read out;
  out.problem = std::string(ReadExposition(page, openmetrics, [&](const ExpositionLine& line) {
                              CHECK(line.series.data() >= page.data() && line.series.data() + line.series.size() <= page.data() + page.size());
                              SeriesText series;
                              if (ParseSeriesText(line.series, series).ok()) CHECK(!series.name.empty());
                              out.series.emplace_back(line.series);
                            }).message());
  return out;
}

// As the scraper does.
class Scraper {
 public:
  Read ReadPage(const std::string& page, bool openmetrics) {
    Read out;
    const auto take = [&](const ExpositionLine& line) {
      out.series.emplace_back(line.series);
      const SeriesId want = ids_.try_emplace(out.series.back(), static_cast<SeriesId>(ids_.size())).first->second;
      if (const SeriesId* id = lines_.Next(line.series); id != nullptr) CHECK(*id == want);
      else lines_.Learn(line.series, want);
    };
    const auto known = [&](absl::string_view rest) {
      const std::size_t length = lines_.Guess(rest);
      (void)lines_.Soon();
      return length;
    };
    out.problem = std::string(ReadExposition(page, openmetrics, take, known).message());
    lines_.EndPage();
    return out;
  }

 private:
  KnownLines lines_;
  std::map<std::string, SeriesId> ids_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string page(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> lines = absl::StrSplit(page, '\n');
  std::reverse(lines.begin(), lines.end());
  const std::string reversed = absl::StrJoin(lines, "\n");
  std::rotate(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(lines.size() / 2), lines.end());
  for (std::size_t i = 0; i + 1 < lines.size(); i += 2) std::swap(lines[i], lines[i + 1]);
  const std::string mixed = absl::StrJoin(lines, "\n");
  for (bool openmetrics : {false, true}) {
    Scraper scraper;
    for (const std::string* one : {&page, &reversed, &mixed, &page, &mixed}) CHECK(scraper.ReadPage(*one, openmetrics) == ReadPlain(*one, openmetrics));
  }
  return 0;
}
