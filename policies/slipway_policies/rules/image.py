"""Container images: where they come from, and what pins them."""

import re

from slipway_policies import kinds
from slipway_policies.images import DIGEST, is_private, reference
from slipway_policies.made import (
    image_named,
    images_behind,
    pins,
    pushed_as,
    repository_named,
    repository_of,
    written,
)
from slipway_policies.node import Node
from slipway_policies.resource import Resource
from slipway_policies.rule import rule, stack_rule
from slipway_policies.secrets import looks_secret
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, UndecidedError, Verdict, not_applicable, strictest

MOVING = ("", "latest")
ARCHITECTURES = {"amd64": "X86_64", "arm64": "ARM64"}


def _made_here(node: Node, _: Terms, stack: Stack) -> Verdict:
    """Proves by the graph that an unknown reference is an image of a repository of this stack."""
    images = [node.resource] if node.resource.type in kinds.IMAGE else images_behind(node.resource, stack)
    if images and all(repository_of(image, stack) for image in images):
        return COMPLIANT
    raise UndecidedError("containerDefinitions", "is not known, and no image of this stack is behind it")


def _pinned_here(node: Node, _: Terms, stack: Stack) -> Verdict:
    """Proves the same of a repository whose tags cannot move."""
    images = images_behind(node.resource, stack)
    if images and all(pins(repository_of(image, stack), _tag(image)) for image in images):
        return COMPLIANT
    raise UndecidedError("containerDefinitions", "is not known, and no pinned image of this stack is behind it")


def _named_here(node: Node, _: Terms, stack: Stack) -> Verdict:
    """Proves by their own references that the images behind an unknown one have tags of their own."""
    images = images_behind(node.resource, stack) if node.resource.type in kinds.TASK_DEFINITION else []
    if images and all(_tag(image) not in MOVING for image in images):
        return COMPLIANT
    raise UndecidedError("containerDefinitions", "is not known, and no image of this stack tells its tag")


def _tag(image: Resource) -> str:
    """The tag that an image resource is pushed under, empty when it is not known."""
    texts = [each.value for each in pushed_as(Node(image))]
    return next((reference(text).tag for text in texts if isinstance(text, str)), "")


@rule(
    "image-private-registry",
    kinds.TASK_DEFINITION | kinds.IMAGE,
    "critical",
    "Images come from private registries.",
    why=(
        "A public image can change, vanish or be throttled by others, and pushing to a public registry "
        "publishes the code."
    ),
    mend=(
        "Use a private ECR repository (ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG), or add the host to registries."
    ),
    each=written,
    proof=_made_here,
)
def private_registry(image: Node, terms: Terms) -> Verdict:
    text = image.text("")
    if not text:
        return Verdict("violation", image.path, "is not set")
    return COMPLIANT if is_private(reference(text).host, terms.settings) else image.violates("")


@stack_rule(
    "image-from-managed-repo",
    kinds.TASK_DEFINITION,
    "critical",
    "Images come from repositories that the stack manages.",
    why="Only of those are scanning, immutability and clean-up known.",
    mend="Push the image to an aws.ecr.Repository of this stack, and refer to that.",
    each=written,
    proof=_made_here,
)
def from_managed_repo(image: Node, terms: Terms, stack: Stack) -> Verdict:
    text = image.text("")
    if not is_private(reference(text).host, terms.settings):
        return image.violates("")
    return COMPLIANT if repository_named(text, stack) else not_applicable("its repository is managed elsewhere")


@stack_rule(
    "image-digest-pinned",
    kinds.TASK_DEFINITION,
    "high",
    "Images are pinned to their content.",
    why="A tag that moves makes two tasks of one task definition run different code.",
    mend=(
        "Refer to a digest (NAME@sha256:…), or to the tag of an image of this stack in a repository with "
        "imageTagMutability IMMUTABLE."
    ),
    each=written,
    proof=_pinned_here,
)
def digest_pinned(image: Node, _: Terms, stack: Stack) -> Verdict:
    text = image.text("")
    named = reference(text)
    if DIGEST.match(named.digest):
        return COMPLIANT
    made = image_named(text, stack)
    repository = repository_of(made, stack) if made else repository_named(text, stack)
    return COMPLIANT if named.tag not in MOVING and pins(repository, named.tag) else image.violates("")


@rule(
    "image-no-latest",
    kinds.TASK_DEFINITION | kinds.IMAGE,
    "high",
    "No image is called latest.",
    why="Nobody can tell which one ran, nor go back to the one before.",
    mend="Give the image a tag of its own, made from its content or its commit.",
    each=written,
    proof=_named_here,
)
def no_latest(image: Node, _: Terms) -> Verdict:
    named = reference(image.text(""))
    return image.violates("") if named.tag in MOVING and not named.digest else COMPLIANT


@stack_rule(
    "image-platform-matches",
    kinds.TASK_DEFINITION,
    "medium",
    "An image is built for the platform that runs it.",
    why="An image of another architecture stops at once, with `exec format error`.",
    mend="Build for linux/amd64 with cpuArchitecture X86_64, for linux/arm64 with ARM64.",
    tier=2,
)
def platform_matches(task: Node, _: Terms, stack: Stack) -> Verdict:
    wanted = task.text("runtimePlatform.cpuArchitecture", "X86_64")
    images = images_behind(task.resource, stack)
    if not images:
        return not_applicable("its images are built elsewhere")
    for image in map(Node, images):
        platforms = [
            image.text("build.platform"),
            image.text("platform"),
            *image.texts("platforms"),
        ]
        built = {ARCHITECTURES.get(each.split("/")[1], each) for each in platforms if re.match(r"^\w+/\w+", each)}
        if built and wanted not in built:
            return Verdict(
                "violation",
                "runtimePlatform.cpuArchitecture",
                f"is {wanted}, and {image.resource.name} is built for {', '.join(sorted(built))}",
            )
    return COMPLIANT


@rule(
    "image-build-args-no-secrets",
    kinds.IMAGE,
    "high",
    "Build arguments carry no secrets.",
    why="They stay in the image's history and in the stack's state, in plain text.",
    mend="Use a build secret, or read it when the container runs.",
    tier=2,
)
def build_args_no_secrets(image: Node, terms: Terms) -> Verdict:
    def judged(argument: tuple[str, Node]) -> Verdict:
        name, value = argument
        why = looks_secret(name, value.text(""), terms.settings)
        return value.violates("", shown=why) if why else COMPLIANT

    return strictest(judged, [each for path in ("build.args", "buildArgs") for each in image.entries(path)])
