"""AppImage: the image that a service runs.

Built and pushed under its content tag; or taken from elsewhere, by reference or because another stack has built
the same content: then there is no child, and nothing needs Docker. Needs the repository it is pushed to.
"""

from pathlib import Path
from typing import Annotated, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_docker as docker
from pulumi import Output, ResourceOptions
from pydantic import Field

from components.account import Account
from components.content_tag import content_tag
from components.image_repository import ImageRepository
from settings.options import complete, options
from settings.service import Architecture, ImageOptions

PLATFORMS = {"X86_64": "linux/amd64", "ARM64": "linux/arm64"}
"""Docker's name of each CPU architecture of ECS."""


@options()
class Promoted(TypedDict):
    """An image that another stack has built."""

    reference: str
    """By its digest: the very bytes that were found."""
    tag: str
    """The content tag that it was found by."""


@options(extends=ImageOptions)
class AppImageArgs(ImageOptions):
    """Arguments of `AppImage`."""

    account: Account
    """Where the repository is."""
    registry: str
    """Host of an emulated registry; the account's own ECR when empty."""
    repository_name: str
    """Name of the repository that it is pushed to."""
    pushed_tags: list[str]
    """Tags that the repository already has: these are not pushed again."""
    architecture: Architecture
    """CPU architecture of the image."""
    promoted: NotRequired[Annotated[Promoted | None, Field(default=None)]]
    """What `promote_from` leads to."""


class AppImage(pulumi.ComponentResource):
    """An image with a reference that is known before anything exists."""

    reference: str
    """What the task definition names. A plain text: it leaves no edge in the graph, so what uses it
    depends on this component."""
    tag: str
    """The content tag, or the reference's own tag or digest."""

    def __init__(
        self,
        name: str,
        args: AppImageArgs,
        repository: ImageRepository | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("slipway:index:AppImage", name, {}, opts)
        args = complete(AppImageArgs, args, name)
        if args["promoted"]:
            self.reference, self.tag = args["promoted"]["reference"], args["promoted"]["tag"]
        elif args["reference"]:
            self.reference, self.tag = args["reference"], version_of(args["reference"])
        elif repository is None:
            raise ValueError(f"{name}: an image that is built here needs a repository")
        else:
            self._build(name, args, repository)
        self.register_outputs({"reference": self.reference, "tag": self.tag})

    def _build(self, name: str, args: AppImageArgs, repository: ImageRepository) -> None:
        platform = PLATFORMS[args["architecture"]]
        context = Path(args["context"])
        self.tag = content_tag(context, args["dockerfile"], target=args["target"], args=args["args"], platform=platform)
        host = args["registry"] or registry_host(args["account"])
        self.reference = f"{host}/{args['repository_name']}:{self.tag}"
        token = aws.ecr.get_authorization_token_output(
            registry_id=repository.registry_id, opts=pulumi.InvokeOutputOptions(parent=self)
        )
        pushed = self.tag in args["pushed_tags"]
        docker.Image(
            f"{name}-{self.tag}",
            image_name=self.reference,
            build=docker.DockerBuildArgs(
                context=str(context),
                dockerfile=str(context / args["dockerfile"]),
                target=args["target"],
                args=args["args"],
                platform=platform,
            ),
            registry=docker.RegistryArgs(server=host, username=token.user_name, password=Output.secret(token.password)),
            skip_push=pushed,
            # A tag is pushed once: that it is there now is no reason for a diff, and that it is gone again is one.
            opts=ResourceOptions(parent=self, depends_on=[repository], ignore_changes=["skipPush"] if pushed else []),
        )


def registry_host(account: Account) -> str:
    """The account's own registry: `ACCOUNT.dkr.ecr.REGION.SUFFIX`."""
    return f"{account['id']}.dkr.ecr.{account['region']}.{account['dns_suffix']}"


def version_of(reference: str) -> str:
    """The digest or tag that a reference ends in; `latest` when it has none."""
    if "@" in reference:
        return reference.rsplit("@", 1)[1]
    last = reference.rsplit("/", 1)[-1]
    return last.split(":", 1)[1] if ":" in last else "latest"
