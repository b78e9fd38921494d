"""Standard output and standard error on pipes that nobody reads hold up neither Kafka, nor alerts, nor the end of the program."""
import http.server
import os
import signal
import subprocess
import threading
import time

import requests
from conftest import BINARY, free_port, wait_for

SERIES = 1500
RULES = "apiVersion: rules/v1\nrules:\n  - alert: QueueLong\n    kind: threshold\n    watch: {metric: queue_length, by: [queue]}\n    when: {above: 10}\n    limit: 2000\n"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b"# TYPE queue_length gauge\n" + b"".join(b'queue_length{queue="q%d"} 50\n' % i for i in range(SERIES)))

    def log_message(self, *_):
        pass


def test_pipes_that_nobody_reads(tmp_path, kafka):
    kafka.start()
    scraped = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=scraped.serve_forever, daemon=True).start()
    port = free_port()
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/queue.yaml").write_text(RULES)
    (tmp_path / "agent.yaml").write_text(f"apiVersion: agent/v1\nname: itest\ndata_dir: data\nlisten: 127.0.0.1:{port}\nrules: [rules]\ncollectors:\n  - prometheus: {{targets: [\"127.0.0.1:{scraped.server_port}\"], every: 1s}}\n"
                                         f"exporters:\n  - stdout: {{}}\n  - kafka: {{brokers: [\"{kafka.address}\"]}}\n")
    process = subprocess.Popen([BINARY, "run", "--config", str(tmp_path / "agent.yaml")], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        get = lambda path: requests.get(f"http://127.0.0.1:{port}{path}", timeout=2)
        wait_for(lambda: get("/-/healthy").status_code == 200, 15, "the start")
        sent = f'nephoscope_notifications_total{{receiver="kafka",result="delivered"}} {SERIES}'
        wait_for(lambda: sent in get("/metrics").text, 40, "the delivery to Kafka")
        wait_for(lambda: "standard output is not being read" in get("/-/ready").text, 15, "the line of /-/ready")
        assert get("/-/ready").text.startswith("degraded"), get("/-/ready").text
        assert get("/-/ready").status_code == 200
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - begin <= 2, time.monotonic() - begin
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        scraped.shutdown()
