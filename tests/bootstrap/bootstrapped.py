"""The bootstrap program under the SDK's mocks."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from pulumi.runtime import mocks

from local import program
from local.program import Run

PROJECT = Path(__file__).parents[2]
NAME = "slipway-bootstrap"
ACCOUNT = "123456789012"
REGION = "eu-central-1"
POLICY = "aws:iam/policy:Policy"
BACKEND = {"bucket": "state-of-org", "key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b"}


class Account(mocks.Mocks):
    def call(self, args: mocks.MockCallArgs) -> dict[str, Any]:
        return {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
            "aws:index/getRegion:getRegion": {"region": REGION},
            "aws:index/getPartition:getPartition": {"partition": "aws"},
        }[args.token]

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        kind = args.typ.rpartition(":")[2]
        return f"{kind}.{args.name}.id", args.inputs | {"arn": f"{kind}.{args.name}.arn"}


def run(**settings: Any) -> Run:
    """The program with these settings; `repository` and `stacks` have defaults here."""
    return _run(json.dumps({"repository": "org/project", "stacks": ["dev", "prod"]} | settings))


@lru_cache
def _run(given: str) -> Run:
    settings = json.loads(given)
    config = {f"{NAME}:{key}": one if isinstance(one, str) else json.dumps(one) for key, one in settings.items()}
    return program.run(PROJECT / "bootstrap", NAME, "account", config, Account(), preview=False)


def inputs(found: Run, kind: str, name: str) -> dict[str, Any]:
    (one,) = (one for one in found.declared if one.type.endswith(f":{kind}") and one.name == name)
    return one.inputs


def statements(found: Run, role: str) -> list[dict[str, Any]]:
    """What the policies of a role say."""
    texts = [one.inputs["policy"] for one in found.declared if one.type == POLICY and one.name.startswith(f"{role}-")]
    assert texts
    return [statement for text in texts for statement in json.loads(text)["Statement"]]
