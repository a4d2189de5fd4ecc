"""What a case says: how each rule answers to a compliant, a broken, an absent, an unknown, and a malformed value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sample import GONE, Changes
from slipway_policies.resource import UNKNOWN
from slipway_policies.verdict import State

ODD: dict[str, object] = {"odd": [[]]}
"""A value of no type that a property may have."""


@dataclass(frozen=True)
class Skip:
    """Why a column does not apply to a rule."""

    why: str


Column = tuple[Changes, State] | Skip
COLUMNS = ("absent", "unknown", "malformed")
NEVER = Skip("the kind itself is the violation")
BY_OPTION = Skip("a resource option is always known")
BY_GRAPH = Skip("the graph decides, and is always known")


@dataclass(frozen=True)
class Case:
    """One rule.

    `bad` breaks the sample; `path` is the property that decides, from which the columns are made: taken out, unknown,
    and of a wrong type. The state after it is what the rule must then say about `subject`, the resource in `bad` unless
    told. Where `outside` has changed the sample, and the settings of `unset` are empty, it does not apply. `also` are
    the other rules that the same break must violate.
    """

    rule: str
    bad: Changes
    path: str = ""
    absent: State | Column = "violation"
    unknown: State | Column = "undecided"
    malformed: State | Column = "undecided"
    odd: object = field(default_factory=lambda: dict(ODD))
    compliant: Changes | Skip = field(default_factory=dict[str, object])
    outside: Changes | Skip = Skip("it judges every resource of its kind")
    unset: tuple[str, ...] = ()
    subject: str = ""
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for column in COLUMNS:
            if isinstance(getattr(self, column), str) and not self.path:
                raise TypeError(f"the case of {self.rule} has no path, and does not say what {column} means")

    @property
    def about(self) -> str:
        """The name of the resource that is judged."""
        return self.subject or next(iter(self.bad)).split(".")[0].split("!")[0]

    def column(self, name: str) -> Column:
        """The changes of a column, and the state that they lead to."""
        given = getattr(self, name)
        if not isinstance(given, str):
            return given
        value = {"absent": GONE, "unknown": UNKNOWN, "malformed": self.odd}[name]
        return {self.path: value}, given  # pyright: ignore[reportReturnType] - a state


def document_of(path: str) -> str | None:
    """The JSON document that a path leads into."""
    name, _, rest = path.partition(".")
    for document in ("containerDefinitions", "assumeRolePolicy", "policy"):
        if rest.startswith(document):
            return f"{name}.{document}"
    return None


def by_rule(*tables: list[Case]) -> Mapping[str, Case]:
    """The cases by rule; two of one rule are a mistake."""
    found: dict[str, Case] = {}
    for case in (case for table in tables for case in table):
        if case.rule in found:
            raise TypeError(f"{case.rule} has two cases")
        found[case.rule] = case
    return found
