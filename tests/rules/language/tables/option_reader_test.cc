#include "rules/language/tables/option_reader.h"

#include <boost/test/unit_test.hpp>

using namespace nephoscope;

namespace {

constexpr const char* kColours[] = {"red", "green", "blue"};
const Option kInnerOptions[] = {
    {.name = "amount", .type = OptionType::kMoney, .sentence = "Money.", .example = "5 USD", .required = true},
    {.name = "note", .type = OptionType::kText, .sentence = "Text.", .default_text = "none"},
};
const OptionTable kInner = {"inner", "Inner.", kInnerOptions};
const Option kOptions[] = {
    {.name = "text", .type = OptionType::kText, .sentence = "Text."},
    {.name = "template", .type = OptionType::kTemplate, .sentence = "Text with places."},
    {.name = "url", .type = OptionType::kUrl, .sentence = "Address."},
    {.name = "flag", .type = OptionType::kFlag, .sentence = "Yes or no.", .default_text = "true"},
    {.name = "integer", .type = OptionType::kInteger, .sentence = "Whole.", .default_text = "7", .minimum = 1, .maximum = 10},
    {.name = "number", .type = OptionType::kNumber, .sentence = "Number.", .minimum = -1, .maximum = 1},
    {.name = "ratio", .type = OptionType::kRatio, .sentence = "Share.", .maximum = 1},
    {.name = "duration", .type = OptionType::kDuration, .sentence = "Time.", .default_text = "auto", .minimum = 1, .maximum = 3600},
    {.name = "plain_duration", .type = OptionType::kDuration, .sentence = "Time.", .default_text = "30s"},
    {.name = "money", .type = OptionType::kMoney, .sentence = "Money."},
    {.name = "rate", .type = OptionType::kMoney, .sentence = "Money per time.", .example = "5 USD/hour"},
    {.name = "quantity", .type = OptionType::kQuantity, .sentence = "Number and unit."},
    {.name = "bytes", .type = OptionType::kBytes, .sentence = "Size.", .default_text = "1 KiB", .minimum = 1024},
    {.name = "date", .type = OptionType::kDate, .sentence = "Date."},
    {.name = "choice", .type = OptionType::kChoice, .sentence = "One of.", .default_text = "green", .choices = kColours},
    {.name = "list", .type = OptionType::kTextList, .sentence = "Texts."},
    {.name = "texts", .type = OptionType::kTextMap, .sentence = "Names and texts."},
    {.name = "map", .type = OptionType::kMap, .sentence = "Keys.", .fields = &kInner},
    {.name = "short", .type = OptionType::kMap, .sentence = "Keys, or the amount alone.", .fields = &kInner, .shorthand = "amount"},
    {.name = "maps", .type = OptionType::kMapList, .sentence = "List of keys.", .fields = &kInner},
    {.name = "amounts", .type = OptionType::kMoneyMap, .sentence = "Names and amounts.", .fields = &kInner},
    {.name = "where", .type = OptionType::kMatchers, .sentence = "Labels."},
};
const OptionTable kTable = {"thing", "A thing.", kOptions};

struct Outcome {
  OptionValues values;
  std::vector<Diagnostic> diagnostics;
};

Outcome Read(const std::string& text, Expand expand = nullptr) {
  const SourceText source(text);
  DiagnosticSink sink("a.yaml", source);
  const YamlTree tree = YamlTree::Read(sink);
  Outcome out;
  if (tree.root() != nullptr) out.values = OptionReader(sink, {}, expand).Read(*tree.root(), kTable, "thing");
  out.diagnostics = sink.Take();
  return out;
}

// "R102:1:5 R103:2:1", what is wrong and where.
std::string Codes(const Outcome& outcome) {
  std::string out;
  for (const Diagnostic& d : outcome.diagnostics)
    out += (out.empty() ? "" : " ") + d.code + ":" + std::to_string(d.mark.line) + ":" + std::to_string(d.mark.column);
  return out;
}

std::string Show(const std::vector<Matcher>& matchers) {
  static constexpr const char* kOps[] = {"=", "in", "glob", "!=", "notin", "notglob", "=~", "!~", "missing", "present"};
  std::string out;
  for (const Matcher& m : matchers) {
    out += (out.empty() ? "" : "; ") + m.label + " " + kOps[static_cast<int>(m.op)];
    for (const std::string& v : m.values) out += " " + v;
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(option_reader_test)

BOOST_AUTO_TEST_CASE(every_type_is_read) {
  const Outcome got = Read(R"(
text: 0123
template: ${team} is high
url: https://example.com/
flag: false
integer: 6
number: -0.5
ratio: 80%
duration: 15 minutes
money: 42000.50 USD
rate: 12 EUR/day
quantity: 5 MB
bytes: 64 KiB
date: 2026-11-26
choice: blue
list: [a, "b c", no]
texts: {a: 1.10, b: no}
map: {amount: 5 USD, note: hi}
short: 7 USD
maps:
  - amount: 1 USD
  - {amount: 2 USD, note: x}
amounts: {payments: 3 USD, search: {amount: 4 USD, note: y}}
where: {env: prod}
)");
  BOOST_TEST(Codes(got) == "");
  const OptionValues& v = got.values;
  BOOST_TEST(v.Text("text") == "0123");
  BOOST_TEST(v.Text("template") == "${team} is high");
  BOOST_TEST(v.Text("url") == "https://example.com/");
  BOOST_TEST(!v.Flag("flag"));
  BOOST_TEST(v.Integer("integer") == 6);
  BOOST_TEST(v.Number("number") == -0.5);
  BOOST_TEST(v.Number("ratio") == 0.8);
  BOOST_TEST((v.Duration("duration") == absl::Minutes(15)));
  BOOST_TEST(v.Amount("money").micros == 42'000'500'000);
  BOOST_TEST(v.Amount("money").currency.code() == "USD");
  BOOST_TEST(v.AsQuantity("rate").base == "EUR/day");
  BOOST_TEST(v.Amount("rate").currency.code() == "EUR");
  BOOST_TEST(v.AsQuantity("quantity").value == 5e6);
  BOOST_TEST(v.Integer("bytes") == 65536);
  BOOST_TEST((v.Date("date") == absl::CivilSecond(2026, 11, 26)));
  BOOST_TEST(v.Text("choice") == "blue");
  BOOST_TEST((v.TextList("list") == std::vector<std::string>{"a", "b c", "no"}));
  BOOST_TEST(v.TextMap("texts")[0].second == "1.10");
  BOOST_TEST(v.TextMap("texts")[1].second == "no");
  BOOST_TEST(v.Map("map").Amount("amount").micros == 5'000'000);
  BOOST_TEST(v.Map("short").Amount("amount").micros == 7'000'000);
  BOOST_TEST(v.Map("short").Text("note") == "none");
  BOOST_REQUIRE(v.MapList("maps").size() == 2u);
  BOOST_TEST(v.MapList("maps")[1].Text("note") == "x");
  BOOST_REQUIRE(v.NamedMaps("amounts").size() == 2u);
  BOOST_TEST(v.NamedMaps("amounts")[0].first == "payments");
  BOOST_TEST(v.NamedMaps("amounts")[0].second.Amount("amount").micros == 3'000'000);
  BOOST_TEST(v.NamedMaps("amounts")[0].second.Text("note") == "none");
  BOOST_TEST(v.NamedMaps("amounts")[1].second.Text("note") == "y");
  BOOST_TEST(Show(v.Matchers("where")) == "env = prod");
}

BOOST_AUTO_TEST_CASE(what_nobody_wrote_has_its_default_and_is_not_given) {
  const Outcome got = Read("text: x\n");
  BOOST_TEST(got.values.Flag("flag"));
  BOOST_TEST(got.values.Integer("integer") == 7);
  BOOST_TEST((got.values.Duration("plain_duration") == absl::Seconds(30)));
  BOOST_TEST(!got.values.Has("duration"));  // auto
  BOOST_TEST(got.values.Integer("bytes") == 1024);
  BOOST_TEST(got.values.Text("choice") == "green");
  BOOST_TEST(got.values.Has("choice"));
  BOOST_TEST(!got.values.Given("choice"));
  BOOST_TEST(got.values.Given("text"));
  BOOST_TEST(!got.values.Has("map"));
  BOOST_TEST(got.values.Map("map").Text("note") == "none");  // the defaults of a map that is not there
  BOOST_TEST(!got.values.Has("money"));
  BOOST_TEST(!Read("duration: auto\n").values.Has("duration"));
  BOOST_TEST(Codes(Read("plain_duration: auto\n")) == "R203:1:17");
}

BOOST_AUTO_TEST_CASE(every_type_refuses_what_it_is_not_at_its_place) {
  const struct { const char *yaml, *codes; } rows[] = {
      {"text: [a]", "R104:1:7"},        {"text: {a: b}", "R104:1:7"},      {"text:", "R105:1:1"},           {"text: ~", "R105:1:1"},
      {"template: [a]", "R104:1:11"},   {"url: example.com", "R209:1:6"},  {"flag: yes", "R202:1:7"},       {"integer: 2.5", "R201:1:10"},
      {"integer: 0", "R210:1:10"},      {"integer: 11", "R210:1:10"},      {"number: 1.5", "R210:1:9"},     {"number: x", "R201:1:9"},
      {"ratio: 80", "R204:1:8"},        {"ratio: 101%", "R210:1:8"},       {"duration: 5q", "R203:1:11"},   {"duration: 500ms", "R210:1:11"},
      {"duration: 2h", "R210:1:11"},    {"money: 5", "R204:1:8"},          {"money: 5 USD/day", "R206:1:8"}, {"rate: 5 USD", "R206:1:7"},
      {"quantity: 5 x", "R205:1:11"},   {"bytes: 5", "R204:1:8"},          {"bytes: 5 B", "R210:1:8"},      {"date: 1.1.2026", "R208:1:7"},
      {"choice: grene", "R214:1:9"},    {"choice: [red]", "R104:1:9"},     {"list: {a: b}", "R104:1:7"},    {"list: [a, [b]]", "R104:1:11"},
      {"list:", "R105:1:1"},            {"texts: x", "R104:1:8"},          {"texts: {a: [b]}", "R104:1:12"}, {"texts: {a: }", "R105:1:9"},
      {"map: x", "R104:1:6"},           {"map: [a]", "R104:1:6"},          {"map: {note: x}", "R103:1:6"},  {"map: {amount: x}", "R206:1:15"},
      {"map: {amuont: 5 USD}", "R102:1:7"}, {"short: x", "R206:1:8"},      {"maps: {amount: 5 USD}", "R104:1:7"}, {"maps: [a]", "R104:1:8"},
      {"maps: [{note: a}]", "R103:1:8"}, {"amounts: 5 USD", "R104:1:10"},  {"amounts: {a: x}", "R206:1:14"}, {"amounts: {a: {note: x}}", "R103:1:14"},
      {"amounts: {a: }", "R105:1:11"},  {"where: [a]", "R104:1:8"},        {"where: {a: }", "R105:1:9"},    {"where: {a: {matches: '('}}", "R211:1:22"},
      {"where: {a: {missing: maybe}}", "R202:1:22"}, {"where: {a: {at_least: high}}", "R201:1:23"}, {"where: {a: {atleast: 3}}", "R102:1:13"}, {"where: {a: ''}", "R105:1:12"}, {"where: 'a=b'", "R104:1:8"},
      {"where: 'a=~\"(\"'", "R211:1:8"}, {"nothing: 1", "R102:1:1"},       {"txet: a", "R102:1:1"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.yaml) { BOOST_TEST(Codes(Read(std::string(row.yaml) + "\n")) == row.codes); }
}

BOOST_AUTO_TEST_CASE(all_problems_of_a_map_are_told_and_the_good_values_are_kept) {
  const Outcome got = Read("integer: x\nchoice: grene\nduration: 5q\ntext: kept\nfoo: 1\nmap:\n  amuont: 3 USD\n  note: 5\n");
  BOOST_TEST(Codes(got) == "R201:1:10 R214:2:9 R203:3:11 R102:5:1 R102:7:3");
  BOOST_TEST(got.values.Text("text") == "kept");
  BOOST_TEST(got.values.Map("map").Text("note") == "5");
}

BOOST_AUTO_TEST_CASE(a_misspelt_key_is_answered_with_the_nearest_and_the_list) {
  const Outcome got = Read("chioce: red\n");
  BOOST_REQUIRE(got.diagnostics.size() == 1u);
  BOOST_TEST(got.diagnostics[0].suggestion.value_or("") == "choice");
  BOOST_TEST(got.diagnostics[0].caret_text == "did you mean \"choice\"?");
  BOOST_TEST(got.diagnostics[0].help.substr(0, 34) == "keys allowed here: text, template,");
}

BOOST_AUTO_TEST_CASE(a_key_at_the_wrong_place_is_sent_to_the_right_one) {
  BOOST_TEST(Read("amount: 5 USD\n").diagnostics.at(0).caret_text == "this key belongs below map: write map: {amount: 5 USD}");
}

BOOST_AUTO_TEST_CASE(where_has_every_form) {
  const struct { const char *yaml, *want; } rows[] = {
      {"{env: prod}", "env = prod"},
      {"{env: [prod, stage]}", "env in prod stage"},
      {"{env: \"prod*\"}", "env glob prod*"},
      {"{env: [prod, \"st*\"]}", "env =~ (?:prod|st(?s:.*))"},
      {"{env: {not: prod}}", "env != prod"},
      {"{env: {not: [a, b]}}", "env notin a b"},
      {"{env: {not: \"a*\"}}", "env notglob a*"},
      {"{env: {matches: \"a|b\"}}", "env =~ a|b"},
      {"{env: {not: {matches: \"a|b\"}}}", "env !~ a|b"},
      {"{env: {missing: true}}", "env missing"},
      {"{env: {missing: false}}", "env present"},
      {"'env=~\"prod|stage\", team!=\"\"'", "env =~ prod|stage; team present"},
      {"'{a=\"b\",c!=\"d\",e!~\"f\",g=\"\"}'", "a = b; c != d; e !~ f; g missing"},
      {"{a: b, c: d}", "a = b; c = d"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.yaml) {
      const Outcome got = Read(std::string("where: ") + row.yaml + "\n");
      BOOST_TEST(Codes(got) == "");
      BOOST_TEST(Show(got.values.Matchers("where")) == row.want);
    }
}

BOOST_AUTO_TEST_CASE(an_aliased_value_is_read_like_the_original_and_marked_where_it_is_used) {
  const Outcome good = Read("texts: {a: &x 5 USD}\nmoney: *x\n");
  BOOST_TEST(Codes(good) == "");
  BOOST_TEST(good.values.Amount("money").micros == 5'000'000);
  BOOST_TEST(Codes(Read("text: &x what\nmoney: *x\n")) == "R206:2:8");
}

BOOST_AUTO_TEST_CASE(references_are_replaced_and_their_values_never_shown) {
  const Expand expand = [](absl::string_view name, std::string& value) {
    if (name == "FIVE") return value = "5", true;
    if (name == "SECRET") return value = "hunter2", true;
    if (name == "EMPTY") return value = "", true;
    if (name == "file:/run/secret") return value = "from file", true;
    return false;
  };
  const struct { const char *yaml, *want; } texts[] = {{"a${FIVE}b", "a5b"}, {"${NONE:-x y}", "x y"}, {"${EMPTY:-d}", "d"}, {"${EMPTY}", ""}, {"${file:/run/secret}", "from file"},
                                                      {"$$x$${FIVE}", "$x${FIVE}"}, {"$5 $ x$", "$5 $ x$"}, {"${NONE:-}", ""}};
  for (const auto& row : texts) BOOST_TEST_CONTEXT(row.yaml) {
      const Outcome got = Read(std::string("text: '") + row.yaml + "'\n", expand);
      BOOST_TEST(Codes(got) == "");
      BOOST_TEST(got.values.Text("text") == row.want);
    }
  BOOST_TEST(Read("integer: ${FIVE}\nlist: [\"${FIVE}\"]\n", expand).values.Integer("integer") == 5);
  BOOST_TEST(Read("list: [\"${FIVE}\"]\n", expand).values.TextList("list").at(0) == "5");
  const struct { const char *yaml, *codes; } bad[] = {{"text: ${NONE}", "A001:1:7"}, {"text: ${NONE", "A002:1:7"}, {"text: ${a b}", "A002:1:7"}, {"text: ${}", "A002:1:7"}, {"text: ${file:/nowhere}", "A003:1:7"},
                                                     {"list: [\"${NONE}\"]", "A001:1:8"}, {"texts: {a: \"${NONE}\"}", "A001:1:12"}};
  for (const auto& row : bad) BOOST_TEST_CONTEXT(row.yaml) { BOOST_TEST(Codes(Read(std::string(row.yaml) + "\n", expand)) == row.codes); }
  for (const char* yaml : {"integer: ${SECRET}", "choice: ${SECRET}", "money: ${SECRET}", "duration: ${SECRET}", "url: ${SECRET}", "ratio: ${SECRET}", "flag: ${SECRET}", "date: ${SECRET}",
                           "bytes: ${SECRET}", "quantity: ${SECRET}", "number: ${SECRET}"})
    BOOST_TEST_CONTEXT(yaml) {
      const Outcome got = Read(std::string(yaml) + "\n", expand);
      BOOST_REQUIRE(got.diagnostics.size() == 1u);
      const Diagnostic& d = got.diagnostics[0];
      BOOST_TEST((d.message + d.caret_text + d.help + d.note + d.suggestion.value_or("")).find("hunter2") == std::string::npos);
      BOOST_TEST(d.message.find("${SECRET}") != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
