"""Mode sidecar: the agent joins a Deployment of somebody else, by patch and by library template,
and touches nothing else of it."""

import shlex
import shutil
import subprocess

import pytest
import yaml
from conftest import SOURCE
from helm_chart import CHART, KUBECTL, SIDECARS, containers, find, objects, of_file, patch_of, pod
from kubernetes_schemas import problems

APP = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "shop"},
    "spec": {
        "selector": {"matchLabels": {"app": "shop"}},
        "template": {
            "metadata": {"labels": {"app": "shop"}},
            "spec": {
                "securityContext": {"runAsUser": 0},
                "serviceAccountName": "shop",
                "initContainers": [{"name": "migrate", "image": "shop:1"}],
                "containers": [
                    {
                        "name": "shop",
                        "image": "nginx:1.29",
                        "env": [{"name": "A", "value": "b"}],
                        "ports": [{"name": "metrics", "containerPort": 9464}],
                        "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                    }
                ],
                "volumes": [{"name": "data", "emptyDir": {}}],
            },
        },
    },
}


def patched(folder, deployment, patch):
    (folder / "app.yaml").write_text(yaml.safe_dump(deployment))
    (folder / "patch.yaml").write_text(patch)
    done = subprocess.run(
        [
            KUBECTL,
            "patch",
            "--local",
            "-f",
            folder / "app.yaml",
            "--patch-file",
            folder / "patch.yaml",
            "-o",
            "yaml",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)


@pytest.mark.parametrize("name", SIDECARS)
def test_a_sidecar_joins_a_deployment_and_leaves_it_without_a_trace(name, tmp_path):
    documents = of_file(name)
    assert (
        not find(documents, "Deployment")
        and not find(documents, "Service")
        and not find(documents, "NetworkPolicy")
    )
    joined = patched(tmp_path, APP, patch_of(documents, "patch.yaml"))
    assert problems(joined) == []
    before, after = APP["spec"]["template"]["spec"], joined["spec"]["template"]["spec"]
    assert (
        after["containers"] == before["containers"]
        and after["securityContext"] == before["securityContext"]
    )
    assert (
        after["serviceAccountName"] == "shop"
        and joined["spec"]["selector"] == APP["spec"]["selector"]
    )
    agent = next(c for c in after["initContainers"] if c["name"] == "nephoscope")
    assert (
        before["initContainers"][0] in after["initContainers"]
        and before["volumes"][0] in after["volumes"]
    )
    assert "--degraded-start" in agent["args"]  # a wrong configuration keeps no pod from being ready
    assert agent["restartPolicy"] == "Always" and not {"startupProbe", "readinessProbe"} & set(
        agent
    )
    names = [p["name"] for c in containers(after) for p in c.get("ports", [])]
    ports = [p["containerPort"] for c in containers(after) for p in c.get("ports", [])]
    assert len(names) == len(set(names)) and len(ports) == len(set(ports))
    left = patched(tmp_path, joined, patch_of(documents, "remove.yaml"))
    left["spec"]["template"]["metadata"].pop("annotations", None)
    assert left == APP


def test_a_private_registry_is_reached_with_the_secret_that_is_named(tmp_path):
    documents = objects("--set", "mode=sidecar,imagePullSecrets[0].name=registry")
    joined = patched(tmp_path, APP, patch_of(documents, "patch.yaml"))
    assert joined["spec"]["template"]["spec"]["imagePullSecrets"] == [{"name": "registry"}]
    assert problems(joined) == []


def test_a_sidecar_may_probe_its_own_pod():
    config = yaml.safe_load(
        find(of_file("sidecar"), "ConfigMap", "-config")[0]["data"]["agent.yaml"]
    )
    assert config["probes"] == {"allow": ["127.0.0.0/8", "::1/128"]}


def test_the_library_puts_the_same_sidecar_into_a_chart_of_somebody_else(tmp_path):
    parent = tmp_path / "shop"
    shutil.copytree(CHART, parent / "charts/nephoscope")
    (parent / "templates").mkdir()
    (parent / "Chart.yaml").write_text(
        "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
        "dependencies: [{name: nephoscope, version: 0.2.0}]\n"
    )
    (parent / "values.yaml").write_text("nephoscope: {mode: sidecar, config: {name: shop}}\n")
    (parent / "templates/shop.yaml").write_text("""
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata:
      labels:
        app: shop
        {{- include "nephoscope.sidecar.labels" .Subcharts.nephoscope | nindent 8 }}
    spec:
      initContainers:
        - {{- include "nephoscope.sidecar.container" .Subcharts.nephoscope | nindent 10 }}
      containers: [{name: shop, image: "nginx:1.29"}]
      volumes: {{- include "nephoscope.sidecar.volumes" .Subcharts.nephoscope | nindent 8 }}
""")
    documents = objects(chart=parent)
    assert [fault for document in documents for fault in problems(document)] == []
    from_patch = yaml.safe_load(patch_of(documents, "patch.yaml"))["spec"]["template"]["spec"]
    spec = pod(documents)
    assert (
        spec["initContainers"] == from_patch["initContainers"]
        and spec["volumes"] == from_patch["volumes"]
    )
    assert spec["containers"] == [{"name": "shop", "image": "nginx:1.29"}]


def commands_of_the_readme():
    """Returns the three commands under their heading, each as a list of words."""
    text = (SOURCE / "helm/README.md").read_text().split("## A sidecar in three commands")[1]
    lines = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    return [shlex.split(line) for line in lines[:3]]


def test_the_three_commands_of_the_readme_do_what_they_say(tmp_path):
    """Runs them word for word but for the cluster: `template` renders instead of `install`, and
    kubectl works on files."""
    install, get, patch = commands_of_the_readme()
    assert install[:3] == ["helm", "install", "watch"]
    values = CHART / "ci/sidecar-values.yaml"
    options = [values if word == "rules-values.yaml" else word for word in install[4:]]
    documents = objects(*options, chart=SOURCE / install[3], release=install[2])
    (configmap,) = [
        d for d in documents if d["metadata"]["name"] == get[get.index("configmap") + 1]
    ]
    (tmp_path / "configmap.yaml").write_text(yaml.safe_dump(configmap))
    form, target = get[get.index("-o") + 1], get[-1]
    read = [KUBECTL, "label", "--local", "-f", tmp_path / "configmap.yaml", "a=b", "-o", form]
    (tmp_path / target).write_text(
        subprocess.run(read, capture_output=True, text=True, check=True).stdout
    )
    assert patch == ["kubectl", "patch", "deployment", "shop", "--patch-file", target]
    joined = patched(tmp_path, APP, (tmp_path / target).read_text())
    agent = joined["spec"]["template"]["spec"]["initContainers"][0]
    assert agent["name"] == "nephoscope"
    assert agent["image"].startswith("registry.example.com/nephoscope:")
