"""What calls want shaped otherwise than Pulumi's inputs."""

import json
from typing import Any, cast

from pulumi.runtime import rpc

Inputs = dict[str, Any]


def filled(operation: str, call: Inputs, name: str) -> Inputs:
    """The parameters as they are sent: with the names that the handlers give, and documents parsed."""
    names = {
        "CreateSecurityGroup": "GroupName",
        "CreateRole": "RoleName",
        "CreateLoadBalancer": "Name",
        "CreateTargetGroup": "Name",
    }
    filled: Inputs = {**call, **({names[operation]: name} if operation in names else {})}
    if operation == "RegisterTaskDefinition":
        filled["containerDefinitions"] = json.loads(filled["containerDefinitions"])
    if operation == "CreateQueue":
        filled = texts(filled)
    if operation == "CreateSchedule":
        filled["Target"] = _scheduled(filled["Target"])
    if operation == "CreateRule":
        filled["Conditions"] = [condition(one) for one in cast("list[Inputs]", filled["Conditions"])]
    if operation == "CreateListener":
        filled["DefaultActions"] = [fixed_response(one) for one in cast("list[Inputs]", filled["DefaultActions"])]
    if "StepScalingPolicyConfiguration" in filled:
        steps = filled["StepScalingPolicyConfiguration"]
        filled["StepScalingPolicyConfiguration"] = {**steps, "StepAdjustments": _bounds(steps["StepAdjustments"])}
    if operation == "PutMetricAlarm" and "Dimensions" in filled:
        filled["Dimensions"] = [{"Name": name, "Value": value} for name, value in filled["Dimensions"].items()]
    return filled


def texts(call: Inputs) -> Inputs:
    """A queue's attributes are texts, whatever they tell."""
    told = {
        key: json.dumps(value) if isinstance(value, bool) else str(value) for key, value in call["Attributes"].items()
    }
    return {**call, "Attributes": told}


def _scheduled(target: Inputs) -> Inputs:
    """What a schedule starts: parts of ECS's own calls, which begin with a small letter."""
    told = dict(target["EcsParameters"])
    shares = told.pop("CapacityProviderStrategies")
    told["CapacityProviderStrategy"] = [
        {key[0].lower() + key[1:]: one for key, one in share.items()} for share in shares
    ]
    told["NetworkConfiguration"] = {
        "awsvpcConfiguration": {
            **told["NetworkConfiguration"],
            "AssignPublicIp": "ENABLED" if told["NetworkConfiguration"]["AssignPublicIp"] else "DISABLED",
        }
    }
    return {**target, "EcsParameters": told}


def _bounds(steps: list[Inputs]) -> list[Inputs]:
    """Pulumi has the bounds of a step as texts, the call as numbers."""
    return [{key: float(value) if key.startswith("Metric") else value for key, value in one.items()} for one in steps]


def condition(one: Inputs) -> Inputs:
    """Pulumi names the field by its key, ELB by a word beside it."""
    if "PathPattern" in one:
        return {"Field": "path-pattern", "PathPatternConfig": one["PathPattern"]}
    return {"Field": "host-header", "HostHeaderConfig": one["HostHeader"]}


def fixed_response(action: Inputs) -> Inputs:
    """A listener's action with a fixed response, under the call's name for it."""
    return {("FixedResponseConfig" if key == "FixedResponse" else key): value for key, value in action.items()}


def network(configuration: Inputs) -> Inputs:
    """A service's network, which the call has one level deeper."""
    return {
        "awsvpcConfiguration": {
            "subnets": configuration["subnets"],
            "securityGroups": configuration["securityGroups"],
            "assignPublicIp": "ENABLED" if configuration["assignPublicIp"] else "DISABLED",
        }
    }


def without_nones(one: Inputs) -> Inputs:
    """Without what was left out, which a call does not take as null."""
    return {key: value for key, value in one.items() if value is not None}


def integers(value: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """Inputs as calls want them: whole numbers, which arrive as floats, as integers; secrets unsealed."""
    if rpc.is_rpc_secret(value):
        return integers(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {str(key): integers(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [integers(item) for item in cast("list[Any]", value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value
