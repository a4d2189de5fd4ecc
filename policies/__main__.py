"""Serves the policy pack: Pulumi starts this file, and `PolicyPack` serves until it is ended."""

from pulumi_policy import EnforcementLevel, PolicyPack
from slipway_policies.pack import policies

PolicyPack(
    name="slipway-policies",
    display_name="Slipway policies",
    description="Refuses containers, images and their surroundings that should not ship on Amazon ECS.",
    provider="aws",
    tags=["ecs", "ecr", "containers"],
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=policies(),
)
