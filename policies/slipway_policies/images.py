"""Image references: `host/name:tag@sha256:…`, read as Docker reads them."""

import re
from fnmatch import fnmatchcase
from typing import NamedTuple

from slipway_policies.settings import Settings

DOCKER_HUB = "docker.io"
ECR_HOST = re.compile(
    r"^(?P<account>\d{12})\.dkr[.-]ecr(-fips)?\.(?P<region>[a-z0-9-]+)\.(amazonaws\.com(\.cn)?|on\.aws|c2s\.ic\.gov|sc2s\.sgov\.gov)$"
)
DIGEST = re.compile(r"^sha256:[0-9a-f]{64}$")


class Reference(NamedTuple):
    """The parts of a reference; `host` is Docker Hub's when none is written."""

    host: str
    name: str
    tag: str
    digest: str


def reference(text: str) -> Reference:
    """The parts of a reference."""
    rest, _, digest = text.strip().partition("@")
    head, slash, tail = rest.partition("/")
    has_host = bool(slash) and ("." in head or ":" in head or head == "localhost")
    host, path = (head, tail) if has_host else (DOCKER_HUB, rest)
    name, colon, tag = path.rpartition(":")
    return Reference(host, name, tag, digest) if colon else Reference(host, path, "", digest)


def is_private(host: str, settings: Settings) -> bool:
    """Whether images may come from this registry: a private ECR of ours, or one that is allowed."""
    if any(fnmatchcase(host, allowed) for allowed in settings.registries):
        return True
    ecr = ECR_HOST.match(host)
    if ecr is None:
        return False
    accounts, regions = settings.accounts, settings.regions
    return (not accounts or ecr["account"] in accounts) and (not regions or ecr["region"] in regions)
