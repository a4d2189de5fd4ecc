"""A record: an SSM parameter that is written only when what it tells has come true.

Its hook sees to that first; a refused record stays unwritten, so that every later preview shows it and every later `up`
asks again.
"""

from collections.abc import Awaitable, Callable, Sequence

import pulumi
import pulumi_aws as aws
from pulumi import Input, ResourceHook, ResourceHookArgs, ResourceHookBinding, ResourceOptions

Settle = Callable[[ResourceHookArgs], Awaitable[None] | None]
"""What the engine calls before a record is written; what it raises keeps the record unwritten."""


def record(
    name: str,
    parameter_name: str,
    description: str,
    text: Input[str],
    *,
    hook: ResourceHook,
    needs: Sequence[pulumi.Resource],
    parent: pulumi.Resource,
) -> aws.ssm.Parameter:
    """Declare it, to be written when `needs` exist and `hook` has let it pass."""
    return aws.ssm.Parameter(
        name,
        name=parameter_name,
        type="String",
        description=description,
        # No secret: its diff shows what it is told from.
        insecure_value=text,
        opts=ResourceOptions(
            parent=parent,
            depends_on=list(needs),
            hooks=ResourceHookBinding(before_create=[hook], before_update=[hook]),
        ),
    )
