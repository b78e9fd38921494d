#include "rules/language/tables/code_examples.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace nephoscope {
namespace {

using Of = CodeExample::Of;

// clang-format off
constexpr CodeExample kExamples[] = {
    {"A001", Of::kConfig, "name: ${AGENT_NAME_THAT_IS_NOT_SET}", "name: ${AGENT_NAME_THAT_IS_NOT_SET:-finops-eu-1}"},
    {"A002", Of::kConfig, "name: ${agent name}", "name: ${AGENT_NAME:-finops-eu-1}"},
    {"A003", Of::kConfig, "name: ${file:/no/such/file}", "name: finops-eu-1"},
    {"A010", Of::kConfig, "collectors:\n  - {focus: {files: [bill.csv]}, prometheus: {targets: [\"127.0.0.1:9100\"]}}",
     "collectors:\n  - focus: {files: [bill.csv]}\n  - prometheus: {targets: [\"127.0.0.1:9100\"]}"},
    {"A011", Of::kConfig, "exporters:\n  - kafka: {brokers: [\"kafka:9092\"], properties: {sasl.mechansim: PLAIN}}", "exporters:\n  - kafka: {brokers: [\"kafka:9092\"], properties: {sasl.mechanism: PLAIN}}"},
    {"A012", Of::kConfig, "collectors:\n  - prometheus: {targets: [\"127.0.0.1:9100\"]}\n  - prometheus: {targets: [\"127.0.0.1:9101\"]}",
     "collectors:\n  - prometheus: {targets: [\"127.0.0.1:9100\"]}\n  - prometheus: {targets: [\"127.0.0.1:9101\"], name: second}"},
    {"A013", Of::kConfig, "collectors:\n  - focus: {files: [\"bills/*.csv\"]}\n  - focus: {files: [\"bills/*.csv\"], name: again}", "collectors:\n  - focus: {files: [\"bills/*.csv\"]}"},
    {"A014", Of::kConfig, "exporters:\n  - kafka: {brokers: [\"kafka:9092\"], properties: {sasl.password: hunter2}}", "exporters:\n  - kafka: {brokers: [\"kafka:9092\"], properties: {sasl.password: \"${KAFKA_PASSWORD:-}\"}}"},
    {"A015", Of::kWords, "a rule over aws.rds.cpu_utilization, where agent.yaml has no aws_cloudwatch entry", "collectors:\n  - aws_cloudwatch: {metrics: [aws.rds.cpu_utilization]}"},
    {"A016", Of::kWords, "a health check of http://127.0.0.1:8080/healthz, where agent.yaml has no probes", "probes: {allow: [127.0.0.0/8]}"},
    {"L401", Of::kRule, "watch: {metric: aws.rds.cpu_utilization, by: [db_instance]}\nwhen: {above: 80%, for: 10s}",
     "watch: {metric: aws.rds.cpu_utilization, by: [db_instance]}\nwhen: {above: 80%, for: 15m}"},
    {"L402", Of::kRule, "when: {above: 80}\nrecover: {below: 90}",
     "when: {above: 80}\nrecover: {below: 70}"},
    {"L403", Of::kRule, "watch: {metric: aws.sqs.oldest_message_age, by: [queue_name]}\nwhen: {at_least: 0}",
     "watch: {metric: aws.sqs.oldest_message_age, by: [queue_name]}\nwhen: {at_least: 15m}"},
    {"L404", Of::kFile, "apiVersion: rules/v1\nrules:\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 10}}\n  - {alert: Overload, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 20}}\n",
     "apiVersion: rules/v1\nrules:\n  - alert: Load\n    kind: threshold\n    watch: {metric: load, by: [account]}\n    levels: {info: {above: 10}, warning: {above: 20}}"},
    {"L405", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Teams\n    kind: budget\n    watch: {cost: billed, by: [team]}\n    budget: {amount: 100 USD}\n    when: {forecast: 100%}\n  - alert: TeamsAgain\n    kind: budget\n    watch: {cost: billed, by: [team]}\n    budget: {amount: 100 USD}\n    when: {forecast: 100%}\n",
     "apiVersion: rules/v1\nrules:\n  - alert: Teams\n    kind: budget\n    watch: {cost: billed, by: [team]}\n    budget: {amount: 100 USD}\n    when: {forecast: 100%}\n  - alert: TeamsNetwork\n    kind: budget\n    watch: {cost: billed, by: [team], where: {service_category: Networking}}\n    budget: {amount: 100 USD}\n    when: {forecast: 100%}\n"},
    {"L406", Of::kRule, "kind: budget\nwatch: {cost: billed}\nbudget: {amount: 100 USD}\nwhen: {actual: 100%}",
     "kind: budget\nwatch: {cost: billed}\nbudget: {amount: 100 USD}\nwhen: {actual: 100%, forecast: 110%}"},
    {"L408", Of::kRule, "notify: []",
     "notify: [owner]"},
    {"L409", Of::kRule, "severity: critical",
     "severity: critical\nrunbook: https://wiki.example.com/queues"},
    {"L410", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Down\n    kind: health_check\n    check: {http: \"https://shop.example.com/healthz\"}\n    when: {failures: 3}",
     "apiVersion: rules/v1\nrules:\n  - alert: Down\n    kind: health_check\n    check: {http: \"https://shop.example.com/healthz\"}\n    when: {failures: 3}\n    owner: {team: shop}"},
    {"L411", Of::kRule, "notify: []  # check: off L408",
     "notify: []  # check: off L408 until 2030-12-31 a part of the dashboard"},
    {"L412", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Busy\n    kind: expr\n    expr: aws.rds.cpu_utilization > 0.8",
     "apiVersion: rules/v1\nrules:\n  - alert: Busy\n    kind: expr\n    expr: aws.rds.cpu_utilization > 80"},
    {"L413", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: slo\n    watch: {good: {metric: ok}, total: {metric: all}}\n    slo: {objective: 90%}\n    burn_alerts: [{burn: 14.4, long: 1h, short: 5m, severity: warning}]",
     "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: slo\n    watch: {good: {metric: ok}, total: {metric: all}}\n    slo: {objective: 90%}\n    burn_alerts: [{burn: 5, long: 1h, short: 5m, severity: warning}]"},
    {"L414", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Full\n    kind: forecast\n    watch: {metric: free_space, by: [db]}\n    forecast: {history: 7d, min_fit: 0.8}\n    when: {reaches: 0, within: 5d}",
     "apiVersion: rules/v1\nrules:\n  - alert: Full\n    kind: forecast\n    watch: {metric: free_space, by: [db]}\n    forecast: {history: 7d}\n    when: {reaches: 0, within: 5d}"},
    {"L420", Of::kFile, "apiVersion: rules/v1\nrules:\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\nmaintenance:\n  - {name: patching, where: {acount: storage}, from: 2026-12-24 18:00, to: 2026-12-25 08:00, timezone: Europe/Berlin}",
     "apiVersion: rules/v1\nrules:\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\nmaintenance:\n  - {name: patching, where: {account: storage}, from: 2026-12-24 18:00, to: 2026-12-25 08:00, timezone: Europe/Berlin}"},
    {"R001", Of::kWords, "nephoscope check ruels.yaml, where the file is called rules.yaml", "nephoscope check rules.yaml"},
    {"R002", Of::kWords, "one file of 5 MiB", "two files of 2.5 MiB"},
    {"R003", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Caf\xE9\n    kind: absence\n    watch: {cost: billed}\n    expected: seen in the last 30d\n    when: {no_data_for: 36h}",
     "apiVersion: rules/v1\nrules:\n  - alert: Café\n    id: cafe\n    kind: absence\n    watch: {cost: billed}\n    expected: seen in the last 30d\n    when: {no_data_for: 36h}"},
    {"R004", Of::kRule, "summary: over\x07 the limit", "summary: over the limit"},
    {"R005", Of::kRule, "labels:\n\tteam: shop", "labels:\n  team: shop"},
    {"R006", Of::kRule, "labels: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "labels: {topic: a}"},
    {"R007", Of::kRule, "labels:\n    topic: egress\n  team: shop", "labels:\n  topic: egress\n  group: shop"},
    {"R008", Of::kRule, "severity: warning\nseverity: critical", "severity: critical"},
    {"R009", Of::kRule, "labels:\n  <<: {topic: egress}", "labels:\n  topic: egress"},
    {"R010", Of::kRule, "labels: &me\n  topic: *me", "labels:\n  topic: egress"},
    {"R011", Of::kFile, "apiVersion: rules/v1\nrules: []\n---\napiVersion: rules/v1\nrules: []", "apiVersion: rules/v1\nrules: []"},
    {"R012", Of::kRule, "limit: !!int 500", "limit: 500"},
    {"R013", Of::kRule, "summary: “over the limit”", "summary: \"over the limit\""},
    {"R014", Of::kRule, "summary: over\xC2\xA0the limit", "summary: over the limit"},
    {"R015", Of::kRule, "when: {above: 6,800}", "when: {above: 6_800}"},
    {"R016", Of::kRule, "summary: [URGENT] over the limit", "summary: \"[URGENT] over the limit\""},
    {"R017", Of::kRule, "summary: \"{{ queue }} is long\"", "summary: ${queue} is long"},
    {"R018", Of::kRule, "when:{above: 80}", "when: {above: 80}"},
    {"R019", Of::kRule, "severity critical\nlimit: 5", "severity: critical\nlimit: 5"},
    {"R020", Of::kRule, "labels: {topic: egress", "labels: {topic: egress}"},
    {"R021", Of::kRule, "summary: \"the \"payments\" queue\"", "summary: 'the \"payments\" queue'"},
    {"R022", Of::kRule, "when: > 80", "when: {above: 80}"},
    {"R023", Of::kRule, "labels:\n  [topic, team]: egress", "labels:\n  topic: egress"},
    {"R024", Of::kWords, "a file of 400,000 values", "two files of 200,000 values"},
    {"R025", Of::kRule, "summary: cost # of team", "summary: \"cost # of team\""},
    {"R026", Of::kWords, "a file with 60 problems, of which 50 are shown", "the same file once the first are mended"},
    {"R027", Of::kWords, "amounts: {a: 1 USD, b: 1 USD, ...} with 30,000 departments in one pair of brackets", "the same departments, each on a line of its own"},
    {"R101", Of::kFile, "groups:\n  - name: example\n    rules:\n      - alert: HighLoad\n        expr: load > 1",
     "apiVersion: rules/v1\nrules:\n  - alert: HighLoad\n    kind: threshold\n    watch: {metric: node_load1}\n    when: {above: 1}"},
    {"R102", Of::kRule, "sevrity: critical", "severity: critical"},
    {"R103", Of::kFile, "apiVersion: rules/v1\nrules:\n  - kind: threshold\n    watch: {metric: node_load1}\n    when: {above: 1}",
     "apiVersion: rules/v1\nrules:\n  - alert: HighLoad\n    kind: threshold\n    watch: {metric: node_load1}\n    when: {above: 1}"},
    {"R104", Of::kRule, "severity: [critical]", "severity: critical"},
    {"R105", Of::kRule, "severity:", "severity: critical"},
    {"R107", Of::kRule, "when: {above: 80}\nlevels:\n  critical: {above: 95}", "levels:\n  warning: {above: 80}\n  critical: {above: 95}"},
    {"R108", Of::kRule, "watch: {metric: queue_length, cost: effective}", "watch: {metric: queue_length}"},
    {"R110", Of::kFile, "apiVersion: rules/v1", "apiVersion: rules/v1\nrules: []"},
    {"R201", Of::kRule, "limit: many", "limit: 500"},
    {"R202", Of::kRule, "watch: {metric: queue_length, where: {team: {missing: yes}}}", "watch: {metric: queue_length, where: {team: {missing: true}}}"},
    {"R203", Of::kRule, "for: 5q", "for: 5m"},
    {"R204", Of::kRule, "watch: {metric: aws.rds.cpu_utilization}\nwhen: {above: 80}", "watch: {metric: aws.rds.cpu_utilization}\nwhen: {above: 80%}"},
    {"R205", Of::kRule, "when: {above: 5 mb}", "when: {above: 5 MB}"},
    {"R206", Of::kRule, "min_impact: USD 100", "min_impact: 100 USD"},
    {"R207", Of::kRule, "min_impact: 100 USB", "min_impact: 100 USD"},
    {"R208", Of::kFile, "apiVersion: rules/v1\ncurrency: {base: USD, rates: {EUR: 1.08}, as_of: 1.11.2026}", "apiVersion: rules/v1\ncurrency: {base: USD, rates: {EUR: 1.08}, as_of: 2026-11-01}"},
    {"R209", Of::kRule, "runbook: wiki.example.com/queues", "runbook: https://wiki.example.com/queues"},
    {"R210", Of::kRule, "limit: 0", "limit: 500"},
    {"R211", Of::kRule, "watch: {metric: queue_length, where: {team: {matches: \"(shop\"}}}", "watch: {metric: queue_length, where: {team: {matches: \"(shop|cart)\"}}}"},
    {"R212", Of::kRule, "watch: {cost: amortized}\nwhen: {above: 80 USD}", "watch: {cost: effective}\nwhen: {above: 80 USD}"},
    {"R213", Of::kRule, "for: 5 of 3 points", "for: 3 of 5 points"},
    {"R214", Of::kRule, "severity: urgent", "severity: critical"},
    {"R215", Of::kRule, "watch: {cost: effective}\nwhen: {above: 80%}", "watch: {cost: effective}\nwhen: {above: 80 USD}"},
    {"R216", Of::kRule, "id: Queue Long", "id: queue-long"},
    {"R217", Of::kRule, "min_impact: 42.000 USD", "min_impact: 42000 USD"},
    {"R218", Of::kRule, "watch: {metric: aws.rds.cpu_utilization, by: [db_instance]}\nwhen: {above: 800%}",
     "watch: {metric: aws.rds.cpu_utilization, by: [db_instance]}\nwhen: {above: 80%}"},
    {"R301", Of::kRule, "watch: {metric: aws.rds.cpu_utilisation}\nwhen: {above: 80%}", "watch: {metric: aws.rds.cpu_utilization}\nwhen: {above: 80%}"},
    {"R302", Of::kFile,
     "apiVersion: rules/v1\nrules:\n  - {alert: High, kind: threshold, watch: {metric: a}, when: {above: 1}}\n  - {alert: High, kind: threshold, watch: {metric: b}, when: {above: 1}}",
     "apiVersion: rules/v1\nrules:\n  - {alert: HighA, kind: threshold, watch: {metric: a}, when: {above: 1}}\n  - {alert: HighB, kind: threshold, watch: {metric: b}, when: {above: 1}}"},
    {"R303", Of::kFile,
     "apiVersion: rules/v1\nrules:\n  - {alert: QueueLong, kind: threshold, watch: {metric: a}, when: {above: 1}}\n  - {alert: Queue-Long, kind: threshold, watch: {metric: b}, when: {above: 1}}",
     "apiVersion: rules/v1\nrules:\n  - {alert: QueueLong, kind: threshold, watch: {metric: a}, when: {above: 1}}\n  - {alert: Queue-Long, id: queue-long-b, kind: threshold, watch: {metric: b}, when: {above: 1}}"},
    {"R304", Of::kRule, "watch: {metric: aws.sqs.messages_visible, by: [queue_nmae]}\nsummary: messages wait", "watch: {metric: aws.sqs.messages_visible, by: [queue_name]}\nsummary: messages wait"},
    {"R305", Of::kFile, "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [\"tag:team\"]}, when: {above: 100 USD}}\n",
     "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [team]}, when: {above: 100 USD}}\n"},
    {"R306", Of::kRule, "annotations: {smumary: over the limit}", "summary: over the limit"},
    {"R310", Of::kRule, "summary: ${qeue} is long", "summary: ${queue} is long"},
    {"R311", Of::kRule, "summary: ${value | shout}", "summary: ${value | upper}"},
    {"R312", Of::kRule, "summary: ${queue is long", "summary: ${queue} is long"},
    {"R320", Of::kFile, "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    all_of: [Spend, Lod]\n    same: [account]",
     "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    all_of: [Spend, Load]\n    same: [account]"},
    {"R321", Of::kFile, "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    all_of: [Spend, Both]\n    same: [account]",
     "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    all_of: [Spend, Load]\n    same: [account]"},
    {"R322", Of::kFile, "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    all_of: [Spend, Load]\n    same: [team]",
     "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    all_of: [Spend, Load]\n    same: [account]"},
    {"R401", Of::kRule, "when: {for: 5m}", "when: {above: 80, for: 5m}"},
    {"R402", Of::kRule, "levels:\n  warning: {above: 95}\n  critical: {above: 80}", "levels:\n  warning: {above: 80}\n  critical: {above: 95}"},
    {"R403", Of::kRule, "kind: budget\nwatch: {cost: effective}\nbudget: {period: month}\nwhen: {actual: 80%}\nsummary: too much",
     "kind: budget\nwatch: {cost: effective}\nbudget: {period: month, amount: 42000 USD}\nwhen: {actual: 80%}\nsummary: too much"},
    {"R404", Of::kRule, "kind: budget\nwatch: {cost: effective, by: [team, account]}\nbudget: {amounts: {shop: 42000 USD}}\nwhen: {actual: 80%}\nsummary: too much",
     "kind: budget\nwatch: {cost: effective, by: [team]}\nbudget: {amounts: {shop: 42000 USD}}\nwhen: {actual: 80%}\nsummary: too much"},
    {"R405", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Down\n    kind: health_check\n    when: {failures: 3}",
     "apiVersion: rules/v1\nrules:\n  - alert: Down\n    kind: health_check\n    check: {http: \"https://shop.example.com/healthz\"}\n    when: {failures: 3}"},
    {"R406", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Down\n    kind: health_check\n    check: {http: \"https://shop.example.com\", every: 5s, timeout: 30s}\n    when: {failures: 3}",
     "apiVersion: rules/v1\nrules:\n  - alert: Down\n    kind: health_check\n    check: {http: \"https://shop.example.com\", every: 30s, timeout: 5s}\n    when: {failures: 3}"},
    {"R407", Of::kRule, "kind: absence\nwatch: {cost: billed}\nexpected: the usual ones\nwhen: {no_data_for: 36h}\nsummary: silence",
     "kind: absence\nwatch: {cost: billed}\nexpected: seen in the last 30d\nwhen: {no_data_for: 36h}\nsummary: silence"},
    {"R408", Of::kRule, "kind: absence\nwatch: {cost: billed}\nexpected: seen in the last 1d\nwhen: {no_data_for: 36h}\nsummary: silence",
     "kind: absence\nwatch: {cost: billed}\nexpected: seen in the last 30d\nwhen: {no_data_for: 36h}\nsummary: silence"},
    {"R409", Of::kRule, "kind: budget\nwatch: {cost: effective, by: [team]}\nbudget: {amounts: {shop: {amount: 42000 USD, grows: 2%}}}\nwhen: {actual: 80%}\nsummary: too much",
     "kind: budget\nwatch: {cost: effective, by: [team]}\nbudget: {amounts: {shop: {amount: 42000 USD, grows: 2% per period}}}\nwhen: {actual: 80%}\nsummary: too much"},
    {"R440", Of::kFile, "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    none_of: [Load]\n    same: [account]",
     "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    all_of: [Spend, Load]\n    same: [account]"},
    {"R441", Of::kFile, "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    at_least: many of [Spend, Load]\n    same: [account]",
     "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    at_least: 1 of [Spend, Load]\n    same: [account]"},
    {"R442", Of::kFile, "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    all_of: [Spend, Load]\n    none_of: [Load]\n    same: [account]",
     "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    all_of: [Spend, Load]\n    same: [account]"},
    {"R443", Of::kFile, "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    all_of: [Spend, Load]\n    same: [account]\n    every: 5m",
     "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    all_of: [Spend, Load]\n    same: [account]"},
    {"R450", Of::kRule, "kind: tag_compliance\nwatch: {resource: \"*\"}\ntags: {same_as: {Owner: [owner]}}\nwhen: {resources: {at_least: 1}}\nsummary: tags",
     "kind: tag_compliance\nwatch: {resource: \"*\"}\ntags: {required: [Owner], same_as: {Owner: [owner]}}\nwhen: {resources: {at_least: 1}}\nsummary: tags"},
    {"R451", Of::kRule, "kind: tag_compliance\nwatch: {resource: \"*\"}\ntags: {required: [Owner], same_as: {Team: [team]}}\nwhen: {resources: {at_least: 1}}\nsummary: tags",
     "kind: tag_compliance\nwatch: {resource: \"*\"}\ntags: {required: [Owner, Team], same_as: {Team: [team]}}\nwhen: {resources: {at_least: 1}}\nsummary: tags"},
    {"R452", Of::kRule, "kind: tag_compliance\nwatch: {resource: \"*\", stat: max}\ntags: {required: [Owner]}\nwhen: {resources: {at_least: 1}}\nsummary: tags",
     "kind: tag_compliance\nwatch: {resource: \"*\"}\ntags: {required: [Owner]}\nwhen: {resources: {at_least: 1}}\nsummary: tags"},
    {"R455", Of::kRule, "kind: idle\nwatch: {resource: [aws.ec2.instance]}\nidle: {all_of: [{metric: cpu_usage_total, below: 5%}]}\nwhen: {monthly_cost: {at_least: 20 USD}}\nsummary: idle",
     "kind: idle\nwatch: {resource: [aws.ec2.instance]}\nidle: {all_of: [{metric: cpu_utilization, below: 5%}]}\nwhen: {monthly_cost: {at_least: 20 USD}}\nsummary: idle"},
    {"R456", Of::kRule, "kind: idle\nwatch: {resource: [aws.ec2.instance]}\nidle: {over: 3d, days: 4, all_of: [{metric: cpu_utilization, below: 5%}]}\nwhen: {monthly_cost: {at_least: 20 USD}}\nsummary: idle",
     "kind: idle\nwatch: {resource: [aws.ec2.instance]}\nidle: {over: 14d, days: 4, all_of: [{metric: cpu_utilization, below: 5%}]}\nwhen: {monthly_cost: {at_least: 20 USD}}\nsummary: idle"},
    {"R457", Of::kRule, "watch: {metric: queue_length, stat: sum, window: {tumbling: 7h}, by: [queue]}\nwhen: {above: 80}", "watch: {metric: queue_length, stat: sum, window: {tumbling: 6h}, by: [queue]}\nwhen: {above: 80}"},
    {"R460", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Budget\n    kind: slo\n    watch: {good: {metric: good_requests}, total: {metric: all_requests}}\n    slo: {objective: 99.9%}\n    burn_alerts: [{burn: 6, long: 5m, short: 1h, severity: critical}]",
     "apiVersion: rules/v1\nrules:\n  - alert: Budget\n    kind: slo\n    watch: {good: {metric: good_requests}, total: {metric: all_requests}}\n    slo: {objective: 99.9%}\n    burn_alerts: [{burn: 6, long: 1h, short: 5m, severity: critical}]"},
    {"R461", Of::kRule, "kind: commitment\nwatch: {commitment: \"*\"}\nwhen: {utilization: {below: 90%}, any_of: [{coverage: {below: 70%}}]}\nsummary: commitments",
     "kind: commitment\nwatch: {commitment: \"*\"}\nwhen: {any_of: [{coverage: {below: 70%}}, {utilization: {below: 90%}}]}\nsummary: commitments"},
    {"R462", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Unusual\n    kind: metric_anomaly\n    watch: {metric: requests}\n    anomaly: {history: 3d, pattern: weekly}",
     "apiVersion: rules/v1\nrules:\n  - alert: Unusual\n    kind: metric_anomaly\n    watch: {metric: requests}\n    anomaly: {history: 3d, pattern: daily}"},
    {"R463", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Unusual\n    kind: cost_anomaly\n    watch: {cost: effective, by: [service]}\n    when: {impact: {at_least: 100 USD}}\n    expected: [{from: 2026-11-26, to: 2026-11-25, reason: Sale}]",
     "apiVersion: rules/v1\nrules:\n  - alert: Unusual\n    kind: cost_anomaly\n    watch: {cost: effective, by: [service]}\n    when: {impact: {at_least: 100 USD}}\n    expected: [{from: 2026-11-25, to: 2026-11-26, reason: Sale}]"},
    {"R464", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Unusual\n    kind: cost_anomaly\n    watch: {cost: effective, by: [service]}\n    anomaly: {noise_budget: 4 monthly}\n    when: {impact: {at_least: 100 USD}}",
     "apiVersion: rules/v1\nrules:\n  - alert: Unusual\n    kind: cost_anomaly\n    watch: {cost: effective, by: [service]}\n    anomaly: {noise_budget: 4 per month}\n    when: {impact: {at_least: 100 USD}}"},
    {"R501", Of::kRule, "tests:\n  - name: load\n    series: [{values: 40 during 1h}]\n    expect: []",
     "tests:\n  - name: load\n    series: [{values: 40 for 1h}]\n    expect: []"},
    {"R502", Of::kFile, "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    all_of: [Spend, Load]\n    same: [account]\n    tests: [{name: quiet, series: [{values: 1 for 1h}], expect: []}]",
     "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [account]}, when: {above: 10 USD}}\n  - {alert: Load, kind: threshold, watch: {metric: load, by: [account]}, when: {above: 1}}\n  - alert: Both\n    kind: composite\n    all_of: [Spend, Load]\n    same: [account]\n    tests: [{name: quiet, series: [{metric: load, values: 1 for 1h}], expect: []}]"},
    {"R503", Of::kRule, "tests:\n  - name: load\n    series: [{every: 1s, values: 40 for 30d}]\n    expect: []",
     "tests:\n  - name: load\n    series: [{every: 1m, values: 40 for 30d}]\n    expect: []"},
    {"R504", Of::kRule, "tests:\n  - name: load\n    series: [{values: 40 for 1h}]\n    expect: [{state: firing}]",
     "tests:\n  - name: load\n    series: [{values: 40 for 1h}]\n    expect: [{at: 30m, state: inactive}]"},
    {"R505", Of::kRule, "tests:\n  - name: load\n    series: [{values: 40 for 1h}]\n    expect: [{never: firing, alert: Nobody}]",
     "tests:\n  - name: load\n    series: [{values: 40 for 1h}]\n    expect: [{never: firing}]"},
    {"R506", Of::kWords, "rules: [cost.yaml] where the file beside it is costs.yaml",
     "rules: [costs.yaml]"},
    {"R507", Of::kRule, "tests:\n  - name: load\n    series: [{from: fixtures/january.xlsx}]\n    expect: []",
     "tests:\n  - name: load\n    series: [{points: [[2026-01-05 09:00, 40]]}]\n    expect: []"},
    {"R510", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: expr\n    expr: sum(errors_total > 5", "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: expr\n    expr: rate(errors_total[5m]) > 5"},
    {"R511", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: expr\n    expr: max_over_time(latency[1h:5m]) > 1", "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: expr\n    expr: max_over_time(latency[1h]) > 1"},
    {"R512", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: expr\n    expr: increase(errors_total[400d]) > 5", "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: expr\n    expr: increase(errors_total[30d]) > 5"},
    {"R513", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: expr\n    expr: rate(errors_total) > 5", "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: expr\n    expr: rate(errors_total[5m]) > 5"},
    {"R514", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: expr\n    expr: topk(3, errors) > 5", "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: expr\n    expr: errors > 5"},
    {"R515", Of::kFile, "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: expr\n    expr: sum by (host) (errors)", "apiVersion: rules/v1\nrules:\n  - alert: Errors\n    kind: expr\n    expr: sum by (host) (errors) > 5"},
    {"R601", Of::kWords, "currency: {base: USD} in two files", "currency: {base: USD} in one file"},
    {"R602", Of::kFile, "apiVersion: rules/v1\ncurrency: {base: USD, rates: {EUR: dear}, as_of: 2026-11-01}", "apiVersion: rules/v1\ncurrency: {base: USD, rates: {EUR: 1.08}, as_of: 2026-11-01}"},
    {"R603", Of::kFile, "apiVersion: rules/v1\nownership:\n  - default: {owner: cloud}\n  - tag: [owner]", "apiVersion: rules/v1\nownership:\n  - tag: [owner]\n  - default: {owner: cloud}"},
    {"R604", Of::kFile, "apiVersion: rules/v1\ncalendars:\n  finance: {timezone: EST}", "apiVersion: rules/v1\ncalendars:\n  finance: {timezone: America/New_York}"},
    {"R605", Of::kFile, "apiVersion: rules/v1\ncalendars:\n  finance: {fiscal_year_starts: Oktober}", "apiVersion: rules/v1\ncalendars:\n  finance: {fiscal_year_starts: October 1}"},
    {"R606", Of::kFile, "apiVersion: rules/v1\nownership:\n  - table: owners.xlsx", "apiVersion: rules/v1\nownership:\n  - tag: [owner]"},
    {"R607", Of::kFile, "apiVersion: rules/v1\ncalendars: {finance: {}}\nrules:\n  - {alert: Spend, kind: budget, watch: {cost: billed}, budget: {calendar: finanse, amount: 5 USD}, when: {actual: 80%}}",
     "apiVersion: rules/v1\ncalendars: {finance: {}}\nrules:\n  - {alert: Spend, kind: budget, watch: {cost: billed}, budget: {calendar: finance, amount: 5 USD}, when: {actual: 80%}}"},
    {"R608", Of::kFile, "apiVersion: rules/v1\nmaintenance:\n  - {name: freeze, where: {env: dev}, from: 2026-12-24, to: 2027-12-24}",
     "apiVersion: rules/v1\nmaintenance:\n  - {name: freeze, where: {env: dev}, from: 2026-12-24, to: 2027-01-02}"},
    {"R609", Of::kFile, "apiVersion: rules/v1\nreceivers:\n  finops: {kafka: {topic: cost alerts}}", "apiVersion: rules/v1\nreceivers:\n  finops: {kafka: {topic: cost-alerts}}"},
    {"R610", Of::kFile, "apiVersion: rules/v1\ncurrency: {base: USD, rates: {GBP: 1.27}, as_of: 2026-11-01}\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed}, when: {above: 5 EUR}}",
     "apiVersion: rules/v1\ncurrency: {base: USD, rates: {GBP: 1.27, EUR: 1.08}, as_of: 2026-11-01}\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: billed}, when: {above: 5 EUR}}"},
    {"R611", Of::kFile, "apiVersion: rules/v1\nmaintenance:\n  - {name: disks, where: {env: dev}, every: {weekday: sunday, at: \"02:30\", for: 1h, timezone: Europe/Berlin}}",
     "apiVersion: rules/v1\nmaintenance:\n  - {name: disks, where: {env: dev}, every: {weekday: sunday, at: \"04:30\", for: 1h, timezone: Europe/Berlin}}"},
};
// clang-format on

// What an example rule has where its lines do not say so themselves.
struct Understood {
  const char* key;
  const char* line;
};
constexpr Understood kUnderstood[] = {
    {"alert", "alert: Example"}, {"kind", "kind: threshold"}, {"watch", "watch: {metric: queue_length, by: [queue]}"}, {"when", "when: {above: 80}"}};

bool Says(const std::vector<absl::string_view>& lines, absl::string_view key) {
  return std::any_of(lines.begin(), lines.end(), [&](absl::string_view line) { return absl::StartsWith(line, key) && line.substr(key.size(), 1).find_first_of(": >") == 0; });
}

}  // namespace

absl::Span<const CodeExample> AllCodeExamples() { return kExamples; }

const CodeExample* ExampleFor(absl::string_view code) {
  for (const CodeExample& one : kExamples)
    if (code == one.code) return &one;
  return nullptr;
}

std::string ExampleRuleFile(absl::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  std::string out = "apiVersion: rules/v1\nrules:\n";
  const char* dash = "  - ";
  for (const Understood& one : kUnderstood) {
    if (Says(lines, one.key) || (absl::string_view(one.key) == "when" && Says(lines, "levels"))) continue;
    absl::StrAppend(&out, dash, one.line, "\n");
    dash = "    ";
  }
  for (absl::string_view line : lines) absl::StrAppend(&out, absl::StartsWith(line, "\t") ? "" : "    ", line, "\n");
  return out;
}

}  // namespace nephoscope
