"""The commands that need no agent: metrics, new, fmt, help, check in all its forms."""
import json
import re
import subprocess
from xml.etree import ElementTree

import jsonschema
import pytest
from conftest import BINARY, CACHE, SHARED, SOURCE

SARIF = CACHE / "sarif-2.1.0/sarif-2.1.0-rtm.5.json"


def run(*arguments, stdin=""):
    return subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, text=True)


def kinds():
    names = [line.split()[0] for line in run("new").stdout.splitlines() if not line.startswith(" ")]
    return [name for name in names if name not in ("settings", "agent")]


def test_metrics_are_listed_and_searched():
    everything = json.loads(run("metrics", "--json").stdout)["metrics"]
    assert len(everything) >= 600
    assert len([line for line in run("metrics").stdout.splitlines() if not line.startswith(" ")]) == len(everything)
    by_our_name, by_theirs, by_words = run("metrics", "aws.rds.cpu_utilization"), run("metrics", "CPUUtilization"), run("metrics", "rds", "disk space")
    assert "How busy the processors of a database are." in by_our_name.stdout and "AWS/RDS CPUUtilization, Average" in by_our_name.stdout
    assert "aws.ec2.cpu_utilization" in by_theirs.stdout and "aws.rds.free_storage_space" in by_words.stdout
    one = json.loads(run("metrics", "aws.lambda.duration", "--json").stdout)["metrics"]
    assert [(m["unit"], m["factor"], m["every_seconds"], m["labels"]) for m in one] == [("s", 0.001, 60, ["provider", "account", "region", "function_name"])]


def test_what_is_not_found_is_answered_with_the_nearest():
    done = run("metrics", "storrage", "rds")
    assert done.returncode == 1 and done.stdout == ""
    assert "did you mean: nephoscope metrics storage rds" in done.stderr
    assert run("metrics", "xyzzy", "--json").returncode == 1


@pytest.mark.parametrize("kind", kinds())
def test_a_new_rule_loads_is_formatted_and_can_be_read_back(kind, tmp_path):
    path = tmp_path / "new.yaml"
    path.write_text(run("new", kind).stdout)
    assert run("check", path).returncode == 0, run("check", path).stdout
    assert run("fmt", "--check", path).returncode == 0
    said = run("check", "--say", path).stdout
    assert re.search(r"^\w+: (Info|Warning|Critical) when ", said, re.M), said  # a warning may stand before it


def test_a_kind_that_is_none_is_answered_with_the_nearest():
    done = run("new", "bugdet")
    assert done.returncode == 2 and 'did you mean "budget"?' in done.stderr


RULE = "apiVersion: rules/v1\nrules:\n- alert: A   # first\n  kind: threshold\n  watch: { metric: up,by: [job] }\n  when: {below: 1}\n"


