"""Exported rules in Prometheus' own hands: promtool takes the file, and its alerts fire on series as the agent shows them."""
import subprocess

import yaml
from conftest import BINARY, CACHE, SOURCE

PROMTOOL = CACHE / "debian/usr/bin/promtool"


def exported(path):
    done = subprocess.run([BINARY, "export", "prometheus", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def promtool(*arguments):
    return subprocess.run([PROMTOOL, *map(str, arguments)], capture_output=True, text=True)


def test_promtool_accepts_what_is_made_of_all_packs(tmp_path):
    rules = tmp_path / "rules.yml"
    rules.write_text(exported(SOURCE / "rules/packs"))
    done = promtool("check", "rules", rules)
    assert done.returncode == 0, done.stdout + done.stderr
    names = [rule["alert"] for group in yaml.safe_load(rules.read_text())["groups"] for rule in group["rules"]]
    assert {"DepartmentMonthlyBudget", "UnusualSpend", "NephoscopeAway"} <= set(names)


def test_an_alert_of_ours_is_an_alert_of_prometheus_with_its_labels(tmp_path):
    (tmp_path / "ours.yaml").write_text("apiVersion: rules/v1\nrules:\n  - alert: \"Day's \\\"spend\\\" {{ x }}\"\n    kind: threshold\n"
                                        "    watch: {cost: billed, by: [account]}\n    when: {above: 5 USD}\n")
    (tmp_path / "rules.yml").write_text(exported(tmp_path / "ours.yaml"))
    name = "Day's \"spend\" {{ x }}"
    series = 'nephoscope_alert_active{alertname="Day\'s \\"spend\\" {{ x }}", severity="critical", owner="shop", alert_id="a1", account="1234"}'
    test = {
        "rule_files": ["rules.yml"], "evaluation_interval": "1m",
        "tests": [{
            "interval": "1m",
            "input_series": [{"series": series, "values": "_ 1 1 1 stale"}, {"series": 'nephoscope_build_info{version="1"}', "values": "1 1 1 1 1 stale"}],
            "alert_rule_test": [
                {"eval_time": "0m", "alertname": name, "exp_alerts": []},
                {"eval_time": "2m", "alertname": name, "exp_alerts": [{
                    "exp_labels": {"severity": "critical", "owner": "shop", "alert_id": "a1", "account": "1234", "kind": "threshold"},
                    "exp_annotations": {"summary": "Warning when the billed cost is above 5 USD. One alert for each account. Without data, the alert stays as it is. The owner is notified."}}]},
                {"eval_time": "5m", "alertname": name, "exp_alerts": []},
                {"eval_time": "5m", "alertname": "NephoscopeAway", "exp_alerts": []},
                {"eval_time": "12m", "alertname": "NephoscopeAway", "exp_alerts": [{
                    "exp_labels": {"severity": "critical"},
                    "exp_annotations": {"summary": "Nephoscope is not scraped: none of its alerts can be seen"}}]},
            ],
        }],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump(test))
    done = promtool("test", "rules", tmp_path / "test.yml")
    assert done.returncode == 0, done.stdout + done.stderr
