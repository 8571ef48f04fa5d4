"""Writes one JSON schema per kind, named as kubeconform expects (kind-group-version.json); unknown fields are errors.

schemas.py TARGET KUBECONFIG ARGO_SCHEMA...
"""
import json
import pathlib
import subprocess
import sys

import yaml

target = pathlib.Path(sys.argv[1])
target.mkdir(parents=True)


def strict(node):
    """Forbids undescribed properties, except where the schema explicitly allows them."""
    if isinstance(node, list):
        return [strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: strict(value) for key, value in node.items()}
    if isinstance(node.get("properties"), dict) and "additionalProperties" not in node \
            and not node.get("x-kubernetes-preserve-unknown-fields"):
        made["additionalProperties"] = False
    if node.get("x-kubernetes-int-or-string"):
        made.pop("type", None)
    return made


def write(kind, group, version, schema):
    # for the core group kubeconform uses the version in place of the group
    (target / f"{kind.lower()}-{group or version}-{version}.json").write_text(json.dumps(schema))


def kubectl(path):
    return json.loads(subprocess.run(["kubectl", f"--kubeconfig={sys.argv[2]}", "get", "--raw", path],
                                     check=True, capture_output=True).stdout)


# Kubernetes' schemas, as the API server publishes them
for path, entry in kubectl("/openapi/v3")["paths"].items():
    if not path.startswith(("api/v1", "apis/admissionregistration", "apis/apiextensions", "apis/apps/", "apis/rbac",
                            "apis/networking.k8s.io")):
        continue
    document = kubectl(entry["serverRelativeURL"])
    # a CustomResourceDefinition has properties that are named like JSON schema's own words; the tests apply it anyway
    if not path.startswith("apis/apiextensions"):
        document = strict(document)
    for name, schema in document["components"]["schemas"].items():
        for kind in schema.get("x-kubernetes-group-version-kind", []):
            write(kind["kind"], kind["group"], kind["version"],
                  {"$ref": f"#/components/schemas/{name}", "components": document["components"]})

# the schemas of Knative and the Prometheus operator, from their CustomResourceDefinitions
meta = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}
for file in sorted(pathlib.Path("playground/src/test/resources/crds").glob("*.yaml")):
    definition = yaml.safe_load(file.read_text())["spec"]
    for version in definition["versions"]:
        schema = version["schema"]["openAPIV3Schema"]
        schema["properties"] = {**schema["properties"], **meta}
        write(definition["names"]["kind"], definition["group"], version["name"], strict(schema))

# Argo's schemas, from its JSON schemas for editors; the CustomResourceDefinitions of Argo Events describe no fields
for file in sys.argv[3:]:
    document = strict(json.loads(pathlib.Path(file).read_text()))
    for name in document["definitions"]:
        if name.startswith("io.argoproj."):
            kind = name.rsplit(".", 1)[1]
            if kind in ("EventBus", "EventSource", "Sensor", "WorkflowTemplate"):
                write(kind, "argoproj.io", "v1alpha1",
                      {"$ref": f"#/definitions/{name}", "definitions": document["definitions"]})
