"""AWS as moto plays it, with its signature check on: what is put there is polled, judged and told; a wrong key is answered with what to do."""
import datetime
import sqlite3
import struct
import zlib

import boto3
import pytest
import requests
from botocore.config import Config
from conftest import CACHE, Process, free_port, wait_for

REGION = "eu-central-1"
RULES = """apiVersion: rules/v1
rules:
  - alert: QueueTooLong
    kind: threshold
    watch: {metric: app.queue_depth, by: [queue]}
    when: {above: 1000}
    owner: {team: payments, contact: payments@example.com}
    summary: ${queue} has ${value} waiting
"""
SOURCE = f"aws_cloudwatch/{REGION}/app.queue_depth"


class Moto(Process):
    """The first three calls are free: a user, its rights, its key. Everything after is signed or refused."""

    def __init__(self, folder):
        self.port = free_port()
        super().__init__([CACHE / "venv-1/bin/moto_server", "-H", "127.0.0.1", "-p", str(self.port)], folder / "moto.log", {"INITIAL_NO_AUTH_ACTION_COUNT": "3"})
        self.until(lambda: requests.get(f"{self.url}/moto-api/", timeout=2).status_code == 200, 30, "moto")
        iam = self.client("iam", "none", "none")
        iam.create_user(UserName="nephoscope")
        iam.put_user_policy(UserName="nephoscope", PolicyName="all", PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}')
        key = iam.create_access_key(UserName="nephoscope")["AccessKey"]
        self.key, self.secret = key["AccessKeyId"], key["SecretAccessKey"]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def client(self, service, key, secret):
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret, config=Config(retries={"max_attempts": 1}))

    def put(self, queue, depth, minutes_ago):
        now = datetime.datetime.now(datetime.timezone.utc)
        self.client("cloudwatch", self.key, self.secret).put_metric_data(Namespace="App", MetricData=[{
            "MetricName": "QueueDepth", "Dimensions": [{"Name": "Queue", "Value": queue}], "Value": depth, "Timestamp": now - datetime.timedelta(minutes=minutes_ago)}])


@pytest.fixture
def moto(tmp_path):
    one = Moto(tmp_path)
    yield one
    one.stop()


def configuration(moto):
    return f"""collectors:
  - aws_cloudwatch:
      account: "123456789012"
      regions: [{REGION}]
      custom: [{{namespace: App, metric: QueueDepth, as: app.queue_depth, stat: Maximum}}]
      every: 2s
      endpoint: {moto.url}
log: {{level: debug}}
"""


def with_key(monkeypatch, key, secret):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    for other in ("AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(other, raising=False)


def firing(one):
    return {alert["labels"]["queue"]: alert for alert in one.alerts() if alert["status"] == "firing"}


def said_anywhere(one, secret):
    pages = [one.get(path).text for path in ("/metrics", "/-/ready", "/api/v1/alerts", "/api/v1/rules")] if one.process.poll() is None else []
    files = [file.read_bytes().decode(errors="replace") for file in one.folder.rglob("*") if file.is_file() and file.name != "moto.log"]
    return any(secret in text for text in [*pages, *files])


def test_what_is_put_there_is_polled_judged_and_told(agent, moto, monkeypatch):
    with_key(monkeypatch, moto.key, moto.secret)
    for minutes in (9, 8, 7, 6):
        moto.put("orders", 1500, minutes)
        moto.put("returns", 12, minutes)
    one = agent(configuration(moto), {"queue.yaml": RULES})
    wait_for(lambda: firing(one), 30, "the alert")
    wait_for(lambda: one.get("/-/ready?strict=1").status_code == 200, 10, "readiness")
    alert = firing(one)["orders"]
    assert list(firing(one)) == ["orders"], firing(one)
    assert alert["owner"]["name"] == "payments"
    assert "orders has" in alert["summary"] and "500" in alert["summary"], alert["summary"]
    assert 'alertname="QueueTooLong"' in one.get("/metrics").text
    assert not said_anywhere(one, moto.secret)


def row_sum(source, watermark_us):
    """As agent/store/row_sum.h writes it: a text with its length before it, a number in eight bytes."""
    text = source.encode()
    return zlib.crc32(struct.pack("<q", watermark_us), zlib.crc32(text, zlib.crc32(struct.pack("<q", len(text)))))


def test_what_came_while_it_was_down_is_read_at_the_next_start(agent, moto, monkeypatch):
    with_key(monkeypatch, moto.key, moto.secret)
    moto.put("orders", 1500, 6)
    one = agent(configuration(moto), {"queue.yaml": RULES})
    wait_for(lambda: firing(one), 30, "the alert")
    assert one.stop() == 0
    database = sqlite3.connect(one.folder / "data/nephoscope.db")
    read_to = dict(database.execute("SELECT source, watermark_us FROM cursors"))
    assert SOURCE in read_to, read_to
    earlier = read_to[SOURCE] - 8 * 3600 * 1000000
    database.execute("UPDATE cursors SET watermark_us = ?, sum = ? WHERE source = ?", [earlier, row_sum(SOURCE, earlier), SOURCE])
    database.commit()
    database.close()
    moto.put("night", 4000, 5 * 60)  # older than the three hours that a first look goes back
    one.start()
    wait_for(lambda: set(firing(one)) == {"orders", "night"}, 30, "the alert of the gap")
    assert one.stop() == 0


@pytest.mark.parametrize("wrong, says", [("secret", ["AWS_SECRET_ACCESS_KEY", "SignatureDoesNotMatch"]), ("key", ["AWS_ACCESS_KEY_ID", "does not know this access key"])])
def test_a_wrong_key_is_answered_with_what_to_do(agent, moto, monkeypatch, wrong, says):
    secret = "wrongSecretCanary0123456789" if wrong == "secret" else moto.secret
    with_key(monkeypatch, moto.key if wrong == "secret" else "AKIAUNKNOWN000000000", secret)
    moto.put("orders", 1500, 6)
    one = agent(configuration(moto), {"queue.yaml": RULES})
    wait_for(lambda: "CloudWatch refused us" in one.log, 20, "the refusal")
    for words in ["account 123456789012", f"region {REGION}", *says]:
        assert words in one.log, one.log
    ready = one.get("/-/ready?strict=1")
    assert ready.status_code == 503 and "aws_cloudwatch" in ready.text, ready.text
    assert not firing(one)
    assert not said_anywhere(one, secret)
