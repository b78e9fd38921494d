"""A secret in an address or a header is used, and shown nowhere: metrics, API, log, standard output, reload answers, the database."""
import http.server
import os
import stat
import subprocess
import threading

import requests
from conftest import wait_for

CANARY = "CANARY-4c1d"


class Scraped(http.server.BaseHTTPRequestHandler):
    """Answers those who know the secrets."""
    asked: list = []

    def do_GET(self):
        self.asked.append((self.path, self.headers.get("Authorization", "")))
        known = CANARY in self.path or self.headers.get("Authorization")
        body = b"load 7\nbroken{ 1\n" if known else b""
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_secrets_are_used_and_never_shown(agent):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scraped)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    config = (f"collectors:\n  - prometheus: {{targets: [\"http://bob:{CANARY}@127.0.0.1:{port}/metrics\", \"http://127.0.0.1:{port}/m?token={CANARY}\"], every: 1s}}\n"
              f"  - prometheus: {{targets: [\"http://bob:{CANARY}@127.0.0.1:1/metrics\"], every: 1s, name: away}}\n"
              f"exporters:\n  - stdout: {{}}\n"
              f"probes:\n  allow: [127.0.0.0/8]\n  credentials: [{{targets: [\"http://127.0.0.1:{port}/\"], headers: {{Authorization: \"Bearer {CANARY}\"}}}}]\n")
    check = "apiVersion: rules/v1\nrules:\n" + "".join(
        f"  - alert: Check{i}\n    kind: health_check\n    check: {{http: \"{target}\", every: 1s, timeout: 900ms, expect: {{status: 204}}}}\n    when: {{failures: 2}}\n"
        for i, target in enumerate([f"http://127.0.0.1:{port}/health?key={CANARY}", f"http://bob:{CANARY}@127.0.0.1:1/health"]))
    one = agent(config, {"a.yaml": check + "  - {alert: High, kind: threshold, watch: {metric: load}, when: {above: 5}}\n"
                                           "  - {alert: Down, kind: threshold, watch: {metric: up, by: [instance]}, when: {below: 1}}\n"})
    wait_for(lambda: len(one.alerts()) >= 4, 20, "the alerts")
    assert any(CANARY in path for path, _ in Scraped.asked) and any(CANARY in header for _, header in Scraped.asked)
    (one.folder / "rules/b.yaml").write_text(f"apiVersion: rules/v1\nrules:\n  - alert: Bad\n    kind: health_check\n    check: {{http: \"http://bob:{CANARY}@h/?t={CANARY}\", evry: 1s}}\n    when: {{failures: 2}}\n")
    answer = requests.post(f"http://127.0.0.1:{one.port}/-/reload", timeout=5)
    assert answer.status_code == 422 and "evry" in answer.text
    shown = {"reload": answer.text}
    for path in ("/metrics", "/-/ready", "/api/v1/alerts", "/api/v1/rules", "/api/v1/alerts?all=1"):
        shown[path] = one.get(path).text
    (one.folder / "rules/b.yaml").unlink()
    one.stop()
    shown["log"] = one.log
    for file in (one.folder / "data").rglob("*"):
        shown[str(file)] = file.read_bytes().decode("latin-1")
        assert stat.S_IMODE(os.stat(file).st_mode) == 0o600, file
    assert stat.S_IMODE(os.stat(one.folder / "data").st_mode) == 0o700
    hits = {where: text[max(0, text.find(CANARY) - 80):][:160] for where, text in shown.items() if CANARY in text}
    assert not hits, hits
    server.shutdown()


def test_a_configuration_that_is_refused_prints_no_secret(tmp_path):
    binary = os.environ["NEPHOSCOPE_BINARY"]
    for line in (f"collectors:\n  - prometheus: {{targets: [\"http://bob:{CANARY}@h:1/\"], evry: 1s}}\n",
                 f"collectors:\n  - prometheus: {{targets: [\"http://h:1/?token={CANARY}\"], every: {CANARY}}}\n",
                 f"collectors:\n  - prometheus: {{targets: [\"h:1\"], headers: {{Authorization: \"Bearer {CANARY}\"}}, every: x}}\n",
                 f"collectors:\n  - prometheus: {{targets: [\"http://${{SECRET_USER}}@h:1/\", \"http://${{SECRET_USER}}@h:1/\"]}}\n"):
        (tmp_path / "agent.yaml").write_text("apiVersion: agent/v1\n" + line)
        done = subprocess.run([binary, "run", "--config", tmp_path / "agent.yaml", "--data-dir", tmp_path / "data", "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=20,
                              env={**os.environ, "SECRET_USER": f"bob:{CANARY}"})
        assert done.returncode == 78, done.stderr
        assert CANARY not in done.stderr + done.stdout, done.stderr
