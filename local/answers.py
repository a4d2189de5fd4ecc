"""What a service answers through the emulated balancer, and whether that is what was wanted."""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

from local.clients import LocalClients

GOOD_ANSWERS = 7
"""Answers in a row for each task, each 200 and from the wanted version, that make a service verified: the balancer
asks any task, and one that is wrong stays unasked in one of a thousand times."""
ANSWER_SECONDS = 60
"""Longest wait for the last task of an older deployment to end, and for good answers."""
PAUSE = 0.2
"""Seconds between two looks."""


def look(clients: LocalClients, cluster: str, service: str) -> dict[str, Any]:
    """What ECS says of a service."""
    return clients.client("ecs").describe_services(cluster=cluster, services=[service])["services"][0]


def alone(clients: LocalClients, cluster: str, service: str) -> dict[str, Any]:
    """What ECS says of a service once no task of an older deployment runs: this balancer asks each until it has ended.

    AWS takes a task that is to end out of the balancer first.
    """
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        found = look(clients, cluster, service)
        older = [one for one in found["deployments"] if one["status"] != "PRIMARY" and one["runningCount"]]
        if not older or time.monotonic() > deadline:
            return found
        time.sleep(PAUSE)


def verify(endpoint: str, host: str, path: str, version: str, tasks: int) -> tuple[bool, str]:
    """Whether the service answers 200 with the wanted version, several times for each task; and what it said."""
    deadline, good, said = time.monotonic() + ANSWER_SECONDS, 0, "no answer"
    while good < GOOD_ANSWERS * max(1, tasks):
        status, told = ask(endpoint, host, path)
        right = status == http.client.OK and told in (None, version)
        good, said = (
            (good + 1, f"200 from {version}") if right else (0, f"{status} from {told or 'an unnamed version'}")
        )
        if right and told is None:
            said = "200 (it does not tell its version)"
        if not right:
            if time.monotonic() > deadline:
                return False, said
            time.sleep(PAUSE)
    return True, said


def ask(endpoint: str, host: str, path: str, patience: float = 10) -> tuple[int, str | None]:
    """One request through the balancer: its status, and the version in its JSON answer if it has one.

    The status is 0 when nothing answers within `patience` seconds.
    """
    place = urlsplit(endpoint)
    connection = http.client.HTTPConnection(str(place.hostname), place.port or 80, timeout=patience)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        body = answer.read()
    except OSError:
        return 0, None
    finally:
        connection.close()
    try:
        told = json.loads(body)
    except ValueError:
        return answer.status, None
    return answer.status, str(told["version"]) if isinstance(told, dict) and "version" in told else None
