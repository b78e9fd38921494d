"""A probe target is switched off and on: Kafka, Prometheus and Alertmanager all hear of it, once."""
import json

import jsonschema
import pytest
from conftest import SHARED, CACHE, wait_for
import requests
import subprocess

RULES = """apiVersion: rules/v1
rules:
  - alert: CheckoutDown
    kind: health_check
    check: {{http: "{url}", every: 1s, timeout: 1s, expect: {{status: 200}}}}
    when: {{failures: 2}}
    recover: {{successes: 2}}
    severity: critical
    cost_of_downtime: 3600 USD/hour
    owner: {{team: checkout, contact: checkout@example.com}}
    runbook: https://wiki.example.com/checkout
"""


def test_switched_off_and_on(agent, kafka, target, prometheus, alertmanager):
    kafka.start()
    one = agent(f"exporters:\n  - kafka: {{brokers: [\"{kafka.address}\"]}}\n  - alertmanager: {{urls: [\"{alertmanager}\"], every: 5s}}\nprobes: {{allow: [127.0.0.0/8]}}\n",
                {"checkout.yaml": RULES.format(url=target.url)})
    ask = prometheus(one.port)
    wait_for(lambda: one.get("/-/ready?strict=1").status_code == 200, 30, "readiness")

    target.off()
    wait_for(lambda: [a for a in one.alerts() if a["status"] == "firing"], 15, "firing")
    series = wait_for(lambda: ask("nephoscope_alert_active"), 15, "the alert in Prometheus")
    assert series[0]["metric"]["alertname"] == "CheckoutDown"
    assert series[0]["metric"]["severity"] == "critical"
    assert series[0]["metric"]["owner"] == "checkout"
    assert series[0]["value"][1] == "1"
    known = wait_for(lambda: requests.get(f"{alertmanager}/api/v2/alerts", timeout=5).json(), 15, "the alert in Alertmanager")
    assert known[0]["labels"]["alertname"] == "CheckoutDown"

    target.on()
    wait_for(lambda: [a for a in one.alerts() if a["status"] == "inactive"], 15, "resolved")
    wait_for(lambda: not ask("nephoscope_alert_active"), 15, "the end in Prometheus")

    events = [(key, headers, json.loads(value)) for key, headers, value in kafka.events()]
    assert [event["type"] for _, _, event in events] == ["io.nephoscope.alert.firing.v1", "io.nephoscope.alert.resolved.v1"], one.log
    check_fields(events, target.url)
    snapshots = kafka.events("nephoscope.alerts")
    assert json.loads(snapshots[-1][2])["data"]["status"] != "firing"


RECEIVERS = """apiVersion: rules/v1
receivers:
  pager: {kafka: {topic: itest.pager}, alertmanager: true}
  audit: {kafka: {topic: itest.audit}}
"""


def test_each_receiver_has_its_topic(agent, kafka, target):
    kafka.start()
    rules = RULES.format(url=target.url)
    one = agent(f"exporters:\n  - kafka: {{brokers: [\"{kafka.address}\"]}}\nprobes: {{allow: [127.0.0.0/8]}}\n",
                {"receivers.yaml": RECEIVERS, "checkout.yaml": rules + "    notify: [pager, audit]\n"})
    wait_for(lambda: one.get("/-/ready?strict=1").status_code == 200, 30, "readiness")
    target.off()
    wait_for(lambda: [a for a in one.alerts() if a["status"] == "firing"], 15, "firing")
    told = {}
    for topic in ("itest.pager", "itest.audit", "nephoscope.alerts"):
        events = wait_for(lambda: kafka.events(topic), 15, topic)
        assert len(events) == 1, (topic, events)
        told[topic] = events[0][2]
    assert len(set(told.values())) == 1  # one event, with one id
    assert not kafka.events()


def check_fields(events, url):
    (key, headers, firing), (_, _, resolved) = events
    schema = SHARED / "data/cloudevents/schema/cloudevents.json"
    if schema.exists():
        jsonschema.validate(firing, json.loads(schema.read_text()))
        jsonschema.validate(resolved, json.loads(schema.read_text()))
    else:
        print("skipped: ../shared is absent, the CloudEvents schema is not checked")
    data = firing["data"]
    assert firing["specversion"] == "1.0" and firing["source"] == "/agents/itest"
    assert key == firing["partitionkey"] == data["alert_id"] and len(key) == 16
    assert len(firing["id"]) == 32 and firing["id"] != resolved["id"]
    assert headers["content-type"] == "application/cloudevents+json; charset=UTF-8"
    assert headers["ce_id"] == firing["id"] and headers["ce_type"] == firing["type"] and headers["severity"] == "critical"
    assert headers["owner"] == "checkout" and headers["status"] == "firing"
    assert firing["severitytext"] == "ERROR" and firing["severitynumber"] == 17
    assert int(firing["sequence"]) == 1 and int(resolved["sequence"]) == 2
    assert firing["time"].rstrip("Z") <= firing["recordedtime"].rstrip("Z")
    assert data["rule"]["name"] == "CheckoutDown" and data["rule"]["kind"] == "health_check" and data["rule"]["revision"].startswith("sha256:")
    assert data["status"] == "firing" and data["severity"] == "critical" and data["cause"] == "condition" and data["endsAt"] is None
    assert data["labels"]["target"] == url
    assert data["impact"]["currency"] == "USD" and data["impact"]["basis"] == "downtime"
    assert data["owner"] == {"name": "checkout", "contact": "checkout@example.com", "source": data["owner"]["source"]}
    assert data["runbook"] == "https://wiki.example.com/checkout"
    assert "refused" in data["explanation"]
    assert resolved["causationid"] == firing["id"] and resolved["correlationid"] == firing["correlationid"]
    assert resolved["data"]["status"] == "inactive" or resolved["data"]["status"] == "resolved"
    assert resolved["data"]["startsAt"] == data["startsAt"] and resolved["data"]["endsAt"] is not None


def test_page_passes_promtool(agent, target):
    one = agent("probes: {allow: [127.0.0.0/8]}\n", {"checkout.yaml": RULES.format(url=target.url)})
    target.off()
    wait_for(lambda: [a for a in one.alerts() if a["status"] == "firing"], 15, "firing")
    page = one.get("/metrics", headers={"Accept": "text/plain"}).text
    checked = subprocess.run([CACHE / "debian/usr/bin/promtool", "check", "metrics"], input=page, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    openmetrics = one.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert openmetrics.headers["Content-Type"].startswith("application/openmetrics-text") and openmetrics.text.endswith("# EOF\n")
