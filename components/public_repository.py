"""PublicRepository: where an image is published for everybody, beside the private one that is run.

Always: a repository of ECR Public with its page in the gallery. Needs nothing.
"""

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from settings.options import complete, options
from settings.public_repository import PublicRepositoryOptions

HOME = "us-east-1"
"""The region that has the interface of ECR Public, whatever the stack's own is ("Amazon ECR Public endpoints")."""


@options(extends=PublicRepositoryOptions)
class PublicRepositoryArgs(PublicRepositoryOptions):
    """Arguments of `PublicRepository`."""

    repository_name: str
    """Its name, typed by people."""
    protect: bool
    """Refuse to delete it."""


class PublicRepository(pulumi.ComponentResource):
    """A repository that everybody may pull from."""

    uri: Output[str]
    """Where its images are pulled from and pushed to: `public.ecr.aws/ALIAS/NAME`."""

    def __init__(self, name: str, args: PublicRepositoryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:PublicRepository", name, {}, opts)
        args = complete(PublicRepositoryArgs, args, name)
        repository = aws.ecrpublic.Repository(
            name,
            repository_name=args["repository_name"],
            region=HOME,
            catalog_data=aws.ecrpublic.RepositoryCatalogDataArgs(
                description=args["description"],
                about_text=args["about"],
                usage_text=args["usage"],
                architectures=args["architectures"],
                operating_systems=args["operating_systems"],
            ),
            force_destroy=False,
            opts=ResourceOptions(parent=self, protect=args["protect"]),
        )
        self.uri = repository.repository_uri
        self.register_outputs({"uri": self.uri})
