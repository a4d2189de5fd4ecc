"""RegistryRules: what holds for all repositories of an account in a region.

Optional, and each only where it is named: scanning, replication of the stack's images to other regions,
pull-through caches. With the last two come creation templates, so that the repositories that ECR makes by
itself have immutable tags and are cleaned up. Needs nothing.
"""

import json
from collections.abc import Iterator

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from components import lifecycle
from components.account import Account
from settings.options import Problem, complete, options
from settings.registry_rules import RegistryRulesOptions
from settings.repository import RepositoryOptions

CACHED_IMAGES = 100
"""Images that each repository of a cache keeps; an older one is fetched again when it is asked for."""
FREQUENCY = {"BASIC": "SCAN_ON_PUSH", "ENHANCED": "CONTINUOUS_SCAN"}
"""The most that each kind of scanning does (API reference: RegistryScanningRule)."""


def _elsewhere(given: "RegistryRulesArgs") -> Iterator[Problem]:
    here = given["account"]["region"]
    if here in given["replicate_to"]:
        yield Problem("replicateTo", given["replicate_to"], f"names {here!r}, where the images are already")


@options(_elsewhere, extends=RegistryRulesOptions)
class RegistryRulesArgs(RegistryRulesOptions):
    """Arguments of `RegistryRules`."""

    account: Account
    """The registry's account."""
    stack_name: str
    """`PROJECT-STACK`: the stack's repositories are named `PROJECT-STACK/SERVICE`."""
    repository: RepositoryOptions
    """What the stack's repositories keep: those in other regions keep the same."""


class RegistryRules(pulumi.ComponentResource):
    """The rules of a registry."""

    def __init__(self, name: str, args: RegistryRulesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:RegistryRules", name, {}, opts)
        args = complete(RegistryRulesArgs, args, name)
        if args["scanning"]:
            self._scan(name, args["scanning"])
        if args["replicate_to"]:
            self._replicate(name, args)
        for prefix, cache in sorted(args["caches"].items()):
            aws.ecr.PullThroughCacheRule(
                f"{name}-{prefix}",
                ecr_repository_prefix=prefix,
                upstream_registry_url=cache["upstream"],
                credential_arn=cache["credential"],
                opts=ResourceOptions(
                    parent=self,
                    depends_on=[self._template(f"{name}-{prefix}", prefix, "PULL_THROUGH_CACHE", _cached())],
                ),
            )
        self.register_outputs({})

    def _scan(self, name: str, kind: str) -> None:
        every = aws.ecr.RegistryScanningConfigurationRuleRepositoryFilterArgs(filter="*", filter_type="WILDCARD")
        rule = aws.ecr.RegistryScanningConfigurationRuleArgs(scan_frequency=FREQUENCY[kind], repository_filters=[every])
        aws.ecr.RegistryScanningConfiguration(name, scan_type=kind, rules=[rule], opts=ResourceOptions(parent=self))

    def _replicate(self, name: str, args: RegistryRulesArgs) -> None:
        kept = lifecycle.policy(args["repository"]["keep_releases"], args["repository"]["untagged_days"])
        regions = sorted(args["replicate_to"])
        templates = [
            self._template(f"{name}-{region}", args["stack_name"], "REPLICATION", kept, region) for region in regions
        ]
        destinations = [
            aws.ecr.ReplicationConfigurationReplicationConfigurationRuleDestinationArgs(
                region=region, registry_id=args["account"]["id"]
            )
            for region in regions
        ]
        ours = aws.ecr.ReplicationConfigurationReplicationConfigurationRuleRepositoryFilterArgs(
            filter=f"{args['stack_name']}/", filter_type="PREFIX_MATCH"
        )
        rule = aws.ecr.ReplicationConfigurationReplicationConfigurationRuleArgs(
            destinations=destinations, repository_filters=[ours]
        )
        aws.ecr.ReplicationConfiguration(
            name,
            replication_configuration=aws.ecr.ReplicationConfigurationReplicationConfigurationArgs(rules=[rule]),
            # A repository that ECR makes before its template is there has ECR's own defaults for ever.
            opts=ResourceOptions(parent=self, depends_on=templates),
        )

    def _template(
        self, name: str, prefix: str, reason: str, kept: str, region: str | None = None
    ) -> aws.ecr.RepositoryCreationTemplate:
        return aws.ecr.RepositoryCreationTemplate(
            name,
            prefix=prefix,
            description="Repositories that ECR makes by itself have immutable tags and are cleaned up",
            applied_fors=[reason],
            image_tag_mutability="IMMUTABLE",
            lifecycle_policy=kept,
            region=region,
            opts=ResourceOptions(parent=self),
        )


def _cached() -> str:
    """A cache's lifecycle policy: a number of images, with a tag or without, since a digest asks for none."""
    rule = {
        "rulePriority": 1,
        "description": f"the last {CACHED_IMAGES} images stay",
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": CACHED_IMAGES},
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]}, sort_keys=True, separators=(",", ":"))
