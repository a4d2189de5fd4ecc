"""ECR lifecycle policies, as the Amazon ECR user guide tells of them ("Lifecycle policy parameters")."""

from collections import Counter
from collections.abc import Iterator

from slipway_policies.documents import document
from slipway_policies.node import Node
from slipway_policies.verdict import UndecidedError

TAG_LISTS = ("tagPrefixList", "tagPatternList")
AGES = ("sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned")
COUNTS = (*AGES, "imageCountMoreThan")


def lifecycle_rules(policy: Node) -> list[Node]:
    """The rules of a lifecycle policy's document."""
    found = document(policy, "policy")
    return found.items("rules") if found.value is not None else []


def expiring(policy: Node, *statuses: str) -> list[Node]:
    """The rules that expire images of these statuses; a transition archives them and keeps them."""
    return [
        each
        for each in lifecycle_rules(policy)
        if each.text("selection.tagStatus") in statuses and each.text("action.type") == "expire"
    ]


def age_in_days(rule: Node) -> float | None:
    """The age at which a rule expires images; None when it counts them."""
    return rule.number("selection.countNumber") if rule.text("selection.countType") in AGES else None


def problem(policy: Node) -> str | None:
    """Why ECR would refuse the document, or what it would not do; None when it is good.

    Raises:
        UndecidedError: the document is not known yet.
    """
    text = policy.at("policy")
    try:
        found = document(policy, "policy").items("rules")
    except UndecidedError as error:
        return error.verdict.text.removeprefix("cannot be judged: ")
    if not found:
        return f"has no rules{'' if text.value else ': it is not set'}"
    for each in found:
        wrong = _wrong(each)
        if wrong:
            return wrong
    return _order(found)


def _wrong(each: Node) -> str | None:
    try:
        return next(_wrong_fields(each), None)
    except UndecidedError as error:
        return f"has a {error.verdict.path} that {error.verdict.text}"


def _wrong_fields(each: Node) -> Iterator[str]:
    status, count_type = each.text("selection.tagStatus"), each.text("selection.countType")
    number = each.number("selection.countNumber")
    named = [key for key in TAG_LISTS if each.items(f"selection.{key}")]
    where = each.path
    if each.number("rulePriority") is None:
        yield f"has no {where}.rulePriority"
    if status not in ("tagged", "untagged", "any"):
        yield f"has {status!r} as {where}.selection.tagStatus, not tagged, untagged or any"
    if status == "tagged" and len(named) != 1:
        yield f"needs one of tagPrefixList and tagPatternList in {where}.selection"
    if status != "tagged" and named:
        yield f"cannot have {named[0]} in {where}.selection with tagStatus {status}"
    if count_type not in COUNTS:
        yield f"has {count_type!r} as {where}.selection.countType"
    if count_type in AGES and each.text("selection.countUnit") != "days":
        yield f"needs the countUnit days in {where}.selection"
    if number is None or number < 1:
        yield f"needs a countNumber of 1 or more in {where}.selection"
    if each.text("action.type") not in ("expire", "transition"):
        yield f"has no action of type expire in {where}"


def _order(found: list[Node]) -> str | None:
    priorities = [each.number("rulePriority") or 0 for each in found]
    twice = [f"{priority:g}" for priority, times in Counter(priorities).items() if times > 1]
    if twice:
        return f"has the rulePriority {', '.join(twice)} twice"
    catch_all = [
        priority for priority, each in zip(priorities, found, strict=True) if each.text("selection.tagStatus") == "any"
    ]
    if len(catch_all) > 1:
        return "has more than one rule with tagStatus any"
    if catch_all and catch_all[0] < max(priorities):
        return f"has the rule with tagStatus any at priority {catch_all[0]:g}, before others: it must come last"
    if sum(each.text("selection.tagStatus") == "untagged" for each in found) > 1 and _same_storage(found):
        return "has more than one rule with tagStatus untagged"
    return None


def _same_storage(found: list[Node]) -> bool:
    """ECR allows a rule for untagged images in each storage class."""
    classes = [
        each.text("selection.storageClass", "standard")
        for each in found
        if each.text("selection.tagStatus") == "untagged"
    ]
    return len(classes) != len(set(classes))
