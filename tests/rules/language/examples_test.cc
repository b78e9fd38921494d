// The examples of the language, word for word, in one set with the settings: what they say is what this version loads.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/language/language.h"
#include "tests/paths.h"

namespace nephoscope {
namespace {

namespace fs = std::filesystem;

std::vector<SourceFile> Examples() {
  std::vector<SourceFile> out;
  for (const char* name : {"rules.yaml", "settings.yaml", "owners.csv"}) {
    std::ifstream in(fs::path(SourceDir()) / "tests/rules/language/examples" / name);
    std::stringstream text;
    text << in.rdbuf();
    BOOST_REQUIRE_MESSAGE(!text.str().empty(), name);
    out.push_back({name, text.str()});
  }
  return out;
}

BOOST_AUTO_TEST_SUITE(examples_test)

BOOST_AUTO_TEST_CASE(the_examples_have_no_error) {
  const LoadedRules loaded = LoadRules(Examples());
  for (const Diagnostic& one : loaded.diagnostics)
    if (one.severity == Diagnostic::Severity::kError) BOOST_TEST(false, one.file << ":" << one.mark.line << " " << one.code << " " << one.message);
  BOOST_TEST(loaded.rules->rules.size() == 15u);
}

BOOST_AUTO_TEST_CASE(all_that_the_settings_say_is_taken) {
  std::vector<SourceFile> files = Examples();
  files.erase(files.begin());
  const LoadedRules loaded = LoadRules(files);
  BOOST_TEST(loaded.diagnostics.empty());
  const Settings& settings = loaded.rules->settings;
  BOOST_TEST(settings.calendars.size() == 1u);
  BOOST_TEST(settings.rates.size() == 2u);
  BOOST_TEST(settings.owner_steps.size() == 4u);
  BOOST_TEST(settings.default_owner.name == "cloud-coordination");
  BOOST_TEST(settings.time_intervals.size() == 2u);
  BOOST_TEST(settings.maintenance.size() == 2u);
  BOOST_TEST(settings.inhibit_rules.size() == 1u);
  BOOST_TEST((settings.receivers.at("finops").topic == "nephoscope.alert-events" && settings.receivers.at("finops").alertmanager));
  const auto& repeat = settings.route.repeat_interval;
  BOOST_TEST((repeat.at(Severity::kCritical) == absl::Hours(4) && repeat.at(Severity::kWarning) == absl::Hours(24) && repeat.at(Severity::kInfo) == absl::InfiniteDuration()));
  BOOST_TEST((settings.route.mute_time_intervals.at(Severity::kInfo) == std::vector<std::string>{"nights"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
