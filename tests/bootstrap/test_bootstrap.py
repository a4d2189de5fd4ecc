"""Who may take on what, within which bounds."""

import json
import sys
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml
from bootstrapped import ACCOUNT, BACKEND, NAME, POLICY, PROJECT, REGION, inputs, run, statements

from local import plan, policy_client, verdicts
from local.program import ProgramError, Run
from local.table import TABLE
from review import stacks

GITHUB = "token.actions.githubusercontent.com"
PREPARE = "python -m venv policies/venv && policies/venv/bin/python -m pip install --quiet -r policies/requirements.txt"
DEPLOYS = {"organization": "org"}
OTHER_NAMES = {"elasticloadbalancing": "elbv2", "ecs": "ecs", "application-autoscaling": "application-autoscaling"}
"""What botocore calls a service that IAM calls otherwise."""
IAM_NAMES = {"elbv2": "elasticloadbalancing"}
CALLED = {
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
"""Operations whose action has another name."""
OF_THE_REGISTRY = {
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
    "aws:ecr/replicationConfiguration:ReplicationConfiguration",
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
    "aws:ecrpublic/repository:Repository",
}
"""What is the whole account's, or the world's: no stack's role may change it."""
NOT_OPERATIONS = {
    "iam:PassRole",
    "s3:DeleteObjectVersion",
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
}
"""Actions that have no operation of their name ("Actions, resources, and condition keys for AWS services")."""


def trust(found: Run, role: str) -> list[dict[str, Any]]:
    return json.loads(inputs(found, "Role", role)["assumeRolePolicy"])["Statement"]


def actions(statements: list[dict[str, Any]]) -> set[str]:
    return {action for one in statements for action in one["Action"]}


def test_a_pull_request_and_main_may_preview():
    (statement,) = trust(run(), "preview-prod")
    assert statement == {
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{GITHUB}:aud": "sts.amazonaws.com",
                f"{GITHUB}:sub": ["repo:org/project:pull_request", "repo:org/project:ref:refs/heads/main"],
            }
        },
        "Effect": "Allow",
        "Principal": {"Federated": "OpenIdConnectProvider.github.arn"},
    }


def test_only_its_environment_may_deploy_a_stack():
    for stack in ("dev", "prod"):
        (statement,) = trust(run(), f"deploy-{stack}")
        assert statement["Condition"]["StringEquals"][f"{GITHUB}:sub"] == [f"repo:org/project:environment:{stack}"]


def test_an_issuer_that_the_account_has_is_used():
    known = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"
    found = run(issuers={"github": known})
    assert not [one for one in found.declared if "openIdConnect" in one.type]
    assert trust(found, "preview-dev")[0]["Principal"] == {"Federated": known}
    made = inputs(run(), "OpenIdConnectProvider", "github")
    assert made == {"url": f"https://{GITHUB}", "clientIdLists": ["sts.amazonaws.com"]}


def test_a_preview_only_reads():
    words = ("Describe", "Get", "List")
    assert {
        action for action in actions(statements(run(), "preview-prod")) if not action.split(":")[1].startswith(words)
    } == set()
    held = statements(run(backend=BACKEND), "preview-prod")
    writes = [one for one in held if not any(action.split(":")[1].startswith(words) for action in one["Action"])]
    assert writes == [
        {
            "Action": ["s3:DeleteObject", "s3:PutObject"],
            "Effect": "Allow",
            "Resource": ["arn:aws:s3:::state-of-org/.pulumi/locks/*"],
        },
        {"Action": ["kms:Decrypt"], "Effect": "Allow", "Resource": [BACKEND["key"]]},
    ]


def test_what_has_a_name_is_of_the_stack_alone():
    """What a role of dev may do to named things, it may not do to prod's."""
    for one in statements(run(), "deploy-dev"):
        for resource in one["Resource"]:
            assert "slipway-prod" not in resource
            service = resource.split(":")[2] if resource != "*" else ""
            if service in ("ecr", "logs", "secretsmanager", "ssm") and not is_a_look(one["Action"], resource):
                assert "slipway-dev/" in resource


def is_a_look(actions: list[str], resource: str) -> bool:
    """Whether it is what AWS publishes, or only asks which images there are."""
    return "::parameter/aws/" in resource or "ecr:DescribeRepositories" in actions


