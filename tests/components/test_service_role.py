from components.service_role import service_role
from tests.components.declared import PLACE, Outer, declare, text


def test_a_role_is_for_one_service_and_this_account_alone():
    made = declare(lambda: Outer(lambda child: service_role("web-task", "ecs-tasks", PLACE, child)))
    assert made.children == {
        "aws:iam/role:Role web-task": {
            "assumeRolePolicy": text(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                            "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
                        }
                    ],
                }
            )
        }
    }


def test_a_service_that_names_no_account_has_no_condition():
    made = declare(lambda: Outer(lambda child: service_role("cluster-ec2", "ec2", None, child)))
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    assert made.children == {
        "aws:iam/role:Role cluster-ec2": {"assumeRolePolicy": text({"Version": "2012-10-17", "Statement": [statement]})}
    }
