"""kill -9 between commit and produce: the event arrives after the restart, once by id."""
import json
import signal

from conftest import wait_for
from test_probe_to_kafka import RULES


def test_committed_but_not_sent(agent, kafka, target):
    one = agent(f"exporters:\n  - kafka: {{brokers: [\"{kafka.address}\"]}}\nprobes: {{allow: [127.0.0.0/8]}}\n", {"checkout.yaml": RULES.format(url=target.url)})
    ready = one.get("/-/ready?strict=1")
    assert ready.status_code == 503 and kafka.address in ready.text, ready.text
    target.off()
    firing = wait_for(lambda: [a for a in one.alerts() if a["status"] == "firing"], 15, "firing while Kafka is away")
    one.stop(signal.SIGKILL)
    kafka.start()
    one.start()
    wait_for(lambda: one.get("/-/ready?strict=1").status_code == 200, 30, "readiness")
    wait_for(lambda: "nephoscope_outbox_depth 0" in one.get("/metrics").text, 20, "the delivery")
    ids = [json.loads(value)["id"] for key, _, value in kafka.events() if key == firing[0]["alert_id"] and "firing" in json.loads(value)["type"]]
    assert len(set(ids)) == 1 and len(ids) >= 1