def test_every_resource_of_the_program_is_one_that_a_deployment_may_make():
    held = actions(statements(run(), "deploy-dev"))
    for type_, row in TABLE.items():
        action = f"{IAM_NAMES.get(row.service, row.service)}:{row.operation}"
        if type_ not in OF_THE_REGISTRY:
            assert CALLED.get(action, action) in held | {"ec2:DescribeSecurityGroups"}, type_


@pytest.mark.parametrize("role", ["preview-dev", "deploy-dev"])
def test_each_action_is_an_operation_of_aws(role: str):
    session = botocore.session.get_session()
    for action in actions(statements(run(backend=BACKEND), role)) - NOT_OPERATIONS:
        service, operation = action.split(":")
        known = session.get_service_model(OTHER_NAMES.get(service, service)).operation_names
        # IAM looks at no case: it has GetBucketCORS, and the operation is GetBucketCors.
        assert [one for one in known if fnmatchcase(one.lower(), operation.lower())], action


def test_policies_are_as_long_as_aws_takes():
    found = run(backend=BACKEND, stacks=["a" * 40], pullRequests={"platform": "a" * 40})
    texts = {one.name: one.inputs["policy"] for one in found.declared if one.type == POLICY}
    assert max(map(len, texts.values())) <= 6144
    assert len([name for name in texts if name.startswith("deploy")]) <= 10


def test_roles_stay_within_their_boundary():
    found = run(backend=BACKEND, pullRequests={"platform": "dev"})
    for role in ("preview-dev", "deploy-dev", "deploy-pull-requests"):
        edge = f"boundary-{role.partition('-')[2]}"
        assert inputs(found, "Role", role)["permissionsBoundary"] == f"Policy.{edge}.arn"
        bounds = json.loads(inputs(found, "Policy", edge)["policy"])["Statement"]
        for one in statements(found, role):
            for action, resource in product(one["Action"], one["Resource"]):
                assert any(covers(bound, action, resource) for bound in bounds), (action, resource)
    denied = bounds[-1]
    assert (denied["Effect"], denied["Action"]) == ("Deny", ["iam:*"])
    assert f"arn:aws:iam::{ACCOUNT}:role/slipway-*" in denied["Resource"]


def covers(bound: dict[str, Any], action: str, resource: str) -> bool:
    """Whether an `Allow` of the boundary leaves an action on a resource."""
    return (
        bound["Effect"] == "Allow"
        and any(fnmatchcase(action, one) for one in bound["Action"])
        and any(fnmatchcase(resource, one) for one in bound["Resource"])
    )


@pytest.mark.parametrize("stack", stacks.stacks(PROJECT))
def test_every_role_of_the_program_is_one_that_a_deployment_may_make(stack: str):
    (made,) = (one for one in statements(run(), "deploy-dev") if "iam:CreateRole" in one["Action"])
    names = [one.name for one in plan.plan(PROJECT, stack).declared if one.type == "aws:iam/role:Role"]
    assert names
    for name in names:
        arn = f"arn:aws:iam::{ACCOUNT}:role/{name}-0a1b2c3"
        assert any(fnmatchcase(arn, allowed) for allowed in made["Resource"]), name


