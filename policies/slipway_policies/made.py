"""Images that the stack makes itself: from a reference back to the image, and to its repository."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import cast

from slipway_policies import kinds
from slipway_policies.documents import containers
from slipway_policies.images import reference
from slipway_policies.node import Node
from slipway_policies.resource import Resource
from slipway_policies.stack import Stack

PUSHED_AS = ("imageName", "name", "tag", "tags")
"""Properties that hold references: of docker's Image, its RegistryImage, docker-build's Index and its Image."""


def pushed_as(image: Node) -> list[Node]:
    """Where an image resource writes the references that it is pushed under."""
    return [Node(image.resource, path, value) for path, value in _references(image.resource) if value is not None]


def written(node: Node) -> list[Node]:
    """Where a task definition, or an image resource, writes references to images."""
    if node.resource.type not in kinds.TASK_DEFINITION:
        return pushed_as(node)
    return [_image_of(each) for each in containers(node)]


def image_named(text: str, stack: Stack) -> Resource | None:
    """The image resource of the stack that is pushed under a reference; the text carries no edge."""
    return stack.kept("images", lambda: _by_reference(stack)).get(text)


def images_behind(task: Resource, stack: Stack) -> list[Resource]:
    """The image resources that a task definition is made from, or waits for."""
    made_from = stack.sources(task, "containerDefinitions", kinds.IMAGE)
    return made_from or stack.waits_for(task, kinds.IMAGE)


def repository_of(image: Resource, stack: Stack) -> Resource | None:
    """The repository of the stack that an image is pushed to: by the name in its reference, else by the graph."""
    for text in _texts(image):
        named = repository_named(text, stack)
        if named:
            return named
    for prop in (*PUSHED_AS, "registry"):
        for found in stack.sources(image, prop, kinds.REPOSITORY):
            return found
    waited = stack.waits_for(image, kinds.REPOSITORY)
    return waited[0] if waited and not any(_texts(image)) else None


def repository_named(text: str, stack: Stack) -> Resource | None:
    """The repository of the stack whose name a reference carries."""
    name = reference(text).name
    found = stack.named(kinds.REPOSITORY, name, ("name",))
    return found[0] if found else None


def pins(repository: Resource | None, tag: str) -> bool:
    """Whether a tag of a repository, once pushed, stays with its image."""
    if repository is None:
        return False
    node = Node(repository)
    mutability = node.text("imageTagMutability")
    excluded = [each.text("filter") for each in node.items("imageTagMutabilityExclusionFilters")]
    return mutability == "IMMUTABLE" or (
        mutability == "IMMUTABLE_WITH_EXCLUSION" and bool(tag) and not any(fnmatchcase(tag, each) for each in excluded)
    )


def _by_reference(stack: Stack) -> Mapping[str, Resource]:
    return {text: image for image in stack.of(kinds.IMAGE) for text in _texts(image)}


def _texts(image: Resource) -> Iterator[str]:
    return (value for _, value in _references(image) if isinstance(value, str))


def _references(image: Resource) -> Iterator[tuple[str, object]]:
    for path in PUSHED_AS:
        value = image.props.get(path)
        if isinstance(value, list):
            yield from ((f"{path}[{index}]", each) for index, each in enumerate(cast("list[object]", value)))
        else:
            yield path, value


def _image_of(container: Node) -> Node:
    found = container.value.get("image") if isinstance(container.value, dict) else None
    return Node(container.resource, f"{container.path}.image", found)
