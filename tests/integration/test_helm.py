"""The chart with real Helm: lints and renders every values file of ci/, refuses wrong values;
the objects are valid Kubernetes, and the agent accepts its configuration."""

import json
import os
import subprocess

import pytest
import yaml
from conftest import BINARY
from helm_chart import CHART, CI, agent_of, containers, find, helm, objects, of_file, patch_of, pod
from kubernetes_schemas import is_restricted, problems

SECRETS = {"KAFKA_PASSWORD": "x", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}


def test_there_are_enough_values_files():
    assert len(CI) >= 20


@pytest.mark.parametrize("name", CI)
def test_lints(name):
    done = helm("lint", "--strict", CHART, "-f", CHART / f"ci/{name}-values.yaml")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", CI)
def test_every_object_is_valid_and_named_once(name):
    documents = of_file(name)
    assert [fault for document in documents for fault in problems(document)] == []
    keys = [(d["kind"], d["metadata"]["name"]) for d in documents]
    assert len(keys) == len(set(keys))


def test_the_schemas_refuse_what_kubernetes_does_not_know():
    (deployment,) = find(of_file("default"), "Deployment")
    wrong = json.loads(json.dumps(deployment))
    wrong["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    assert any("readynessProbe" in fault for fault in problems(wrong))
    (monitor,) = find(of_file("metrics-pod"), "PodMonitor")
    monitor = json.loads(json.dumps(monitor))
    monitor["spec"]["podMetricsEndpoints"][0]["intervall"] = "1s"
    assert any("intervall" in fault for fault in problems(monitor))


@pytest.mark.parametrize("name", CI)
def test_every_pod_is_restricted(name):
    for document in of_file(name):
        spec = {
            "Pod": lambda d: d["spec"],
            "Deployment": lambda d: d["spec"]["template"]["spec"],
            "Job": lambda d: d["spec"]["template"]["spec"],
        }.get(document["kind"], lambda d: None)(document)
        if spec is None:
            continue
        assert spec["automountServiceAccountToken"] is False and spec["enableServiceLinks"] is False
        is_restricted(spec, containers(spec))


@pytest.mark.parametrize("name", CI)
def test_the_agents_container_is_closed_and_its_memory_reserved(name):
    agent = agent_of(of_file(name))
    is_restricted({}, [agent])
    assert agent["securityContext"]["readOnlyRootFilesystem"] is True
    assert agent["securityContext"]["runAsUser"] == 65532
    resources = agent["resources"]
    assert resources["requests"]["memory"] == resources["limits"]["memory"]


@pytest.mark.parametrize("name", CI)
def test_configuration_is_accepted_by_the_agent(name, tmp_path):
    check_as_rendered(of_file(name), tmp_path)


def check_as_rendered(documents, folder):
    """Runs the check container's own command on the ConfigMaps that its volumes name."""
    (test,) = [d for d in documents if d["kind"] == "Pod"]
    check = test["spec"]["containers"][0]
    maps = {d["metadata"]["name"]: d["data"] for d in documents if d["kind"] == "ConfigMap"}
    volumes = {v["name"]: v for v in test["spec"]["volumes"]}
    arguments = check["args"]
    for mount in check["volumeMounts"]:
        volume = volumes[mount["name"]]
        place = folder / mount["name"]
        place.mkdir()
        if "configMap" in volume:
            for key, text in maps.get(volume["configMap"]["name"], {}).items():
                (place / key).write_text(text)
        arguments = [argument.replace(mount["mountPath"], str(place)) for argument in arguments]
    done = subprocess.run(
        [BINARY, *arguments], capture_output=True, text=True, env={**os.environ, **SECRETS}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_hook_and_init_check_run_the_same_command_as_the_test():
    (job,) = [d for d in of_file("default") if d["kind"] == "Job"]
    init = [c for c in containers(pod(of_file("init-check"))) if c["name"] == "check"]
    (test,) = [d for d in of_file("default") if d["kind"] == "Pod"]
    commands = {
        tuple(c["args"])
        for c in [
            job["spec"]["template"]["spec"]["containers"][0],
            init[0],
            test["spec"]["containers"][0],
        ]
    }
    assert commands == {("check", "/etc/nephoscope/config/agent.yaml", "/etc/nephoscope/rules")}
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert init[0] in pod(of_file("init-check"))["initContainers"]
    (job,) = [
        d for d in of_file("deployment") if d["kind"] == "Job"
    ]  # a claim may be held by the agent
    assert "bills" not in {v["name"] for v in job["spec"]["template"]["spec"]["volumes"]}


@pytest.mark.parametrize("name", ["default", "sidecar", "storage"])
def test_the_agent_runs_with_the_rendered_arguments(name, tmp_path):
    documents = of_file(name)
    (tmp_path / "rules").mkdir()
    config = find(documents, "ConfigMap", "-config")[0]["data"]["agent.yaml"]
    (tmp_path / "agent.yaml").write_text(config.replace("/etc/nephoscope/rules", "rules"))
    arguments = [
        str(tmp_path / "agent.yaml") if a.startswith("/etc") else a
        for a in agent_of(documents)["args"]
    ]
    done = subprocess.run(
        [
            BINARY,
            *arguments,
            "--data-dir",
            str(tmp_path / "data"),
            "--listen",
            "127.0.0.1:0",
            "--for",
            "1s",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and list((tmp_path / "data").iterdir()), done.stderr


def test_nobody_reaches_the_agent_until_it_is_opened():
    documents = of_file("default")
    config = yaml.safe_load(find(documents, "ConfigMap", "-config")[0]["data"]["agent.yaml"])
    agent = agent_of(documents)
    assert config["listen"] == "127.0.0.1:9464"
    assert not {"ports", "livenessProbe", "readinessProbe"} & set(agent) and not find(
        documents, "Service"
    )
    (policy,) = find(documents, "NetworkPolicy")
    assert policy["spec"]["ingress"] == [] and policy["spec"]["policyTypes"] == ["Ingress"]


def test_open_to_the_cluster_has_probes_a_service_and_a_door_for_prometheus_only():
    documents = of_file("metrics-service")
    config = yaml.safe_load(find(documents, "ConfigMap", "-config")[0]["data"]["agent.yaml"])
    agent = agent_of(documents)
    assert config["listen"] == ":9464"
    assert agent["livenessProbe"]["httpGet"]["path"] == "/-/healthy"
    assert agent["readinessProbe"]["httpGet"]["path"] == "/-/ready"
    (policy,) = find(documents, "NetworkPolicy")
    (door,) = policy["spec"]["ingress"]
    assert door["from"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    ]
    assert door["ports"] == [{"port": 9464, "protocol": "TCP"}]


@pytest.mark.parametrize(
    "name,kind,endpoints",
    [
        ("metrics-pod", "PodMonitor", "podMetricsEndpoints"),
        ("sidecar-cluster", "PodMonitor", "podMetricsEndpoints"),
        ("metrics-service", "ServiceMonitor", "endpoints"),
    ],
)
def test_monitors_name_a_port_and_labels_that_exist(name, kind, endpoints):
    documents = of_file(name)
    (monitor,) = find(documents, kind)
    wanted = monitor["spec"]["selector"]["matchLabels"].items()
    if name == "sidecar-cluster":
        labels = yaml.safe_load(patch_of(documents, "patch.yaml"))["spec"]["template"]["metadata"][
            "labels"
        ]
    elif kind == "ServiceMonitor":
        labels = find(documents, "Service")[0]["metadata"]["labels"]
    else:
        labels = find(documents, "Deployment")[0]["spec"]["template"]["metadata"]["labels"]
    assert wanted <= labels.items()
    port = monitor["spec"][endpoints][0]["port"]
    assert port in [p["name"] for p in agent_of(documents)["ports"]]


def test_an_upgrade_from_chart_0_1_0_keeps_database_selector_and_service():
    documents = objects("--set", "http.access=cluster")
    (claim,) = find(documents, "PersistentVolumeClaim")
    assert claim["metadata"]["name"] == "watch-nephoscope-data"
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "2Gi"}},
    }
    (deployment,) = find(documents, "Deployment")
    assert (
        deployment["metadata"]["name"]
        == "watch-nephoscope"
        == find(documents, "Service")[0]["metadata"]["name"]
    )
    assert deployment["spec"]["selector"] == {
        "matchLabels": {
            "app.kubernetes.io/name": "nephoscope",
            "app.kubernetes.io/instance": "watch",
        }
    }
    assert {
        "name": "nephoscope-data",
        "persistentVolumeClaim": {"claimName": "watch-nephoscope-data"},
    } in pod(documents)["volumes"]
    assert {"name": "nephoscope-data", "mountPath": "/var/lib/nephoscope"} in agent_of(documents)[
        "volumeMounts"
    ]


def test_values_that_chart_0_1_0_left_behind_do_no_harm():
    """`helm upgrade --reuse-values` brings the old chart's defaults along."""
    old = [
        "--set-json",
        'app={"name": "app", "image": "", "port": 8080, "replicas": 1}',
        "--set-json",
        "env=[]",
        "--set-json",
        "envFrom=[]",
    ]
    assert objects(*old) == objects()


def test_persistence_is_on_and_its_absence_is_said():
    assert (
        find(of_file("default"), "PersistentVolumeClaim")[0]["metadata"]["annotations"][
            "helm.sh/resource-policy"
        ]
        == "keep"
    )
    notes = {
        name: helm(
            "install", "watch", CHART, "--dry-run=client", "-f", CHART / f"ci/{name}-values.yaml"
        ).stdout
        for name in ("default", "no-persistence", "sidecar")
    }
    assert "NOT KEPT" not in notes["default"]
    assert "NOT KEPT" in notes["no-persistence"] and "NOT KEPT" in notes["sidecar"]


def test_no_rule_of_the_chart_asks_the_agent_itself():
    for name in CI:
        for rules in find(of_file(name), "ConfigMap", "-rules"):
            assert "9464" not in json.dumps(rules) and "19464" not in json.dumps(rules)


def test_the_schema_describes_every_key_and_the_agents_own():
    schema = json.loads((CHART / "values.schema.json").read_text())
    printed = subprocess.run(
        [BINARY, "schema", "config"], capture_output=True, text=True, check=True
    ).stdout
    agent = json.loads(printed)
    taken = {
        key: value
        for key, value in agent["properties"].items()
        if key not in ("apiVersion", "data_dir", "listen", "admin", "rules")
    }
    assert (
        schema["properties"]["config"]["properties"] == taken
    ), "run helm/config_schema.py NEPHOSCOPE"
    assert all(
        schema["definitions"][key] == value
        for key, value in agent["definitions"].items()
        if key not in ("admin",)
    )
    assert sorted(undescribed(schema["properties"])) == []
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert set(values) - set(schema["properties"]) == set()


def undescribed(properties, path=""):
    for key, value in properties.items():
        if "$ref" not in value and not value.get("description"):
            yield path + key
        yield from undescribed(value.get("properties", {}), path + key + ".")


@pytest.mark.parametrize(
    "wrong",
    [
        "mode=daemonset",
        "image.repository=",
        "service.port=99999",
        "colour=blue",
        "config.exporters[0].carrier_pigeon.to=me",
        "persistence.size=big",
        "config.data_dir=/tmp",
        "rules.notes=text",
        "sidecar.port=80",
        "image.digest=sha256:12",
        "metrics.podMonitor.intervall=1s",
        "http.access=world",
        "leaderElection=true",
    ],
)
def test_wrong_values_are_refused(wrong):
    done = helm("template", "watch", CHART, "--set", wrong)
    assert done.returncode != 0 and "schema" in done.stderr, done.stdout + done.stderr


@pytest.mark.parametrize(
    "wrong,way_out",
    [
        ("replicas=2", "no leader election"),
        ("app.image=shop", "keep the application"),
        ("env[0].name=A", "extraEnv"),
        ("metrics.podMonitor.enabled=true", "http.access=cluster"),
        ("metrics.podMonitor.enabled=true,http.access=cluster", "networkPolicy.from"),
        ("networkPolicy.from[0].podSelector.matchLabels.app=x", "http.access=cluster"),
        ("service.type=NodePort", "http.access=cluster"),
        ("mode=sidecar,podLabels.team=shop", "the application's Deployment"),
        ("mode=sidecar,extraContainers[0].name=x", "the application's Deployment"),
        ("mode=sidecar,podDisruptionBudget.enabled=true", "belong to the application"),
        ("mode=sidecar,checkRules=init", "hook"),
        ("mode=sidecar,persistence.existingClaim=x", "mode deployment"),
        ("mode=sidecar,http.access=cluster,metrics.serviceMonitor.enabled=true", "podMonitor"),
        (
            "mode=sidecar,config.collectors[0].aws_cloudwatch.regions[0]=eu-west-1",
            "once for each pod",
        ),
    ],
)
def test_harmful_values_are_refused_with_a_way_out(wrong, way_out):
    done = helm("template", "watch", CHART, "--set", wrong)
    assert done.returncode != 0 and way_out in done.stderr, done.stdout[-300:] + done.stderr
