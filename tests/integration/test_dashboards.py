"""Dashboards and alerts about the agent, in the hands of a real Prometheus that scraped a real
agent: each query names metrics that exist, is accepted, and none is empty."""

import datetime
import json
import re
import subprocess

import pytest
import requests
import yaml
from conftest import CACHE, SAMPLE_BILL, SOURCE, Agent, Process, free_port, wait_for

FILES = SOURCE / "helm/nephoscope/files"
ALERTS = FILES / "agent.rules.yml"
DASHBOARDS = sorted((FILES / "dashboards").glob("*.json"))
PROMTOOL = CACHE / "debian/usr/bin/promtool"
# Born with their first event or enough points.
UNBORN = {
    "nephoscope_rejected_records_total",
    "nephoscope_rule_errors_total",
    "nephoscope_arrival_delay_seconds",
    "nephoscope_collector_rounds_missed_total",
    "nephoscope_clock_steps_total",
    "nephoscope_notifications_suppressed_total",
}
RULES = """
apiVersion: rules/v1
rules:
  - alert: Budget
    kind: budget
    watch: {cost: effective, by: [department]}
    budget: {period: month, everyone_else: 100 USD}
    levels: {critical: {actual: 100%}}
  - alert: Refused
    kind: health_check
    check: {tcp: "127.0.0.1:9", every: 1s, timeout: 1s}
    when: {failures: 1}
    severity: critical
"""


class Scraped:
    """An agent on a made-up bill, and a Prometheus that scrapes it and evaluates our alerts."""

    def __init__(self, folder):
        until = datetime.datetime.now(datetime.timezone.utc).date()
        subprocess.run(
            [SAMPLE_BILL, "--until", str(until), "--days", "40", "--out", folder / "bill.csv"],
            check=True,
            capture_output=True,
        )
        collectors = "collectors:\n  - focus: {files: [bill.csv], every: 1s}\n"
        exporters = 'exporters:\n  - stdout: {}\n  - kafka: {brokers: ["127.0.0.1:9"]}\n'
        self.agent = Agent(
            folder, collectors + exporters + "probes: {allow: [127.0.0.0/8]}\n", {"a.yaml": RULES}
        )
        self.port = free_port()
        (folder / "prometheus.yml").write_text(
            yaml.safe_dump(
                {
                    "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                    "rule_files": [str(ALERTS)],
                    "scrape_configs": [
                        {
                            "job_name": "nephoscope",
                            "static_configs": [{"targets": [f"127.0.0.1:{self.agent.port}"]}],
                        }
                    ],
                }
            )
        )
        self.prometheus = Process(
            [
                CACHE / "debian/usr/bin/prometheus",
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/tsdb",
                f"--web.listen-address=127.0.0.1:{self.port}",
            ],
            folder / "prometheus.log",
        )
        ready = f"http://127.0.0.1:{self.port}/-/ready"
        self.prometheus.until(
            lambda: requests.get(ready, timeout=2).status_code == 200, 30, "Prometheus"
        )
        self.prometheus.until(
            lambda: self.ask("query", query="count_over_time(up[1m]) > 4")["result"], 40, "scrapes"
        )

    def ask(self, what, **parameters):
        answer = requests.get(
            f"http://127.0.0.1:{self.port}/api/v1/{what}", params=parameters, timeout=5
        ).json()
        assert answer["status"] == "success", f"{parameters}: {answer}"
        return answer["data"]


@pytest.fixture(scope="module")
def scraped(tmp_path_factory):
    one = Scraped(tmp_path_factory.mktemp("scraped"))
    yield one
    one.prometheus.stop()
    one.agent.stop()


def panels():
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                yield pytest.param(
                    target["expr"], id=f"{path.stem}: {panel['title']} {target['refId']}"
                )


def alerts():
    return [
        rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]
    ]


def expressions():
    return [rule["expr"] for rule in alerts()] + [param.values[0] for param in panels()]


def metrics_in(expression):
    names = re.findall(r"nephoscope_[a-z_]+", expression)
    return {
        re.sub(r"_(bucket|sum|count)$", "", name) if name.endswith("_seconds_bucket") else name
        for name in names
    }


def as_grafana_asks(expression):
    return expression.replace("$instance", ".*").replace("$__rate_interval", "10s")


@pytest.mark.parametrize("expression", list(panels()))
def test_no_panel_is_empty(scraped, expression):
    wait_for(
        lambda: scraped.ask("query", query=as_grafana_asks(expression))["result"], 5, expression
    )


def test_every_metric_that_is_named_exists(scraped):
    shown = set(re.findall(r"^# TYPE (\S+)", scraped.agent.get("/metrics").text, re.M))
    named = set().union(*map(metrics_in, expressions()))
    assert named - shown - UNBORN == set()
    sources = "".join(path.read_text() for path in (SOURCE / "agent/status").glob("*.cc"))
    assert all(f'"{name}"' in sources for name in UNBORN)


def test_every_metric_of_the_agent_is_on_a_dashboard_or_in_an_alert():
    named = set().union(*map(metrics_in, expressions()))
    sources = "".join(path.read_text() for path in (SOURCE / "agent").rglob("*.cc"))
    assert set(re.findall(r'"(nephoscope_[a-z_]+)", "', sources)) - named == set()


