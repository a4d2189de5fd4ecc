"""A declared resource, as plain values: what rules see of it, whichever way it came."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

Props = Mapping[str, object]


class Unknown(Enum):
    """A value that only the provider can tell, after the resource exists."""

    UNKNOWN = "not known before the update"


UNKNOWN = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Edges:
    """What a resource is tied to, as URNs; one that is judged alone is tied to nothing."""

    parent: str = ""
    dependencies: Sequence[str] = ()
    properties: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])


ALONE = Edges()


class Resource:
    """One resource of a stack. Its properties hold JSON values and `UNKNOWN`.

    `load` makes them when they are first read: most rules look at the type and no further.
    """

    def __init__(
        self,
        urn: str,
        type: str,  # noqa: A002 - the engine's word
        load: Callable[[], Props],
        *,
        protect: bool = False,
        ignore_changes: Sequence[str] = (),
        tie: Callable[[], Edges] = lambda: ALONE,
        declared: "Resource | None" = None,
    ) -> None:
        self.urn = urn
        self.type = type
        self.protect = protect
        self.ignore_changes = ignore_changes
        self._tie = tie
        self._load = load
        self._declared = declared

    @cached_property
    def props(self) -> Props:
        """The inputs, or in a stack that exists the outputs."""
        return self._load()

    @cached_property
    def edges(self) -> Edges:
        """What it is tied to."""
        return self._tie()

    @property
    def declared(self) -> "Resource":
        """Itself with its inputs, where they are told: the outputs of what exists tell more than the program wrote."""
        return self._declared or self

    @property
    def name(self) -> str:
        """The name that the program gave it, from the URN."""
        return self.urn.rpartition("::")[2]

    @property
    def stack(self) -> str:
        """Name of the stack, from the URN (`urn:pulumi:STACK::PROJECT::TYPE::NAME`)."""
        return self.urn.split("::", 1)[0].rpartition(":")[2]
