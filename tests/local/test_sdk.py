"""What is loaded in parts is what the SDK's own packages hold. Each in a process of its own: imports happen once."""

import subprocess
import sys

PACKAGES = ("acm", "cloudwatch", "ec2", "ecr", "ecs", "efs", "iam", "kms", "lb", "route53", "s3", "sns", "ssm", "vpc")
COMPARE = f"""
from importlib import import_module
from pathlib import Path
from types import ModuleType
from local import sdk
import pulumi_aws
for package in {PACKAGES}:
    whole = getattr(pulumi_aws, package)
    assert whole._utilities  # the SDK's own way of being lazy ends at the first attribute
    names = [name for name in dir(whole) if name[0] != "_" and name not in ("typing", "outputs")]
    shown = [name for name in names if not isinstance(getattr(whole, name), ModuleType)]
    find = sdk.by_module(Path(whole.__file__).parent)
    parts = {{name: ModuleType(whole.__name__) for name in shown}}
    found = [name for name in shown if find(parts[name], name)]
    other = [name for name in found if vars(parts[name])[name] is not getattr(whole, name)]
    print(package, len(found) / len(shown), *other)
"""
LOADED = """
import sys
from local import sdk
with sdk.in_parts():
    import pulumi_aws as aws
{statement}
print(*sorted(name for name in sys.modules if name.startswith("pulumi_aws.ec2.")))
"""


def _printed(code: str) -> list[list[str]]:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def _loaded(statement: str) -> set[str]:
    return {name.removeprefix("pulumi_aws.ec2.") for name in _printed(LOADED.format(statement=statement))[0]}


def test_a_name_is_the_packages_own():
    for package, share, *other in _printed(COMPARE):
        assert not other, package
        assert float(share) == 1, package  # else it loads whole: right, but slow


def test_only_what_is_named_is_loaded():
    assert _loaded("aws.ec2.SecurityGroup") == {"_enums", "_inputs", "outputs", "security_group"}


def test_a_name_of_no_module_loads_the_whole_package():
    assert {"security_group", "instance"} <= _loaded("assert not hasattr(aws.ec2, 'NoSuchThing')")


def test_the_types_of_outputs_are_there_when_asked_for():
    assert "outputs" in _loaded("assert issubclass(aws.ec2.outputs.SecurityGroupIngress, dict)")
