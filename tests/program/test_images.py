"""The examples of docs/images.md: what each stack declares for them, and nothing of it unless it is named."""

import json

import pytest

from local import stack_file
from local.plan import plan
from tests.with_images import EXAMPLES, PROJECT, configuration

NEW = {
    *("RegistryScanningConfiguration", "ReplicationConfiguration", "PullThroughCacheRule"),
    *("RepositoryCreationTemplate", "RepositoryPolicy"),
}

each_stack = pytest.mark.parametrize("stack", stack_file.stacks(PROJECT))


def kinds(stack: str, config: dict[str, str] | None = None) -> dict[str, int]:
    found = [one.type for one in plan(PROJECT, stack, config).declared if one.type.startswith("aws:ecr")]
    return {kind: found.count(kind) for kind in found}


@each_stack
def test_the_page_is_what_is_declared(stack: str):
    before, after = kinds(stack), kinds(stack, configuration(stack))
    assert {kind.rpartition(":")[2] for kind in after} == {"Repository", "LifecyclePolicy", *NEW}
    assert after["aws:ecrpublic/repository:Repository"] == 1
    assert after["aws:ecr/pullThroughCacheRule:PullThroughCacheRule"] == len(EXAMPLES["registryRules"]["caches"])
    assert not any(kind.rpartition(":")[2] in NEW or kind.startswith("aws:ecrpublic") for kind in before)


@each_stack
def test_replication_is_of_the_stacks_own_images(stack: str):
    declared = plan(PROJECT, stack, configuration(stack)).declared
    (replication,) = [one for one in declared if one.type.endswith(":ReplicationConfiguration")]
    (rule,) = replication.inputs["replicationConfiguration"]["rules"]
    (repository,) = [one for one in declared if one.type == "aws:ecr/repository:Repository"]
    assert repository.inputs["name"].startswith(rule["repositoryFilters"][0]["filter"])


def test_a_public_repository_is_an_output_of_the_stack():
    assert "publicRepositories" not in plan(PROJECT, "dev").outputs
    assert json.loads(json.dumps(plan(PROJECT, "dev", configuration("dev")).outputs["publicRepositories"]))
