"""Deployments: what Pulumi Deployments do for a stack, as code (the settings file has left the CLI)."""

import pulumi_pulumiservice as service
from pulumi import Input

from access.settings import Deployments

PROJECT = "slipway"
BRANCH = "refs/heads/main"
PATHS = ("*.py", "*.yaml", "requirements.txt", "app/**", "components/**", "policies/**", "release/**", "settings/**")
"""What a run reads: a change elsewhere starts none (review/stacks.py has the same rule for GitHub's previews)."""
PREPARE = "python -m venv policies/venv && policies/venv/bin/python -m pip install --quiet -r policies/requirements.txt"


def settings(stack: str, repository: str, asked: Deployments, role: Input[str]) -> service.DeploymentSettings:
    """The settings of a stack: whose code, when, with which rights, and under which policies."""
    deploys = asked.runs == "deploy"
    return service.DeploymentSettings(
        stack,
        organization=asked.organization,
        project=PROJECT,
        stack=stack,
        source_context={"git": {"branch": BRANCH}},
        # One role serves all runs of a stack, so one that previews pull requests never deploys.
        vcs={
            "provider": "github",
            "repository": repository,
            "deploy_commits": deploys,
            "preview_pull_requests": not deploys,
            "pull_request_template": False,
            "paths": [*PATHS],
        },
        operation_context={
            "pre_run_commands": [PREPARE],
            "environment_variables": {
                # The options of the CLI: every run is judged by the pack of its own commit.
                "PULUMI_OPTION_POLICY_PACK": "policies",
                "PULUMI_OPTION_POLICY_PACK_CONFIG": f"policies/config/{stack}.json",
            },
            "oidc": {"aws": {"role_arn": role, "session_name": "pulumi-${deployment.version}", "duration": "1h"}},
        },
    )


def subjects(stack: str, asked: Deployments) -> list[str]:
    """The subjects of the tokens of these runs ("OpenID Connect integration", Pulumi Deployments)."""
    operations = ("update", "refresh") if asked.runs == "deploy" else ("preview",)
    start = f"pulumi:deploy:org:{asked.organization}:project:{PROJECT}:stack:{stack}"
    return [f"{start}:operation:{operation}:scope:write" for operation in operations]
