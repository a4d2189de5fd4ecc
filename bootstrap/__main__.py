"""Who may preview and deploy: a role for each, a stack, that only this repository's own runs take on."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws
from access import deployments, issuer, rights, settings
from access.rights import Place

asked = settings.read(pulumi.Config())
account, region, partition = aws.get_caller_identity(), aws.get_region(), aws.get_partition()
github = issuer.github(asked.issuers.get("github"))
cloud = asked.deployments and issuer.pulumi_cloud(asked.deployments.organization, asked.issuers.get("pulumi"))


def statements(place: Place, *, writes: bool) -> list[rights.Statement]:
    """What a role may do."""
    found = rights.reading(place) + (rights.writing(place) if writes else [])
    if asked.backend:
        bucket, key = asked.backend.bucket, asked.backend.key
        found += rights.state(bucket, key, writes=writes, partition=place.partition)
    return found


def role(kind: str, stack: str, trust: Sequence[Any], edge: aws.iam.Policy) -> aws.iam.Role:
    """A role with its policies, within the boundary."""
    writes = kind == "deploy"
    made = aws.iam.Role(
        f"{kind}-{stack}",
        name=f"slipway-{kind}-{stack}",
        assume_role_policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": trust}, sort_keys=True),
        permissions_boundary=edge.arn,
        max_session_duration=2 * 3600 if writes else 3600,
    )
    for number, text in enumerate(rights.documents(statements(places[stack], writes=writes)), 1):
        name = f"{kind}-{stack}-{number}"
        policy = aws.iam.Policy(name, name=f"slipway-{name}", policy=text)
        aws.iam.RolePolicyAttachment(name, role=made.name, policy_arn=policy.arn)
    return made


places = {
    stack: Place(partition.partition, region.region, account.account_id, f"slipway-{stack}") for stack in asked.stacks
}
for stack, place in places.items():
    own = [
        place.everywhere("iam", "role/slipway-*"),
        place.everywhere("iam", "policy/slipway-*"),
        place.everywhere("iam", "oidc-provider/*"),
    ]
    edge = aws.iam.Policy(
        f"boundary-{stack}",
        name=f"slipway-boundary-{stack}",
        description=f"The most that the roles of {stack} may do.",
        policy=rights.document(rights.boundary(place, own, [asked.backend.key] if asked.backend else [])),
    )
    # A pull request, and the look for drift, which runs on main.
    looks = [
        github.statement([f"repo:{asked.repository}:pull_request", f"repo:{asked.repository}:ref:refs/heads/main"])
    ]
    # Whoever may deploy is said by the rules of the environment: branches, reviewers, waiting.
    writes = [github.statement([f"repo:{asked.repository}:environment:{stack}"])]
    if cloud and asked.deployments:
        runs = writes if asked.deployments.runs == "deploy" else looks
        runs.append(cloud.statement(deployments.subjects(stack, asked.deployments)))
    preview = role("preview", stack, looks, edge)
    deploy = role("deploy", stack, writes, edge)
    if asked.deployments:
        used = deploy if asked.deployments.runs == "deploy" else preview
        deployments.settings(stack, asked.repository, asked.deployments, used.arn)
    # Variables of the repository (PREVIEW_ROLE_DEV) and of the environment (DEPLOY_ROLE): docs/deployments.md.
    pulumi.export(f"previewRole_{stack}", preview.arn)
    pulumi.export(f"deployRole_{stack}", deploy.arn)
