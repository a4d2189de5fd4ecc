"""What a team may set: profile, allow-lists, numbers and exemptions. All of it is optional."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from slipway_policies.exemption import Exemption

Profile = Literal["dev", "staging", "prod"]
PROFILES: tuple[Profile, ...] = ("dev", "staging", "prod")
PROFILE_TAG = "slipway:profile"
"""The stack tag that names the profile, where the configuration does not."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The pack's settings, read once from the configuration of the policy `pack-settings`."""

    profile: Profile | None = None
    registries: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    public_repositories: tuple[str, ...] = ()
    public_balancers: tuple[str, ...] = ()
    required_tags: tuple[str, ...] = ()
    plain_names: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    wildcard_actions: tuple[str, ...] = ()
    managed_policies: tuple[str, ...] = ()
    log_drivers: tuple[str, ...] = ("awslogs", "awsfirelens")
    tls_policies: tuple[str, ...] = ()
    retention_days: float = 30
    keep_releases: float = 10
    keep_days: float = 30
    untagged_days: float = 30
    max_cpu: float = 16384
    key_deletion_days: float = 7
    rotation_days: float = 90
    exemptions: tuple[Exemption, ...] = ()
    problems: tuple[str, ...] = ()
    """What is wrong with the configuration: reported as violations of `pack-settings`."""


TEXTS = {
    "registries": "Hosts (globs) that images may come from, beside the private ECR of `accounts` and `regions`.",
    "accounts": "AWS accounts whose registries, principals and providers are trusted. Empty: any.",
    "regions": "Regions that may be used. Empty: any.",
    "publicRepositories": "Names of ECR Public repositories that may exist.",
    "publicBalancers": "Names (globs) of load balancers that may face the internet.",
    "requiredTags": "Tag keys that clusters, services, tasks, repositories and load balancers must carry.",
    "plainNames": "Names (globs) of environment variables that look secret and are not.",
    "endpoints": "Services that a VPC without NAT must have endpoints for, beside ECR, S3 and CloudWatch Logs.",
    "wildcardActions": "IAM actions (globs) that may have every resource, beside those that take no resource.",
    "managedPolicies": "ARNs (globs) of AWS managed policies that may be attached.",
    "logDrivers": "Log drivers that containers may use.",
    "tlsPolicies": "Security policies that HTTPS listeners may have, beside those AWS recommends.",
}
NUMBERS = {
    "retentionDays": "Least days that a log group keeps its lines.",
    "keepReleases": "Least images that a lifecycle rule keeps by count.",
    "keepDays": "Least days that a lifecycle rule keeps tagged images by age.",
    "untaggedDays": "Most days that an untagged image may stay.",
    "maxCpu": "Most CPU units of a task.",
    "keyDeletionDays": "Least days between the deletion of a key and its end.",
    "rotationDays": "Most days between two rotations of a secret.",
}


def schema() -> dict[str, dict[str, object]]:
    """The JSON Schema of the settings, by key, as the engine and Pulumi Cloud show it."""
    defaults = Settings()
    known: dict[str, dict[str, object]] = {
        "profile": {
            "type": "string",
            "enum": [*PROFILES],
            "description": f"How strict. Default: the stack tag `{PROFILE_TAG}`, else the stack's name, else prod.",
        }
    }
    for key, text in TEXTS.items():
        default = [*cast("tuple[str, ...]", getattr(defaults, _snake(key)))]
        known[key] = {
            "type": "array",
            "items": {"type": "string"},
            "description": text,
            "default": default,
        }
    for key, text in NUMBERS.items():
        known[key] = {
            "type": "number",
            "description": text,
            "default": getattr(defaults, _snake(key)),
        }
    known["exemptions"] = {
        "type": "array",
        "items": {"type": "object"},
        "description": "Findings accepted for a time: rule, resource (URN glob), owner, reason, expires, finding.",
        "default": [],
    }
    return known


def read(config: Mapping[str, object]) -> Settings:
    """The settings in a policy configuration; what cannot be read keeps its default and is a problem."""
    values: dict[str, object] = {}
    problems = [f"{key} is no setting" for key in config if key not in schema()]
    for key in TEXTS:
        if key in config:
            _keep(values, problems, key, _texts(config[key]), "a list of strings")
    for key in NUMBERS:
        if key in config:
            _keep(values, problems, key, _number(config[key]), "a number")
    if "profile" in config:
        profile = config["profile"] if config["profile"] in PROFILES else None
        _keep(values, problems, "profile", profile, "dev, staging or prod")
    entries = config.get("exemptions", [])
    if not isinstance(entries, list):
        problems.append("exemptions should be a list")
        entries = []
    exemptions = tuple(Exemption.read(entry) for entry in cast("list[object]", entries))
    return Settings(**values, exemptions=exemptions, problems=tuple(problems))  # pyright: ignore[reportArgumentType] - each value was read for its key


def profile_of(settings: Settings, tags: Mapping[str, str], stack: str) -> Profile:
    """The profile of a stack: set, tagged, told by the stack's name (`dev`, `web-dev`), or prod."""
    named = stack.replace("_", "-").replace(".", "-").split("-")
    for told in (settings.profile, tags.get(PROFILE_TAG), named[-1], named[0]):
        if told in PROFILES:
            return told
    return "prod"


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one run: the settings, the profile and the day."""

    settings: Settings
    profile: Profile
    today: date


def _keep(values: dict[str, object], problems: list[str], key: str, value: object, wanted: str) -> None:
    if value is None:
        problems.append(f"{key} should be {wanted}")
        return
    values[_snake(key)] = value


def _texts(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    texts = [text for text in cast("list[object]", value) if isinstance(text, str)]
    return tuple(texts) if len(texts) == len(cast("list[object]", value)) else None


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _snake(key: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
