"""Routed: where the lines of containers go that a log router sends on (FireLens)."""

from collections.abc import Mapping

CLOUDWATCH = ("cloudwatch_logs", "cloudwatch")
"""Fluent Bit's outputs to CloudWatch Logs (Fluent Bit's manual, "Amazon CloudWatch")."""


def destination(options: Mapping[str, str]) -> str:
    """What the output was told, in one line: what it was told in secret is not in these options."""
    told = ", ".join(f"{key} {options[key]}" for key in sorted(options))
    return f"sent on by the log router (FireLens): {told or 'its own configuration says where'}"


def log_group(options: Mapping[str, str], region: str) -> tuple[str, str] | None:
    """The group of CloudWatch Logs and its region, where the options name one as it is: keys in any case."""
    told = {key.lower(): value for key, value in options.items()}
    group = told.get("log_group_name", "")
    if told.get("name") not in CLOUDWATCH or not group or "$" in group or "log_group_template" in told:
        return None
    return group, told.get("region", region)
