"""Which services call which: what is wrong with it, what a caller is told, and in which order they are made."""

from collections.abc import Iterator, Mapping

from settings.options import Problem
from settings.service import ServiceOptions

Services = Mapping[str, ServiceOptions]


def call_problems(services: Services) -> Iterator[Problem]:
    """What keeps services from calling each other."""
    for name, service in services.items():
        for number, callee in enumerate(service["calls"]):
            if why := _never(name, callee, services):
                yield Problem(f"services.{name}.calls.{number}", callee, why)
            elif (variable := _variable(callee)) in service["task"]["secrets"]:
                arn = service["task"]["secrets"][variable]
                why = f"is the address of {callee!r} too: one of them would be lost"
                yield Problem(f"services.{name}.task.secrets.{variable}", arn, why)
    yield from _same_endpoints(services)


def addresses(name: str, services: Services) -> dict[str, str]:
    """What a service is told of those that it calls: environment variables with their addresses."""
    return {_variable(callee): _address(callee, services[callee]) for callee in services[name]["calls"]}


def callees_first(services: Services) -> list[str]:
    """The services by name, but each after those that it calls; a circle is cut before the first of its names.

    Only tasks that start after an endpoint exists can resolve it ("Amazon ECS Service Connect components").
    """
    found: list[str] = []

    def visit(name: str, above: frozenset[str]) -> None:
        if name in found or name in above:
            return
        for callee in sorted(services[name]["calls"]):
            visit(callee, above | {name})
        found.append(name)

    for name in sorted(services):
        visit(name, frozenset())
    return found


def meet(services: Services) -> bool:
    """Whether any service calls or is called."""
    return any(service["connect"] or service["calls"] for service in services.values())


def _never(caller: str, callee: str, services: Services) -> str | None:
    if callee == caller:
        return "calls itself: its own tasks are at localhost"
    if callee not in services:
        return f"there is no such service; there are: {', '.join(sorted(services))}"
    if services[callee]["connect"] is None:
        return f"{callee} cannot be called: give it connect"
    return None


def _same_endpoints(services: Services) -> Iterator[Problem]:
    """A name and port belong to one service of a namespace (API reference: ServiceConnectService)."""
    owners: dict[tuple[str, int], str] = {}
    for name, service in services.items():
        if service["connect"]:
            endpoint = _endpoint(name, service)
            other = owners.setdefault(endpoint, name)
            if other != name:
                why = f"is the endpoint of {other!r} too: give one of them another host or port"
                yield Problem(f"services.{name}.connect", "{}:{}".format(*endpoint), why)


def _variable(callee: str) -> str:
    return f"{callee.upper().replace('-', '_')}_URL"


def _address(name: str, service: ServiceOptions) -> str:
    connect = service["connect"]
    scheme = "tcp" if connect and connect["protocol"] == "tcp" else "http"
    return "{}://{}:{}".format(scheme, *_endpoint(name, service))


def _endpoint(name: str, service: ServiceOptions) -> tuple[str, int]:
    connect = service["connect"]
    host, port = (connect["host"], connect["port"]) if connect else (None, None)
    return host or name, port or service["task"]["port"]
