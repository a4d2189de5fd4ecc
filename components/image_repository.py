"""ImageRepository: where a service's images are kept.

Always: a private repository with immutable tags, scanned on push, and its lifecycle policy. Optional: a
policy for other accounts, or an organisation, that pull. Needs nothing.
"""

import json

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from components import lifecycle
from components.account import Account
from settings.options import complete, options
from settings.repository import RepositoryOptions

PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"]
"""What pulling takes ("Private repository policy examples in Amazon ECR"), and looking up what is promoted."""


@options(extends=RepositoryOptions)
class ImageRepositoryArgs(RepositoryOptions):
    """Arguments of `ImageRepository`."""

    repository_name: str
    """Name of the repository, typed by people and part of every image reference."""
    account: Account
    """Where the repository is."""
    protect: bool
    """Refuse to delete it."""


class ImageRepository(pulumi.ComponentResource):
    """A managed ECR repository."""

    repository: aws.ecr.Repository
    """The repository itself."""
    arn: Output[str]
    """Its ARN."""
    registry_id: Output[str]
    """The account that it is in."""

    def __init__(self, name: str, args: ImageRepositoryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:ImageRepository", name, {}, opts)
        args = complete(ImageRepositoryArgs, args, name)
        encryption = aws.ecr.RepositoryEncryptionConfigurationArgs(
            encryption_type=args["encryption"], kms_key=args["kms_key"]
        )
        self.repository = aws.ecr.Repository(
            name,
            name=args["repository_name"],
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[encryption],
            force_delete=args["force_delete"],
            opts=ResourceOptions(parent=self, protect=args["protect"]),
        )
        aws.ecr.LifecyclePolicy(
            name,
            repository=self.repository.name,
            policy=lifecycle.policy(args["keep_releases"], args["untagged_days"]),
            opts=ResourceOptions(parent=self),
        )
        if statements := _pulling(args):
            aws.ecr.RepositoryPolicy(
                name,
                repository=self.repository.name,
                policy=json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True),
                opts=ResourceOptions(parent=self),
            )
        self.arn = self.repository.arn
        self.registry_id = self.repository.registry_id
        self.register_outputs({"repository": self.repository, "arn": self.arn, "registry_id": self.registry_id})


def _pulling(args: ImageRepositoryArgs) -> list[dict[str, object]]:
    """The statements that let others pull."""
    partition, organisation = args["account"]["partition"], args["pull_organization"]
    statements: list[dict[str, object]] = []
    if args["pull_accounts"]:
        roots = [f"arn:{partition}:iam::{account}:root" for account in sorted(args["pull_accounts"])]
        statements.append({"Sid": "Pull", "Effect": "Allow", "Principal": {"AWS": roots}, "Action": PULL})
    if organisation:
        # Everybody, of whom the condition leaves the organisation ("AWS global condition context keys").
        only = {"StringEquals": {"aws:PrincipalOrgID": organisation}}
        every: dict[str, object] = {
            "Sid": "PullInOrganization",
            "Effect": "Allow",
            "Principal": "*",
            "Action": PULL,
            "Condition": only,
        }
        statements.append(every)
    return statements