def test_every_alert_is_evaluated_and_fires_for_its_cause(scraped):
    def healthy():
        rules = [rule for group in scraped.ask("rules")["groups"] for rule in group["rules"]]
        return rules if rules and all(rule["health"] == "ok" for rule in rules) else None

    rules = {rule["name"]: rule["state"] for rule in wait_for(healthy, 10, "evaluations")}
    assert set(rules) == {rule["alert"] for rule in alerts()}
    assert rules["NephoscopeReceiverDown"] == "pending"  # Kafka is away
    assert (
        rules["NephoscopeAway"]
        == rules["NephoscopeCollectorDown"]
        == rules["NephoscopeRulesNotTaken"]
        == "inactive"
    )


def test_alerts_fire_after_their_hold_time(tmp_path):
    cause = {
        "NephoscopeCollectorDown": ('nephoscope_collector_up{collector="focus"}', "0x120", "20m"),
        "NephoscopeReceiverDown": ('nephoscope_exporter_up{exporter="kafka"}', "0x120", "15m"),
        "NephoscopeEventsWait": ("nephoscope_outbox_oldest_seconds", "1000x120", "10m"),
        "NephoscopeEventsRefused": ("nephoscope_outbox_parked", "1x120", "1m"),
        "NephoscopeRulesNotTaken": ('nephoscope_config_reload_ok{file="a"}', "0x120", "10m"),
        "NephoscopeDatabaseFails": ("nephoscope_commit_failures_total", "0+1x120", "15m"),
        "NephoscopeDataLate": (
            'nephoscope_watermark_lag_seconds{source="focus"}',
            "300000x120",
            "70m",
        ),
        "NephoscopeSeriesDropped": ("nephoscope_series_dropped_total", "0+1x120", "15m"),
        "NephoscopeStoodStill": ("nephoscope_ticks_missed_total", "0+10x120", "15m"),
        "NephoscopeRuleBlind": ('nephoscope_rule_matched_series{alertname="B"}', "0x1500", "1450m"),
        "NephoscopeAlertsNotShown": ("nephoscope_alert_series_dropped", "3x120", "20m"),
        "NephoscopeAway": ("other", "1x120", "10m"),
    }
    assert set(cause) == {rule["alert"] for rule in alerts()}
    document = {"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": []}
    for name, (series, values, when) in cause.items():
        document["tests"].append(
            {
                "interval": "1m",
                "input_series": [{"series": series, "values": values}],
                "promql_expr_test": [
                    {
                        "expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}})',
                        "eval_time": when,
                        "exp_samples": [{"labels": "{}", "value": 1}],
                    }
                ],
            }
        )
    (tmp_path / "test.yml").write_text(yaml.safe_dump(document))
    done = subprocess.run(
        [PROMTOOL, "test", "rules", tmp_path / "test.yml"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_dashboards_have_a_name_each_and_ask_through_the_variable():
    boards = [json.loads(path.read_text()) for path in DASHBOARDS]
    assert len({board["uid"] for board in boards}) == len({board["title"] for board in boards}) == 3
    for board in boards:
        ids = [panel["id"] for panel in board["panels"]]
        assert len(ids) == len(set(ids))
        assert all(panel["datasource"]["uid"] == "${datasource}" for panel in board["panels"])


def promtool(*arguments):
    return subprocess.run([PROMTOOL, *map(str, arguments)], capture_output=True, text=True)


def test_the_scrape_configuration_is_accepted(tmp_path):
    (tmp_path / "prometheus.yml").write_text(
        (SOURCE / "deploy/prometheus/prometheus.yml").read_text()
    )
    (tmp_path / "agent.rules.yml").write_text(ALERTS.read_text())
    done = promtool("check", "config", tmp_path / "prometheus.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_pods_are_found_by_their_container_also_as_init_containers(tmp_path):
    """Runs the relabeling over targets as Kubernetes describes them: Debian's Prometheus cannot
    ask Kubernetes."""
    config = yaml.safe_load((SOURCE / "deploy/prometheus/kubernetes.yml").read_text())
    (job,) = config["scrape_configs"]
    assert job.pop("kubernetes_sd_configs") == [{"role": "pod"}]
    pods = {
        "10.0.0.1:9464": ("nephoscope", "metrics", "false"),
        "10.0.0.2:19464": ("nephoscope", "nephoscope", "true"),
        "10.0.0.3:9464": ("shop", "metrics", "false"),
        "10.0.0.4:4180": ("oidc", "page", "false"),
    }
    job["static_configs"] = [
        {
            "targets": [address],
            "labels": {
                "__meta_kubernetes_pod_container_name": container,
                "__meta_kubernetes_pod_container_port_name": port,
                "__meta_kubernetes_pod_container_init": init,
                "__meta_kubernetes_namespace": "n",
                "__meta_kubernetes_pod_name": "p",
            },
        }
        for address, (container, port, init) in pods.items()
    ]
    (tmp_path / "k.yml").write_text(yaml.safe_dump(config))
    done = promtool("check", "service-discovery", "--timeout=1s", tmp_path / "k.yml", "nephoscope")
    found = [one["labels"]["instance"] for one in json.loads(done.stdout) if one["labels"]]
    assert sorted(found) == ["10.0.0.1:9464", "10.0.0.2:19464"], done.stdout + done.stderr
