"""The chart as real Helm renders it, for the tests of both modes."""

import functools
import subprocess

import yaml
from conftest import CACHE, SOURCE

HELM = CACHE / "helm-4.1.4/helm/helm"
KUBECTL = CACHE / "helm-4.1.4/kubectl/kubectl"
CHART = SOURCE / "helm/nephoscope"
CI = sorted(path.name.removesuffix("-values.yaml") for path in (CHART / "ci").glob("*-values.yaml"))
SIDECARS = [name for name in CI if name.startswith("sidecar")]


def helm(*arguments):
    return subprocess.run([HELM, *map(str, arguments)], capture_output=True, text=True)


def objects(*arguments, chart=CHART, release="watch"):
    rendered = helm("template", release, chart, *arguments)
    assert rendered.returncode == 0, rendered.stderr
    return [document for document in yaml.safe_load_all(rendered.stdout) if document]


@functools.cache
def of_file(name):
    return objects("-f", CHART / f"ci/{name}-values.yaml")


def find(documents, kind, suffix=""):
    """Returns the objects of a kind that are not a hook."""
    return [
        d
        for d in documents
        if d["kind"] == kind
        and d["metadata"]["name"].endswith(suffix)
        and "helm.sh/hook" not in d["metadata"].get("annotations", {})
    ]


def pod(documents):
    (deployment,) = find(documents, "Deployment")
    return deployment["spec"]["template"]["spec"]


def containers(spec):
    return spec.get("initContainers", []) + spec["containers"]


def agent_of(documents):
    """Returns the agent's container: of the Deployment, or of the patch."""
    if find(documents, "Deployment"):
        spec = pod(documents)
    else:
        spec = yaml.safe_load(patch_of(documents, "patch.yaml"))["spec"]["template"]["spec"]
        spec["containers"] = []
    return next(c for c in containers(spec) if c["name"] == "nephoscope")


def patch_of(documents, key):
    return find(documents, "ConfigMap", "-patch")[0]["data"][key]
