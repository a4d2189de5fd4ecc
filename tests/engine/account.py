"""The account behind the stand-ins: what its registry holds, and what ECS says of its services."""

from collections import Counter
from dataclasses import dataclass, field

NUMBER = "123456789012"
REGION = "eu-central-1"
REGISTRY = f"{NUMBER}.dkr.ecr.{REGION}.amazonaws.com"
TOKEN = "registry-token-that-nobody-may-see"


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{NUMBER}:{rest}"


@dataclass
class Service:
    """A service: what it was told to run, and what it runs."""

    declared: str
    running: str | None
    target_group: str | None


@dataclass
class Account:
    """What exists. `broken` is the reason that ECS gives when it rolls back; None while releases go well.

    `job_exit` is the exit code of one-off tasks; `jobs` are those that were run, by revision and command.
    """

    broken: str | None = None
    job_exit: int = 0
    jobs: list[tuple[str, list[str]]] = field(default_factory=list)
    tags: dict[str, set[str]] = field(default_factory=dict)
    pushes: Counter[str] = field(default_factory=Counter)
    images: dict[str, str] = field(default_factory=dict)
    revisions: Counter[str] = field(default_factory=Counter)
    services: dict[str, Service] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    records: dict[str, list[str]] = field(default_factory=dict)

    def push(self, reference: str) -> None:
        repository, tag = _split(reference)
        if tag in self.tags[repository]:
            raise ValueError(f"tag invalid: the image tag {tag!r} already exists and cannot be overwritten")
        self.tags[repository].add(tag)
        self.pushes[reference] += 1

    def register(self, family: str, image: str) -> str:
        """A new revision of a task definition."""
        self.revisions[family] += 1
        revision = arn("ecs", f"task-definition/{family}:{self.revisions[family]}")
        self.images[revision] = image
        return revision

    def deploy(self, name: str, task_definition: str, target_group: str | None) -> None:
        """Roll out, or back: a revision goes live when nothing is broken and its image is there."""
        repository, tag = _split(self.images[task_definition])
        before = self.services.get(name)
        live = self.broken is None and tag in self.tags.get(repository, ())
        running = task_definition if live else before.running if before else None
        self.services[name] = Service(task_definition, running, target_group)


def _split(reference: str) -> tuple[str, str]:
    repository, _, tag = reference.removeprefix(f"{REGISTRY}/").rpartition(":")
    return repository, tag
