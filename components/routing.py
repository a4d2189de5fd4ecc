"""The priority of a listener rule: from its conditions alone, so that adding a service renumbers none.

On a listener that other stacks share, the stack's name counts too: the same service of two stacks differs.
"""

import hashlib
from collections.abc import Mapping

from settings.options import OptionsError, Problem
from settings.service import RoutingOptions

LENGTHS = 25
SLOTS = 1000


def priority(name: str, routing: RoutingOptions, stack: str = "") -> int:
    """1 to 50000; lower is asked first. The more exact comes first: a host before none, a long path before a short.

    Within the same exactness the service's name decides, by its hash; with `stack`, that of the two names together.
    """
    if routing["priority"] is not None:
        return routing["priority"]
    exact = max((len(path.split("*")[0].split("?")[0]) for path in routing["paths"]), default=0)
    band = (0 if routing["hosts"] else LENGTHS) + LENGTHS - 1 - min(exact, LENGTHS - 1)
    whole = f"{stack}/{name}" if stack else name
    slot = int(hashlib.sha256(whole.encode()).hexdigest(), 16) % SLOTS
    return band * SLOTS + slot + 1


def priorities(services: Mapping[str, RoutingOptions | None], stack: str = "") -> dict[str, int]:
    """The priority of each service on one listener; `stack` is this one's full name where others share the listener.

    A service that is not on it has none. What other stacks have taken is not seen from here: of two that come to the
    same, AWS refuses the later.

    Raises:
        OptionsError: two services have the same; name a priority for one of them.
    """
    found = {name: priority(name, routing, stack) for name, routing in services.items() if routing}
    owners: dict[int, str] = {}
    clashes: list[Problem] = []
    for name in sorted(found):
        other = owners.setdefault(found[name], name)
        if other != name:
            why = f"the same as {other!r}: set `priority` for one of them"
            clashes.append(Problem(f"services.{name}.routing.priority", found[name], why))
    if clashes:
        raise OptionsError("Two rules of one listener cannot have the same priority:", clashes)
    return found
