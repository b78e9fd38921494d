"""A restart is as forgiving as a reload; people look into the database beside the agent."""
import json
import signal
import sqlite3
import subprocess

from conftest import BINARY, Process, free_port, wait_for
import requests
from test_probe_to_kafka import RULES

RULE = "apiVersion: rules/v1\nrules:\n  - alert: {name}\n    kind: threshold\n    watch: {{metric: up}}\n    when: {{below: 1}}\n"


def names(one):
    return sorted(rule["name"] for rule in one.get("/api/v1/rules").json()["data"]["rules"])


def test_a_restart_with_a_bad_rule_file_goes_on_with_its_last_good_version(agent):
    one = agent("", {"a.yaml": RULE.format(name="Good"), "b.yaml": RULE.format(name="Other")})
    wait_for(lambda: sqlite3.connect(one.folder / "data/nephoscope.db").execute("SELECT count(*) FROM rule_files").fetchone()[0] == 2, 10, "the stored files")
    one.stop()
    (one.folder / "rules/a.yaml").write_text(RULE.format(name="Bad").replace("when:", "wehn:"))
    (one.folder / "rules/c.yaml").write_text("rules: [")
    one.start()
    assert names(one) == ["Good", "Other"]
    ready = one.get("/-/ready")
    assert ready.status_code == 200 and ready.text.startswith("degraded"), ready.text
    assert "a.yaml" in ready.text and "its last good version is used" in ready.text and "c.yaml" in ready.text and "it is left out" in ready.text, ready.text
    (one.folder / "rules/c.yaml").unlink()
    (one.folder / "rules/a.yaml").write_text(RULE.format(name="Mended"))
    wait_for(lambda: names(one) == ["Mended", "Other"] and "rule files: ok" in one.get("/-/ready").text, 10, "the mended file")


def test_a_bad_configuration_is_waited_for_when_asked(tmp_path):
    port = free_port()
    good = f"apiVersion: agent/v1\ndata_dir: data\nlisten: 127.0.0.1:{port}\nrules: [rules]\n"
    (tmp_path / "rules").mkdir()
    (tmp_path / "agent.yaml").write_text(good + "exporterz: []\n")
    process = Process([BINARY, "run", "--degraded-start", "--config", str(tmp_path / "agent.yaml")], tmp_path / "log")
    try:
        get = lambda path: requests.get(f"http://127.0.0.1:{port}{path}", timeout=5)
        process.until(lambda: get("/-/healthy").status_code == 200, 15, "the start")
        ready = get("/-/ready")
        assert ready.status_code == 200 and ready.text.startswith("degraded") and "agent.yaml" in ready.text, ready.text
        assert get("/metrics").status_code == 200 and get("/-/ready?strict=1").status_code == 503
        (tmp_path / "agent.yaml").write_text(good)
        process.until(lambda: "database: ok" in get("/-/ready").text, 15, "the good configuration")
        (tmp_path / "agent.yaml").write_text(good + "exporterz: []\n")
    finally:
        assert process.stop() == 0


def nephoscope(*words):
    done = subprocess.run([BINARY, *map(str, words)], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_store_and_outbox_beside_a_running_agent(agent, target):
    rules = {"r.yaml": RULES.format(url=target.url)}
    one = agent("exporters:\n  - stdout: {format: json}\nprobes: {allow: [127.0.0.0/8]}\n", rules)
    target.off()
    wait_for(lambda: [a for a in one.alerts() if a["status"] == "firing"], 15, "the alert")
    config = one.folder / "agent.yaml"
    code, out = nephoscope("store", "check", "--config", config)
    assert code == 0 and "no problems found" in out and "public key (Ed25519): " in out, out
    wait_for(lambda: "nephoscope_outbox_depth 0" in one.get("/metrics").text, 10, "the delivery")
    database = sqlite3.connect(one.folder / "data/nephoscope.db")
    database.execute("UPDATE outbox SET state = 2, sum = sum + (1 << 40), reason = 'the message is too large' WHERE id = (SELECT max(id) FROM outbox WHERE state = 1)")
    database.commit()
    code, out = nephoscope("outbox", "list", "--data-dir", one.folder / "data")
    assert code == 1 and "the message is too large" in out and "stdout" in out, out
    before = one.log.count("alert.firing")
    code, out = nephoscope("outbox", "release", "--config", config, "--receiver", "stdout")
    assert code == 0 and "1 event waits" in out, out
    wait_for(lambda: one.log.count("alert.firing") == before + 1, 10, "the released event")
    assert nephoscope("outbox", "list", "--config", config) == (0, "no event was refused\n")


def test_a_damaged_row_is_found_by_check_and_at_the_next_start(agent, target):
    rules = {"r.yaml": RULES.format(url=target.url)}
    one = agent("probes: {allow: [127.0.0.0/8]}\n", rules)
    target.off()
    alert = wait_for(lambda: [a for a in one.alerts() if a["status"] == "firing"], 15, "the alert")[0]
    one.stop(signal.SIGKILL)
    database = sqlite3.connect(one.folder / "data/nephoscope.db")
    database.execute("UPDATE alerts SET active = 0")
    database.commit()
    database.close()
    code, out = nephoscope("store", "check", "--data-dir", one.folder / "data")
    assert code == 1 and "a row of alerts is not as it was written" in out, out
    one.start()
    ready = one.get("/-/ready").text
    assert ready.startswith("degraded") and "put aside as" in ready and "sound rows" in ready, ready
    assert [a["alert_id"] for a in one.alerts()] in ([], [alert["alert_id"]])
