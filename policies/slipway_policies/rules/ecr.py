"""Repositories: who may read them, what they keep, whether their images are looked into."""

from fnmatch import fnmatchcase

from slipway_policies import kinds
from slipway_policies.documents import statements
from slipway_policies.iam import is_public, principals
from slipway_policies.lifecycle import age_in_days, expiring, lifecycle_rules, problem
from slipway_policies.node import Node
from slipway_policies.rule import rule, stack_rule
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, Verdict, not_applicable


@rule(
    "ecr-private-only",
    kinds.PUBLIC_REPOSITORY,
    "critical",
    "Images are in private repositories.",
    why="Everybody can pull from ECR Public: a public repository publishes the application.",
    mend="Use a private repository (aws.ecr.Repository), or name this one in publicRepositories.",
)
def private_only(repository: Node, terms: Terms) -> Verdict:
    if repository.text("repositoryName") in terms.settings.public_repositories:
        return COMPLIANT
    return repository.violates("repositoryName")


@stack_rule(
    "ecr-scan-on-push",
    kinds.REPOSITORY,
    "high",
    "Images are scanned when they are pushed.",
    why="A known vulnerability is cheapest to find before the image runs.",
    mend=(
        "Set imageScanningConfiguration.scanOnPush to true, or let a rule of the registry's scanning "
        "configuration match the repository."
    ),
    anchors="SH ECR.1; CKV CKV_AWS_163; AVD 0030; Prw ecr_repositories_scan_images_on_push_enabled",
)
def scan_on_push(repository: Node, _: Terms, stack: Stack) -> Verdict:
    path = "imageScanningConfiguration.scanOnPush"
    registry = [Node(each) for each in stack.of(kinds.REGISTRY_SCANNING)]
    if any(_scans(each, repository) for each in registry):
        return COMPLIANT
    if any(each.text("scanType") == "ENHANCED" for each in registry):
        return repository.violates(path, shown="does not count: the registry scans ENHANCED, with no filter for it")
    return COMPLIANT if repository.flag(path) else repository.violates(path)


def _scans(registry: Node, repository: Node) -> bool:
    """Whether a registry's rules scan a repository; a filter without `*` is a part of the name (ECR user guide)."""
    scanning = [each for each in registry.items("rules") if each.text("scanFrequency") != "MANUAL"]
    filters = [each.text("filter") for rule_ in scanning for each in rule_.items("repositoryFilters")]
    if "*" in filters:
        return True
    return any(each and fnmatchcase(repository.text("name"), each if "*" in each else f"*{each}*") for each in filters)


@rule(
    "ecr-registry-scan-configured",
    kinds.REGISTRY_SCANNING,
    "medium",
    "The registry scans by itself.",
    why="A scanning configuration without rules, or with manual ones only, scans nothing.",
    mend="Add a rule with scanFrequency SCAN_ON_PUSH or CONTINUOUS_SCAN and a repository filter.",
    anchors="Prw ecr_registry_scan_images_on_push_enabled",
    tier=2,
)
def registry_scan_configured(registry: Node, _: Terms) -> Verdict:
    for each in registry.items("rules"):
        if each.text("scanFrequency") != "MANUAL" and each.items("repositoryFilters"):
            return COMPLIANT
    return registry.violates("rules")


@rule(
    "ecr-enhanced-scanning",
    kinds.REGISTRY_SCANNING,
    "low",
    "The registry looks for vulnerabilities of the language packages too.",
    why=(
        "Basic scanning looks at the operating system's packages once; enhanced scanning (Inspector, at "
        "a price) looks at all of it, again and again."
    ),
    mend="Set scanType to ENHANCED.",
    anchors="Prw ecr_registry_enhanced_scanning_enabled",
    tier=3,
)
def enhanced_scanning(registry: Node, _: Terms) -> Verdict:
    return COMPLIANT if registry.text("scanType") == "ENHANCED" else registry.violates("scanType")


@rule(
    "ecr-tag-immutability",
    kinds.REPOSITORY,
    "high",
    "Tags are immutable.",
    why="A tag that can move lets a rollback, or a new task, run something else than what was tested.",
    mend="Set imageTagMutability to IMMUTABLE.",
    anchors="SH ECR.2; CKV CKV_AWS_51; AVD 0031; Prw ecr_repositories_tag_immutability",
)
def tag_immutability(repository: Node, _: Terms) -> Verdict:
    immutable = ("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION")
    if repository.text("imageTagMutability", "MUTABLE") in immutable:
        return COMPLIANT
    return repository.violates("imageTagMutability")