def test_files_are_formatted_in_place_and_checked(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(RULE)
    path.chmod(0o640)
    checked = run("fmt", "--check", path)
    assert (checked.returncode, checked.stdout) == (1, f"{path}\n") and path.read_text() == RULE
    done = run("fmt", tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{path}\n")
    assert path.read_text() == "apiVersion: rules/v1\nrules:\n  - alert: A   # first\n    kind: threshold\n    watch: {metric: up, by: [job]}\n    when: {below: 1}\n"
    assert path.stat().st_mode & 0o777 == 0o640 and list(tmp_path.iterdir()) == [path]
    again = run("fmt", path)
    assert (again.returncode, again.stdout) == (0, "")
    assert run("fmt", "-", stdin=RULE).stdout == path.read_text()


def test_a_file_that_cannot_be_read_is_left_alone(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("a: [1\n")
    done = run("fmt", path, tmp_path / "none.yaml")
    assert done.returncode == 1 and path.read_text() == "a: [1\n"
    assert "R020" in done.stderr and "R001" in done.stderr


def sarif_of(path):
    done = run("check", "-o", "sarif", path)
    log = json.loads(done.stdout)
    jsonschema.Draft7Validator(json.loads(SARIF.read_text())).validate(log)
    return done.returncode, log["runs"][0]


def test_findings_in_sarif_are_valid_and_the_same_as_in_json(tmp_path):
    for path in sorted((SOURCE / "tests/diagnostics").glob("*.yaml")):
        code, found = sarif_of(path)
        told = json.loads(run("check", "--json", path).stdout)["diagnostics"]
        regions = [(r["ruleId"], r["level"], *(r["locations"][0]["physicalLocation"]["region"][k] for k in ("startLine", "startColumn", "endColumn"))) for r in found["results"]]
        assert regions == [(d["code"], d["severity"], d["line"], d["column"], d["end_column"]) for d in told], path.name
        assert code == (1 if any(d["severity"] == "error" for d in told) else 0)
    assert run("check", "--sarif", path).stdout == run("check", "-o", "sarif", path).stdout
    code, found = sarif_of(tmp_path / "none.yaml")
    assert code == 1 and found["results"][0]["ruleId"] == "R001" and "region" not in found["results"][0]["locations"][0]["physicalLocation"]


def test_every_code_is_explained_with_a_wrong_and_a_right_example():
    sources = "".join(path.read_text() for folder in ("rules/language", "rules/kinds", "agent") for path in (SOURCE / folder).rglob("*.cc") if path.name not in ("codes.cc", "code_examples.cc"))
    codes = sorted(set(re.findall(r'"([RAL]\d{3})"', sources)))
    assert len(codes) > 60
    for code in codes:
        done = run("help", code)
        assert done.returncode == 0, code
        assert done.stdout.startswith(f"{code}: ") and "\nwrong:\n    " in done.stdout and "\nright:\n    " in done.stdout, code


def test_the_examples_of_the_configuration_get_their_codes(tmp_path):
    for code in ("A001", "A002", "A003", "A010", "A011", "A012", "A013", "A014"):
        wrong, right = run("help", code).stdout.split("\nwrong:\n")[1].split("\nright:\n")
        for text, expected in ((wrong, True), (right, False)):
            path = tmp_path / "agent.yaml"
            path.write_text("apiVersion: agent/v1\n" + "".join(line[4:] + "\n" for line in text.splitlines()))
            told = [d["code"] for d in json.loads(run("check", "--json", path).stdout)["diagnostics"]]
            assert (code in told) == expected and (expected or told == []), (code, told)


TESTED = """apiVersion: rules/v1
rules:
  - alert: QueueLong
    kind: threshold
    watch: {metric: queue_length, by: [queue]}
    when: {above: 80, for: 5m}
    tests:
      - name: a short peak is ignored
        series: [{labels: {queue: a}, values: "40 for 1h, 99 for 4m, 40 for 1h"}]
        expect: []
"""


def test_tests_beside_rules_are_run(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(TESTED)
    done = run("test", "-v", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ok     QueueLong: a short peak is ignored\n1 passed\n", "")
    path.write_text(TESTED.replace("for: 5m", "for: 2m"))
    report = tmp_path / "report.xml"
    done = run("test", path, "--junit", report)
    assert done.returncode == 1 and done.stdout.endswith("\n0 passed, 1 failed\n")
    assert 'line 8 expects: nothing fires\n         but found: QueueLong{queue="a"} fires at 1h2m, warning: ' in done.stdout
    suites = ElementTree.parse(report).getroot()
    assert (suites.get("tests"), suites.get("failures")) == ("1", "1")
    failure = suites.find("testsuite/testcase[@name='a short peak is ignored']/failure")
    assert failure.get("message").startswith("expected: nothing fires; found: QueueLong") and "around the first difference:" in failure.text


def test_test_files_bring_the_rules_that_they_name(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/queue.yaml").write_text(TESTED)
    path = tmp_path / "queue_test.yaml"
    path.write_text("apiVersion: rules/v1\nrules: [rules/queue.yaml]\ntests:\n  - name: long\n    series: [{labels: {queue: a}, values: 99 for 1h}]\n"
                    "    expect: [{at: 30m, state: firing, labels: {queue: a}}, {notifications: 1}]\n")
    assert run("test", path).stdout == "2 passed\n"
    path.write_text(path.read_text().replace("rules/queue", "rules/queues"))
    done = run("test", path)
    assert done.returncode == 1 and "queues.yaml was not read" in " ".join(done.stderr.split()) and done.stdout == ""


def test_what_cannot_be_tested_is_said(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(RULE)
    none = run("test", path)
    assert none.returncode == 1 and "there are no tests in these files" in none.stderr
    path.write_text(TESTED.replace("99 for 4m", "99 fro 4m"))
    wrong = run("test", path)
    assert wrong.returncode == 1 and 'error[R501] "99 fro 4m" is not a phrase of input' in " ".join(wrong.stderr.split())
    path.write_text(TESTED)
    assert "cannot write" in run("test", path, "--junit", tmp_path / "missing/report.xml").stderr
    assert run("test").returncode == 2


LOAD = """apiVersion: rules/v1
rules:
  - alert: LoadHigh
    kind: threshold
    watch: {metric: load, by: [host]}
    when: {above: 80}
    owner: {team: web}
"""


def a_day_of_load(path):
    rows = ["time,metric,value,host"]
    for minute in range(24 * 60):
        rows.append(f"{1767571200 + minute * 60},load,{90 if 600 <= minute < 660 else 75 if 700 <= minute < 720 else 40},a")
    path.write_text("\n".join(rows) + "\n")


def test_rules_are_tried_on_recorded_metrics(tmp_path):
    rules, data = tmp_path / "load.yaml", tmp_path / "load.csv"
    rules.write_text(LOAD)
    a_day_of_load(data)
    done = run("backtest", rules, "--data", data)
    assert done.returncode == 0 and done.stderr == ""
    assert re.search(r'2026-01-05 10:00  firing  warning  LoadHigh\{host="a"\}\n', done.stdout)
    assert re.search(r"LoadHigh  1       0     2        2.00   1      -         noisy", done.stdout), done.stdout
    events = [json.loads(line) for line in run("backtest", rules, "--data", data, "-o", "jsonl").stdout.splitlines()]
    assert [(e["type"], e["time"]) for e in events] == [("io.nephoscope.alert.firing.v1", "2026-01-05T10:00:00Z"), ("io.nephoscope.alert.resolved.v1", "2026-01-05T11:00:00Z")]
    assert run("backtest", rules, "--data", data, "-o", "jsonl").stdout == run("backtest", rules, "--data", data, "-o", "jsonl").stdout


def test_two_versions_of_rules_are_compared(tmp_path):
    old, new, data = tmp_path / "old.yaml", tmp_path / "new.yaml", tmp_path / "load.csv"
    old.write_text(LOAD)
    new.write_text(LOAD.replace("above: 80", "above: 70"))
    a_day_of_load(data)
    said = run("backtest", new, "--against", old, "--data", data).stdout
    assert "alerts: 1 before, 2 now; notices a day: 2.00 before, 4.00 now" in said and "alerts that are new: 1\n  2026-01-05 11:40  warning  LoadHigh" in said
    assert "alerts that are gone: 0" in said


def test_a_bill_is_tried_as_well():
    sample = SHARED / "data/focus/focus-1.0-sample.csv"
    if not sample.exists():
        pytest.skip("../shared is absent")
    done = run("backtest", SOURCE / "deploy/starter/rules", "--data", sample)
    assert done.returncode == 0 and re.search(r"\d+ series, \d+ points, 6 rules", done.stdout), done.stderr


def test_an_alert_of_a_metric_says_what_its_resource_costs(tmp_path):
    rules, bill, load = tmp_path / "busy.yaml", tmp_path / "bill.csv", tmp_path / "load.csv"
    rules.write_text("apiVersion: rules/v1\nrules:\n  - {alert: Busy, kind: threshold, watch: {metric: aws.rds.cpu_utilization, by: [db_instance]}, when: {above: 90%}}\n")
    head = "BilledCost,EffectiveCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ProviderName,ServiceName,ChargeCategory,ResourceId"
    rows = [f"{cost},{cost},USD,2026-01-0{day},2026-01-0{day + 1},AWS,RDS,Usage,arn:aws:rds:eu-west-1:111122223333:db:{name}" for day in (1, 2) for name, cost in (("shop", 20), ("other", 700))]
    bill.write_text("\n".join([head, *rows]) + "\n")
    load.write_text("time,metric,value,unit,db_instance\n2026-01-04T10:00:00Z,aws.rds.cpu_utilization,95,%,shop\n2026-01-04T11:00:00Z,aws.rds.cpu_utilization,10,%,shop\n")
    said = run("backtest", rules, "--data", bill, load).stdout
    first = said.split("2026-01-04 11:00")[0]
    assert '2026-01-04 10:00  firing  warning  Busy{db_instance="shop"}' in first and "608.80 USD at stake" in first, said


def test_what_cannot_be_tried_is_said(tmp_path):
    rules, data = tmp_path / "load.yaml", tmp_path / "data.csv"
    rules.write_text(LOAD)
    missing = run("backtest", rules, "--data", data)
    assert missing.returncode == 1 and str(data) in missing.stderr
    data.write_text("not, a, recording\n")
    assert "a FOCUS bill, a CSV with the columns time, metric and value" in run("backtest", rules, "--data", data).stderr
    data.write_text("time,metric,value\n2026-01-05T00:00:00Z,load,90\nyesterday,load,90\n")
    half = run("backtest", rules, "--data", data)
    assert half.returncode == 0 and '1 record of the data could not be read' in half.stderr and 'row 3: "yesterday" is not a time' in half.stderr
    rules.write_text(LOAD.replace("above", "abvoe"))
    assert run("backtest", rules, "--data", data).returncode == 1
    assert run("backtest", rules).returncode == 2
