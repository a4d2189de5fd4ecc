"""Who may preview and deploy: a role for each, a stack, that only this repository's own runs take on."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pulumi
import pulumi_aws as aws
from access import deployments, issuer, rights, settings
from access.deployments import PROJECT
from access.rights import Place

PULL_REQUESTS, EVERY = "pr-", "pull-requests"
"""What the stacks of pull requests begin with, and what all of them together are called here and as an environment."""
asked = settings.read(pulumi.Config())
account, region, partition = aws.get_caller_identity(), aws.get_region(), aws.get_partition()
github = issuer.github(asked.issuers.get("github"))
cloud = asked.deployments and issuer.pulumi_cloud(asked.deployments.organization, asked.issuers.get("pulumi"))


def statements(place: Place, *, writes: bool) -> list[rights.Statement]:
    """What a role may do."""
    found = rights.reading(place) + (rights.writing(place) if writes else [])
    if asked.backend:
        bucket, key = asked.backend.bucket, asked.backend.key
        # Of a stack that shares: its own state, and no other one's.
        own = f".pulumi/*/{PROJECT}/{PULL_REQUESTS}*" if place.shares else "*"
        found += rights.state(bucket, key, writes=own if writes else rights.LOCKS, partition=place.partition)
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


def boundary(stack: str) -> aws.iam.Policy:
    """The most that the roles of a stack may do."""
    place = places[stack]
    own = [
        place.everywhere("iam", "role/slipway-*"),
        place.everywhere("iam", "policy/slipway-*"),
        place.everywhere("iam", "oidc-provider/*"),
    ]
    return aws.iam.Policy(
        f"boundary-{stack}",
        name=f"slipway-boundary-{stack}",
        description=f"The most that the roles of {stack} may do.",
        policy=rights.document(rights.boundary(place, own, [asked.backend.key] if asked.backend else [])),
    )


def environment(name: str) -> Any:  # noqa: ANN401 - a statement
    """Lets the runs of an environment in: its rules say who may start one, from which branches."""
    return github.statement([f"repo:{asked.repository}:environment:{name}"])


here = partial(Place, partition.partition, region.region, account.account_id)
places = {stack: here(f"{PROJECT}-{stack}") for stack in asked.stacks}
for stack in asked.stacks:
    edge = boundary(stack)
    # A pull request, and the look for drift, which runs on main.
    looks = [
        github.statement([f"repo:{asked.repository}:pull_request", f"repo:{asked.repository}:ref:refs/heads/main"])
    ]
    writes = [environment(stack)]
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

if asked.pull_requests:
    shared = f"{PROJECT}-{asked.pull_requests}"
    # One role for all of them: a role each would be a run of this program for each pull request.
    places[EVERY] = here(f"{PROJECT}-{PULL_REQUESTS}*", shared, f"{PULL_REQUESTS}*.")
    pulumi.export(f"deployRole_{EVERY}", role("deploy", EVERY, [environment(EVERY)], boundary(EVERY)).arn)