@rule(
    "ecr-exclusion-narrow",
    kinds.REPOSITORY,
    "medium",
    "Few tags are excluded from immutability.",
    why="An exclusion that matches every tag, or release tags, makes them movable again.",
    mend="Exclude names that no deployment uses, such as `cache-*`.",
    tier=2,
)
def exclusion_narrow(repository: Node, _: Terms) -> Verdict:
    if repository.text("imageTagMutability") != "IMMUTABLE_WITH_EXCLUSION":
        return not_applicable("nothing is excluded")
    for each in repository.items("imageTagMutabilityExclusionFilters"):
        if any(fnmatchcase(release, each.text("filter")) for release in ("1.2.3", "v1.2.3", "v1")):
            return each.violates("filter")
    return COMPLIANT


@stack_rule(
    "ecr-lifecycle-attached",
    kinds.REPOSITORY,
    "medium",
    "Every repository has a lifecycle policy.",
    why="Without one every image is kept, and paid for, for ever.",
    mend="Add an aws.ecr.LifecyclePolicy for this repository.",
    anchors="SH ECR.3; Prw ecr_repositories_lifecycle_policy_enabled",
)
def lifecycle_attached(repository: Node, _: Terms, stack: Stack) -> Verdict:
    if stack.users(kinds.LIFECYCLE_POLICY, "repository", repository.resource):
        return COMPLIANT
    return Verdict("violation", "name", "has no lifecycle policy in this stack")


@rule(
    "ecr-lifecycle-valid",
    kinds.LIFECYCLE_POLICY,
    "high",
    "A lifecycle policy is one that ECR accepts.",
    why=(
        "ECR refuses the policy during the update, or a rule with a broad selection eats the images of the next ones."
    ),
    mend="Mend the policy's document (Amazon ECR user guide, Lifecycle policy parameters).",
)
def lifecycle_valid(policy: Node, _: Terms) -> Verdict:
    found = problem(policy)
    return COMPLIANT if found is None else Verdict("violation", "policy", found)


@rule(
    "ecr-lifecycle-untagged",
    kinds.LIFECYCLE_POLICY,
    "low",
    "Untagged images expire.",
    why="Layers of failed and replaced pushes pile up without anybody seeing them.",
    mend=(
        "Add a rule with tagStatus untagged (or any) and countType sinceImagePushed within the days of untaggedDays."
    ),
)
def lifecycle_untagged(policy: Node, terms: Terms) -> Verdict:
    for each in expiring(policy, "untagged", "any"):
        days = age_in_days(each)
        if days is None or days <= terms.settings.untagged_days:
            return COMPLIANT
    return Verdict(
        "violation",
        "policy",
        f"expires no untagged images within {terms.settings.untagged_days:g} days",
    )


@rule(
    "ecr-lifecycle-bounded",
    kinds.LIFECYCLE_POLICY,
    "low",
    "Tagged images are bounded.",
    why="A repository that only grows costs more every month.",
    mend="Add a rule that keeps a number of tagged images, or an age.",
    tier=2,
)
def lifecycle_bounded(policy: Node, _: Terms) -> Verdict:
    if expiring(policy, "tagged", "any"):
        return COMPLIANT
    return Verdict("violation", "policy", "bounds no tagged images")


@rule(
    "ecr-lifecycle-keeps-rollback",
    kinds.LIFECYCLE_POLICY,
    "high",
    "Cleaning up keeps the running image and those to go back to.",
    why=(
        "ECR expires by order of push and knows nothing of what runs: a task that restarts cannot pull "
        "an expired image."
    ),
    mend="Keep at least keepReleases images by count, or keepDays days by age.",
    each=lifecycle_rules,
)
def lifecycle_keeps_rollback(each: Node, terms: Terms) -> Verdict:
    if each.text("selection.tagStatus") == "untagged":
        return COMPLIANT
    days = age_in_days(each)
    if days is not None:
        return COMPLIANT if days >= terms.settings.keep_days else each.violates("selection.countNumber")
    count = each.number("selection.countNumber")
    if count is not None and count >= terms.settings.keep_releases:
        return COMPLIANT
    return each.violates("selection.countNumber")


@rule(
    "ecr-kms",
    kinds.REPOSITORY,
    "low",
    "Images are encrypted with a KMS key.",
    why="A key of one's own can be audited, and taken away from whoever should not read.",
    mend=(
        "Set encryptionConfigurations[0].encryptionType to KMS when the repository is made: a later change replaces it."
    ),
    anchors="SH ECR.5; CKV CKV_AWS_136; AVD 0033; Prw ecr_repository_encrypted_with_cmk",
    tier=2,
    relaxed=("dev", "staging"),
)
def encrypted_with_kms(repository: Node, _: Terms) -> Verdict:
    path = "encryptionConfigurations[0].encryptionType"
    return COMPLIANT if repository.text(path).startswith("KMS") else repository.violates(path)


