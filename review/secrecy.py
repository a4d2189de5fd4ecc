"""What a comment never shows: the engine hides what is marked secret, and this hides what only looks like it."""

import re

HIDDEN = "not shown"
NAMES = re.compile(
    r"pass(word|wd|phrase)?s?\b|secret|token|credential|private_?key|auth\b|api_?key|(^|_)key$|dsn", re.IGNORECASE
)
"""Names whose value nobody should read."""
SHAPES = (
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"(?i)(?<![a-z])(?:password|passwd|secret|token|api_?key)[\"']?\s*[=:]\s*[\"']?([^\s\"',;]+)"),
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(r"\b(?:gh[pousr]_|github_pat_|pul-|xox[abprs]-|sk_live_)[A-Za-z0-9_-]{10,}"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"),
)
"""In a URL, after a word of secrecy, keys of AWS, tokens of well-known services, keys in PEM, JSON web tokens."""


def is_secret_name(name: str) -> bool:
    """Whether a value of this name stays unread."""
    return bool(NAMES.search(name))


def masked(text: str) -> str:
    """A text with what looks like a credential taken out."""
    for shape in SHAPES:
        text = shape.sub(_mask, text)
    return text


def _mask(found: re.Match[str]) -> str:
    if not found.groups():
        return "…"
    return found[0][: found.start(1) - found.start()] + "…"
