"""The files of deploy/: kustomize, systemd and .deb are run; compose and IAM are read."""

import importlib.util
import json
import re
import subprocess

import pytest
import yaml
from conftest import BINARY, CACHE, SOURCE
from kubernetes_schemas import is_restricted, problems

DEPLOY = SOURCE / "deploy"
HELM = CACHE / "helm-4.1.4/helm/helm"
KUBECTL = CACHE / "helm-4.1.4/kubectl/kubectl"


def check(*paths):
    return subprocess.run([BINARY, "check", *map(str, paths)], capture_output=True, text=True)


def kustomized(folder):
    done = subprocess.run([KUBECTL, "kustomize", folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def render():
    spec = importlib.util.spec_from_file_location("render", DEPLOY / "kustomize/render.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_kustomize_says_what_the_chart_says():
    for path, text in render().files(HELM).items():
        assert (
            DEPLOY / "kustomize" / path
        ).read_text() == text, "run deploy/kustomize/render.py HELM"


@pytest.mark.parametrize("folder", ["agent", "example"])
def test_kustomize_makes_valid_objects_and_the_agent_takes_its_files(folder, tmp_path):
    documents = kustomized(DEPLOY / "kustomize" / folder)
    assert [fault for document in documents for fault in problems(document)] == []
    for document in documents:
        if document["kind"] == "ConfigMap":
            for name, text in document["data"].items():
                (tmp_path / name).write_text(text)
    done = check(*sorted(tmp_path.glob("*.yaml")))
    assert done.returncode == 0, done.stdout


def test_the_component_adds_the_agent_where_it_is_asked_for_and_nowhere_else():
    deployments = {
        d["metadata"]["name"]: d["spec"]["template"]["spec"]
        for d in kustomized(DEPLOY / "kustomize/example")
        if d["kind"] == "Deployment"
    }
    own = {
        d["metadata"]["name"]: d["spec"]["template"]["spec"]
        for d in yaml.safe_load_all((DEPLOY / "kustomize/example/shop.yaml").read_text())
    }
    assert deployments["other"] == own["other"]
    assert deployments["shop"]["containers"] == own["shop"]["containers"]
    (agent,) = deployments["shop"]["initContainers"]
    assert (
        agent["name"] == "nephoscope" and agent["image"] == "registry.example.com/nephoscope:0.1.0"
    )
    is_restricted({}, [agent])
    config = next(v for v in deployments["shop"]["volumes"] if v["name"] == "nephoscope-config")
    assert config["configMap"]["name"] in [
        d["metadata"]["name"]
        for d in kustomized(DEPLOY / "kustomize/example")
        if d["kind"] == "ConfigMap"
    ]


def test_compose_names_files_that_exist_and_opens_ports_on_this_machine_only():
    compose = yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text())
    assert set(compose["services"]) == {
        "nephoscope",
        "kafka",
        "prometheus",
        "alertmanager",
        "grafana",
    }
    for name, service in compose["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / "compose" / source).exists(), volume
            else:
                assert source in compose["volumes"], volume
        assert name == "nephoscope" or re.search(r":v?\d+\.\d+", service["image"]), service["image"]


def test_compose_starts_an_agent_whose_peers_are_services():
    folder = DEPLOY / "compose"
    done = check(folder / "agent.yaml", folder / "rules")
    assert done.returncode == 0, done.stdout
    services = yaml.safe_load((folder / "compose.yaml").read_text())["services"]
    texts = (folder / "agent.yaml").read_text() + (folder / "rules/starter.yaml").read_text()
    texts += (DEPLOY / "prometheus/prometheus.yml").read_text()
    texts += (folder / "grafana/datasources/prometheus.yml").read_text()
    hosts = set(re.findall(r'"(?:http://)?([a-z]+):\d+', texts))
    assert hosts == set(services)
    listeners = services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert "INSIDE://kafka:19092" in listeners and "kafka:19092" in texts


def test_the_unit_is_accepted_by_systemd_and_exposes_little():
    unit = DEPLOY / "systemd/nephoscope.service"
    verified = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    faults = [
        line
        for line in verified.stderr.splitlines()
        if "nephoscope" in line and "is not executable" not in line
    ]
    assert faults == []
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=15", unit],
        capture_output=True,
        text=True,
    )
    assert rated.returncode == 0, rated.stdout[-200:]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deb")
    for one in ("first", "second"):
        (folder / one).mkdir()
        subprocess.run(
            [DEPLOY / "package-deb.sh", BINARY, folder / one], check=True, capture_output=True
        )
    return folder


def test_two_builds_of_the_package_are_equal(package):
    first, second = sorted(package.glob("*/*.deb"))
    assert first.read_bytes() == second.read_bytes() and first.name == second.name


def test_the_package_holds_a_program_that_runs_and_a_configuration_it_takes(package):
    (deb,) = package.glob("first/*.deb")
    root = package / "root"
    subprocess.run(["dpkg-deb", "-x", deb, root], check=True)
    done = subprocess.run([root / "usr/bin/nephoscope", "version"], capture_output=True, text=True)
    assert (
        done.returncode == 0
        and done.stdout
        == subprocess.run([BINARY, "version"], capture_output=True, text=True).stdout
    )
    assert check(root / "etc/nephoscope/agent.yaml").returncode == 0
    unit = (root / "lib/systemd/system/nephoscope.service").read_text()
    assert "/usr/bin/nephoscope run --config /etc/nephoscope/agent.yaml" in unit
    user = re.search(r"^User=(\S+)", unit, re.M).group(1)
    assert f"u {user} " in (root / "usr/lib/sysusers.d/nephoscope.conf").read_text()
    control = subprocess.run(
        ["dpkg-deb", "-f", deb, "Depends"], capture_output=True, text=True
    ).stdout
    assert {"librdkafka1", "libsqlite3-0", "tzdata", "ca-certificates"} <= {
        p.strip() for p in control.split(",")
    }
    listed = subprocess.run(["dpkg-deb", "-c", deb], capture_output=True, text=True).stdout
    assert all(line.split()[1] == "root/root" for line in listed.splitlines())


def test_the_policy_allows_the_calls_that_the_agent_makes_and_no_other():
    sources = "".join(path.read_text() for path in (SOURCE / "agent/collectors/aws").glob("*.cc"))
    asked = re.search(r'GraniteServiceVersion20100801\.", (.*?)\)}', sources).group(1)
    calls = set(re.findall(r'"([A-Z]\w+)"', asked))
    assert (
        sources.count("GraniteServiceVersion20100801") == 1 and sources.count("X-Amz-Target") == 1
    )
    (statement,) = json.loads((DEPLOY / "iam/aws-cloudwatch.json").read_text())["Statement"]
    assert {action.removeprefix("cloudwatch:") for action in statement["Action"]} == calls
    assert not any(re.search("Create|Put|Update|Delete|Modify", call) for call in calls)
    terraform = (DEPLOY / "iam/aws.tf").read_text()
    assert 'file("${path.module}/aws-cloudwatch.json")' in terraform
    assert "aws_iam_access_key" not in terraform  # its secret would be in Terraform's state
