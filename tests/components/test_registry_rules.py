from typing import Any

import pytest

from components import lifecycle
from components.registry_rules import RegistryRules
from tests.components.declared import PLACE, Made, changes, compact, declare, problems


def rules(**asked: Any) -> RegistryRules:
    wiring: dict[str, Any] = {"account": PLACE, "stack_name": "shop-dev", "repository": {}}
    return RegistryRules("registry", {**wiring, **asked})


def made(**asked: Any) -> Made:
    return declare(lambda: rules(**asked))


SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration registry"
REPLICATION = "aws:ecr/replicationConfiguration:ReplicationConfiguration registry"
CACHE = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule registry-{}".format
TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate registry-{}".format
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf"
HUB = {"upstream": "registry-1.docker.io", "credential": SECRET}
QUAY = {"upstream": "quay.io"}


def scanned(kind: str, frequency: str) -> dict[str, Any]:
    every = {"filter": "*", "filterType": "WILDCARD"}
    return {SCANNING: {"scanType": kind, "rules": [{"scanFrequency": frequency, "repositoryFilters": [every]}]}}


def template(prefix: str, reason: str, kept: str) -> dict[str, Any]:
    return {
        "prefix": prefix,
        "description": "Repositories that ECR makes by itself have immutable tags and are cleaned up",
        "appliedFors": [reason],
        "imageTagMutability": "IMMUTABLE",
        "lifecyclePolicy": kept,
    }


def test_nothing_is_made_that_is_not_named():
    assert made().children == {}


def test_scanning_is_of_every_repository_and_nothing_else_is_made():
    assert made(scanning="BASIC").children == scanned("BASIC", "SCAN_ON_PUSH")
    assert made(scanning="ENHANCED").children == scanned("ENHANCED", "CONTINUOUS_SCAN")


def test_the_stacks_images_are_kept_in_other_regions_too_in_repositories_like_their_own():
    kept = lifecycle.policy(40, 7)
    replicated = template("shop-dev", "REPLICATION", kept)
    asked = {"replicate_to": ["us-east-1", "eu-west-1"], "repository": {"keep_releases": 40, "untagged_days": 7}}
    assert made(**asked).children == {
        TEMPLATE("eu-west-1"): {**replicated, "region": "eu-west-1"},
        TEMPLATE("us-east-1"): {**replicated, "region": "us-east-1"},
        REPLICATION: {
            "replicationConfiguration": {
                "rules": [
                    {
                        "destinations": [
                            {"region": "eu-west-1", "registryId": "123456789012"},
                            {"region": "us-east-1", "registryId": "123456789012"},
                        ],
                        "repositoryFilters": [{"filter": "shop-dev/", "filterType": "PREFIX_MATCH"}],
                    }
                ]
            },
            "opts.needs": [
                "RepositoryCreationTemplate.registry-eu-west-1",
                "RepositoryCreationTemplate.registry-us-east-1",
            ],
        },
    }


def test_caches_have_credentials_and_templates():
    rule = {
        "rulePriority": 1,
        "description": "the last 100 images stay",
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 100},
        "action": {"type": "expire"},
    }
    kept = compact({"rules": [rule]})
    both = made(caches={"quay": QUAY, "docker-hub": HUB})
    assert both.children == {
        TEMPLATE("docker-hub"): template("docker-hub", "PULL_THROUGH_CACHE", kept),
        CACHE("docker-hub"): {
            "ecrRepositoryPrefix": "docker-hub",
            "upstreamRegistryUrl": "registry-1.docker.io",
            "credentialArn": SECRET,
            "opts.needs": ["RepositoryCreationTemplate.registry-docker-hub"],
        },
        TEMPLATE("quay"): template("quay", "PULL_THROUGH_CACHE", kept),
        CACHE("quay"): {
            "ecrRepositoryPrefix": "quay",
            "upstreamRegistryUrl": "quay.io",
            "opts.needs": ["RepositoryCreationTemplate.registry-quay"],
        },
    }
    assert changes(made(scanning="BASIC"), made(scanning="BASIC", caches={"quay": QUAY})).keys() == {
        TEMPLATE("quay"),
        CACHE("quay"),
    }


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"scanning": "enhanced"}, "scanning: must be one of BASIC, ENHANCED"),
        ({"replicate_to": ["eu-west-1"] * 2}, "replicate_to: names 'eu-west-1' twice"),
        ({"replicate_to": ["eu-central-1"]}, "replicate_to: names 'eu-central-1', where the images are already"),
        (
            {"caches": {"hub": {"upstream": "registry-1.docker.io"}}},
            "caches.hub.credential: registry-1.docker.io lets nobody in without one",
        ),
    ],
)
def test_a_wrong_argument_is_named(asked: dict[str, Any], told: str):
    assert problems(lambda: rules(**asked)) == [f"registry.{told}"]
