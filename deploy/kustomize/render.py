#!/usr/bin/env python3
"""Writes the generated files of deploy/kustomize from the chart:  render.py HELM [OUT]"""

import pathlib
import subprocess
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
CHART = HERE.parents[1] / "helm/nephoscope"
OF_HELM = ("app.kubernetes.io/managed-by", "helm.sh/chart", "helm.sh/resource-policy")
FIRST = "# Written by deploy/kustomize/render.py from helm/nephoscope.\n"


def rendered(helm, mode):
    done = subprocess.run(
        [
            helm,
            "template",
            "nephoscope",
            CHART,
            "--set",
            f"mode={mode},checkRules=none,fullnameOverride=nephoscope",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    documents = [document for document in yaml.safe_load_all(done.stdout) if document]
    return [
        document
        for document in documents
        if "helm.sh/hook" not in document["metadata"].get("annotations", {})
    ]


def without_helm(part):
    """Takes out of labels and annotations, at any depth, those that belong to Helm."""
    if isinstance(part, list):
        return [without_helm(one) for one in part]
    if not isinstance(part, dict):
        return part
    out = {key: without_helm(value) for key, value in part.items() if key not in OF_HELM}
    metadata = out.get("metadata", {})
    metadata.pop("namespace", None)
    for key in ("labels", "annotations"):
        if key in metadata and not metadata[key]:
            del metadata[key]
    return out


def text(documents):
    return FIRST + "---\n".join(
        yaml.safe_dump(document, sort_keys=False, width=140) for document in documents
    )


def config_of(documents):
    return next(d for d in documents if d["metadata"]["name"] == "nephoscope-config")["data"][
        "agent.yaml"
    ]


def files(helm):
    """Returns path -> text of all that is written."""
    agent, sidecar = rendered(helm, "deployment"), rendered(helm, "sidecar")
    workload = without_helm([d for d in agent if d["kind"] != "ConfigMap"])
    for document in workload:
        if document["kind"] == "Deployment":
            document["spec"]["template"]["metadata"].pop(
                "annotations", None
            )  # kustomize names the ConfigMap by its content instead
    patch = next(d for d in sidecar if d["metadata"]["name"] == "nephoscope-patch")["data"][
        "patch.yaml"
    ]
    pod = yaml.safe_load(patch)["spec"]["template"]
    pod["metadata"].pop("annotations")
    target = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "any"},
        "spec": {"template": pod},
    }
    return {
        "agent/workload.yaml": text(workload),
        "agent/config/agent.yaml": FIRST + config_of(agent),
        "sidecar/patch.yaml": text([target]),
        "example/agent.yaml": FIRST + config_of(sidecar),
    }


def main():
    out = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else HERE
    for path, content in files(sys.argv[1]).items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(content)


if __name__ == "__main__":
    main()
