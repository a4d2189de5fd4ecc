"""Clients that ask on while something changes: what they got, and what they did not."""

import threading
import time
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise

from local.answers import ask

CLIENTS = 3
PAUSE, PATIENCE = 0.3, 2.0
"""Seconds of a client between an answer and its next request, and those after which it gives one up."""


@dataclass(frozen=True)
class Answer:
    """What a client got, and when by the monotonic clock; status 0 when nothing answered."""

    at: float
    status: int
    version: str | None

    @property
    def good(self) -> bool:
        """Whether the request was served."""
        return self.status == HTTPStatus.OK


@dataclass
class Load:
    """A light load: clients that ask ten times a second together, so that none waits for another's answer."""

    answers: list[Answer] = field(default_factory=list[Answer])

    @contextmanager
    def on(self, endpoint: str, host: str, path: str) -> Generator[None]:
        """Ask from here to the end of the block."""
        end = threading.Event()

        def ask_on() -> None:
            while not end.wait(PAUSE):
                status, version = ask(endpoint, host, path, PATIENCE)
                self.answers.append(Answer(time.monotonic(), status, version))

        clients = [threading.Thread(target=ask_on) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            end.set()
            for client in clients:
                client.join()

    @property
    def lost(self) -> int:
        """Requests that were not served."""
        return sum(not one.good for one in self.answers)

    def first(self, version: str) -> float | None:
        """When this version answered first."""
        return min((one.at for one in self.answers if one.good and one.version == version), default=None)

    def longest_silence(self, versions: Collection[str]) -> float:
        """Seconds between two answers of these versions, at the most."""
        good = sorted(one.at for one in self.answers if one.good and one.version in versions)
        return max((after - before for before, after in pairwise(good)), default=0.0)