@rule(
    "ecr-no-force-delete",
    kinds.REPOSITORY,
    "high",
    "A repository with images is not deleted.",
    why="With forceDelete a destroy or a replacement takes every image along, the one that runs too.",
    mend="Take forceDelete out.",
    relaxed=("dev",),
)
def no_force_delete(repository: Node, _: Terms) -> Verdict:
    return repository.violates("forceDelete") if repository.flag("forceDelete") else COMPLIANT


@rule(
    "ecr-protected",
    kinds.REPOSITORY,
    "medium",
    "Repositories are protected from deletion.",
    why="A rename in the program is a replacement, and a replacement deletes the images.",
    mend="Set the resource option protect.",
    tier=2,
    relaxed=("dev", "staging"),
)
def protected(repository: Node, _: Terms) -> Verdict:
    if repository.resource.protect:
        return COMPLIANT
    return Verdict("violation", "", "is not protected")


@rule(
    "ecr-policy-not-public",
    kinds.REPOSITORY_POLICY,
    "critical",
    "Repository policies let nobody in whom they do not name.",
    why="A principal of `*` lets every AWS account pull the application's code, or push over it.",
    mend="Name the accounts, or add a condition on aws:PrincipalOrgID.",
    anchors="Nag ECR1; CKV CKV_AWS_32; AVD 0032; Prw ecr_repositories_not_publicly_accessible",
    each=lambda policy: statements(policy, "policy"),
)
def policy_not_public(statement: Node, _: Terms) -> Verdict:
    return statement.violates("Principal") if is_public(statement) else COMPLIANT


@rule(
    "ecr-policy-known-accounts",
    kinds.REPOSITORY_POLICY,
    "high",
    "Repository policies name known accounts only.",
    why="An account id with a wrong digit is somebody else's account.",
    mend="Name accounts of the setting accounts.",
    tier=2,
    each=lambda policy: statements(policy, "policy"),
)
def policy_known_accounts(statement: Node, terms: Terms) -> Verdict:
    if not terms.settings.accounts:
        return not_applicable("the setting accounts is empty")
    for principal in (each for each in principals(statement, "AWS") if each != "*"):
        account = principal.split(":")[4] if principal.count(":") > 4 else principal  # noqa: PLR2004 - arn:partition:service:region:account:…
        if account not in terms.settings.accounts:
            return statement.violates("Principal")
    return COMPLIANT


@rule(
    "ecr-registry-policy-scoped",
    kinds.REGISTRY_POLICY,
    "high",
    "The registry policy names whom it lets in, and what for.",
    why="It holds for every repository, those of tomorrow too.",
    mend="Name the accounts and the actions.",
    tier=3,
    each=lambda policy: statements(policy, "policy"),
)
def registry_policy_scoped(statement: Node, _: Terms) -> Verdict:
    if is_public(statement):
        return statement.violates("Principal")
    if {"*", "ecr:*"} & set(statement.texts("Action")):
        return statement.violates("Action")
    return COMPLIANT


@rule(
    "ecr-template-compliant",
    kinds.CREATION_TEMPLATE,
    "medium",
    "Repositories that ECR makes by a template keep the rules.",
    why="What a template makes is declared nowhere, so no other rule ever sees it.",
    mend="Give the template imageTagMutability IMMUTABLE and a lifecyclePolicy.",
    tier=3,
)
def template_compliant(template: Node, _: Terms) -> Verdict:
    if not template.text("imageTagMutability").startswith("IMMUTABLE"):
        return template.violates("imageTagMutability")
    return COMPLIANT if template.has("lifecyclePolicy") else template.violates("lifecyclePolicy")


@rule(
    "ecr-cache-authenticated",
    kinds.PULL_THROUGH_CACHE,
    "low",
    "A pull-through cache has credentials where its source asks for them.",
    why="Docker Hub, GitHub and the like refuse, or throttle, whoever comes without.",
    mend="Set credentialArn to a secret of Secrets Manager.",
    tier=3,
)
def cache_authenticated(cache: Node, _: Terms) -> Verdict:
    upstream = cache.text("upstreamRegistryUrl")
    open_to_all = ("public.ecr.aws", "registry.k8s.io", "quay.io")
    if upstream in open_to_all or ".dkr.ecr." in upstream:
        return not_applicable("its source asks for no credentials")
    return COMPLIANT if cache.has("credentialArn") else cache.violates("credentialArn")
