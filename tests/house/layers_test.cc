// Who may include whom, which library lives where, and who may touch the machine. Changing the design means changing these tables.
#include <boost/test/unit_test.hpp>
#include <map>
#include <regex>

#include "tests/house/source_tree.h"

using namespace nephoscope::house;

namespace {

// folder -> what its files may include of ours, besides their own folder. `agent` and its commands: everything.
const std::map<std::string, std::vector<std::string>> kMayInclude = {
    {"rules/model", {}},
    {"rules/catalogue", {"rules/model/"}},
    {"rules/engine", {"rules/model/", "rules/kinds/kind.h"}},  // the interface through which evaluators are made
    {"rules/expr", {"rules/model/", "rules/engine/matcher.h"}},
    {"rules/kinds", {"rules/model/", "rules/engine/", "rules/expr/", "rules/catalogue/"}},
    {"rules/language", {"rules/model/", "rules/kinds/", "rules/expr/", "rules/engine/", "rules/catalogue/"}},
    {"rules/trial", {"rules/model/", "rules/catalogue/", "rules/engine/", "rules/kinds/", "rules/language/"}},
    {"rules/importing", {"rules/model/", "rules/expr/", "rules/catalogue/", "rules/engine/", "rules/kinds/", "rules/language/"}},
    {"exporters", {"rules/model/"}},
    {"agent/seams", {"rules/model/"}},
    {"agent/net", {"rules/model/", "agent/seams/"}},
    {"agent/collectors", {"rules/model/", "rules/catalogue/", "agent/seams/", "agent/net/"}},
    {"agent/pipeline", {"rules/model/", "rules/engine/arrival_delays.h", "agent/seams/"}},  // how late series are goes with them
    {"agent/store", {"rules/model/", "agent/seams/"}},
    {"agent/admin", {"rules/model/", "agent/seams/"}},
    {"agent/commands", {"rules/", "exporters/", "agent/"}},
    {"agent", {"rules/", "exporters/", "agent/"}},
};

struct Place {
  const char* what;     // a regular expression over one line
  const char* allowed;  // a regular expression over the whole path
};

const Place kLibraries[] = {
    {R"(#include <yaml-cpp/)", R"(rules/language/.*)"},
    {R"(#include <librdkafka/)", R"(exporters/kafka[^/]*)"},
    {R"(#include <prometheus/)", R"(exporters/prometheus[^/]*|agent/self_metrics[^/]*)"},
    {R"(#include <curl/)", R"(agent/net/.*)"},
    {R"(#include <sqlite3)", R"(agent/store/.*)"},
    {R"(#include <boost/(asio|beast))", R"(agent/admin/.*)"},
    {R"(#include <CLI/)", R"(agent/main\.cc|agent/commands/.*)"},
    {R"(#include <spdlog/)", R"(agent/log[^/]*)"},
    {R"(#include <simdjson)", R"(agent/collectors/.*)"},
};

const Place kMachine[] = {
    {R"(absl::Now\()", R"(agent/seams/.*)"},
    {R"(_clock::now)", R"(agent/seams/.*)"},
    {R"(\b(clock_gettime|gettimeofday)\()", R"(agent/seams/.*|exporters/kafka[^/]*)"},
    {R"(\btime\((nullptr|NULL|0)\))", R"(agent/seams/.*)"},
    {R"(\bs?rand\(\)|\bsrand\(|std::random_device|std::mt19937|\bgetrandom\()", R"(agent/seams/.*)"},
    {R"(\bsocket\([^)])", R"(agent/net/.*|agent/admin/.*)"},
    {R"(std::(jthread|thread)\b|\bpthread_create\()", R"(agent/[^/]*\.cc|agent/commands/.*|agent/admin/.*\.cc)"},
    {R"(std::(atomic\b|atomic_|memory_order))", R"(agent/pipeline/.*)"},
    {R"(#include <atomic>)", R"(agent/pipeline/.*)"},
};

std::string WrongInclude(const SourceFile& file, const std::string& line) {
  static const std::regex kInclude("^\\s*#include \"((rules|exporters|agent|tests|bench)/[^\"]+)\"");
  std::smatch found;
  if (!std::regex_search(line, found, kInclude)) return "";
  const std::string header = found[1], folder = file.folder();
  if (header.substr(0, header.rfind('/')) == folder) return "";
  const auto row = kMayInclude.find(folder);
  if (row == kMayInclude.end()) return folder + " is a folder that the table of layers_test.cc does not know";
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
      {"rules/catalogue/aws.cc", "#include \"rules/kinds/kind.h\""},
      {"exporters/text.cc", "#include \"agent/log.h\""},
      {"agent/store/store.cc", "#include \"agent/net/http.h\""},
      {"agent/unknown/x.cc", "#include \"rules/model/alert.h\""},
      {"agent/config.cc", "#include <yaml-cpp/yaml.h>"},
      {"agent/poll_stage.cc", "#include <boost/asio.hpp>"},
      {"rules/engine/engine.cc", "auto t = absl::Now();"},
      {"agent/poll_stage.cc", "std::chrono::steady_clock::now();"},
      {"agent/poll_stage.cc", "x = time(nullptr);"},
      {"rules/kinds/budget.cc", "std::random_device device;"},
      {"agent/collectors/focus.cc", "int fd = socket(AF_INET, 0, 0);"},
      {"agent/store/store.cc", "std::thread t;"},
      {"agent/poll_stage.h", "std::atomic<bool> stop_;"},
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
