"""What a repository's lifecycle policy keeps: the document, and a simulator of its effect.

Source: "Automate the cleanup of images by using lifecycle policies in Amazon ECR". A count rule ranks
by the time of the push, so that a release deployed again without a push keeps its old rank.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from components.content_tag import PREFIX


def policy(keep_releases: int, untagged_days: int) -> str:
    """The policy document: untagged images expire by age, content tags by count."""
    rules = [
        {
            "rulePriority": 1,
            "description": f"images without a tag expire after {untagged_days} days",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": untagged_days,
            },
            "action": {"type": "expire"},
        },
        {
            "rulePriority": 2,
            "description": f"the last {keep_releases} releases stay",
            "selection": {
                "tagStatus": "tagged",
                "tagPrefixList": [PREFIX],
                "countType": "imageCountMoreThan",
                "countNumber": keep_releases,
            },
            "action": {"type": "expire"},
        },
    ]
    return json.dumps({"rules": rules}, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Event:
    """Something that happens to a service: an image pushed, deployed, failing, or gone back to."""

    kind: Literal["push", "deploy", "fail", "rollback"]
    image: str


@dataclass
class Registry:
    """The images that stay, and which of them run, event by event."""

    keep_releases: int
    images: list[str] = field(default_factory=list[str])
    running: str | None = None
    previous: str | None = None

    def play(self, events: Iterable[Event]) -> "Registry":
        """Apply events in their order; a deployment of an image that is gone changes nothing."""
        for event in events:
            self._apply(event)
        return self

    def _apply(self, event: Event) -> None:
        if event.kind == "push":
            if event.image not in self.images:  # immutable tags: the same content is pushed once
                self.images.append(event.image)
            del self.images[: -self.keep_releases]
        elif event.kind in ("deploy", "rollback") and event.image in self.images and event.image != self.running:
            self.previous, self.running = self.running, event.image

    def lost(self) -> list[str]:
        """Of the running image and the one before it, those that expired."""
        return [image for image in (self.running, self.previous) if image and image not in self.images]
