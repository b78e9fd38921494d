"""Real peers on loopback, one fixture each. A peer that does not come up fails the test with the last lines of its log."""
import http.server
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

import pytest
import requests

CACHE = pathlib.Path(os.environ.get("NEPHOSCOPE_CACHE", pathlib.Path.home() / ".cache/nephoscope"))
SOURCE = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ["NEPHOSCOPE_BINARY"]
SAMPLE_BILL = os.environ["NEPHOSCOPE_SAMPLE_BILL"]
SHARED = pathlib.Path(os.environ.get("NEPHOSCOPE_SHARED", SOURCE.parent / "shared"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(condition, seconds=20.0, what="it"):
    """Asks until the answer is true; returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            answer = condition()
        except (requests.ConnectionError, requests.Timeout):
            answer = None
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds} s")


class Process:
    """A program that we started and that we end by its pid."""

    def __init__(self, command, log, env=None):
        self.log_path = pathlib.Path(log)
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=open(log, "wb"), stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def until(self, condition, seconds, what):
        def alive():
            if self.process.poll() is not None:
                raise AssertionError(f"{what}: ended with {self.process.returncode}:\n{self.log[-3000:]}")
            return condition()
        try:
            return wait_for(alive, seconds, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log[-3000:]}") from None

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


class Agent(Process):
    """The program under test with a configuration and rules of its own."""

    def __init__(self, folder, config, rules):
        self.folder = pathlib.Path(folder)
        (self.folder / "rules").mkdir(exist_ok=True)
        for name, text in rules.items():
            (self.folder / "rules" / name).write_text(text)
        self.port = free_port()
        (self.folder / "agent.yaml").write_text(f"apiVersion: agent/v1\nname: itest\ndata_dir: data\nlisten: 127.0.0.1:{self.port}\nrules: [rules]\n{config}")
        self.start()

    def start(self):
        super().__init__([BINARY, "run", "--config", str(self.folder / "agent.yaml")], self.folder / f"agent-{time.monotonic_ns()}.log")
        self.until(lambda: self.get("/-/healthy").status_code == 200, 15, "the agent's start")

    def get(self, path, **more):
        return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=5, **more)

    def alerts(self):
        return self.get("/api/v1/alerts").json()["data"]["alerts"]


@pytest.fixture
def agent(tmp_path):
    """Makes agents; ends them."""
    made = []

    def make(config, rules, folder=None):
        made.append(Agent(folder or tmp_path, config, rules))
        return made[-1]

    yield make
    for one in made:
        one.stop()


class Kafka:
    def __init__(self, folder):
        self.folder = str(folder)
        self.port = free_port()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        subprocess.run([SOURCE / "deploy/kafka-local.sh", "start", self.folder, str(self.port)], check=True)

    def stop(self):
        subprocess.run([SOURCE / "deploy/kafka-local.sh", "stop", self.folder], check=True)

    def events(self, topic="nephoscope.alert-events", seconds=15.0):
        """Everything in the topic, by another maker's client: (key, headers, value)."""
        from confluent_kafka import Consumer
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": f"itest-{time.monotonic_ns()}", "auto.offset.reset": "earliest"})
        consumer.subscribe([topic])
        out, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            message = consumer.poll(0.2)
            if message is not None and message.error() is None:
                end = min(end, time.monotonic() + 3)  # what is there comes at once; what is doubled comes right behind
                out.append((message.key().decode(), {k: v.decode() for k, v in message.headers() or []}, message.value().decode()))
        consumer.close()
        return out


@pytest.fixture
def kafka(tmp_path):
    """A broker that the test starts and stops as it likes; ended afterwards."""
    broker = Kafka(tmp_path / "kafka")
    yield broker
    broker.stop()


class Target:
    """An HTTP server that can be switched off and on."""

    def __init__(self):
        self.port = free_port()
        self.server = None

    def on(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def off(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/healthz"


@pytest.fixture
def target():
    one = Target()
    one.on()
    yield one
    one.off()


@pytest.fixture
def prometheus(tmp_path):
    """Debian's Prometheus scraping the given port each second; returns a function that asks its query API."""
    made = []

    def make(scraped):
        port = free_port()
        config = tmp_path / "prometheus.yml"
        config.write_text(f"global: {{scrape_interval: 1s}}\nscrape_configs: [{{job_name: nephoscope, static_configs: [{{targets: ['127.0.0.1:{scraped}']}}]}}]\n")
        process = Process([CACHE / "debian/usr/bin/prometheus", f"--config.file={config}", f"--storage.tsdb.path={tmp_path}/tsdb", f"--web.listen-address=127.0.0.1:{port}"], tmp_path / "prometheus.log")
        made.append(process)
        process.until(lambda: requests.get(f"http://127.0.0.1:{port}/-/ready", timeout=2).status_code == 200, 30, "Prometheus")
        return lambda query: requests.get(f"http://127.0.0.1:{port}/api/v1/query", params={"query": query}, timeout=5).json()["data"]["result"]

    yield make
    for process in made:
        process.stop()


@pytest.fixture
def alertmanager(tmp_path):
    """Debian's Alertmanager; its address."""
    port = free_port()
    config = tmp_path / "alertmanager.yml"
    config.write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
    process = Process([CACHE / "debian/usr/bin/prometheus-alertmanager", f"--config.file={config}", f"--storage.path={tmp_path}/am", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="], tmp_path / "alertmanager.log")
    process.until(lambda: requests.get(f"http://127.0.0.1:{port}/-/ready", timeout=2).status_code == 200, 30, "Alertmanager")
    yield f"http://127.0.0.1:{port}"
    process.stop()
