"""The graph of a stack: who is made from whom, who waits for whom, who holds whom."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar, cast

from slipway_policies.kinds import Kind
from slipway_policies.node import Node
from slipway_policies.resource import Resource
from slipway_policies.verdict import UndecidedError

T = TypeVar("T")
Keys = tuple[str, ...]
NAMES: Keys = ("id", "arn", "name")
"""Outputs by which resources usually name each other."""


class Stack:
    """All resources of a stack. Its indices are built when first asked for, so that no rule searches twice."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self.resources = resources
        self._kept: dict[Hashable, object] = {}

    def kept(self, key: Hashable, build: "Callable[[], T]") -> T:
        """What `build` makes, made once for each key."""
        if key not in self._kept:
            self._kept[key] = build()
        return cast("T", self._kept[key])

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """The resources by URN."""
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def _by_type(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    @cached_property
    def _children(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for resource in self.resources:
            if resource.edges.parent:
                found.setdefault(resource.edges.parent, []).append(resource.urn)
        return found

    @cached_property
    def childless(self) -> set[str]:
        """The types that have no children here: of a component that another program makes, they may not be told."""
        parents = {self.by_urn[urn].type for urn in self._children if urn in self.by_urn}
        return self._by_type.keys() - parents

    def of(self, kind: Kind) -> list[Resource]:
        """The resources of a kind, in order of their declaration within each token."""
        return self.kept(
            kind, lambda: [resource for token in sorted(kind) for resource in self._by_type.get(token, [])]
        )

    def sources(self, resource: Resource, prop: str, kind: Kind) -> list[Resource]:
        """The resources of a kind that a property is made from; a component stands for its children."""
        return self._of_kind(resource.edges.properties.get(prop, ()), kind)

    def waits_for(self, resource: Resource, kind: Kind) -> list[Resource]:
        """The resources of a kind that must exist first; a component stands for its children."""
        return self._of_kind(resource.edges.dependencies, kind)

    def named(self, kind: Kind, value: str, keys: Keys = NAMES) -> list[Resource]:
        """The resources of a kind that are known under a value."""
        return self.kept((kind, keys), lambda: self._values(kind, keys)).get(value, [])

    def linked(self, resource: Resource, path: str, kind: Kind, keys: Keys = NAMES) -> list[Resource]:
        """The resources of a kind that a property names: by a known value of theirs, else by the graph.

        An empty answer means that what is named is not of this stack.

        Raises:
            UndecidedError: the value is unknown and the graph does not tell where it comes from.
        """
        prop = path.split(".", 1)[0].split("[", 1)[0]
        from_graph = self.sources(resource, prop, kind)
        try:
            values = Node(resource).texts(path)
        except UndecidedError:
            if from_graph:
                return from_graph
            raise
        by_value = [found for value in dict.fromkeys(values) for found in self.named(kind, value, keys)]
        return by_value or from_graph

    def users(self, kind: Kind, path: str, target: Resource, keys: Keys = NAMES) -> list[Resource]:
        """The resources of a kind whose property names `target`; those that cannot tell are left out."""
        wanted = frozenset({target.type})
        index = self.kept((kind, path, wanted, keys), lambda: self._users(kind, path, wanted, keys))
        return index.get(target.urn, [])

    def _users(self, kind: Kind, path: str, wanted: Kind, keys: Keys) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for user in self.of(kind):
            for target in self._linked_or_none(user, path, wanted, keys):
                found.setdefault(target.urn, []).append(user)
        return found

    def _linked_or_none(self, user: Resource, path: str, kind: Kind, keys: Keys) -> list[Resource]:
        try:
            return self.linked(user, path, kind, keys)
        except UndecidedError:
            return []

    def _values(self, kind: Kind, keys: Keys) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.of(kind):
            for value in dict.fromkeys(known(resource, keys)):
                found.setdefault(value, []).append(resource)
        return found

    def _of_kind(self, urns: Iterable[str], kind: Kind) -> list[Resource]:
        """Those of a kind; only where there is none, the children of components are looked through."""
        direct = [self.by_urn[urn] for urn in urns if urn in self.by_urn]
        found = [resource for resource in direct if resource.type in kind]
        return found or [resource for resource in self._below(urns) if resource.type in kind]

    def _below(self, urns: Iterable[str]) -> Iterator[Resource]:
        seen: set[str] = set()
        waiting = [child for urn in urns for child in self._children.get(urn, ())]
        while waiting:
            urn = waiting.pop()
            if urn in seen:
                continue
            seen.add(urn)
            yield self.by_urn[urn]
            waiting += self._children.get(urn, ())


def known(resource: Resource, keys: Iterable[str]) -> Iterator[str]:
    """The values under which others may name a resource, as far as they are known; an ARN ends in an id."""
    for key in keys:
        value = resource.props.get(key)
        if isinstance(value, str):
            yield value
            if value.startswith("arn:"):
                yield value.rpartition("/")[2]


EMPTY = Stack(())
