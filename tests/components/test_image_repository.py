import json
from typing import Any

import pytest

from components.image_repository import ImageRepository
from tests.components.declared import PLACE, Made, changes, compact, declare, problems, text


def repository(**asked: Any) -> ImageRepository:
    return ImageRepository("web", {"repository_name": "shop-dev/web", "account": PLACE, "protect": False, **asked})


def made(**asked: Any) -> Made:
    return declare(lambda: repository(**asked))


REPOSITORY = "aws:ecr/repository:Repository web"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy web"
POLICY = "aws:ecr/repositoryPolicy:RepositoryPolicy web"


def keeps(releases: int, days: int) -> str:
    return compact(
        {
            "rules": [
                {
                    "rulePriority": 1,
                    "description": f"images without a tag expire after {days} days",
                    "selection": {
                        "tagStatus": "untagged",
                        "countType": "sinceImagePushed",
                        "countUnit": "days",
                        "countNumber": days,
                    },
                    "action": {"type": "expire"},
                },
                {
                    "rulePriority": 2,
                    "description": f"the last {releases} releases stay",
                    "selection": {
                        "tagStatus": "tagged",
                        "tagPrefixList": ["c-"],
                        "countType": "imageCountMoreThan",
                        "countNumber": releases,
                    },
                    "action": {"type": "expire"},
                },
            ]
        }
    )


def may_pull(*principals: str) -> str:
    statement = {
        "Sid": "Pull",
        "Effect": "Allow",
        "Principal": {"AWS": list(principals)},
        "Action": [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:DescribeImages",
            "ecr:GetDownloadUrlForLayer",
        ],
    }
    return text({"Version": "2012-10-17", "Statement": [statement]})


def test_a_repository_is_immutable_scanned_encrypted_and_cleaned():
    assert made().children == {
        REPOSITORY: {
            "name": "shop-dev/web",
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "encryptionConfigurations": [{"encryptionType": "AES256"}],
            "forceDelete": False,
        },
        LIFECYCLE: {"repository": "Repository.web.name", "policy": keeps(30, 14)},
    }


def test_its_outputs():
    assert made().outputs == {
        "repository": "Repository.web",
        "arn": "Repository.web.arn",
        "registry_id": "Repository.web.registryId",
    }


def test_what_it_keeps():
    assert changes(made(), made(keep_releases=22, untagged_days=1)) == {LIFECYCLE: {"policy": keeps(22, 1)}}


def test_a_key_of_awss_own_or_a_named_one():
    assert changes(made(), made(encryption="KMS")) == {
        REPOSITORY: {"encryptionConfigurations": [{"encryptionType": "KMS"}]}
    }
    key = "arn:aws:kms:eu-central-1:123456789012:key/1"
    assert changes(made(), made(encryption="KMS", kms_key=key)) == {
        REPOSITORY: {"encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": key}]}
    }


def test_other_accounts_pull_in_one_order_and_do_nothing_else():
    assert changes(made(), made(pull_accounts=["222222222222", "111111111111"])) == {
        POLICY: {
            "repository": "Repository.web.name",
            "policy": may_pull("arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"),
        }
    }


def test_an_organisation_pulls_under_its_condition_alone_or_beside_accounts():
    organisation = {
        "Sid": "PullInOrganization",
        "Effect": "Allow",
        "Principal": "*",
        "Action": [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:DescribeImages",
            "ecr:GetDownloadUrlForLayer",
        ],
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    }
    alone = made(pull_organization="o-a1b2c3d4e5").children[POLICY]["policy"]
    assert json.loads(alone)["Statement"] == [organisation]
    both = made(pull_organization="o-a1b2c3d4e5", pull_accounts=["111111111111"]).children[POLICY]["policy"]
    accounts = json.loads(may_pull("arn:aws:iam::111111111111:root"))["Statement"]
    assert json.loads(both)["Statement"] == [*accounts, organisation]


def test_accounts_of_another_partition():
    china = made(pull_accounts=["111111111111"], account={**PLACE, "partition": "aws-cn"})
    assert china.children[POLICY]["policy"] == may_pull("arn:aws-cn:iam::111111111111:root")


def test_protect_is_the_repositorys_alone():
    assert changes(made(), made(protect=True)) == {REPOSITORY: {"opts.protect": True}}


def test_force_delete_is_asked_for():
    assert changes(made(), made(force_delete=True)) == {REPOSITORY: {"forceDelete": True}}


def test_a_name():
    assert changes(made(), made(repository_name="shop-prod/web")) == {REPOSITORY: {"name": "shop-prod/web"}}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"keep_releases": 21},
            "20 pushes in a row could expire the running image or the one before: at least 22",
        ),
        ({"kms_key": "arn:aws:kms:eu-central-1:123456789012:key/1"}, "needs encryption: KMS"),
        ({"encryption": "AES265"}, "must be one of AES256, KMS; did you mean 'AES256'?"),
        ({"pull_organization": "ou-1"}, "string should match pattern '^o-[a-z0-9]{10,32}$'"),
        ({"pull_accounts": ["1234"]}, "string should match pattern '^\\d{12}$'"),
    ],
)
def test_a_wrong_argument_is_told_with_what_would_be_valid(asked: dict[str, Any], told: str):
    (problem,) = problems(lambda: repository(**asked))
    assert problem.startswith("web.")
    assert problem.endswith(f": {told}")
