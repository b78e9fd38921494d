"""The chart with real Helm: lints, renders both modes, refuses wrong values."""
import subprocess

import pytest
import yaml
from conftest import CACHE, SOURCE

HELM = CACHE / "helm-4.1.4/helm/helm"
CHART = SOURCE / "helm/nephoscope"


def helm(*arguments):
    return subprocess.run([HELM, *arguments], capture_output=True, text=True)


def workload(*arguments):
    rendered = helm("template", "watch", CHART, *arguments)
    assert rendered.returncode == 0, rendered.stderr
    return next(d for d in yaml.safe_load_all(rendered.stdout) if d and d["kind"] == "Deployment")


def test_lints():
    done = helm("lint", "--strict", CHART)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("mode, containers", [("deployment", ["nephoscope"]), ("sidecar", ["app", "nephoscope"])])
def test_every_container_is_restricted(mode, containers):
    pod = workload("--set", f"mode={mode}")["spec"]["template"]["spec"]
    assert sorted(c["name"] for c in pod["containers"]) == sorted(containers)
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"] and context["capabilities"]["drop"] == ["ALL"]


def test_the_rendered_configuration_and_rules_are_good(tmp_path):
    from conftest import BINARY
    rendered = helm("template", "watch", CHART)
    for document in yaml.safe_load_all(rendered.stdout):
        if document and document["kind"] == "ConfigMap":
            for name, text in document["data"].items():
                (tmp_path / name).write_text(text)
    checked = subprocess.run([BINARY, "check", *map(str, sorted(tmp_path.glob("*.yaml")))], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("wrong", ["mode=daemonset", "image.repository=", "app.port=99999", "colour=blue"])
def test_wrong_values_are_refused(wrong):
    done = helm("template", "watch", CHART, "--set", wrong)
    assert done.returncode != 0 and "schema" in done.stderr
