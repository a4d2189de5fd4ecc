"""The role of pull requests' stacks: all that such a stack declares, and nothing of dev's, whose cluster it shares."""

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import botocore.session
import pytest
from bootstrapped import ACCOUNT, BACKEND, PROJECT, REGION, inputs, run, statements

from local import plan
from local.program import Declared, ProgramError
from local.table import TABLE
from review import stack_file

ROLE = "deploy-pull-requests"
ASKED = {"platform": "dev"}
LOOKS = ("Describe", "Get", "List", "BatchGet", "BatchCheck")
NOT_OPERATIONS = {"iam:PassRole"}
AWS_NAMES = {"elasticloadbalancing": "elbv2"}
IAM_NAMES = {"elbv2": "elasticloadbalancing"}
TAGGED = {"aws:RequestTag/slipway-stack": "slipway-pr-12", "aws:ResourceTag/slipway-stack": "slipway-pr-12"}


def at(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


BALANCER = "app/balancer-0a1b2c3/0123456789abcdef"
OF_DEV = (
    *(at("ecs", one) for one in ("cluster/slipway-dev", "service/slipway-dev/web", "task/slipway-dev/0a1b")),
    *(at("ecs", one) for one in ("task-definition/slipway-dev-web:1", "capacity-provider/ec2-slipway-dev")),
    at("ecr", "repository/slipway-dev/web"),
    at("logs", "log-group:/slipway-dev/web"),
    at("ssm", "parameter/slipway-dev/web/release"),
    at("secretsmanager", "secret:slipway-dev/web/key-0a1b2c"),
    at("sqs", "slipway-dev-worker"),
    at("elasticloadbalancing", f"loadbalancer/{BALANCER}"),
    at("elasticloadbalancing", f"listener/{BALANCER}/0a1b"),
    at("elasticloadbalancing", f"listener-rule/{BALANCER}/0a1b/2c3d"),
    at("elasticloadbalancing", "targetgroup/web-0a1b2c3/4d5e"),
    *(at("ec2", f"{kind}/{kind}-0a1b") for kind in ("vpc", "subnet", "route-table", "natgateway", "security-group")),
    at("ec2", "security-group-rule/sgr-0a1b"),
    at("cloudwatch", "alarm:web-errors"),
    at("sns", "alarms-0a1b2c3"),
    at("acm", "certificate/0a1b"),
    at("kms", "key/0a1b"),
    at("servicediscovery", "namespace/ns-0a1b"),
    at("scheduler", "schedule/default/web-nightly-0a1b2c3"),
    at("application-autoscaling", "scalable-target/0a1b"),
    *(role(one) for one in ("web-execution-0a1b2c3", "web-task-0a1b2c3", "pr-x-task-0a1b2c3", "network-flow-0a1b2c3")),
    *(role(one) for one in ("slipway-deploy-dev", "slipway-deploy-pull-requests")),
    "arn:aws:route53:::hostedzone/Z1",
    "arn:aws:s3:::balancer-logs-0a1b2c3",
    f"arn:aws:s3:::{BACKEND['bucket']}/.pulumi/stacks/slipway/dev.json",
    f"arn:aws:s3:::{BACKEND['bucket']}/.pulumi/locks/organization/slipway/dev/0a1b.json",
)
ALLOWED = {
    "ec2:security-group": {
        # The balancer is let out to the tasks of each pull request, and what lets it out goes with them.
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:ModifySecurityGroupRules",
        "ec2:RevokeSecurityGroupEgress",
    },
    "ec2:vpc": {"ec2:CreateSecurityGroup"},
    "ec2:security-group-rule": {
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:CreateTags",
        "ec2:DeleteTags",
        "ec2:ModifySecurityGroupRules",
        "ec2:RevokeSecurityGroupEgress",
    },
}
"""All that it may change of what is not its own; of any task definition, which AWS does not narrow, see below."""


def held() -> list[dict[str, Any]]:
    return statements(run(pullRequests=ASKED, backend=BACKEND), ROLE)


def allowed(action: str, resource: str, context: Mapping[str, str]) -> bool:
    """What IAM would say, of the parts of a policy that this program uses."""
    return any(
        any(fnmatchcase(action, one) for one in each["Action"])
        and any(fnmatchcase(resource, one) for one in each["Resource"])
        and all(
            any(fnmatchcase(context.get(key, "\0"), like) for like in likes)
            for test in each.get("Condition", {}).values()
            for key, likes in test.items()
        )
        for each in held()
    )


def writes() -> set[str]:
    every = {action for one in held() for action in one["Action"]}
    return {one for one in every if not one.split(":")[1].startswith(LOOKS)}


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> list[Declared]:
    """What the stack of a pull request declares that runs what dev runs."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("settings", "components", "release", "app", "__main__.py", "Pulumi.yaml", "Pulumi.dev.yaml"):
        (folder / name).symlink_to(PROJECT / name)
    (folder / "Pulumi.pr-12.yaml").write_text(stack_file.render(folder, 12, "acme/slipway/dev", "example.com"))
    return [one for one in plan.plan(folder, "pr-12").declared if one.custom]


def test_only_the_environment_takes_it_on_and_it_is_bounded():
    made = inputs(run(pullRequests=ASKED), "Role", ROLE)
    (statement,) = json.loads(made["assumeRolePolicy"])["Statement"]
    (subject,) = (given for key, given in statement["Condition"]["StringEquals"].items() if key.endswith(":sub"))
    assert subject == ["repo:org/project:environment:pull-requests"]
    assert made["permissionsBoundary"] == "Policy.boundary-pull-requests.arn"


def test_without_pull_requests_there_is_no_such_role():
    assert not [one for one in run().declared if "pull-requests" in one.name]


def test_all_that_the_stack_declares_may_be_made(declared: list[Declared]):
    every = {action for one in held() for action in one["Action"]}
    for one in declared:
        row = TABLE[one.type]
        assert f"{IAM_NAMES.get(row.service, row.service)}:{row.operation}" in every, one.type


def test_what_it_makes_it_may_make_change_and_take_away(declared: list[Declared]):
    own = {
        at("ecs", "service/slipway-dev/slipway-pr-12-web"): ("CreateService", "UpdateService", "DeleteService"),
        at("ecs", "task-definition/slipway-pr-12-web:1"): ("RegisterTaskDefinition", "RunTask", "TagResource"),
        at("ecs", "task/slipway-dev/0a1b"): ("StopTask",),
        at("ecr", "repository/slipway-pr-12/web"): ("CreateRepository", "PutImage", "DeleteRepository"),
        at("logs", "log-group:/slipway-pr-12/web"): ("CreateLogGroup", "PutRetentionPolicy", "DeleteLogGroup"),
        at("ssm", "parameter/slipway-pr-12/web/release"): ("PutParameter", "DeleteParameter"),
        at("elasticloadbalancing", "targetgroup/web-0a/1b"): ("CreateTargetGroup", "DeleteTargetGroup"),
        at("elasticloadbalancing", f"listener/{BALANCER}/0a1b"): ("CreateRule",),
        at("elasticloadbalancing", f"listener-rule/{BALANCER}/0a/1b"): ("ModifyRule", "DeleteRule", "AddTags"),
        at("ec2", "security-group/sg-1"): ("CreateSecurityGroup", "DeleteSecurityGroup"),
    }
    for resource, operations in own.items():
        for operation in operations:
            assert allowed(f"{resource.split(':')[2]}:{operation}", resource, TAGGED), (operation, resource)
    for one in declared:
        if one.type == "aws:iam/role:Role":
            for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRole"):
                assert allowed(action, role(f"pr-12.{one.name}-0a1b2c3"), {}), one.name
    passed = role("pr-12.web-task-0a1b2c3")
    assert allowed("iam:PassRole", passed, {"iam:PassedToService": "ecs-tasks.amazonaws.com"})
    state = f"arn:aws:s3:::{BACKEND['bucket']}/.pulumi"
    for path in ("stacks/slipway/pr-12.json", "locks/organization/slipway/pr-12/0a.json", "history/slipway/pr-12/a"):
        assert allowed("s3:PutObject", f"{state}/{path}", {}), path


def test_what_is_just_made_gets_its_tags_and_nothing_else_does():
    rule, group = at("elasticloadbalancing", f"listener-rule/{BALANCER}/0a/1b"), at("ec2", "security-group/sg-1")
    mine = {"aws:RequestTag/slipway-stack": "slipway-pr-12"}
    assert allowed("elasticloadbalancing:AddTags", rule, mine | {"elasticloadbalancing:CreateAction": "CreateRule"})
    assert allowed("ec2:CreateTags", group, mine | {"ec2:CreateAction": "CreateSecurityGroup"})
    assert not allowed("elasticloadbalancing:AddTags", rule, mine)
    assert not allowed("ec2:CreateTags", group, mine)


@pytest.mark.parametrize("resource", OF_DEV)
def test_what_is_devs_it_may_not_touch(resource: str):
    """With what dev's resources have: no tag of a pull request's, whatever else the request says."""
    service, _, rest = resource.split(":", 2)[2].partition(":")
    kind = rest.split(":")[-1].split("/")[0]
    context = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    done = {action for action in writes() if allowed(action, resource, context)}
    assert done - {"ecs:DeregisterTaskDefinition", "kms:Encrypt", "kms:Decrypt"} == ALLOWED.get(
        f"{service}:{kind}", set()
    )


def test_its_actions_are_operations_of_aws():
    session = botocore.session.get_session()
    for action in writes() - NOT_OPERATIONS:
        service, operation = action.split(":")
        assert operation in session.get_service_model(AWS_NAMES.get(service, service)).operation_names, action


def test_the_boundary_leaves_it_no_other_service():
    text = inputs(run(pullRequests=ASKED), "Policy", "boundary-pull-requests")["policy"]
    allow, *_ = json.loads(text)["Statement"]
    others = ("acm", "application-autoscaling", "autoscaling", "cloudwatch", "route53", "scheduler", "sns", "sqs")
    left = [one for one in allow["Action"] if one.split(":")[0] in others]
    assert left
    assert all(one.split(":")[1].startswith(LOOKS) for one in left), left


def test_the_platform_is_one_of_the_stacks():
    with pytest.raises(ProgramError) as raised:
        run(pullRequests={"platform": "lab"})
    assert "pullRequests.platform: must be one of the stacks (got 'lab')" in str(raised.value)
