#include "rules/language/language.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "rules/engine/kind.h"
#include "rules/kinds/spoken.h"

using namespace nephoscope;

namespace {

std::string Texts(const LoadedRules& loaded) {
  std::string out;
  for (const Diagnostic& d : loaded.diagnostics) absl::StrAppend(&out, out.empty() ? "" : " | ", d.file, ":", d.mark.line, " ", d.code);
  return out;
}

LoadedRules LoadAll(std::vector<std::string> texts) {
  std::vector<SourceFile> files;
  for (std::string& text : texts) files.push_back({absl::StrCat("f", files.size(), ".yaml"), std::move(text)});
  return LoadRules(files);
}

constexpr char kHead[] = "apiVersion: rules/v1\nrules:\n";

std::string Cpu(const std::string& name, const std::string& more = "") {
  return absl::StrCat("  - alert: ", name, "\n    kind: threshold\n    watch: {metric: queue_length, by: [team]}\n    when: {above: 5}\n", more);
}

std::shared_ptr<const Rule> One(const std::string& more) {
  const LoadedRules loaded = LoadAll({kHead + Cpu("A", more)});
  BOOST_REQUIRE_MESSAGE(loaded.rules->rules.size() == 1u, Texts(loaded));
  return loaded.rules->rules[0];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(load_rules_test)

BOOST_AUTO_TEST_CASE(the_example_of_every_kind_loads_and_reads_back_as_a_sentence) {
  for (const RuleKind* kind : AllKinds()) BOOST_TEST_CONTEXT(kind->name()) {
      const LoadedRules loaded = LoadAll({absl::StrCat("apiVersion: rules/v1\nrules:\n", kind->example())});
      BOOST_TEST(Texts(loaded) == "");
      BOOST_REQUIRE(!loaded.rules->rules.empty());
      const Rule& rule = *loaded.rules->rules.back();  // the parts of a composite come before it
      BOOST_TEST(rule.kind == kind->name());
      BOOST_TEST(!rule.levels.empty());
      BOOST_TEST(!SayRule(rule).empty());
    }
}

BOOST_AUTO_TEST_CASE(a_digest_says_when_and_by_what) {
  const auto rule = One("    digest: {every: [monday, weekend], at: \"08:00\", timezone: America/New_York, by: [team, owner]}\n");
  BOOST_REQUIRE(rule->digest.has_value());
  BOOST_TEST(rule->digest->when.weekdays == 0x61);
  BOOST_TEST(rule->digest->when.zone.name() == "America/New_York");
  BOOST_TEST(rule->digest->when.times[0].first == 480);
  BOOST_TEST(rule->digest->by == (std::vector<std::string>{"owner", "team"}), boost::test_tools::per_element());
  const auto daily = One("    digest: {at: \"23:59\"}\n");
  BOOST_TEST((daily->digest->when.weekdays == 0x7f && daily->digest->when.zone == absl::UTCTimeZone() && daily->digest->by.empty()));
  BOOST_TEST(daily->revision != One("")->revision);
  const struct { const char *what, *digest, *want; } rows[] = {
      {"no time", "{every: monday}", "f0.yaml:7 R103"},
      {"no day", "{every: mondai, at: \"08:00\"}", "f0.yaml:7 R605"},
      {"an empty list of days", "{every: [], at: \"08:00\"}", "f0.yaml:7 R103"},
      {"no time of the day", "{at: \"25:00\"}", "f0.yaml:7 R605"},
      {"an abbreviation", "{at: \"08:00\", timezone: EST}", "f0.yaml:7 R604"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) BOOST_TEST(Texts(LoadAll({kHead + Cpu("A", absl::StrCat("    digest: ", row.digest, "\n"))})) == row.want);
}

BOOST_AUTO_TEST_CASE(reminders_are_a_duration_or_never) {
  BOOST_TEST(!One("")->repeat.has_value());
  BOOST_TEST((*One("    repeat: 4h\n")->repeat == absl::Hours(4)));
  BOOST_TEST((*One("    repeat: never\n")->repeat == absl::InfiniteDuration()));
  BOOST_TEST(One("    repeat: 4h\n")->revision != One("    repeat: 5h\n")->revision);
  BOOST_TEST(One("    repeat: never\n")->revision != One("")->revision);
  const struct { const char *what, *rule, *route, *want; } rows[] = {
      {"too often", "    repeat: 30s\n", "", "f0.yaml:7 R210"},
      {"no duration", "    repeat: often\n", "", "f0.yaml:7 R203"},
      {"of the route, no duration", "", "{repeat_interval: {info: nevr}}", "f1.yaml:2 R203"},
      {"of the route, too often", "", "{repeat_interval: {warning: 5s}}", "f1.yaml:2 R210"},
      {"of the route, no severity", "", "{repeat_interval: {urgent: 5h}}", "f1.yaml:2 R102"},
      {"both", "    repeat: 2d\n", "{repeat_interval: {critical: 4h, warning: 1d, info: never}}", ""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what)
    BOOST_TEST(Texts(LoadAll({kHead + Cpu("A", row.rule), absl::StrCat("apiVersion: rules/v1\nroute: ", *row.route == 0 ? "{}" : row.route, "\n")})) == row.want);
}

BOOST_AUTO_TEST_CASE(receivers_are_known_by_name_and_topics_are_what_kafka_takes) {
  const std::string receivers = "receivers:\n  finops: {kafka: {topic: nephoscope.finops}, alertmanager: true}\n  audit: {}\n";
  const struct { const char* what; std::string settings, notify, want; } rows[] = {
      {"nothing declared, any word", "", "[anybody]", "f0.yaml:7 R607"},
      {"nothing declared, the owner", "", "[owner, account_owner]", ""},
      {"declared", receivers, "[finops, audit, owner, account_owner]", ""},
      {"nobody", receivers, "[]", ""},
      {"not declared", receivers, "[finopps]", "f0.yaml:10 R607"},
      {"a topic with a space", "receivers: {a: {kafka: {topic: my topic}}}\n", "[a]", "f0.yaml:2 R609"},
      {"a topic of one dot", "receivers: {a: {kafka: {topic: .}}}\n", "[a]", "f0.yaml:2 R609"},
      {"a topic too long", "receivers: {a: {kafka: {topic: " + std::string(250, 'x') + "}}}\n", "[a]", "f0.yaml:2 R609"},
      {"the longest topic", "receivers: {a: {kafka: {topic: " + std::string(249, 'x') + "}}}\n", "[a]", ""},
      {"an empty topic", "receivers: {a: {kafka: {topic: \"\"}}}\n", "[a]", "f0.yaml:2 R609"},
      {"a name with a space", "receivers: {\"the team\": {}}\n", "[\"the team\"]", "f0.yaml:2 R609"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      const LoadedRules loaded = LoadAll({"apiVersion: rules/v1\n" + row.settings + "rules:\n" + Cpu("A", "    notify: " + row.notify + "\n")});
      BOOST_TEST(Texts(loaded) == row.want);
      if (row.want == "f0.yaml:10 R607") BOOST_TEST(loaded.diagnostics[0].suggestion.value_or("") == "finops");
    }
  const LoadedRules loaded = LoadAll({"apiVersion: rules/v1\n" + receivers});
  const Receivers& read = loaded.rules->settings.receivers;
  BOOST_REQUIRE(read.size() == 4u);
  BOOST_TEST((read.at("finops").topic == "nephoscope.finops" && read.at("finops").alertmanager));
  BOOST_TEST((read.at("audit").topic.empty() && !read.at("audit").alertmanager));
  BOOST_TEST((read.at("owner").alertmanager && read.at("account_owner").alertmanager));
}

BOOST_AUTO_TEST_CASE(every_common_key_has_its_effect) {
  const LoadedRules loaded = LoadAll({R"(apiVersion: rules/v1
rules:
  - alert: DatabaseCpuHigh
    id: db-cpu
    kind: threshold
    mode: shadow
    watch:
      metric: aws.rds.cpu_utilization
      where: {env: prod}
      leave_out: {team: lab}
      stat: avg
      window: 10m
      by: [region, account, region]
      combine: max
    levels:
      critical: {at_least: 95%, for: 5m, recover: {below: 85%}}
      warning:  {at_least: 80%}
    for: 3 of 5 points
    recover: {below: 70%}
    keep_firing_for: 10m
    every: 5m
    evaluation_delay: 2m
    no_data: {after: 30m, state: firing}
    min_impact: 100 USD
    owner: {team: dba, contact: dba@example.com}
    notify: [owner, account_owner]
    labels: {topic: db}
    annotations: {dashboard: https://example.com}
    summary: ${account} at ${value} for ${active_for}
    description: "owner ${owner}, ${impact} at stake"
    runbook: https://wiki.example.com/rds-cpu
    limit: 20
)"});
  BOOST_TEST(Texts(loaded) == "");
  BOOST_REQUIRE(loaded.rules->rules.size() == 1u);
  const Rule& r = *loaded.rules->rules[0];
  BOOST_TEST(r.name == "DatabaseCpuHigh");
  BOOST_TEST(r.id == "db-cpu");
  BOOST_TEST((r.mode == RuleMode::kShadow));
  BOOST_TEST(r.watch.metric == "aws.rds.cpu_utilization");
  BOOST_TEST(!r.watch.is_cost);
  BOOST_TEST(r.watch.where.at(0).label == "env");
  BOOST_TEST(r.watch.leave_out.at(0).label == "team");
  BOOST_TEST(r.watch.stat == "avg");
  BOOST_TEST((r.watch.window == absl::Minutes(10)));
  BOOST_TEST((r.watch.by == std::vector<std::string>{"account", "region"}));
  BOOST_TEST(r.watch.combine == "max");
  BOOST_REQUIRE(r.levels.size() == 2u);
  BOOST_TEST((r.levels[0].severity == Severity::kWarning));
  BOOST_TEST((r.levels[0].hold_points == std::pair<int, int>(3, 5)));
  BOOST_TEST(r.levels[0].recover->AsQuantity("below").value == 0.7);
  BOOST_TEST((r.levels[1].severity == Severity::kCritical));
  BOOST_TEST((r.levels[1].hold == absl::Minutes(5)));
  BOOST_TEST((r.levels[1].hold_points == std::pair<int, int>(0, 0)));
  BOOST_TEST(r.levels[1].recover->AsQuantity("below").value == 0.85);
  BOOST_TEST(r.levels[1].condition.AsQuantity("at_least").value == 0.95);
  BOOST_TEST((r.keep_firing_for == absl::Minutes(10)));
  BOOST_TEST((r.every == absl::Minutes(5)));
  BOOST_TEST((r.evaluation_delay == absl::Minutes(2)));
  BOOST_TEST((r.no_data_after == absl::Minutes(30)));
  BOOST_TEST((r.no_data == NoDataPolicy::kFiring));
  BOOST_TEST(r.min_impact.micros == 100'000'000);
  BOOST_TEST(r.owner->name == "dba");
  BOOST_TEST(r.owner->contact == "dba@example.com");
  BOOST_TEST((r.notify == std::vector<std::string>{"owner", "account_owner"}));
  BOOST_TEST(r.labels.Get("topic") == "db");
  BOOST_TEST(r.annotations.at(0).first == "dashboard");
  BOOST_TEST(r.runbook == "https://wiki.example.com/rds-cpu");
  BOOST_TEST(r.limit == 20);
  BOOST_TEST(r.file == "f0.yaml");
  BOOST_TEST(r.line == 3);
}

BOOST_AUTO_TEST_CASE(what_is_left_out_has_its_default) {
  const auto rule = One("");
  BOOST_TEST(rule->id == "a");
  BOOST_TEST((rule->levels.at(0).severity == Severity::kWarning));
  BOOST_TEST((rule->levels[0].hold == absl::ZeroDuration()));
  BOOST_TEST(!rule->levels[0].recover.has_value());
  BOOST_TEST(!rule->owner.has_value());
  BOOST_TEST((rule->no_data == NoDataPolicy::kKeepLast));
  BOOST_TEST(rule->limit == 500);
  BOOST_TEST((rule->mode == RuleMode::kLive));
  BOOST_TEST((rule->every == absl::ZeroDuration()));
  BOOST_TEST(rule->summary == "");
}

BOOST_AUTO_TEST_CASE(short_forms_mean_the_same) {
  BOOST_TEST((One("    no_data: ok\n")->no_data == NoDataPolicy::kOk));
  BOOST_TEST(!One("    owner: from_tags\n")->owner.has_value());
  BOOST_TEST(One("    owner: checkout\n")->owner->name == "checkout");
  BOOST_TEST((One("    notify: owner\n")->notify == std::vector<std::string>{"owner"}));
  BOOST_TEST(One("    notify: []\n")->notify.empty());
  BOOST_TEST(LoadAll({kHead + absl::StrReplaceAll(Cpu("A"), {{"metric: queue_length", "cost: amortized"}, {"above: 5", "above: 5 USD"}})}).rules->rules.at(0)->watch.metric == "cost.effective");
}

BOOST_AUTO_TEST_CASE(ids_are_made_of_names) {
  const struct { const char *name, *id; } rows[] = {{"DatabaseCpuHigh", "database-cpu-high"}, {"SLOBurn", "slo-burn"}, {"cpu high!", "cpu-high"}, {"A1Over5", "a1-over5"}, {"x", "x"}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.name) { BOOST_TEST(LoadAll({kHead + Cpu(row.name)}).rules->rules.at(0)->id == row.id); }
  BOOST_TEST(Texts(LoadAll({kHead + Cpu("\"日本\"")})) == "f0.yaml:3 R216");
}

BOOST_AUTO_TEST_CASE(the_revision_follows_the_meaning_and_nothing_else) {
  const std::string base = One("    severity: critical\n    min_impact: 1000 USD\n")->revision;
  BOOST_TEST(base.size() == 7u + 64u);
  BOOST_TEST(base.substr(0, 7) == "sha256:");
  BOOST_TEST(One("    # a comment\n    min_impact: 1_000 USD   # and another\n\n    severity: 'critical'\n")->revision == base);
  BOOST_TEST(One("    severity: critical\n    min_impact: 1001 USD\n")->revision != base);
  const std::string plain = One("")->revision;
  for (const char* more : {"    for: 5m\n", "    notify: [account_owner]\n", "    limit: 3\n", "    mode: off\n", "    summary: s\n", "    description: d\n", "    labels: {a: b}\n", "    annotations: {a: b}\n",
                           "    owner: x\n", "    no_data: ok\n", "    no_data: {after: 1h}\n", "    recover: {below: 1}\n", "    severity: info\n", "    keep_firing_for: 1m\n", "    every: 1m\n",
                           "    evaluation_delay: 1m\n", "    runbook: http://x/\n", "    id: other\n", "    for: 2 of 3 points\n"})
    BOOST_TEST_CONTEXT(more) { BOOST_TEST(One(more)->revision != plain); }
}

BOOST_AUTO_TEST_CASE(a_bad_file_is_left_out_whole_and_the_others_load) {
  const LoadedRules loaded = LoadAll({kHead + Cpu("A") + Cpu("B", "    severity: hgih\n"), kHead + Cpu("C")});
  BOOST_TEST(Texts(loaded) == "f0.yaml:11 R214");
  BOOST_REQUIRE(loaded.rules->rules.size() == 1u);
  BOOST_TEST(loaded.rules->rules[0]->name == "C");
  BOOST_TEST((loaded.rejected == std::vector<std::string>{"f0.yaml"}));
  BOOST_TEST((loaded.rules->files == std::vector<std::string>{"f1.yaml"}));
}

BOOST_AUTO_TEST_CASE(names_and_ids_are_unique_over_all_files) {
  BOOST_TEST(Texts(LoadAll({kHead + Cpu("A"), kHead + Cpu("A")})) == "f1.yaml:3 R302");
  BOOST_TEST(Texts(LoadAll({kHead + Cpu("A"), kHead + Cpu("B", "    id: a\n")})) == "f1.yaml:7 R303");
  BOOST_TEST(Texts(LoadAll({kHead + Cpu("A"), kHead + Cpu("B")})) == "");
}

BOOST_AUTO_TEST_CASE(settings_hold_for_all_files_whatever_their_order) {
  const std::string settings = R"(apiVersion: rules/v1
currency: {base: EUR, rates: {USD: 0.9, GBP: 1.2}, as_of: 2026-11-01}
ownership:
  - tag: [Owner, team]
  - tag: squad
  - default: {owner: cloud, contact: cloud@example.com}
)";
  const LoadedRules loaded = LoadAll({kHead + Cpu("A", "    min_impact: $5\n"), settings});
  BOOST_TEST(Texts(loaded) == "f0.yaml:7 R207");  // the dollar is not clear where the base is EUR, though that is said later
  const Settings& s = loaded.rules->settings;
  BOOST_TEST(s.base_currency.code() == "EUR");
  BOOST_REQUIRE(s.rates.size() == 2u);
  BOOST_TEST(s.rates[0].first.code() == "USD");
  BOOST_TEST(s.rates[0].second == 0.9);
  BOOST_TEST(s.rates_as_of == "2026-11-01");
  BOOST_REQUIRE(s.owner_steps.size() == 1u);
  BOOST_TEST((s.owner_steps[0].tags == std::vector<std::string>{"Owner", "team", "squad"}));
  BOOST_TEST(s.default_owner.name == "cloud");
  BOOST_TEST(s.default_owner.contact == "cloud@example.com");
  BOOST_TEST(Texts(LoadAll({settings, settings})) == "f1.yaml:2 R601 | f1.yaml:4 R601");
  BOOST_TEST(LoadAll({kHead + Cpu("A")}).rules->settings.base_currency.code() == "USD");
}

BOOST_AUTO_TEST_CASE(defaults_lie_below_what_a_rule_says) {
  const std::string defaults = "defaults:\n  notify: [owner]\n  severity: critical\n  for: 10m\n  limit: 7\n  labels: {topic: cost, unit: one}\n  every: 5m\n";
  const LoadedRules loaded = LoadAll({kHead + Cpu("A", "    labels: {unit: two}\n    limit: 9\n") + Cpu("B") +
                                      "  - alert: C\n    kind: threshold\n    watch: {metric: queue_length, by: [team]}\n    levels: {info: {above: 1, for: 1m}, warning: {above: 2}}\n" +
                                      "  - alert: D\n    kind: composite\n    all_of: [A, B]\n    same: [team]\n" + defaults,
                                      kHead + Cpu("E")});
  BOOST_REQUIRE_MESSAGE(loaded.rules->rules.size() == 5u, Texts(loaded));
  const auto& rules = loaded.rules->rules;
  BOOST_TEST(rules[0]->labels.Get("unit") == "two");
  BOOST_TEST(rules[0]->labels.Get("topic") == "cost");
  BOOST_TEST(rules[0]->limit == 9);
  BOOST_TEST(rules[1]->limit == 7);
  BOOST_TEST((rules[1]->notify == std::vector<std::string>{"owner"}));
  BOOST_TEST((rules[1]->levels[0].severity == Severity::kCritical));
  BOOST_TEST((rules[1]->levels[0].hold == absl::Minutes(10)));
  BOOST_TEST((rules[1]->every == absl::Minutes(5)));
  BOOST_TEST((rules[2]->levels[0].hold == absl::Minutes(1)));
  BOOST_TEST((rules[3]->every == absl::ZeroDuration()), "a composite has no data");
  BOOST_TEST(rules[4]->limit == 500, "another file's defaults are not ours");
  BOOST_TEST(Texts(LoadAll({kHead + Cpu("A") + Cpu("B") + "defaults: {limit: many, alert: X}\n"})) == "f0.yaml:11 R201 | f0.yaml:11 R102");
}

BOOST_AUTO_TEST_CASE(owners_come_from_a_table_beside_the_file) {
  const auto load = [](const std::string& step, const std::string& table) {
    return LoadRules(std::vector<SourceFile>{{"rules/s.yaml", "apiVersion: rules/v1\nownership:\n  - tag: [Owner]\n  - tag_of: account\n  - table: " + step + "\n"}, {"rules/owners.csv", table}});
  };
  const LoadedRules loaded = load("owners.csv", "account,Cost-Center,owner,contact\n1111,,ann,ann@example.com\n,42,bob,\n");
  BOOST_REQUIRE_MESSAGE(loaded.diagnostics.empty(), Texts(loaded));
  const std::vector<OwnerStep>& steps = loaded.rules->settings.owner_steps;
  BOOST_REQUIRE(steps.size() == 3u);
  BOOST_TEST(steps[1].tag_of == "account");
  BOOST_TEST((steps[1].tags == std::vector<std::string>{"Owner"}));
  BOOST_REQUIRE(steps[2].table.size() == 2u);
  BOOST_TEST(steps[2].table[0].owner.contact == "ann@example.com");
  BOOST_TEST(steps[2].table[0].owner.source == "owners.csv line 2");
  BOOST_TEST((steps[2].table[1].labels == std::vector<std::pair<std::string, std::string>>{{"cost_center", "42"}}));
  BOOST_TEST(loaded.rules->files.size() == 1u);
  const struct { const char *what, *step, *table; } wrong[] = {
      {"another file", "other.csv", "account,owner\n1,a\n"}, {"a path", "../owners.csv", "account,owner\n1,a\n"}, {"no owner", "owners.csv", "account,contact\n1,a\n"},
      {"no label", "owners.csv", "owner,contact\nann,a\n"}, {"an empty owner", "owners.csv", "account,owner\n1,\n"}, {"a short line", "owners.csv", "account,owner\n1\n"},
  };
  for (const auto& row : wrong) BOOST_TEST_CONTEXT(row.what) BOOST_TEST(Texts(load(row.step, row.table)) == "rules/s.yaml:5 R606");
  const SourceFile names{"a/s.yaml", "ownership: [{table: x.csv}, {table: ../y.csv}]"};
  BOOST_TEST((TablesOf(names) == std::vector<std::string>{"a/x.csv"}));
}

BOOST_AUTO_TEST_CASE(a_budget_finds_its_calendar_in_whatever_file_it_is) {
  const auto budget = [](const char* calendar) {
    return std::string(kHead) + "  - alert: S\n    kind: budget\n    watch: {cost: billed}\n    budget: {amount: 5 USD, calendar: " + calendar + "}\n    when: {actual: 80%}\n";
  };
  const std::string settings = "apiVersion: rules/v1\ncalendars:\n  finance: {timezone: America/New_York, fiscal_year_starts: October 1, weeks: 4-4-5}\n";
  const LoadedRules loaded = LoadAll({budget("finance"), settings});
  BOOST_REQUIRE_MESSAGE(loaded.rules->rules.size() == 1u, Texts(loaded));
  const Calendar& calendar = *loaded.rules->rules[0]->calendar;
  BOOST_TEST(calendar.zone.name() == "America/New_York");
  BOOST_TEST(calendar.month == 10);
  BOOST_TEST(calendar.weeks[2] == 5);
  const LoadedRules wrong = LoadAll({budget("finanze"), settings});
  BOOST_TEST(Texts(wrong) == "f0.yaml:6 R607");
  BOOST_TEST(wrong.diagnostics[0].suggestion.value_or("") == "finance");
  BOOST_TEST(Texts(LoadAll({budget("finance")})) == "f0.yaml:6 R607");
}

BOOST_AUTO_TEST_CASE(time_intervals_maintenance_and_inhibit_rules_mean_what_they_say) {
  const LoadedRules loaded = LoadAll({R"(apiVersion: rules/v1
time_intervals:
  - name: office-hours
    timezone: America/Chicago
    weekdays: [monday-friday]
    times: ["08:00-18:00"]
  - name: nights
    timezone: America/Chicago
    times: ["22:00-06:00"]
maintenance:
  - name: storage-patching
    where: {provider: aws, account: storage-prod}
    every: {weekday: tuesday, at: "02:00", for: 2h, timezone: Europe/Berlin}
    ticket: CHG0041234
  - name: winter-freeze
    where: {env: dev}
    from: 2026-12-24 18:00
    to: 2027-01-02 08:00
    timezone: Europe/Berlin
    still_firing_at_end: notify
    end_early_if_unused_for: 2d
inhibit_rules:
  - name: account-unreachable
    source: {alert: AccountApiUnreachable}
    target: {kind: [threshold, health_check, absence]}
    equal: [provider, account]
route:
  mute_time_intervals: {info: [nights]}
)", kHead + Cpu("A", "    active_time_intervals: [office-hours]\n    mute_time_intervals: nights\n    mode: shadow\n    until: 2026-12-01\n")});
  BOOST_REQUIRE_MESSAGE(loaded.diagnostics.empty(), Texts(loaded));
  const Settings& s = loaded.rules->settings;
  BOOST_REQUIRE(s.time_intervals.size() == 2u);
  BOOST_TEST(int{s.time_intervals[0].weekdays} == 31);
  BOOST_TEST((s.time_intervals[1].times[0] == std::make_pair(22 * 60, 6 * 60)));
  BOOST_REQUIRE(s.maintenance.size() == 2u);
  BOOST_TEST(s.maintenance[0].every->zone.name() == "Europe/Berlin");
  BOOST_TEST((s.maintenance[0].length == absl::Hours(2)));
  BOOST_TEST(s.maintenance[0].ticket == "CHG0041234");
  BOOST_TEST(absl::FormatTime(s.maintenance[1].from, absl::UTCTimeZone()) == "2026-12-24T17:00:00+00:00");
  BOOST_TEST((s.maintenance[1].unused_for == absl::Hours(48)));
  BOOST_REQUIRE(s.inhibit_rules.size() == 1u);
  BOOST_TEST((s.inhibit_rules[0].equal == std::vector<std::string>{"account", "provider"}));
  BOOST_TEST((s.route.mute_time_intervals.at(Severity::kInfo) == std::vector<std::string>{"nights"}));
  BOOST_TEST((loaded.rules->rules[0]->active_time_intervals == std::vector<std::string>{"office-hours"}));
  BOOST_TEST(absl::FormatTime(loaded.rules->rules[0]->until, absl::UTCTimeZone()) == "2026-12-01T00:00:00+00:00");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_times_is_told_where_it_stands) {
  const std::string head = "apiVersion: rules/v1\n";
  const struct { const char *text, *codes; } rows[] = {
      {"time_intervals: [{name: a, timezone: CET}]", "f0.yaml:2 R604"},
      {"time_intervals: [{name: a, weekdays: [mondy]}]", "f0.yaml:2 R605"},
      {"time_intervals: [{name: a, times: [\"8-18\"]}]", "f0.yaml:2 R605"},
      {"time_intervals: [{name: a}, {name: a}]", "f0.yaml:2 R607"},
      {"maintenance: [{name: a, where: {b: c}}]", "f0.yaml:2 R608"},
      {"maintenance: [{name: a, where: {b: c}, from: 2026-01-01}]", "f0.yaml:2 R608"},
      {"maintenance: [{name: a, where: {b: c}, from: 2026-01-01, no_end: true}]", ""},
      {"maintenance: [{name: a, where: {b: c}, to: 2026-01-01}]", "f0.yaml:2 R608"},
      {"maintenance: [{name: a, where: {b: c}, from: 2026-01-02, to: 2026-01-01}]", "f0.yaml:2 R608"},
      {"maintenance: [{name: a, where: {b: c}, from: 2026-01-01, to: 2026-04-02}]", "f0.yaml:2 R608"},
      {"maintenance: [{name: a, where: {b: c}, from: 2026-01-01, to: 2026-04-01}]", ""},
      {"maintenance: [{name: a, where: {b: c}, every: {at: \"02:00\", for: 91d}}]", "f0.yaml:2 R608"},
      {"maintenance: [{name: a, where: {b: c}, every: {weekday: funday, at: noon, for: 1h}}]", "f0.yaml:2 R605 | f0.yaml:2 R605"},
      {"inhibit_rules: [{name: a, source: {}, target: {b: c}}]", "f0.yaml:2 R103"},
      {"route: {mute_time_intervals: {info: [nigths]}}\ntime_intervals: [{name: nights}]", "f0.yaml:2 R607"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) BOOST_TEST(Texts(LoadAll({head + row.text + "\n"})) == row.codes);
  BOOST_TEST(Texts(LoadAll({kHead + Cpu("A", "    mute_time_intervals: [nights]\n")})) == "f0.yaml:7 R607");
  BOOST_TEST(Texts(LoadAll({kHead + Cpu("A", "    until: 2026-12-01\n")})) == "f0.yaml:7 R452");
  BOOST_TEST(Texts(LoadAll({kHead + Cpu("A", "    mode: off\n    until: 2026-12-01\n")})) == "");
}

BOOST_AUTO_TEST_CASE(labels_may_have_places_of_labels_only) {
  BOOST_TEST(One("    labels: {squad: \"${team}-ops\"}\n")->labels.Get("squad") == "${team}-ops");
  BOOST_TEST(Texts(LoadAll({kHead + Cpu("A", "    labels: {size: \"${value}\"}\n")})) == "f0.yaml:7 R310");
}

BOOST_AUTO_TEST_CASE(a_rule_tells_its_former_names) {
  BOOST_TEST((One("    renamed_from: [OldName, older-id]\n")->renamed_from == std::vector<std::string>{"old-name", "older-id"}));
  BOOST_TEST(Texts(LoadAll({kHead + Cpu("A", "    renamed_from: [B]\n") + Cpu("B")})) == "f0.yaml:7 R303");
  BOOST_TEST(Texts(LoadAll({kHead + Cpu("A", "    renamed_from: [A]\n")})) == "f0.yaml:7 R216");
}

BOOST_AUTO_TEST_CASE(settings_of_a_bad_file_are_not_taken) {
  const LoadedRules loaded = LoadAll({"apiVersion: rules/v1\ncurrency: {base: EUR}\nownership: []\nrules: [x]\n"});
  BOOST_TEST(loaded.rules->settings.base_currency.code() == "USD");
  BOOST_TEST(loaded.rejected.size() == 1u);
}

BOOST_AUTO_TEST_CASE(for_takes_a_time_or_a_number_of_points) {
  const struct { const char *text, *codes; } rows[] = {{"15m", ""}, {"3 of 5 points", ""}, {"3 of 3 points", ""}, {"1 of 1 point", ""}, {"3 of 5", ""}, {"0 of 5 points", "R213"}, {"6 of 5 points", "R213"},
                                                      {"x of y points", "R213"}, {"3 of 5000 points", "R213"}, {"3 of 5 apples", "R213"}, {"5q", "R203"}, {"5", "R204"}, {"-5m", "R210"}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
      const LoadedRules loaded = LoadAll({kHead + Cpu("A", absl::StrCat("    for: ", row.text, "\n"))});
      BOOST_TEST((loaded.diagnostics.empty() ? "" : loaded.diagnostics[0].code) == row.codes);
    }
}

BOOST_AUTO_TEST_CASE(no_files_are_no_rules_and_too_many_bytes_are_refused) {
  BOOST_TEST(LoadRules({}).rules->rules.empty());
  const std::string big(std::size_t{4} << 20, '#');
  std::vector<SourceFile> files;
  for (int i = 0; i < 17; ++i) files.push_back({absl::StrCat("f", i), big});
  const LoadedRules loaded = LoadRules(files);
  BOOST_TEST(Texts(loaded) == "f0:1 R002");
  BOOST_TEST(loaded.rejected.size() == 17u);
}

// 300 rules, and what `tail` adds behind them.
std::string ManyRules(const std::string& head, const std::string& tail) {
  std::string out = "apiVersion: rules/v1\n" + head + "rules:\n";
  for (int i = 0; i < 300; ++i)
    absl::StrAppend(&out, i % 3 == 0 ? absl::StrCat("  - {alert: Rule", i, ", kind: threshold, watch: {metric: spend, by: [team]}, when: {above: ", i, "}}\n")
                                     : absl::StrCat("  - alert: Rule", i, "\n    kind: threshold\n    watch: {metric: spend, by: [team]}\n    levels:\n      warning: {above: 5}\n      critical: {above: ", i + 6, ", for: 1h}\n"));
  return out + tail;
}

BOOST_AUTO_TEST_CASE(rules_that_two_read_are_those_that_one_reads) {
  static int asked;
  const DoBoth both = [](const std::function<void()>& one, const std::function<void()>& other) { ++asked, other(), one(); };
  const std::string first = "  - {alert: Rule0, kind: threshold, watch: {metric: spend}, when: {above: 1}}\n", wrong = "  - {alert: Last, kind: threshold, watch: {metric: spend}, when: {abov: 1}}\n";
  const std::string table = "  - {alert: Last, kind: budget, watch: {cost: billed, by: [team]}, amounts_file: missing.csv, levels: {warning: {actual: 80%}}}\n";
  const std::string tested = "  - alert: Last\n    kind: threshold\n    watch: {metric: spend}\n    when: {above: 1}\n    tests: [{name: one, series: [{labels: {team: a}, values: 0 for 1h}], expect: []}]\n";
  const std::string texts[] = {ManyRules("", ""), ManyRules("defaults: {owner: {team: shop}, severity: info}\n", ""), ManyRules("", first), ManyRules("", wrong), ManyRules(wrong, ""), ManyRules("", table), ManyRules("", tested), ManyRules("currency: EURO\n", "")};
  for (const std::string& text : texts) {
    const SourceFile file{"a.yaml", text};
    asked = 0;
    const LoadedRules one = LoadRules({&file, 1}), two = LoadRules({&file, 1}, both);
    BOOST_TEST(asked > 0);
    BOOST_TEST(DiagnosticsToJson(one.diagnostics, 1, 1) == DiagnosticsToJson(two.diagnostics, 1, 1));
    BOOST_TEST(one.tests.size() == two.tests.size());
    BOOST_TEST_REQUIRE(one.rules->rules.size() == two.rules->rules.size());
    for (std::size_t i = 0; i < one.rules->rules.size(); ++i) {
      BOOST_TEST_REQUIRE(one.rules->rules[i]->revision == two.rules->rules[i]->revision);
      BOOST_TEST_REQUIRE(one.rules->rules[i]->line == two.rules->rules[i]->line);
    }
  }
  const SourceFile good{"a.yaml", texts[0]}, twice{"a.yaml", texts[2]};
  BOOST_TEST(LoadRules({&good, 1}, both).rules->rules.size() == 300u);
  BOOST_TEST(!LoadRules({&twice, 1}, both).diagnostics.empty());
  const SourceFile with_test{"a.yaml", texts[6]};
  BOOST_TEST(LoadRules({&with_test, 1}, both).tests.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
