// Who may include whom, which library lives where, and who may touch the machine. Changing the design means changing these tables.
#include <boost/test/unit_test.hpp>
#include <algorithm>
#include <map>
#include <regex>

#include "tests/house/source_tree.h"

using namespace nephoscope::house;

namespace {

// folder -> what its files may include of ours, besides their own folder. A room that has no row of its own stands under the row of
// the folder around it.
const std::map<std::string, std::vector<std::string>> kMayInclude = {
    {"rules/model", {}},
    {"rules/catalogue", {"rules/model/"}},
    {"rules/engine", {"rules/model/"}},
    {"rules/expr", {"rules/model/", "rules/engine/matcher.h"}},
    {"rules/kinds", {"rules/model/", "rules/engine/", "rules/expr/", "rules/catalogue/"}},
    {"rules/language",
     {"rules/model/", "rules/kinds/", "rules/expr/", "rules/engine/", "rules/catalogue/",
      "rules/language/"}},
    {"rules/notify", {"rules/model/", "rules/engine/"}},
    {"rules/trial",
     {"rules/model/", "rules/catalogue/", "rules/engine/", "rules/kinds/", "rules/language/"}},
    {"rules/importing",
     {"rules/model/", "rules/expr/", "rules/catalogue/", "rules/engine/", "rules/kinds/",
      "rules/language/"}},
    {"exporters", {"rules/model/", "exporters/"}},
    {"agent/seams", {"rules/model/"}},
    {"agent/net", {"rules/model/", "agent/seams/"}},
    {"agent/collectors",
     {"rules/model/", "rules/catalogue/", "agent/seams/", "agent/net/", "agent/collectors/"}},
    {"agent/pipeline",
     {"rules/model/", "rules/engine/arrival_delays.h", "agent/seams/"}},  // how late series are
    {"agent/store", {"rules/model/", "agent/seams/"}},
    {"agent/http", {"rules/model/", "agent/seams/"}},
    {"agent", {"rules/", "exporters/", "agent/"}},
};

// The rooms of a folder from the lowest to the highest: a room includes what stands before it, never what stands behind.
const std::vector<std::vector<std::string>> kFromLowToHigh = {
    {"rules/language/words", "rules/language/yaml", "rules/language/tables", "rules/language/checks",
     "rules/language/tests", "rules/language/out", "rules/language"},
    {"agent/seams", "agent/net", "agent/collectors", "agent/pipeline", "agent/store", "agent/http",
     "agent/files", "agent/status", "agent/stages", "agent/api", "agent/offline", "agent",
     "agent/commands"},
    {"agent/collectors/text", "agent/collectors/bills"},
    {"agent/collectors/aws"},
    {"agent/collectors/probes"},
    {"exporters/alertmanager", "exporters/events", "exporters/kafka"},
    {"exporters/alertmanager", "exporters/events", "exporters/stdout"},
    {"exporters/alertmanager", "exporters/prometheus"},
};

// What every room of a family may include: its words.
const char* const kWordsOfAFamily[] = {
    "rules/language/language.h", "rules/language/sink.h", "rules/language/source_text.h",
    "agent/config.h",            "agent/log.h",           "agent/commands/commands.h",
};

struct Place {
  const char* what;     // a regular expression over one line
  const char* allowed;  // a regular expression over the whole path
};

const Place kLibraries[] = {
    {R"(#include <yaml-cpp/)", R"(rules/language/.*)"},
    {R"(#include <librdkafka/)", R"(exporters/kafka/.*)"},
    {R"(#include <prometheus/)", R"(exporters/prometheus/.*|agent/status/self_metrics[^/]*)"},
    {R"(#include <curl/)", R"(agent/net/.*)"},
    {R"(#include <sqlite3)", R"(agent/store/.*)"},
    {R"(#include <boost/(asio|beast))", R"(agent/http/.*)"},
    {R"(#include <CLI/)", R"(agent/main\.cc|agent/commands/.*)"},
    {R"(#include <spdlog/)", R"(agent/log[^/]*)"},
    {R"(#include <simdjson)", R"(agent/collectors/.*)"},
};

const Place kMachine[] = {
    {R"(absl::Now\()", R"(agent/seams/.*)"},
    {R"(_clock::now)", R"(agent/seams/.*)"},
    {R"(\b(clock_gettime|gettimeofday)\()", R"(agent/seams/.*|exporters/kafka/.*)"},
    {R"(\btime\((nullptr|NULL|0)\))", R"(agent/seams/.*)"},
    {R"(\bs?rand\(\)|\bsrand\(|std::random_device|std::mt19937|\bgetrandom\()", R"(agent/seams/.*)"},
    {R"(\bsocket\([^)])", R"(agent/net/.*|agent/http/.*)"},
    {R"(std::(jthread|thread)\b|\bpthread_create\()", R"(agent/[^/]*\.cc|agent/(commands|stages|files|offline)/.*|agent/http/.*\.cc)"},
    {R"(std::(atomic\b|atomic_|memory_order))", R"(agent/pipeline/.*)"},
    {R"(#include <atomic>)", R"(agent/pipeline/.*)"},
};

std::string Around(const std::string& folder) {
  const std::size_t slash = folder.rfind('/');
  return slash == std::string::npos ? "" : folder.substr(0, slash);
}

bool KnownRoom(const std::string& folder) {
  for (const std::vector<std::string>& rooms : kFromLowToHigh)
    if (std::find(rooms.begin(), rooms.end(), folder) != rooms.end()) return true;
  return kMayInclude.count(folder) > 0;
}

bool Upward(const std::string& folder, const std::string& header) {
  if (std::find(std::begin(kWordsOfAFamily), std::end(kWordsOfAFamily), header) !=
      std::end(kWordsOfAFamily))
    return false;
  const std::string other = Around(header);
  for (const std::vector<std::string>& rooms : kFromLowToHigh) {
    const auto here = std::find(rooms.begin(), rooms.end(), folder);
    if (here != rooms.end() && std::find(here, rooms.end(), other) != rooms.end()) return true;
  }
  return false;
}

std::string WrongInclude(const SourceFile& file, const std::string& line) {
  static const std::regex kInclude(
      "^\\s*#include \"((rules|exporters|agent|tests|bench)/[^\"]+)\"");
  std::smatch found;
  if (!std::regex_search(line, found, kInclude)) return "";
  const std::string header = found[1], folder = file.folder();
  if (Around(header) == folder) return "";
  if (Upward(folder, header)) return folder + " stands below " + header;
  std::string room = folder;
  auto row = kMayInclude.find(room);
  while (row == kMayInclude.end() && !room.empty()) row = kMayInclude.find(room = Around(room));
  if (row == kMayInclude.end() || !KnownRoom(folder))
    return folder + " is a folder that the table of layers_test.cc does not know";
  for (const std::string& prefix : row->second)
    if (header.rfind(prefix, 0) == 0) return "";
  return folder + " may not include " + header;
}

template <std::size_t n>
std::string Misplaced(const Place (&table)[n], const SourceFile& file, const std::string& line) {
  for (const Place& place : table)
    if (std::regex_search(line, std::regex(place.what)) && !std::regex_match(file.path, std::regex(place.allowed)))
      return std::string(place.what) + " belongs to " + place.allowed;
  return "";
}

template <class Rule>
void CheckAll(const Rule& rule) {
  std::size_t lines = 0;
  for (const SourceFile& file : ReadSources())
    for (std::size_t i = 0; i < file.lines.size(); ++i, ++lines) {
      const std::string wrong = rule(file, file.lines[i]);
      if (!wrong.empty()) BOOST_ERROR(file.path << ":" << i + 1 << ": " << wrong);
    }
  BOOST_TEST(lines > 1000u, "the sources were not found");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(layers_test)

BOOST_AUTO_TEST_CASE(nobody_includes_upward) { CheckAll(WrongInclude); }

BOOST_AUTO_TEST_CASE(each_library_lives_in_one_place) {
  CheckAll([](const SourceFile& file, const std::string& line) { return Misplaced(kLibraries, file, line); });
}

BOOST_AUTO_TEST_CASE(only_the_seams_touch_clocks_chance_sockets_and_threads) {
  CheckAll([](const SourceFile& file, const std::string& line) { return Misplaced(kMachine, file, line); });
}

BOOST_AUTO_TEST_CASE(the_tables_catch_what_they_forbid) {
  const struct { const char* path; const char* line; } wrong[] = {
      {"rules/model/money.cc", "#include \"rules/engine/engine.h\""},
      {"rules/engine/engine.cc", "#include \"rules/kinds/budget.h\""},
      {"rules/catalogue/aws.cc", "#include \"rules/engine/kind.h\""},
      {"exporters/text.cc", "#include \"agent/log.h\""},
      {"agent/store/store.cc", "#include \"agent/net/http.h\""},
      {"agent/unknown/x.cc", "#include \"rules/model/alert.h\""},
      {"agent/status/readiness.cc", "#include \"agent/stages/poll_stage.h\""},
      {"agent/collectors/text/csv.cc", "#include \"agent/collectors/bills/focus.h\""},
      {"rules/language/words/zones.cc", "#include \"rules/language/tables/codes.h\""},
      {"agent/config.cc", "#include <yaml-cpp/yaml.h>"},
      {"agent/stages/poll_stage.cc", "#include <boost/asio.hpp>"},
      {"rules/engine/engine.cc", "auto t = absl::Now();"},
      {"agent/stages/poll_stage.cc", "std::chrono::steady_clock::now();"},
      {"agent/stages/poll_stage.cc", "x = time(nullptr);"},
      {"rules/kinds/budget.cc", "std::random_device device;"},
      {"agent/collectors/bills/focus.cc", "int fd = socket(AF_INET, 0, 0);"},
      {"agent/store/store.cc", "std::thread t;"},
      {"agent/stages/poll_stage.h", "std::atomic<bool> stop_;"},
  };
  for (const auto& row : wrong) BOOST_TEST_CONTEXT(row.path << ": " << row.line) {
    const SourceFile file{row.path, {}};
    BOOST_TEST((WrongInclude(file, row.line) + Misplaced(kLibraries, file, row.line) + Misplaced(kMachine, file, row.line)) != "");
  }
  const SourceFile agent{"agent/assembly.cc", {}};
  for (const char* line : {"#include \"exporters/exporter.h\"", "std::thread t;", "stream_.socket().close();", "absl::Time time = clock.Now();"})
    BOOST_TEST((WrongInclude(agent, line) + Misplaced(kMachine, agent, line)) == "", line);
}

BOOST_AUTO_TEST_SUITE_END()
