"""What no schema of one file can see: KEDA's objects, and the rules between manifests, compose file and settings.

Usage: lint-deploy.py BUILT_MANIFESTS...; prints each finding and exits 1 where there is one.
"""

import re
import sys
import tomllib
from pathlib import Path

import yaml
from cloudcoil.models.keda import v1alpha1 as keda
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parent.parent
# To leave the group, close the clients and write the last events, after all drains.
CLOSING_SECONDS = 10
KEDA_KINDS = {"ScaledObject": keda.ScaledObject, "TriggerAuthentication": keda.TriggerAuthentication}

Findings = list[str]


def settings_at(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def seconds(duration: str) -> int:
    return int(re.fullmatch(r"(\d+)s", duration)[1])


def drains(settings: dict, defaults: dict) -> int:
    shutdown = {**defaults["shutdown"], **settings.get("shutdown", {})}
    return shutdown["drain_seconds"] + shutdown["revoke_drain_seconds"]


def unknown_keys(given: dict, known: dict, where: str) -> Findings:
    """Keys that the default settings lack. kafka.properties is open."""
    findings = []
    for key, value in given.items():
        name = f"{where}.{key}" if where else key
        if name == "kafka.properties":
            continue
        if key not in known:
            findings.append(f"unknown setting {name}")
        elif isinstance(value, dict):
            findings += unknown_keys(value, known[key], name)
    return findings


def unknown_variables(names: list[str], defaults: dict) -> Findings:
    findings = []
    for name in names:
        if not name.startswith("KHABAR__"):
            continue
        place = defaults
        for part in name.lower().split("__")[1:]:
            place = place.get(part) if isinstance(place, dict) else None
        if place is None:
            findings.append(f"environment variable {name} names no setting")
    return findings


def strict(schema: object) -> object:
    """The model's schema with unknown fields refused, as the API server does with strict field validation."""
    if isinstance(schema, dict):
        closed = {key: strict(value) for key, value in schema.items()}
        # The properties of metadata are the API server's own business.
        if "properties" in closed and closed.get("title") not in ("ObjectMeta", "ListMeta"):
            closed.setdefault("additionalProperties", False)
        return closed
    return [strict(part) for part in schema] if isinstance(schema, list) else schema


def keda_findings(item: dict) -> Findings:
    schema = strict(KEDA_KINDS[item["kind"]].model_json_schema(by_alias=True))
    return [
        f"{item['kind']} {'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in Draft202012Validator(schema).iter_errors(item)
    ]


def deployment_findings(deployment: dict, maps: dict, defaults: dict) -> Findings:
    findings = []
    pod = deployment["spec"]["template"]["spec"]
    container = pod["containers"][0]
    settings_map = next(volume["configMap"]["name"] for volume in pod["volumes"] if "configMap" in volume)
    settings = tomllib.loads(maps[settings_map]["khabar.toml"])
    findings += unknown_keys(settings, defaults, "")
    findings += unknown_variables(environment(deployment, maps), defaults)
    needed = drains(settings, defaults) + CLOSING_SECONDS
    if pod["terminationGracePeriodSeconds"] < needed:
        findings.append(f"terminationGracePeriodSeconds is below the drains and the closing ({needed} s)")
    if deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] != 0:
        findings.append("a rollout takes a replica away before its successor has read the claims log")
    if container["resources"]["requests"]["memory"] != container["resources"]["limits"]["memory"]:
        findings.append("memory request and limit differ")
    mounts = {volume["name"] for volume in pod["volumes"]} ^ {mount["name"] for mount in container["volumeMounts"]}
    if mounts:
        findings.append(f"volumes and mounts differ: {sorted(mounts)}")
    return findings


def environment(deployment: dict, maps: dict) -> list[str]:
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    names = [variable["name"] for variable in container.get("env", [])]
    for source in container.get("envFrom", []):
        names += maps[source["configMapRef"]["name"]]
    return names


