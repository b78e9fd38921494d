"""The chart with real Helm: lints, renders both modes, refuses wrong values; the agent accepts what it renders."""
import subprocess

import pytest
import yaml
from conftest import BINARY, CACHE, SOURCE

HELM = CACHE / "helm-4.1.4/helm/helm"
CHART = SOURCE / "helm/nephoscope"
VALUES = {"bare": [], "deployment": ["-f", CHART / "ci/deployment-values.yaml"], "sidecar": ["-f", CHART / "ci/sidecar-values.yaml"]}


def helm(*arguments):
    return subprocess.run([HELM, *arguments], capture_output=True, text=True)


def objects(*arguments):
    rendered = helm("template", "watch", CHART, *arguments)
    assert rendered.returncode == 0, rendered.stderr
    return [document for document in yaml.safe_load_all(rendered.stdout) if document]


def pod(values):
    return next(o for o in objects(*VALUES[values]) if o["kind"] == "Deployment")["spec"]["template"]["spec"]


def containers(spec):
    return spec.get("initContainers", []) + spec["containers"]


@pytest.mark.parametrize("values", VALUES)
def test_lints(values):
    done = helm("lint", "--strict", CHART, *VALUES[values])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("values", VALUES)
def test_every_container_is_restricted(values):
    spec = pod(values)
    assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    assert spec["automountServiceAccountToken"] is False
    assert all(not {"hostPath"} & set(volume) for volume in spec["volumes"])
    for container in containers(spec):
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"] and context["capabilities"]["drop"] == ["ALL"]
        assert context["runAsUser"] == 65532


def test_deployment_asks_whether_it_is_ready():
    (agent,) = containers(pod("deployment"))
    assert agent["livenessProbe"]["httpGet"]["path"] == "/-/healthy" and agent["readinessProbe"]["httpGet"]["path"] == "/-/ready"
    claim = next(o for o in objects(*VALUES["deployment"]) if o["kind"] == "PersistentVolumeClaim")
    assert {"name": "data", "persistentVolumeClaim": {"claimName": claim["metadata"]["name"]}} in pod("deployment")["volumes"]


def test_sidecar_starts_before_the_app_and_never_takes_it_out_of_service():
    spec = pod("sidecar")
    assert [c["name"] for c in spec["initContainers"]] == ["nephoscope"] and [c["name"] for c in spec["containers"]] == ["shop"]
    agent = spec["initContainers"][0]
    assert agent["restartPolicy"] == "Always" and "readinessProbe" not in agent and agent["livenessProbe"]


def test_rules_are_mounted_so_that_a_swap_is_seen():
    mounts = {m["mountPath"]: m for m in containers(pod("bare"))[0]["volumeMounts"]}
    assert "subPath" not in mounts["/etc/nephoscope/rules"]


@pytest.mark.parametrize("values", VALUES)
def test_what_is_rendered_is_accepted_by_the_agent(values, tmp_path):
    for o in objects(*VALUES[values]):
        if o["kind"] == "ConfigMap":
            for name, text in o["data"].items():
                (tmp_path / name).write_text(text)
    checked = subprocess.run([BINARY, "check", *map(str, sorted(tmp_path.glob("*.yaml")))], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("wrong", ["mode=daemonset", "image.repository=", "service.port=99999", "colour=blue", "config.exporters[0].carrier_pigeon.to=me",
                                   "mode=sidecar", "persistence.size=big", "config.data_dir=/tmp", "rules.notes=text"])
def test_wrong_values_are_refused(wrong):
    done = helm("template", "watch", CHART, "--set", wrong)
    assert done.returncode != 0 and "schema" in done.stderr, done.stdout + done.stderr
