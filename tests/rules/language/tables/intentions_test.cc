// What people write who come from other tools: each is answered at its place, and the remedy, put
// in place, is taken. Rows stand for files; « and » mark what the answer is about, N is a number
// from 20 to 99. NEPHOSCOPE_MUTANTS_SEED repeats a run; NEPHOSCOPE_MUTANTS_SHOW=1 prints what was
// answered wrongly; NEPHOSCOPE_MUTANTS_DUMP=FOLDER writes the files and what is expected of each.
#include "rules/language/tables/intentions.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "rules/language/language.h"
#include "rules/language/checks/lint.h"

using namespace nephoscope;

namespace {

struct Row {
  const char* base;   // which file it stands in, by FileOf
  const char* bad;    // lines of it
  const char* wants;  // what the answer says
  bool mends = true;  // its remedy, put in place of the marked text, is taken
};

// A metric, a budget, a check of an address, idle machines, settings, a whole file.
constexpr Row kRows[] = {
    // Numbers: the remedy is never another one.
    {"budget", "budget: {amount: «\"N.000,50 EUR\"»}", "N000.50 EUR"},
    {"budget", "budget:\n  amount: «N,5 USD»", "N.5 USD"},
    {"budget", "budget: {amount: «N,75 USD»}", "N.75 USD"},
    {"budget", "budget: {amount: «N,000 USD»}", "N000 USD, or N USD", false},
    {"budget", "budget: {amount: «1,234,567 USD»}", "1234567 USD"},
    {"budget", "budget: {amount: «\"1,2N.50 USD\"»}", "12N.50 USD"},
    {"budget", "budget: {amount: «N 000 USD»}", "N000 USD"},
    {"budget", "budget: {amount: «N'000 CHF»}", "N000 CHF"},
    {"budget", "budget: {amount: «N.000.000 USD»}", "N000000 USD"},
    {"budget", "budget: {amount: «N.000 USD»}", "is read as N USD", false},
    {"budget", "budget: {amount: «N.125 USD»}", "is read as N.125 USD", false},
    {"budget", "budget: {amount: «€N.000,50»}", "N000.50 EUR"},
    {"budget", "budget: {amount: «\"$N,5\"»}", "N.5 USD"},
    {"budget", "budget: {amount: «N BTC»}", "write its ISO code", false},
    {"budget", "budget: {amount: «N XBT»}", "write its ISO code", false},
    {"budget", "budget: {amount: «N USDT»}", "write its ISO code", false},
    {"budget", "budget: {amount: «N UDS»}", "N USD"},
    {"budget", "budget: {amount: «N USDD»}", "N USD"},
    {"budget", "budget: {amount: «N euro»}", "N EUR"},
    {"budget", "budget: {amount: «N million USD»}", "NM USD"},
    {"budget", "budget: {amount: «NK USD»}", "Nk USD"},
    {"budget", "budget: {amount: «EURN»}", "N EUR"},
    {"metric", "when: {above: «\"N,5%\"»}", "N.5%"},
    {"metric", "when: {above: «N,5%»}", "N.5%"},
    {"metric", "when: {above: «1.0»}", "100%  (or 1%", false},
    {"metric", "when: {above: «1»}", "100%  (or 1%", false},
    {"metric", "when: {above: «0.N»}", "N%  (or 0.N%", false},
    {"metric", "when: {above: «N»}", "N%"},
    {"spend", "when: {forecast: «1.0»}", "100%  (or 1%", false},
    {"memory", "when: {below: «N»}", "N GiB  (or N B", false},
    {"check", "check: {http: «shop.example.com/health»}", "https://shop.example.com/health or http",
     false},
    {"spend", "when: {forecast: «1.2»}", "120%  (or 1.2%", false},
    {"metric", "when: {above: 50%}\nkeep_firing_for: «1,5h»", "1.5h"},
    {"metric", "when: {above: 50%}\nmin_impact: «N,5 USD»", "N.5 USD"},
    {"traffic", "when: {above: «N Mbit/s»}", " MB/s"},
    {"traffic", "when: {above: «N Mb/s»}", "if bytes are meant", false},
    {"traffic", "when: {above: «N MB per hour»}", "N MB/hour"},
    {"traffic", "when: {above: «N mb/s»}", "N MB/s"},
    {"metric", "when: {above: «N pct»}", "N%"},
    {"budget", "budget: {amount: «1.5m USD»}", "1.5M USD"},
    {"pace", "burn_alerts: «[standard]»", "burn_alerts: standard"},
    {"pace", "burn_alerts:\n  - «standard»", "{set: standard}"},
    // A comparison, or severities, in keys of their own.
    {"metric", "when: {«operator»: \"<\", threshold: N%}", "write below: N%", false},
    {"metric", "when: {«threshold»: N%, operator: LessThanThreshold}", "write below: N%", false},
    {"metric", "when:\n  «op»: gte\n  value: N%", "write at_least: N%", false},
    {"metric", "«operator»: \"<\"\nthreshold: N%", "write when: {below: N%}", false},
    {"metric", "when: {«warning»: 80%, critical: 9N%}",
     "write levels: {warning: {above: 80%}, critical: {above: 9N%}}", false},
    {"metric", "when:\n  «warning»: {above: 80%}\n  critical: {above: 90%}",
     "write levels: {warning: {above: 80%}, critical: {above: 90%}}", false},
    {"spend", "when: {«warning»: 80%}", "write levels: {warning: {actual: 80%}}", false},
    // A comma in a map of free names.
    {"budget", "budget:\n  amounts: {payments: «N,000 USD», search: 18 USD}",
     "N000 USD, or N USD if", false},
    {"budget", "budget: {amounts: {payments: «N,5 USD»}}", "N.5 USD"},
    {"budget", "budget: {amounts: {payments: «6,8N.50 USD»}}", "68N.50 USD"},
    {"budget", "budget: {amounts: {payments: «N.000,50 USD»}}", "N000.50 USD"},
    {"budget", "budget: {amounts: {payments: «1.000,5 USD»}}", "1000.5 USD"},
    {"budget", "budget: {amounts: {payments: «N.000,- EUR»}}", "write N000 EUR"},
    {"budget", "budget: {amounts: {payments: «1,234,567 USD»}}", "1234567 USD"},
    {"budget", "budget: {amount: «\"N.000,- EUR\"»}", "write N000 EUR"},
    {"budget", "budget: {amount: «N.- CHF»}", "write N CHF"},
    {"metric", "when: {above: 50%}\nlabels: {cost: «1,5»}", "1.5, or \"1,5\"", false},
    {"label", "watch: {cost: billed, where: {size: «1,5»}}", "1.5, or \"1,5\"", false},
    {"settings", "currency: {base: EUR, rates: {USD: «0,92»}}", "write 0.92", false},
    // Taken, with another meaning.
    {"label", "watch: {cost: billed, by: «\"team, service\"»}", "[team, service]"},
    {"label", "watch: {cost: billed, by: team, «service»}", "by: [team, service]", false},
    {"named", "watch:\n  metric: «rate(http_requests_total[5m])»", "write kind: expr", false},
    {"named", "watch: {metric: «\"avg:system.load.1{*}\"»}", "write kind: expr", false},
    {"metric", "when: {above: 50%}\nsummary: the load of «$db_instance» is high", "${db_instance}"},
    {"metric", "when: {above: 50%}\nsummary: the load of «{db_instance}» is high",
     "${db_instance}"},
    {"label", "watch: {cost: billed, by: [«\"tag:team\"»]}", "write team"},
    {"label", "watch: {cost: billed, by: [«Tags.team»]}", "write team"},
    {"label", "watch: {cost: billed, where: {«tags.env»: prod}}", "write env"},
    {"label", "watch: {cost: billed, by: [«ServiceName»]}", "service"},
    {"label", "watch: {cost: billed, by: [«Account»]}", "account"},
    {"label", "watch: {cost: billed, where: {env: «\"!dev\"»}}", "{not: dev}"},
    {"label", "watch: {cost: billed, where: {env: «\"!=dev\"»}}", "{not: dev}"},
    {"label", "watch: {cost: billed, where: {env: «\"prod|stage\"»}}", "[prod, stage]"},
    {"label", "watch: {cost: billed, where: {env: «\"prod,stage\"»}}", "[prod, stage]"},
    {"label", "watch: {cost: billed, where: {env: «\"=~prod-[0-9]\"»}}",
     "{matches: \"prod-[0-9]\"}"},
    {"label", "watch: {cost: billed, where: {env: «prod.*»}}", "{matches: \"prod.*\"}"},
    {"label", "watch: {cost: billed, where: {size: «\">= N\"»}}", "{at_least: N}"},
    {"label", "watch: {cost: billed, where: {env: «$env»}}", "there are no variables", false},
    {"named", "watch: {metric: «AWS/EC2 CPUUtilization»}", "aws.ec2.cpu_utilization"},
    {"named", "watch: {metric: «ec2.cpu_utilization»}", "aws.ec2.cpu_utilization"},
    {"named", "watch: {metric: «aws.ec2.cpuutilization»}", "aws.ec2.cpu_utilization"},
    {"named", "watch: {metric: «CPUUtilization»}", "aws.", false},
    {"metric", "when: {above: «800%»}", "ends at 100%", false},
    {"metric", "when: {above: 50%}\nannotations: {«smumary»: too busy}", "summary"},
    {"metric", "when: {above: 50%}\nlabels: {«severityy»: critical}", "the key severity", false},
    // Conditions.
    {"metric", "when: {«\">\": N%»}", "above: N%"},
    {"metric", "when: {«\">=\": N%»}", "at_least: N%"},
    {"metric", "when: {«gt: N%»}", "above: N%"},
    {"metric", "when:\n  «threshold: N%»", "above: N%"},
    {"metric", "when: «value > N%»", "{above: N%}"},
    {"metric", "when: «N%»", "{above: N%}"},
    {"metric", "when: «\">= N%\"»", "{at_least: N%}"},
    {"metric", "when: «cpu > N% for 10m»", "{above: N%, for: 10m}"},
    {"metric", "when: «less than N%»", "{below: N%}"},
    {"metric", "when: «between 10% and N%»", "{at_least: 10%, at_most: N%}"},
    {"metric", "when: {«above: \">= N%\"»}", "at_least: N%"},
    {"metric", "when: {«above: \"> N%\"»}", "above: N%"},
    {"metric", "when: {«below: \"> N%\"»}", "above: N%, or below: N%", false},
    {"metric", "when: {«above: N% for 10 minutes»}", "above: N%, for: 10 minutes"},
    {"metric", "when:\n  «above: N% for 10 minutes»", "for: 10 minutes"},
    {"metric", "when: {«above: N% for 3 times»}", "for: 3 of 3 points"},
    {"metric", "when: {«between»: [10%, N%]}", "at_least: LOW, at_most: HIGH", false},
    {"metric", "«warning: N%»", "levels: {warning: {above: N%}}"},
    {"metric", "«threshold: N%»", "when: {above: N%}"},
    {"metric", "«above: N%»", "when: {above: N%}"},
    {"metric", "levels: {warning: «N%»}", "{above: N%}"},
    {"metric", "levels: {«low»: {above: N%}}", "info"},
    {"metric", "levels: {«P1»: {above: N%}}", "critical"},
    {"metric", "levels: {«error»: {above: N%}}", "critical"},
    {"metric", "levels: {«medium»: {above: N%}}", "warning"},
    {"metric", "when: {above: N%}\nseverity: «P2»", "warning"},
    {"metric", "when: {above: N%}\nseverity: «high»", "critical"},
    {"metric", "when: {above: N%}\n«priority: P1»", "severity: critical"},
    {"metric", "when: {above: 50%}\nrecover: «\"< N%\"»", "{below: N%}"},
    {"metric", "when: {above: 50%}\nrecover: «N%»", "below", false},
    {"metric", "when:\n  «-» above: N%", "without the -", false},
    {"label", "watch: {cost: billed, where: {env: {«eq»: prod}}}", "write env: prod", false},
    {"label", "watch: {cost: billed, where: {env: {«regex»: \"prod-.\"}}}", "matches"},
    {"label", "watch: {cost: billed, where: {env: {«not_in»: [dev, test]}}}", "not"},
    {"spend", "when: «actual > N%»", "{actual: N%}"},
    {"spend", "when: «forecast >= N%»", "{forecast: N%}"},
    {"spend", "«warning: N%»", "levels: {warning: {actual: N%}}"},
    {"spend", "when: {«threshold: N%»}", "actual: N%"},
    // Amounts.
    {"budget", "budget: «N USD»", "{amount: N USD}"},
    {"budget", "budget: {«limit: N USD»}", "amount: N USD"},
    {"budget", "«amount: N USD»", "budget: {amount: N USD}"},
    {"budget", "budget:\n  «amount»:\n    payments: N USD", "amounts"},
    {"budget", "budget: {amount: N USD, «currency»: USD}", "behind the amount", false},
    {"budget", "budget: {amount: N USD, «timeUnit: monthly»}", "period: month"},
    // Checks.
    {"check", "check: {«url: https://shop.example.com»}", "http: https://shop.example.com"},
    {"check", "check: {http: https://shop.example.com, «interval: Ns»}", "every: Ns"},
    {"check", "check: {http: https://shop.example.com, «timeout_seconds: 4»}", "timeout: 4s"},
    {"check", "check: «https://shop.example.com»", "{http: https://shop.example.com}"},
    {"check", "«url: https://shop.example.com»", "runbook: https", false},
    // Times.
    {"metric", "when: {above: 50%}\nfor: «3/5»", "3 of 5 points"},
    {"metric", "when: {above: 50%}\nfor: «3 out of 5»", "3 of 5 points"},
    {"metric", "when: {above: 50%}\nfor: «PTNM»", "write", true},
    {"metric", "when: {above: 50%}\nfor: «PT15M»", "15m"},
    {"metric", "when: {above: 50%}\nfor: «\"00:15:00\"»", "15m"},
    {"metric", "when: {above: 50%}\nkeep_firing_for: «PT1H30M»", "1h30m"},
    {"metric", "when: {above: 50%}\n«evaluation_periods: 3»", "for: 3 of 3 points"},
    {"metric", "when: {above: 50%}\n«duration: Nm»", "for: Nm"},
    {"metric", "when: {above: 50%}\n«interval: 5m»", "every: 5m"},
    {"metric", "when: {above: 50%}\n«cron»: \"0 8 * * 1\"", "no cron expressions", false},
    {"metric", "when: {above: 50%}\nmode: shadow\nuntil: «24.12.2030»", "2030-12-24"},
    {"metric", "when: {above: 50%}\nmode: shadow\nuntil: «12/24/2030»", "2030-12-24"},
    {"metric", "when: {above: 50%}\nmode: shadow\nuntil: «03/04/2030»", "2030-04-03, or 2030-03-04",
     false},
    {"metric", "when: {above: 50%}\nmode: shadow\nuntil: «24 December 2030»", "2030-12-24"},
    {"metric", "when: {above: 50%}\nmode: shadow\nuntil: «\"Dec 24, 2030\"»", "2030-12-24"},
    {"metric", "when: {above: 50%}\nmode: shadow\nuntil: «2030/12/24»", "2030-12-24"},
    {"metric", "when: {above: 50%}\nmode: shadow\nuntil: «2030-12-24T18:00:00Z»",
     "2030-12-24 18:00"},
    {"settings",
     "maintenance:\n  - {name: freeze, where: {env: dev}, from: «24.12.2030», to: 2030-12-31}",
     "2030-12-24"},
    {"settings",
     "maintenance:\n  - {name: freeze, where: {env: dev}, «start: 2030-12-24», to: 2030-12-31}",
     "from: 2030-12-24"},
    {"settings",
     "maintenance:\n  - {name: patches, where: {env: dev}, every: {weekday: tuesday, at: «2am», "
     "for: 2h}}",
     "02:00"},
    {"settings", "time_intervals:\n  - {name: nights, times: [«10pm-6am»]}", "22:00-06:00"},
    {"settings", "maintenance:\n  - {name: patches, where: {env: dev}, «cron»: \"0 2 * * 2\"}",
     "write the day, the time", false},
    {"settings", "currency: «EUR»", "{base: EUR}"},
    // Datadog, CloudWatch, Grafana, Azure.
    {"metric", "when: {above: 50%}\n«renotify_interval: N»", "repeat: Nm"},
    {"metric", "when: {above: 50%}\n«repeat_interval: 4h»", "repeat: 4h"},
    {"metric", "when: {above: 50%}\n«notify_no_data: true»", "no_data: no_data"},
    {"metric", "when: {above: 50%}\n«no_data_timeframe: N»", "no_data: {after: Nm}"},
    {"metric", "when: {above: 50%}\n«noDataState: KeepLast»", "no_data: keep_last"},
    {"metric", "when: {above: 50%}\n«channel: owner»", "notify: owner"},
    {"metric", "when: {above: 50%}\n«recipients»: [owner]", "notify"},
    {"metric", "when: {above: 50%}\n«message: too busy»", "description: too busy"},
    {"metric", "when: {above: 50%}\n«runbook_url: https://wiki.example.com»",
     "runbook: https://wiki.example.com"},
    {"metric", "when: {above: 50%}\n«enabled: false»", "mode: off"},
    {"metric", "when: {above: 50%}\n«team: shop»", "owner: {team: shop}"},
    {"label", "watch: {cost: billed, «group_by: team»}", "by: team"},
    {"label", "watch: {cost: billed, «filter»: {env: prod}}", "where"},
    {"label", "watch: {cost: billed, «env: prod»}", "where: {env: prod}"},
    {"named", "watch: {«metricName: aws.rds.cpu_utilization»}", "metric: aws.rds.cpu_utilization"},
    {"named", "watch: {metric: aws.rds.cpu_utilization, «statistic: Average»}", "stat: avg"},
    {"named", "watch: {metric: aws.rds.cpu_utilization, «period: 300»}", "window: 300s"},
    {"named", "watch: «aws.rds.cpu_utilization»", "{metric: aws.rds.cpu_utilization}"},
    {"kind",
     "kind: «anomaly»\nwatch: {cost: billed, by: [service]}\nwhen: {impact: {at_least: 100 USD}}",
     "cost_anomaly"},
    {"kind",
     "kind: «anomaly_detection»\nwatch: {metric: aws.rds.cpu_utilization, by: [db_instance]}",
     "metric_anomaly"},
    {"kind",
     "«type: budget»\nwatch: {cost: billed}\nbudget: {amount: N USD}\nwhen: {forecast: 100%}",
     "kind"},
    {"idle", "watch: {resource: «ec2»}", "aws.ec2.instance"},
    {"idle", "watch: {resource: «\"AWS::EC2::Instance\"»}", "aws.ec2.instance"},
    {"kind",
     "kind: tag_compliance\nwatch: {resource: [«ebs»]}\ntags: {required: [team]}\nwhen: "
     "{untagged_cost: {above: 3%}}",
     "aws.ebs.volume"},
    {"kind",
     "kind: tag_compliance\nwatch: {resource: «Microsoft.Compute/virtualMachines»}\ntags: "
     "{required: [team]}\nwhen: {untagged_cost: {above: 3%}}",
     "azure.compute.virtual_machine"},
    // One place up or down, once.
    {"metric",
     "when: {above: 50%}\n«receivers»:\n  finops: {alertmanager: true}\nroute: {repeat_interval: "
     "{critical: 4h}}",
     "are settings", false},
    {"metric", "when:\n  above: 50%\n  «severity»: critical\n  runbook: https://wiki.example.com",
     "keys of the rule itself", false},
    {"kind",
     "kind: threshold\nwatch:\n«metric»: aws.rds.cpu_utilization\nby: [db_instance]\nwhen: {above: "
     "50%}",
     "below watch:", false},
    {"kind", "kind: threshold\n«metric: aws.rds.cpu_utilization»\nwhen: {above: 50%}",
     "watch: {metric: aws.rds.cpu_utilization}"},
    {"kind", "kind: threshold\nwatch:\n  metric: aws.rds.cpu_utilization\n  «when»: {above: 50%}",
     "the rule itself", false},
    {"kind", "«<<»: {kind: threshold}\nwatch: {metric: a}\nwhen: {above: 50}", "merge keys", false},
    // Broken where a map or a block begins.
    {"kind", "kind: threshold\nwatch:\n  «cost:billed»\nwhen: {above: 50 USD}", "cost: billed"},
    {"kind", "kind: threshold\nwatch:\n  «cost:billed»\n  by: [team]\nwhen: {above: 50 USD}",
     "cost: billed"},
    {"kind", "kind: expr\n«expr:|»\n  up == 0", "expr: |"},
    {"kind", "kind: expr\nexpr:«\xC2\xA0»|\n  up == 0", "write an ordinary space", false},
    {"kind", "kind: expr\nexpr: «\xC2\xA0»|\n  up == 0", "write an ordinary space", false},
    {"kind", "kind: expr\n«expr|»\n  up == 0", "expr: |"},
    {"kind", "kind: expr\nexpr: «| up == 0»\nfor: 5m", "write up == 0"},
    {"kind", "kind: threshold\nwatch:\n  «metric :a»\n  by: [b]\nwhen: {above: 5}", "metric: a"},
    {"label", "watch:\n  cost: billed\n  where:\n    «env:prod»", "env: prod"},
    {"kind",
     "kind: threshold\nwatch:\n«\xC2\xA0» metric: a\n  by: [b]\nwhen: {above: 5}",
     "write an ordinary space", false},
    {"kind",
     "kind: budget\nwatch: {cost: billed}\nbudget: {«<<»: {amount: 5 USD}}\nwhen: {forecast: 100%}",
     "merge keys", false},
    {"kind",
     "«kind:\xC2\xA0" "budget»\nwatch: {cost: billed}\nbudget: {amount: N USD}\nwhen: {forecast: 100%}",
     "kind: budget"},
    {"kind",
     "«kind:\xE2\x80\xAF" "budget»\nwatch: {cost: billed}\nbudget: {amount: N USD}\nwhen: {actual: 80%}",
     "kind: budget"},
    {"kind",
     "«kind = budget»\nwatch: {cost: billed}\nbudget: {amount: N USD}\nwhen: {forecast: 100%}",
     "kind: budget"},
    {"kind",
     "«kind=budget»\nwatch: {cost: billed}\nbudget: {amount: N USD}\nwhen: {forecast: 100%}",
     "kind: budget"},
    {"kind",
     "«kind := budget»\nwatch: {cost: billed}\nbudget: {amount: N USD}\nwhen: {forecast: 100%}",
     "kind: budget"},
    {"kind",
     "«kind\xEF\xBC\x9A" "budget»\nwatch: {cost: billed}\nbudget: {amount: N USD}\nwhen: {actual: 80%}",
     "kind: budget"},
    {"metric", "when: {«above N%»}", "above: N%"},
    {"metric", "when: {«above = N%»}", "above: N%"},
    {"spend", "levels: {warning: {«forecast N%»}}", "forecast: N%"},
    {"file", "«apiVersion = rules/v1»\nrules:\n  - alert: A\n    kind: threshold\n    watch: "
             "{metric: a}\n    when: {above: N}", "apiVersion: rules/v1"},
    {"kind", "kind: expr\n«expr |»\n  up == 0\nfor: 5m", "expr: |"},
    {"kind", "kind: expr\n«expr: |»\nup == 0\nfor: 5m", "more than this line has", false},
    {"kind", "kind: expr\n«expr: |-»\nup == 0", "more than this line has", false},
    // A word that is curly or invisible is told once.
    {"budget", "budget: {amount: «\xE2\x80\x9CN USD\xE2\x80\x9D»}", "\"N USD\""},
    {"budget", "budget:\n  amount: «\xE2\x80\x98N USD\xE2\x80\x99»", "\"N USD\""},
    {"metric", "when: {above: «\xE2\x80\x9CN%\xE2\x80\x9D»}", "\"N%\""},
    {"metric", "when: {above: N%}\nseverity: «\xE2\x80\x9C" "critical\xE2\x80\x9D»", "\"critical\""},
    // The nearest word is the one that fits its value; another number or the opposite is no slip.
    {"budget", "budget: {«amounst»: N USD}", "amount"},
    {"budget", "budget: {«amounst»: {payments: N USD}}", "amounts"},
    {"kind", "kind: idle\nwatch: {resource: aws.ec2.instance}\n«idl»: {over: 7d, all_of: [{metric: "
             "aws.ec2.cpu_utilization, below: 5%}]}\nwhen: {monthly_cost: {at_least: N USD}}", "idle"},
    {"budget", "«amounst»: N USD", "stands below budget", false},
    {"named", "watch: {metric: aws.rds.cpu_utilization, stat: «p999»}", "p95 and p99", false},
    {"named", "watch: {metric: aws.rds.cpu_utilization, stat: «p98»}", "p95 and p99", false},
    {"named", "watch: {metric: aws.rds.cpu_utilization, stat: «mix»}", "\"max\" or \"min\"", false},
    {"label", "watch: {cost: «blended»}", "no blended cost", false},
    {"label", "watch: {cost: «net_amortized»}", "effective"},
    {"named", "watch: {metric: «aws.rds.cpu»}",
     "\"aws.rds.cpu_utilization\", \"aws.rds.cpu_credit_balance\" or", false},
    {"named", "watch: {metric: «rds.cpu»}", "aws.rds.cpu_utilization or", false},
    {"metric", "when: {above: N%}\ndigest: «daily»", "{every: day, at: \"08:00\"}"},
    {"metric", "when: {above: N%}\ndigest: «weekly»", "{every: monday, at: \"08:00\"}"},
    {"metric", "when: {above: N%}\ndigest: «\"09:30\"»", "{at: \"09:30\"}"},
    {"metric", "when: {above: N%}\nlabels: {«severity»: page}", "severity: critical as a key", false},
    {"metric", "when: {above: N%}\nlabels: {«severity»: P3}", "severity: warning as a key", false},
    {"metric", "when: {above: N%}\n«email»: ops@example.com", "nephoscope help receivers", false},
    {"metric", "when: {above: N%}\n«webhook»: https://hooks.example.com/N",
     "nephoscope help receivers", false},
    {"metric", "when: {above: N%}\n«channel»: \"#alerts\"", "nephoscope help receivers", false},
    {"metric", "when: {above: N%}\nnotify: [owner]\n«slack»: ops", "nephoscope help receivers", false},
    {"settings",
     "inhibit_rules:\n  - «source_match»: {severity: critical}\n    target_match_re: {team: a.*}\n   "
     " equal: [team]",
     "source: {severity: critical}, target: {team: {matches: \"a.*\"}}", false},
    {"settings",
     "inhibit_rules:\n  - «source_matchers»: [\"severity=critical\"]\n    target_matchers: [\"team!=a\"]",
     "source: {severity: critical}, target: {team: {not: a}}", false},
    // Of other programs.
    {"file", "«globalAlertEmails»: [a@example.com]\nalerts:\n  - {type: budget, threshold: N}",
     "nephoscope import kubecost", false},
    {"file",
     "apiVersion: rules/v1\nrules:\n  - {«type»: spendChange, relativeThreshold: 0.2, window: 1d}",
     "nephoscope import kubecost", false},
    {"file", "«version»: prometheus/v1\nservice: a\nslos: [{name: b, objective: 99.9}]",
     "nephoscope new slo", false},
    {"file",
     "apiVersion: rules/v1\nrules:\n  - «uid»: a\n    title: b\n    condition: A\n    data: [{refId: "
     "A}]\n    noDataState: OK",
     "nephoscope new KIND", false},
    {"file",
     "apiVersion: rules/v1\nrules:\n  - «alert»: A\n    expr: up == 0\n    for: 5m\n    labels: "
     "{severity: page}",
     "nephoscope import prometheus FILE", false},
    {"file", "«groups»:\n  - name: g\n    rules: [{alert: A, expr: up == 0}]",
     "nephoscope import prometheus a.yaml", false},
    {"file",
     "apiVersion: monitoring.coreos.com/v1\nkind: «PrometheusRule»\nmetadata: {name: x}\nspec: "
     "{groups: [{name: g, rules: [{alert: A, expr: up == 0}]}]}",
     "nephoscope import prometheus a.yaml", false},
    {"file",
     "apiVersion: v1\nkind: «List»\nitems: [{apiVersion: monitoring.coreos.com/v1, kind: "
     "PrometheusRule}]",
     "nephoscope import prometheus a.yaml", false},
    {"file", "«Resources»: {A: {Type: \"AWS::CloudWatch::Alarm\"}}", "CloudFormation", false},
    {"file",
     "apiVersion: v1\nkind: «ConfigMap»\nmetadata: {name: x}\ndata: {a.yaml: \"rules: []\"}",
     "ConfigMap", false},
    {"file", "«AlarmName»: Busy\nMetricName: CPUUtilization\nNamespace: AWS/EC2\nThreshold: N",
     "CloudWatch alarm", false},
    {"file",
     "«name»: Busy\ntype: metric alert\nquery: \"avg(last_5m):avg:system.load.1{*} > N\"\nmessage: "
     "busy",
     "Datadog monitor", false},
    {"file",
     "apiVersion: rules/v1\n«alerts»:\n  - alert: A\n    kind: threshold\n    watch: {metric: a}\n "
     "   when: {above: N}",
     "rules"},
    {"file",
     "apiVersion: rules/v1\n«alert»: A\nkind: threshold\nwatch: {metric: a}\nwhen: {above: N}",
     "in the list rules:", false},
};

// The lines of a file in which `lines` stand.
std::vector<std::string> FileOf(absl::string_view base, const std::vector<std::string>& lines,
                                int rules_before) {
  if (base == "file") return lines;
  std::vector<std::string> out = {"apiVersion: rules/v1"};
  if (base == "settings") return out.insert(out.end(), lines.begin(), lines.end()), out;
  if (absl::StrContains(absl::StrJoin(lines, "\n"), " EUR") ||
      absl::StrContains(absl::StrJoin(lines, "\n"), "\xE2\x82\xAC") ||
      absl::StrContains(absl::StrJoin(lines, "\n"), "EURN"))
    out.push_back("currency: {base: EUR}");
  out.push_back("rules:");
  for (int i = 0; i < rules_before; ++i) {
    out.push_back(absl::StrCat("  - alert: Before", i));
    out.insert(out.end(), {"    kind: threshold", "    watch: {metric: jobs_waiting}",
                           absl::StrCat("    when: {above: ", i + 1, "}")});
  }
  out.push_back("  - alert: A");
  const std::vector<std::string> lead =
      base == "metric"
          ? std::vector<std::string>{"kind: threshold",
                                     "watch: {metric: aws.rds.cpu_utilization, by: [db_instance]}"}
      : base == "traffic"
          ? std::vector<std::string>{"kind: threshold",
                                     "watch: {metric: node_network_transmit, by: [instance]}"}
      : base == "memory"
          ? std::vector<std::string>{"kind: threshold",
                                     "watch: {metric: aws.rds.freeable_memory, by: [db_instance]}"}
      : base == "label" ? std::vector<std::string>{"kind: threshold", "when: {above: 50 USD}"}
      : base == "named" ? std::vector<std::string>{"kind: threshold", "when: {above: 50%}"}
      : base == "budget"
          ? std::vector<std::string>{"kind: budget", "watch: {cost: billed, by: [team]}",
                                     "when: {forecast: 100%}"}
      : base == "spend"
          ? std::vector<std::string>{"kind: budget", "watch: {cost: billed, by: [team]}",
                                     "budget: {amount: 1000 USD}"}
      : base == "pace"
          ? std::vector<std::string>{"kind: slo", "watch: {good: {metric: ok}, total: {metric: all}}",
                                     "slo: {objective: 99%}"}
      : base == "check" ? std::vector<std::string>{"kind: health_check", "when: {failures: 3}"}
      : base == "idle"  ? std::vector<std::string>{"kind: idle",
                                                   "idle: {over: 7d, all_of: [{metric: "
                                                  "aws.ec2.cpu_utilization, below: 5%}]}",
                                                  "when: {monthly_cost: {at_least: 20 USD}}"}
                        : std::vector<std::string>{};
  for (const auto* some : {&lead, &lines})
    for (const std::string& line : *some) out.push_back(absl::StrCat("    ", line));
  return out;
}

struct Mutant {
  std::string text, wants;
  int line = 0, column = 0, end_line = 0, end_column = 0;
  bool mends = false;
};

int Characters(absl::string_view text) {
  int out = 0;
  for (const char c : text) out += (c & 0xC0) != 0x80;
  return out;
}

Mutant Make(const Row& row, int number, int rules_before) {
  Mutant out;
  const std::string n = absl::StrCat(number);
  // N stands for the number where no letter is beside it, but for k, M, units and the like that
  // follow.
  const auto filled = [&](absl::string_view text) {
    std::string all;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool word =
          (i > 0 && absl::ascii_isalpha(text[i - 1]) && text[i - 1] != 'T' && text[i - 1] != 'R') ||
          (i + 1 < text.size() && absl::ascii_isalpha(text[i + 1]) &&
           !absl::StrContains("mskMK", text[i + 1]));
      const bool name =
          absl::StrContains(text.substr(i), "Name") && absl::StartsWith(text.substr(i), "Na");
      if (text[i] == 'N' && !word && !name)
        all += n;
      else
        all += text[i];
    }
    return all;
  };
  const std::vector<std::string> lines =
      FileOf(row.base, absl::StrSplit(filled(row.bad), '\n'), rules_before);
  std::string text = absl::StrJoin(lines, "\n") + "\n";
  const absl::string_view open = "\xC2\xAB", close = "\xC2\xBB";
  const std::size_t begin = text.find(open.data(), 0, open.size());
  text.erase(begin, open.size());
  const std::size_t end = text.find(close.data(), 0, close.size());
  text.erase(end, close.size());
  const auto place = [&](std::size_t at, int& line, int& column) {
    const std::size_t start = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    line = 1 + static_cast<int>(
                   std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    column = 1 + Characters(absl::string_view(text).substr(start, at - start));
  };
  place(begin, out.line, out.column);
  place(end, out.end_line, out.end_column);
  out.text = text;
  out.wants = filled(row.wants);
  out.mends = row.mends;
  return out;
}

// The first answer of each kind of mutant is what a person reads first.
struct Answer {
  bool accepted = false, line = false, column = false, said = false, one = false, mended = false, offered = false;
};

std::string Put(const std::string& text, const Diagnostic& d) {
  const SourceText source(text);
  const std::size_t begin = source.OffsetOf(d.mark.line, d.mark.column),
                    end = source.OffsetOf(d.mark.line, d.mark.end_column);
  return text.substr(0, begin) + d.suggestion.value_or("") + text.substr(end);
}

Answer Ask(const Mutant& mutant, std::string& shown) {
  const SourceFile file = {"a.yaml", mutant.text};
  const LoadedRules loaded = LoadRules({&file, 1});
  shown = absl::StrCat(mutant.text, RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
  Answer out;
  out.accepted = loaded.diagnostics.empty();
  if (out.accepted) return out;
  const Diagnostic& first = loaded.diagnostics[0];
  out.one = loaded.diagnostics.size() == 1;
  out.offered = first.suggestion.has_value();
  out.line = first.mark.line == mutant.line;
  out.column = out.line && first.mark.column >= mutant.column &&
               (mutant.end_line > mutant.line || first.mark.column <= mutant.end_column);
  out.said = absl::StrContains(
      absl::StrCat(first.suggestion.value_or(""), " ", first.caret_text, " ", first.message),
      mutant.wants);
  if (!mutant.mends) return out;
  if (!first.suggestion) return out;
  const SourceFile mended = {"a.yaml", Put(mutant.text, first)};
  const LoadedRules again = LoadRules({&mended, 1});
  absl::StrAppend(&shown, "---- with the remedy\n", mended.text,
                  RenderDiagnostics(again.diagnostics, {&mended, 1}, false));
  out.mended = again.diagnostics.empty();
  return out;
}

void Dump(const Mutant& mutant, int number) {
  const char* folder = std::getenv("NEPHOSCOPE_MUTANTS_DUMP");
  if (folder == nullptr) return;
  std::ofstream(absl::StrCat(folder, "/", number, ".yaml")) << mutant.text;
  std::ofstream(absl::StrCat(folder, "/", number, ".txt"))
      << mutant.line << " " << mutant.column << " " << mutant.end_column << " " << mutant.wants
      << "\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(intentions_test)

BOOST_AUTO_TEST_CASE(each_is_answered_once_at_its_place_and_its_remedy_is_taken) {
  for (const Row& row : kRows) {
    std::string shown;
    const Answer got = Ask(Make(row, 42, 0), shown);
    BOOST_TEST_CONTEXT(shown) {
      BOOST_TEST(!got.accepted);
      BOOST_TEST(got.one);
      BOOST_TEST(got.line);
      BOOST_TEST(got.column);
      BOOST_TEST(got.said, row.wants);
      if (row.mends) BOOST_TEST(got.mended);
      // An editor would put one of two readings in place unasked.
      if (absl::StrContains(row.wants, " or ")) BOOST_TEST(!got.offered);
    }
  }
}

BOOST_AUTO_TEST_CASE(two_thousand_of_them_with_other_numbers_at_other_places) {
  constexpr int kMutants = 2000;
  const char* given = std::getenv("NEPHOSCOPE_MUTANTS_SEED");
  const bool show = std::getenv("NEPHOSCOPE_MUTANTS_SHOW") != nullptr;
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                                         : std::random_device{}();
  std::mt19937 random(seed);
  int accepted = 0, line = 0, column = 0, said = 0, one = 0, mended = 0, asked = 0;
  for (int i = 0; i < kMutants; ++i) {
    const Row& row = kRows[random() % std::size(kRows)];
    const Mutant mutant =
        Make(row, 20 + static_cast<int>(random() % 80), static_cast<int>(random() % 4));
    Dump(mutant, i);
    std::string shown;
    const Answer got = Ask(mutant, shown);
    accepted += got.accepted, line += got.line, column += got.column, said += got.said,
        one += got.one, mended += got.mended, asked += row.mends;
    if (show && !(got.line && got.column && got.said && got.one && (got.mended || !row.mends)))
      std::cerr << "---- " << row.wants << "\n" << shown;
  }
  BOOST_TEST_MESSAGE("of " << kMutants << " intentions: accepted " << accepted << ", line right "
                           << line << ", column right " << column << ", remedy named " << said
                           << ", told once " << one << ", mended by the remedy " << mended << " of "
                           << asked);
  BOOST_TEST_CONTEXT("seed " << seed) {
    BOOST_TEST(accepted == 0);
    BOOST_TEST(line == kMutants);
    BOOST_TEST(column >= 0.95 * kMutants);
    BOOST_TEST(said >= 0.9 * kMutants);
    BOOST_TEST(mended == asked);
  }
}

// They are hostile: what a reader of YAML sees is a whole file, and in each the naive remedy is
// another number.
BOOST_AUTO_TEST_CASE(leaving_the_comma_out_gives_another_number) {
  for (const char* text : {"42.000,50", "12,5", "82,5", "1,5"}) BOOST_TEST_CONTEXT(text) {
      Problem problem, none;
      BOOST_TEST(!ReadNumber(text, problem).has_value());
      const auto naive = ReadNumber(absl::StrReplaceAll(text, {{",", ""}}), none),
                 right = ReadNumber(problem.suggestion.value_or(""), none);
      BOOST_REQUIRE(right.has_value());
      BOOST_TEST((!naive || *naive != *right));
    }
}

BOOST_AUTO_TEST_CASE(each_amount_with_a_comma_is_told_once_in_a_map_of_free_names) {
  const SourceFile file = {
      "a.yaml",
      "apiVersion: rules/v1\nrules:\n  - alert: A\n    kind: budget\n"
      "    watch: {cost: effective, by: [department]}\n"
      "    budget: {amounts: {payments: 42,000 USD, search: 18,000 USD, ads: 1,200,000 USD}}\n"
      "    when: {actual: 80%}\n"};
  const LoadedRules loaded = LoadRules({&file, 1});
  std::vector<std::string> told;
  for (const Diagnostic& one : loaded.diagnostics)
    told.push_back(absl::StrCat(one.code, " ", one.caret_text, " ", one.suggestion.value_or("-")));
  BOOST_TEST(absl::StrJoin(told, "\n") ==
             "R015 write 42000 USD, or 42 USD if the comma is a decimal sign -\n"
             "R015 write 18000 USD, or 18 USD if the comma is a decimal sign -\n"
             "R015 write 1200000 USD 1200000 USD");
}

BOOST_AUTO_TEST_CASE(rules_that_spell_a_label_differently_get_a_hint) {
  const SourceFile file = {
      "a.yaml",
      "apiVersion: rules/v1\nrules:\n"
      "  - {alert: A, kind: threshold, watch: {metric: jobs, by: [owner]}, when: {above: 5}}\n"
      "  - {alert: B, kind: threshold, watch: {metric: jobs, by: [owner]}, when: {above: 6}}\n"
      "  - {alert: C, kind: threshold, watch: {metric: jobs, where: {Owner: ann}}, when: {above: "
      "7}}\n"};
  const LoadedRules loaded = LoadRules({&file, 1});
  BOOST_REQUIRE(loaded.diagnostics.size() == 1u);
  BOOST_TEST(loaded.diagnostics[0].code == "R304");
  BOOST_TEST(loaded.diagnostics[0].mark.line == 5);
  BOOST_TEST(loaded.diagnostics[0].suggestion.value_or("") == "owner");
  BOOST_TEST(loaded.rules->rules.size() == 3u);
}

BOOST_AUTO_TEST_CASE(many_rules_of_prometheus_are_told_once_and_the_others_are_read) {
  const SourceFile file = {
      "a.yaml",
      "apiVersion: rules/v1\nrules:\n"
      "  - {alert: A, expr: up == 0}\n"
      "  - {record: b, expr: sum(up)}\n"
      "  - {alert: C, kind: threshold, watch: {metric: jobs}, when: {abvoe: 7}}\n"};
  const LoadedRules loaded = LoadRules({&file, 1});
  BOOST_REQUIRE(loaded.diagnostics.size() == 2u);
  BOOST_TEST(loaded.diagnostics[0].code == "R101");
  BOOST_TEST(loaded.diagnostics[0].message == "this and 1 other is a rule of Prometheus");
  BOOST_TEST(loaded.diagnostics[1].suggestion.value_or("") == "above");
}

BOOST_AUTO_TEST_SUITE_END()