def selector_findings(items: list[dict], labels: dict) -> Findings:
    """An empty selector of a disruption budget or a network policy means every pod of the namespace."""
    findings = []
    for item in items:
        spec = item.get("spec", {})
        selector = {"Service": "selector", "NetworkPolicy": "podSelector"}.get(item["kind"], "selector")
        if item["kind"] not in ("Deployment", "NetworkPolicy", "PodDisruptionBudget", "Service"):
            continue
        chosen = spec.get(selector, {})
        chosen = chosen.get("matchLabels", {}) if item["kind"] != "Service" else chosen
        if not chosen or not chosen.items() <= labels.items():
            findings.append(f"{item['kind']} {item['metadata']['name']} does not select khabar's pods alone")
    return findings


def scaling_findings(scaled: dict, deployment: dict, names: list[str], raw_topics: list[str]) -> Findings:
    findings = []
    spec = scaled["spec"]
    behavior = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    if spec["scaleTargetRef"]["name"] != deployment["metadata"]["name"]:
        findings.append("the ScaledObject targets another Deployment")
    if "replicas" in deployment["spec"]:
        findings.append("replicas in the Deployment fight with the ScaledObject")
    if not 1 <= spec["minReplicaCount"] <= spec["maxReplicaCount"]:
        findings.append("minReplicaCount must be from 1 to maxReplicaCount")
    if behavior["scaleDown"]["stabilizationWindowSeconds"] < 600:
        findings.append("scaleDown.stabilizationWindowSeconds is too short for a rebuild of the window")
    if any(trigger["type"] in ("cpu", "memory") for trigger in spec["triggers"]):
        findings.append("scaling by anything but lag")
    if sorted(trigger["metadata"].get("topic", "") for trigger in spec["triggers"]) != sorted(raw_topics):
        findings.append("the triggers' topics are not kafka.raw_topics")
    for trigger in spec["triggers"]:
        for key, value in trigger["metadata"].items():
            if key.endswith("FromEnv") and value not in names:
                findings.append(f"{key} names {value}, which is not in the container's environment")
            if not isinstance(value, str):
                findings.append(f"trigger metadata {key} must be a string")
    return findings


def manifest_findings(path: Path, defaults: dict) -> Findings:
    items = [item for item in yaml.safe_load_all(path.read_text(encoding="utf-8")) if item]
    maps = {item["metadata"]["name"]: item["data"] for item in items if item["kind"] == "ConfigMap"}
    deployment = next(item for item in items if item["kind"] == "Deployment")
    findings = deployment_findings(deployment, maps, defaults)
    findings += selector_findings(items, deployment["spec"]["template"]["metadata"]["labels"])
    settings = next(tomllib.loads(data["khabar.toml"]) for data in maps.values() if "khabar.toml" in data)
    raw_topics = settings.get("kafka", {}).get("raw_topics", defaults["kafka"]["raw_topics"])
    for item in items:
        if item["kind"] in KEDA_KINDS:
            findings += keda_findings(item)
        if item["kind"] == "ScaledObject":
            findings += scaling_findings(item, deployment, environment(deployment, maps), raw_topics)
    return [f"{path.name}: {finding}" for finding in findings]


def compose_findings(defaults: dict) -> Findings:
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    worker = compose["services"]["khabar"]
    findings = unknown_variables(list(worker["environment"]), defaults)
    for name, service in compose["services"].items():
        findings += [
            f"{name} depends on {other}, which is no service"
            for other in service.get("depends_on", {})
            if other not in compose["services"]
        ]
        sources = [volume.split(":")[0] for volume in service.get("volumes", [])]
        findings += [
            f"{name} mounts {source}, which is no volume and no path"
            for source in sources
            if source not in compose["volumes"] and not (ROOT / "deploy" / source).exists()
        ]
    needed = drains({}, defaults) + CLOSING_SECONDS
    if seconds(worker["stop_grace_period"]) < needed:
        findings.append(f"stop_grace_period is below the drains and the closing ({needed} s)")
    return [f"compose.yaml: {finding}" for finding in findings]


def main() -> int:
    defaults = settings_at(ROOT / "config" / "khabar.toml")
    findings = compose_findings(defaults)
    for path in map(Path, sys.argv[1:]):
        findings += manifest_findings(path, defaults)
    print("\n".join(findings))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
