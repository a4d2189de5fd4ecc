"""Whether a name and a value look like a secret in plain text."""

import math
import re
from collections import Counter
from fnmatch import fnmatchcase

from slipway_policies.settings import Settings

AWS_NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ECS_ENGINE_AUTH_DATA")
"""Names that Security Hub's ECS.8 forbids, whatever their value."""
NAMES = re.compile(
    r"passw(or)?d|passphrase|secret|token|api_?key|access_?key|private_?key|encryption_?key|credential|connection_?string|auth_?data",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"(_|\b)(arn|file|path|dir|name|id|url|uri|endpoint|host|region|version|enabled|disabled|required|length|ttl|timeout|expiry|expires|days|hours|minutes|seconds|type|policy|header|prefix|audience|issuer|algorithm|count|limit|max|min)s?$",
    re.IGNORECASE,
)
"""Ends of names that tell about a secret and hold none."""
SHAPES = re.compile(
    r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}|\bglpat-[\w-]{20,}"
    r"|\bxox[abprs]-[\w-]{10,}|\bsk_live_\w{16,}|\bpul-[0-9a-f]{40}\b"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\."
    r"|[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s:@]+@"
)
PLAIN = re.compile(
    r"^$|^(true|false|yes|no|on|off|none|null|enabled|disabled|required|optional)$|^\d{1,6}$|^arn:aws|^/[\w./-]*$|^https?://[^@\s]*$|^\$\{?\w+\}?$",
    re.IGNORECASE,
)
RANDOM = re.compile(r"^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/=_-]{32,}$")
BITS = 4.3
"""Entropy a character from which a long value looks random; hexadecimal digests stay below 4."""


def looks_secret(name: str, value: str, settings: Settings) -> str | None:
    """Why a variable looks secret, in words that do not show the value; None when it does not."""
    if any(fnmatchcase(name, plain) for plain in settings.plain_names):
        return None
    if name in AWS_NAMES:
        return "has the name of an AWS credential"
    if SHAPES.search(value):
        return "holds what looks like a credential"
    return None if PLAIN.match(value) else _suspicion(name, value)


def _suspicion(name: str, value: str) -> str | None:
    if NAMES.search(name) and not ABOUT.search(name):
        return "has the name of a secret"
    if RANDOM.match(value) and _bits(value) > BITS:
        return "holds what looks random"
    return None


def _bits(value: str) -> float:
    shares = [times / len(value) for times in Counter(value).values()]
    return -sum(share * math.log2(share) for share in shares)
