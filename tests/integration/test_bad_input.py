"""Whatever is wrong, the message names it and says what to do."""
import subprocess

import pytest
from conftest import BINARY, SAMPLE_BILL, free_port, wait_for

GOOD = "apiVersion: rules/v1\nrules:\n  - alert: A\n    kind: threshold\n    watch: {metric: up}\n    when: {below: 1}\n"


def run(folder, config, rules=GOOD, extra=()):
    (folder / "rules").mkdir(exist_ok=True)
    if rules is not None:
        (folder / "rules/a.yaml").write_text(rules)
    (folder / "agent.yaml").write_text(config)
    done = subprocess.run([BINARY, "run", "--config", str(folder / "agent.yaml"), "--for", "3s", *extra], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def config(port=None, more="", data="data"):
    return f"apiVersion: agent/v1\ndata_dir: {data}\nlisten: 127.0.0.1:{port or free_port()}\nrules: [rules]\n{more}"


@pytest.mark.parametrize("what, rules, says", [
    ("bad YAML", "apiVersion: rules/v1\nrules: [\n", "a.yaml:2"),
    ("unknown key", GOOD.replace("when:", "wehn:"), 'did you mean "when"'),
    ("wrong unit", GOOD + "    for: 5q\n", "5q"),
    ("unknown kind", GOOD.replace("threshold", "treshold"), "threshold"),
])
def test_bad_rules_are_named_and_left_out(tmp_path, what, rules, says):
    code, out = run(tmp_path, config(), rules)
    assert code == 0 and says in out and "started all the same, degraded" in out and "left out" in out, out


def test_missing_configuration(tmp_path):
    done = subprocess.run([BINARY, "run", "--config", str(tmp_path / "none.yaml")], capture_output=True, text=True)
    assert done.returncode == 78 and "none.yaml" in done.stderr and "No such file" in done.stderr


def test_no_configuration_at_all(tmp_path):
    done = subprocess.run([BINARY, "run"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 78 and "nephoscope.yaml" in done.stderr and "quickstart" in done.stderr


def test_missing_rules(tmp_path):
    code, out = run(tmp_path, config().replace("[rules]", "[nowhere.yaml]"))
    assert code == 0 and "nowhere.yaml" in out and "started all the same, degraded" in out, out


def test_unknown_key_in_the_configuration(tmp_path):
    code, out = run(tmp_path, config(more="exporterz: []\n"))
    assert code == 78 and "exporters" in out


def test_port_in_use(tmp_path, target):
    code, out = run(tmp_path, config(port=target.port))
    assert code == 78 and str(target.port) in out and "use" in out, out


def test_database_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    code, out = run(tmp_path, config(data="file"))
    assert code == 78 and "file" in out, out


def test_a_row_that_does_not_parse(tmp_path):
    bill = tmp_path / "bill.csv"
    subprocess.run([SAMPLE_BILL, "--until", "2026-11-24", "--out", str(bill)], check=True)
    lines = bill.read_text().splitlines()
    lines[16] = lines[16].replace(lines[16].split(",")[1], "not-a-number", 1)
    bill.write_text("\n".join(lines) + "\n")
    code, out = run(tmp_path, config(more="collectors:\n  - focus: {files: [bill.csv]}\n"))
    assert code == 0
    assert "bill.csv row 17" in out and "not-a-number" in out and "BilledCost" in out, out


def test_kafka_that_is_not_there_yet(agent, kafka, target):
    from test_probe_to_kafka import RULES
    one = agent(f"exporters:\n  - kafka: {{brokers: [\"{kafka.address}\"]}}\nprobes: {{allow: [127.0.0.0/8]}}\n", {"checkout.yaml": RULES.format(url=target.url)})
    target.off()
    wait_for(lambda: [a for a in one.alerts() if a["status"] == "firing"], 15, "firing")
    ready = one.get("/-/ready?strict=1")
    assert ready.status_code == 503 and "kafka" in ready.text
    kafka.start()
    wait_for(lambda: one.get("/-/ready?strict=1").status_code == 200, 40, "readiness after Kafka came")
    wait_for(lambda: "nephoscope_outbox_depth 0" in one.get("/metrics").text, 20, "the late delivery")
    assert len(kafka.events()) == 1
