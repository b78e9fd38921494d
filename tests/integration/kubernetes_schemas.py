"""Validates Kubernetes objects as an API server does with strict field validation: unknown fields
are errors."""

import functools
import json

import jsonschema
import referencing.jsonschema
import yaml
from conftest import CACHE

VERSIONS = ("1.29", "1.37")  # the oldest that the chart allows, and a new one
SCHEMAS = CACHE / "kubernetes-schemas-1.37"
OPERATOR = CACHE / "prometheus-operator-0.85.0"


def closed(schema):
    """Returns the schema of a CustomResourceDefinition with unknown fields refused."""
    if not isinstance(schema, dict):
        return schema
    out = {
        key: [closed(x) for x in value] if isinstance(value, list) else closed(value)
        for key, value in schema.items()
    }
    if out.pop("x-kubernetes-int-or-string", False):
        out["type"] = ["integer", "string"]
        out.pop("anyOf", None)
    open_end = out.pop("x-kubernetes-preserve-unknown-fields", False)
    if "properties" in out and not open_end:
        out.setdefault("additionalProperties", False)
    return out


@functools.cache
def operator_schema(kind):
    path = OPERATOR / f"monitoring.coreos.com_{kind.lower()}s.yaml"
    crd = yaml.safe_load(path.read_text())
    schema = closed(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}  # checked with the schema of every object
    return jsonschema.Draft7Validator(schema)


@functools.cache
def validator(version, kind, api):
    if api.startswith("monitoring.coreos.com/"):
        return operator_schema(kind)
    folder = SCHEMAS / version
    group, _, release = api.rpartition("/")
    path = folder / ("-".join(filter(None, [kind.lower(), group.split(".")[0], release])) + ".json")
    return jsonschema.Draft7Validator(json.loads(path.read_text()), registry=definitions(folder))


@functools.cache
def definitions(folder):
    """Finds what schemas refer to beside them, whatever address they give it."""
    text = functools.cache(lambda name: json.loads((folder / name).read_text()))
    retrieve = lambda uri: referencing.Resource(
        text(uri.rsplit("/", 1)[-1]), referencing.jsonschema.DRAFT7
    )
    return referencing.Registry(retrieve=functools.cache(retrieve))


def problems(document):
    """Returns a line for each fault of one object, under every version."""
    out = []
    for version in VERSIONS:
        for error in validator(version, document["kind"], document["apiVersion"]).iter_errors(
            document
        ):
            place = "/".join(map(str, error.absolute_path))
            out.append(f"{version} {document['kind']} {place}: {error.message[:200]}")
    return out


def is_restricted(spec, containers):
    """Asserts what Pod Security "restricted" asks, of the pod and of each container."""
    assert not any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC"))
    allowed = {
        "name",
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
    assert all(set(volume) <= allowed for volume in spec.get("volumes", []))
    for container in containers:
        context = container.get("securityContext", {})
        assert context["allowPrivilegeEscalation"] is False, container["name"]
        assert context["capabilities"] == {"drop": ["ALL"]}, container["name"]
        assert not context.get("privileged") and context.get("runAsUser") != 0
        assert context.get("runAsNonRoot", spec.get("securityContext", {}).get("runAsNonRoot"))
        assert context["seccompProfile"]["type"] == "RuntimeDefault", container["name"]
        assert not any(port.get("hostPort") for port in container.get("ports", []))