@pytest.mark.parametrize(
    ("name", "service"),
    [("cluster-managed-infrastructure", "ecs"), ("ecsInstanceRole-cluster-managed", "ec2")],
)
def test_a_deployment_may_make_and_give_away_the_roles_of_managed_instances(name: str, service: str):
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name}-0a1b2c3"
    allowed = statements(run(), "deploy-dev")
    for action in ("iam:CreateRole", "iam:AttachRolePolicy", "iam:PassRole"):
        (one,) = (each for each in allowed if action in each["Action"])
        assert any(fnmatchcase(arn, resource) for resource in one["Resource"]), action
    assert f"{service}.amazonaws.com" in one["Condition"]["StringEquals"]["iam:PassedToService"]
    (linked,) = (each for each in allowed if "iam:CreateServiceLinkedRole" in each["Action"])
    assert f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs-compute.amazonaws.com/*" in linked["Resource"]


def test_deployments_of_main_use_the_role_that_deploys():
    found = run(deployments=DEPLOYS)
    settings = inputs(found, "DeploymentSettings", "prod")
    assert settings == {
        "organization": "org",
        "project": "slipway",
        "stack": "prod",
        "sourceContext": {"git": {"branch": "refs/heads/main"}},
        "vcs": {
            "provider": "github",
            "repository": "org/project",
            "deployCommits": True,
            "previewPullRequests": False,
            "pullRequestTemplate": False,
            "paths": settings["vcs"]["paths"],
        },
        "operationContext": {
            "preRunCommands": [PREPARE],
            "environmentVariables": {
                "PULUMI_OPTION_POLICY_PACK": "policies",
                "PULUMI_OPTION_POLICY_PACK_CONFIG": "policies/config/prod.json",
            },
            "oidc": {
                "aws": {
                    "roleARN": "Role.deploy-prod.arn",
                    "sessionName": "pulumi-${deployment.version}",
                    "duration": "1h",
                }
            },
        },
    }
    subjects = trust(found, "deploy-prod")[1]["Condition"]["StringEquals"]
    start = "pulumi:deploy:org:org:project:slipway:stack:prod:operation"
    assert subjects == {
        "api.pulumi.com/oidc:aud": "org",
        "api.pulumi.com/oidc:sub": [f"{start}:refresh:scope:write", f"{start}:update:scope:write"],
    }
    assert len(trust(found, "preview-prod")) == 1


def test_deployments_that_preview_never_get_the_role_that_deploys():
    found = run(deployments={"organization": "org", "runs": "preview"})
    settings = inputs(found, "DeploymentSettings", "prod")
    assert settings["operationContext"]["oidc"]["aws"]["roleARN"] == "Role.preview-prod.arn"
    assert (settings["vcs"]["deployCommits"], settings["vcs"]["previewPullRequests"]) == (False, True)
    assert len(trust(found, "deploy-prod")) == 1


def test_what_starts_a_deployment_is_what_touches_a_stack():
    """The path filters and review/stacks.py tell the same of each file of the project's."""
    paths = inputs(run(deployments=DEPLOYS), "DeploymentSettings", "dev")["vcs"]["paths"]
    folders = {path.partition("/")[0] for path in paths if path.endswith("/**")}
    for entry in PROJECT.iterdir():
        if entry.is_dir() and any(entry.glob("*.py")) and entry.name not in folders:
            assert stacks.touched([f"{entry.name}/a.py"], ["dev"]) == [], entry.name
    for folder in folders:
        assert stacks.touched([f"{folder}/a.py"], ["dev"]) == ["dev"], folder


def test_the_policies_find_nothing():
    found = run(backend=BACKEND, deployments=DEPLOYS, pullRequests={"platform": "dev"})
    config = json.loads((PROJECT / "policies/config/bootstrap.json").read_text())
    aws = {"aws:region": REGION, "aws:allowedAccountIds": json.dumps([ACCOUNT])}
    provider = policy_client.default_provider(NAME, "account", aws)
    told = [policy_client.root(NAME, "account"), provider, *verdicts.registrations(found, provider.urn)]
    with policy_client.serve(PROJECT / "policies", Path(sys.executable), project=NAME, stack="account") as served:
        served.configure(config, project=NAME, stack="account", tags={}, dry_run=True)
        said = served.judge(told)
    assert said.mandatory == []
    assert {one.policy for one in said.advisory} == {"exemption-shown"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"repository": "project"}, "repository: must be OWNER/NAME (got 'project')"),
        ({"stacks": ["Prod"]}, "stacks: a name has at most 40 of a-z, 0-9 and - (got 'Prod')"),
        ({"backend": {"bucket": "state"}}, "backend: needs both bucket and key"),
        ({"backend": {"buckets": "state"}}, "backend: has no 'buckets'; it has bucket and key"),
        ({"deployments": {"runs": "deploy"}}, "deployments: needs organization"),
        ({"deployments": DEPLOYS | {"runs": "all"}}, "deployments.runs: must be deploy or preview (got 'all')"),
        ({"issuers": {"gitlab": "arn"}}, "issuers: has no 'gitlab'; it has github and pulumi"),
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, Any], said: str):
    with pytest.raises(ProgramError) as raised:
        run(**given)
    assert said in str(raised.value)


def test_every_setting_is_described():
    declared = yaml.safe_load((PROJECT / "bootstrap/Pulumi.yaml").read_text())["config"]
    assert set(declared) == {"repository", "stacks", "issuers", "backend", "deployments", "pullRequests"}
    assert all(one["description"] for one in declared.values())
